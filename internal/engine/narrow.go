package engine

import (
	"context"
	"maps"
	"slices"

	"handoffd/connectors"
)

// narrow finds out which fields a CRM did not take where it refused an update
// as a whole: it is sent in halves, and in halves of those that
// are refused, so that one bad value does not keep the others from the record.
func (d *delivery) narrow(ctx context.Context, w connectors.Write, result connectors.Result) connectors.Result {
	if w.Op != connectors.Update || len(w.Fields) < 2 || !turnedDown(result) {
		return result
	}
	n := narrowing{delivery: d, write: w, whole: result}
	names := sortedKeys(w.Fields)
	n.halves(ctx, names)
	switch {
	case n.stopped != nil:
		n.stopped.Dropped = append(n.stopped.Dropped, n.dropped...)
		return *n.stopped
	case n.hopeless(), len(n.dropped) == len(names):
		result.Dropped = n.dropped
		return result
	}
	return connectors.Result{Key: w.Key, Outcome: connectors.Done, ID: w.Ref.ID, Dropped: n.dropped}
}

// turnedDown tells whether a CRM will not have a record as it was sent.
func turnedDown(r connectors.Result) bool {
	if r.Outcome != connectors.Failed {
		return false
	}
	class := connectors.ClassOf(r.Err)
	return class == connectors.ParkRecord || class == connectors.ParkField
}

// narrowing is one update that is sent in parts.
type narrowing struct {
	delivery *delivery
	write    connectors.Write
	whole    connectors.Result
	dropped  []*connectors.Error
	taken    bool
	alike    int // parts refused in the words in which the whole was
	stopped  *connectors.Result
}

// sameRefusals is how many parts must be refused alike, and none taken, before
// it is the record that the CRM does not take, and not a value.
const sameRefusals = 4

func (n *narrowing) hopeless() bool { return !n.taken && n.alike >= sameRefusals }

func (n *narrowing) halves(ctx context.Context, names []string) {
	half := (len(names) + 1) / 2
	n.try(ctx, names[:half])
	n.try(ctx, names[half:])
}

func (n *narrowing) try(ctx context.Context, names []string) {
	if n.stopped != nil || n.hopeless() {
		return
	}
	part := n.write
	part.Fields, part.Expect = only(n.write.Fields, names), only(n.write.Expect, names)
	r := n.delivery.engine.connectors[n.delivery.system].Write(ctx, []connectors.Write{part})[0]
	switch {
	case r.Outcome == connectors.Done || r.Outcome == connectors.Existed:
		n.taken = true
		n.dropped = append(n.dropped, r.Dropped...)
	case !turnedDown(r):
		n.stopped = &r
	case len(names) > 1:
		n.refuse(r)
		n.halves(ctx, names)
	default:
		n.refuse(r)
		n.dropped = append(n.dropped, named(r.Err, names[0]))
	}
}

func (n *narrowing) refuse(r connectors.Result) {
	if text(r.Err) == text(n.whole.Err) {
		n.alike++
	}
}

func only(all map[string]connectors.Value, names []string) map[string]connectors.Value {
	if all == nil {
		return nil
	}
	out := make(map[string]connectors.Value, len(names))
	for _, name := range names {
		if v, ok := all[name]; ok {
			out[name] = v
		}
	}
	return out
}

func sortedKeys(m map[string]connectors.Value) []string { return slices.Sorted(maps.Keys(m)) }
