package workflows

import (
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// again names the inbound or relationship rule that is met by what happened
// since sales has the account, or gave it back, or was told of the last such
// thing; "" for none, with the time at which one may be by time alone.
func (p *Policy) again(in Input) (rule string, due time.Time) {
	if !in.Life.State.Open() {
		return "", due
	}
	in.Life.Ended = in.Life.Since
	if e := in.Life.Open; e != nil {
		in.Life.Ended = latest(e.Handed, e.Returned)
	}
	in.Life.Ended = latest(in.Life.Ended, in.Life.Told)
	if reach := in.Life.unused(); !reach.IsZero() && reach.Before(in.Life.Ended) {
		in.Life.Ended = reach
	}
	w := p.world(in)
	if rule = p.askedFor(w); rule != "" {
		return rule, due
	}
	asked := func(v *world) bool { return p.askedFor(v) != "" }
	if !w.reach.IsZero() {
		if w.reach, w.summed = (time.Time{}), 0; asked(w) { // the next look does not reach back
			return "", in.Now
		}
	}
	if w.nextChange(in).IsZero() || !p.moves(w, in, func(h *Handoff) bool { return h.Type != Intent }) {
		return "", due
	}
	return "", p.firstChange(w, in, asked)
}

// askedFor names the inbound or relationship rule that is met through something
// new, "" for none: what was so before, and stays so, is no new request.
func (p *Policy) askedFor(w *world) string {
	eval := func(c *Criteria) connectors.Value { return c.Eval(w) }
	segments := p.possible(eval)
	for i := range p.Handoffs {
		if h := &p.Handoffs[i]; h.Type != Intent && h.met(segments, eval).Bool() && p.newFor(w, h, segments) {
			return h.Name
		}
	}
	return ""
}

// newFor tells whether a clause that holds reads something that has happened, or
// was written, since what is used up.
func (p *Policy) newFor(w *world, h *Handoff, segments []string) bool {
	isNew := func(at time.Time) bool { return at.After(w.used) && !at.After(w.now) }
	for _, segment := range segments {
		for _, program := range h.criteria(segment).programs() {
			if !program.Eval(w).Bool() {
				continue
			}
			for _, name := range program.Names() {
				if f := p.Mapping.Field(name); f != nil {
					if isNew(p.Mapping.Said(w.account, f.Slot)) {
						return true
					}
					continue
				}
				s := p.Mapping.Signal(name)
				happened := func(pt mapping.Point) bool { return pt.Value != 0 && isNew(pt.At) }
				if s != nil && slices.ContainsFunc(w.history[len(p.Mapping.Fields)+s.Slot], happened) {
					return true
				}
			}
		}
	}
	return false
}

// unused is right before the first event that was read after sales got the
// account, or gave it back, though it happened before: it had no part in that,
// so a demo form among them is a response. Zero for none.
func (l *Life) unused() time.Time {
	e := l.Open
	switch {
	case e == nil || l.Reach.IsZero():
		return time.Time{}
	case e.Returned.After(e.Handed):
		if !l.Reach.After(latest(e.Handed, l.Told)) {
			return time.Time{}
		}
	case e.Type != Intent || l.Told.After(e.Handed):
		return time.Time{}
	}
	return l.Reach.Add(-time.Nanosecond)
}
