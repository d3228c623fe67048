package workflows

import (
	"time"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/mapping"
)

// windowStart is where a signal's window of that length begins. For events it
// reaches back to the first one that could not be judged in time (Life.Reach):
// after an outage of three days a demo request of the first day still counts,
// though the rule looks at one day only.
func (w *world) windowStart(s *mapping.Signal, window time.Duration) time.Time {
	from := w.now.Add(-window)
	if w.reaches(s, window) && w.reach.Before(from) {
		return w.reach
	}
	return from
}

// reaches tells whether a window of that signal reaches back. In an account
// that waits in the queue it does so for as long as the window is, counted from
// when the criteria were met: then what was read late has had as much time as
// anything else. What a buyer asked for knows no such end.
func (w *world) reaches(s *mapping.Signal, window time.Duration) bool {
	return s.Kind == mapping.Event && !w.reach.IsZero() && (w.queued.IsZero() || !w.now.After(w.queued.Add(window)))
}

// usedUp is until when what a signal says belongs to an earlier handoff. What
// was read only after that had ended had no part in it: a buyer who asked
// during an outage, or a moment before sales gave the account back, is heard.
func (w *world) usedUp(s *mapping.Signal, window time.Duration) time.Time {
	if w.late && w.reaches(s, window) {
		return w.reach.Add(-time.Nanosecond)
	}
	return w.used
}

// share is what one record contributes to a signal.
type share struct {
	source string
	value  float64
	latest time.Time
}

// shares adds up the points after from and up to now per record, the latest
// active record first. For levels only the latest point of each counts.
func (w *world) shares(points []mapping.Point, counts func(mapping.Point) bool, level bool) []share {
	var list []share
	index := map[string]int{}
	for i := len(points) - 1; i >= 0; i-- {
		p := points[i]
		if p.At.After(w.now) {
			continue
		}
		if !counts(p) {
			break
		}
		if p.Value == 0 && !level {
			continue
		}
		at, known := index[p.Source]
		switch {
		case !known:
			index[p.Source] = len(list)
			list = append(list, share{source: p.Source, value: p.Value, latest: p.At})
		case !level:
			list[at].value += p.Value
		}
	}
	return list
}

// rollUp makes one number of what the records contribute.
func rollUp(how mapping.Rollup, list []share) float64 {
	out := 0.0
	for i, s := range list {
		switch how {
		case mapping.Max:
			if i == 0 || s.value > out {
				out = s.value
			}
		case mapping.Latest:
			if i == 0 {
				out = s.value
			}
		case mapping.Any:
			if s.value > 0 {
				return 1
			}
		default:
			out += s.value
		}
	}
	return out
}

// level is a level signal's present number; undecided before the first.
func (w *world) level(slot int) connectors.Value {
	s := &w.policy.Mapping.Signals[slot-len(w.policy.Mapping.Fields)]
	list := w.shares(w.history[slot], func(mapping.Point) bool { return true }, true)
	if s.Unknown(w.account) || len(list) == 0 {
		return connectors.Value{}
	}
	return connectors.FloatValue(rollUp(s.Rollup, list))
}

func bindLevel(m *mapping.Mapping) binder {
	return func(args []expression.Argument) (expression.Type, expression.Eval, error) {
		if len(args) != 1 || args[0].Type != expression.Signal {
			return 0, nil, argument(0, "level takes a signal of the kind level")
		}
		slot := args[0].Slot
		if m.Signals[slot-len(m.Fields)].Kind != mapping.Level {
			return 0, nil, argument(0, "%s is not of the kind level; count or sum it over a window", args[0].Name)
		}
		return expression.Number, func(e expression.Env) connectors.Value { return e.(*world).level(slot) }, nil
	}
}

// summable refuses a level where growth or events are summed.
func summable(m *mapping.Mapping, args []expression.Argument, i int) error {
	if args[i].Type != expression.Signal {
		return argument(i, "%s must be a signal", map[bool]string{true: "the first argument", false: "the second argument"}[i == 0])
	}
	if m.Signals[args[i].Slot-len(m.Fields)].Kind == mapping.Level {
		return argument(i, "%s is a level, which has no sum; write level(%s)", args[i].Name, args[i].Name)
	}
	return nil
}
