package workflows

import (
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// tick is the finest time that the store keeps: a point that stands exactly at
// the start of a window still counts, and one tick later it does not.
const tick = time.Microsecond

// mostLooks bounds how many changes of the windows are looked through for the
// first that matters. After so many the account is simply decided anew.
const mostLooks = 64

// windowUse is a signal with the length of a window that some rule looks at.
type windowUse struct {
	slot   int
	window time.Duration
}

// nextDue is when time alone may change the decision, zero for never: a value
// goes stale, or a moment has come at which the verdict is another one. What
// leaves a window without a change of the verdict is no reason to decide.
func (p *Policy) nextDue(w *world, in Input, d Decision) time.Time {
	due := p.nextStale(w)
	switch {
	case d.Outcome == Gone, d.Outcome == OutOfScope, d.Outcome == InHand, in.Case != "":
		return due // time changes nothing about these; see again for InHand
	}
	if w.nextChange(in).IsZero() || !p.moves(w, in, func(h *Handoff) bool { return h.startsFrom(in.Life.origin()) }) {
		return due
	}
	created := p.creates(w)
	at := p.firstChange(w, in, func(v *world) bool { return !p.weigh(v, in).Same(d) || p.creates(v) != created })
	return first(due, at)
}

// firstChange walks through the moments at which something that the rules see
// changes by time alone, up to the first at which differs tells so.
func (p *Policy) firstChange(w *world, in Input, differs func(*world) bool) time.Time {
	v := *w
	for range mostLooks {
		at := v.nextChange(in)
		if at.IsZero() {
			return at
		}
		if v.now, v.summed = at, 0; differs(&v) {
			return at
		}
	}
	return v.now
}

// Same tells whether two decisions are one verdict.
func (d Decision) Same(other Decision) bool {
	return d.Outcome == other.Outcome && d.Rule == other.Rule && d.Segment == other.Segment && slices.Equal(d.Matched, other.Matched)
}

// nextChange is the first moment after now at which a point leaves or enters a
// window, or nurtured_for is over; zero if none will.
func (w *world) nextChange(in Input) time.Time {
	var at time.Time
	for _, u := range w.policy.windows {
		at = first(at, w.leaves(u))
	}
	for _, u := range w.policy.uses {
		at = first(at, w.enters(u.slot))
	}
	for i := range w.policy.Handoffs {
		for _, wait := range w.policy.Handoffs[i].NurturedFor {
			if over := in.Life.Nurtured.Add(wait); over.After(w.now) {
				at = first(at, over)
			}
		}
	}
	return at
}

// leaves is when the oldest point that counts leaves a window. An event that the
// window reaches back for does so when that ends.
func (w *world) leaves(u windowUse) time.Time {
	s := &w.policy.Mapping.Signals[u.slot-len(w.policy.Mapping.Fields)]
	from, used := w.windowStart(s, u.window), w.usedUp(s, u.window)
	for _, p := range w.history[u.slot] {
		switch {
		case p.At.After(w.now):
			return time.Time{}
		case p.Value == 0, p.At.Before(from), !used.IsZero() && !p.At.After(used):
			continue
		case w.reaches(s, u.window) && !p.At.Before(w.reach) && w.queued.IsZero():
			return time.Time{}
		case w.reaches(s, u.window) && !p.At.Before(w.reach):
			return after(latest(p.At, w.queued).Add(u.window))
		}
		return after(p.At.Add(u.window))
	}
	return time.Time{}
}

// after is the first moment after a time that the store can keep.
func after(at time.Time) time.Time { return at.Truncate(tick).Add(tick) }

// enters is when the first point that is yet to come counts.
func (w *world) enters(slot int) time.Time {
	points := w.history[slot]
	if n := len(points); n == 0 || !points[n-1].At.After(w.now) {
		return time.Time{}
	}
	i, _ := slices.BinarySearchFunc(points, w.now, func(p mapping.Point, now time.Time) int {
		if p.At.After(now) {
			return 1
		}
		return -1
	})
	return points[i].At
}

// nextStale is when the first of the values in use goes stale.
func (p *Policy) nextStale(w *world) time.Time {
	var due time.Time
	for _, u := range p.uses {
		if u.slot >= len(p.Mapping.Fields) {
			continue
		}
		if until, limited := p.Mapping.Fresh(w.account, u.slot); limited && until.After(w.now) && (due.IsZero() || until.Before(due)) {
			due = until
		}
	}
	return due
}

// creates is what the rules of mapping.create say, per CRM.
func (p *Policy) creates(w *world) (out [2]connectors.Value) {
	for side, rule := range p.Create {
		if rule != nil {
			out[side] = rule.Eval(w)
		}
	}
	return out
}
