package salesforce

import "time"

// window opens [lo, hi), whole seconds, no wider than Span allows.
func (p *position) window(lo, hi time.Time) {
	p.Lo, p.Hi = lo.Truncate(time.Second), hi.Truncate(time.Second)
	if p.Span > 0 && p.Hi.Sub(p.Lo) > p.Span {
		p.Hi = p.Lo.Add(p.Span)
	}
	if !p.Hi.After(p.Lo) {
		p.Hi = p.Lo.Add(time.Second)
	}
	p.In, p.Out, p.Fresh = "", "", true
	p.InLast, p.OutLast = time.Time{}, time.Time{}
}

// advance moves the fast edge to the last row that was seen.
func (p *position) advance() {
	for _, last := range []time.Time{p.InLast, p.OutLast} {
		if last.After(p.Fast) {
			p.Fast = last.Truncate(time.Second)
		}
	}
	p.InLast, p.OutLast = time.Time{}, time.Time{}
}

// again begins the window's queries anew, from the last row of whichever of
// them has come least far.
func (p *position) again() {
	from := p.Hi
	if p.In != "" {
		from = p.InLast
	}
	if p.Out != "" && p.OutLast.Before(from) {
		from = p.OutLast
	}
	if from = from.Truncate(time.Second); from.After(p.Lo) && from.Before(p.Hi) {
		p.Lo = from
	}
	p.In, p.Out, p.Fresh = "", "", true
}

// close ends a window that was read to its end. The durable edge follows the
// watermark when the last window, which reaches up to now, is done: a row that
// changed again while a narrower one was read comes only with a later one. It
// tells whether another window waits.
func (p *position) close(now time.Time) bool {
	p.advance()
	end := p.Hi
	p.Lo, p.Hi = time.Time{}, time.Time{}
	if end.After(now) {
		if p.Edge.After(p.Thru) {
			p.Thru = p.Edge
		}
		p.Edge, p.Span = time.Time{}, 0
		return false
	}
	// The window was narrowed: go on from its end, a little wider.
	p.Span *= 2
	p.window(end, now.Add(ahead))
	return true
}
