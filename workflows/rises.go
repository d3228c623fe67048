package workflows

import (
	"time"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
)

// Rises says what counts as a rise beside a level that went from below the
// threshold to it.
type Rises struct {
	// First: a first known value at or above the threshold.
	First bool
	// Joining: a level that stands there when the account joins the target
	// account list.
	Joining bool
}

func (k *compiler) rises(n yamlpos.Node) {
	m := n.Map("first_value", "joining")
	m.Get("first_value").Bool(&k.p.Rises.First)
	m.Get("joining").Bool(&k.p.Rises.Joining)
}

// rises tells whether the level stands at or above the threshold and got there
// since the last handoff ended.
func (w *world) rises(slot int, threshold float64) connectors.Value {
	now := w.Lookup(slot)
	if now.IsNull() {
		return now
	}
	if now.Float() < threshold || !w.counts(slot, threshold) {
		return connectors.BoolValue(false)
	}
	if w.used.IsZero() {
		return connectors.BoolValue(true)
	}
	points := w.history[slot]
	for i := len(points) - 1; i >= 0; i-- {
		p := points[i]
		if p.At.After(w.now) {
			continue
		}
		if p.Value < threshold {
			return connectors.BoolValue(true) // below since, so this is a new rise
		}
		if !p.At.After(w.used) {
			return connectors.BoolValue(w.policy.Rises.Joining && w.joined().After(w.used)) // above already when it ended
		}
	}
	return connectors.BoolValue(len(points) > 0)
}

// counts leaves out what the policy does not take for a rise: a first value,
// and what had risen before the account joined the list.
func (w *world) counts(slot int, threshold float64) bool {
	if w.policy.Rises == (Rises{First: true, Joining: true}) {
		return true
	}
	at, first := w.reached(slot, threshold)
	joined := w.joined()
	switch {
	case joined.After(at):
		return w.policy.Rises.Joining
	case first:
		return w.policy.Rises.First
	}
	return true
}

// reached is since when the level has stood at the threshold; first tells that
// it was never seen below.
func (w *world) reached(slot int, threshold float64) (at time.Time, first bool) {
	points := w.history[slot]
	for i := len(points) - 1; i >= 0; i-- {
		switch p := points[i]; {
		case p.At.After(w.now):
		case p.Value < threshold:
			return at, false
		default:
			at = p.At
		}
	}
	return at, true
}

// joined is when the account came onto the target account list, zero if that
// was never seen to happen: a level that is high then counts as a rise.
func (w *world) joined() time.Time {
	f := w.policy.Mapping.Field(TargetField)
	if f == nil {
		return time.Time{}
	}
	if w.recall != nil {
		return w.recall.changedTo(f.Slot, connectors.BoolValue(true), w.now)
	}
	return w.policy.Mapping.ChangedTo(w.account, f.Slot, connectors.BoolValue(true))
}
