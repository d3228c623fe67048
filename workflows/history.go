package workflows

import (
	"fmt"
	"sort"
	"time"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/mapping"
	"handoffd/workflows/calendar"
)

// History is an account's past: points by name of field or signal, by time.
type History map[string][]mapping.Point

// NewHistory sorts points into a History.
func NewHistory(points []mapping.Point) History {
	h := History{}
	for _, p := range points {
		h[p.Signal] = append(h[p.Signal], p)
	}
	for _, list := range h {
		sort.SliceStable(list, func(i, j int) bool { return list[i].At.Before(list[j].At) })
	}
	for name, list := range h {
		h[name] = mapping.Once(list)
	}
	return h
}

// world is what a rule sees: one account at one time.
type world struct {
	policy  *Policy
	account *mapping.Account
	history [][]mapping.Point // by slot
	now     time.Time
	used    time.Time // what happened until then belongs to an earlier handoff
	reach   time.Time // see Life.Reach
	late    bool      // what was read late counts, though the handoff has ended since
	queued  time.Time // since when the criteria of an intent handoff are met that waits, zero for none
	sums    [8]windowSum
	summed  int
	// recall gives the fields as they were, nil where they are as they are.
	recall *recall
}

// windowSum remembers a sum: rules ask for the same one several times.
type windowSum struct {
	slot   int
	window time.Duration
	value  connectors.Value
}

// Lookup returns a field's merged value; a stale one is Null.
func (w *world) Lookup(slot int) connectors.Value {
	if w.recall != nil {
		return w.recall.value(slot, w.now)
	}
	v, _ := w.policy.Mapping.Value(w.account, slot)
	if v.IsNull() {
		return v
	}
	if until, limited := w.policy.Mapping.Fresh(w.account, slot); limited && !w.now.Before(until) {
		return connectors.Value{}
	}
	return v
}

// sum adds a signal's points in the window that ends now. It is undecided if
// the account has no record in the CRM that the signal comes from.
func (w *world) sum(slot int, window time.Duration) connectors.Value {
	for i := range w.summed {
		if m := &w.sums[i]; m.slot == slot && m.window == window {
			return m.value
		}
	}
	v := w.add(slot, window)
	if w.summed < len(w.sums) {
		w.sums[w.summed] = windowSum{slot, window, v}
		w.summed++
	}
	return v
}

func (w *world) add(slot int, window time.Duration) connectors.Value {
	s := &w.policy.Mapping.Signals[slot-len(w.policy.Mapping.Fields)]
	if s.Unknown(w.account) {
		return connectors.Value{}
	}
	from := w.windowStart(s, window)
	points := w.history[slot]
	used := w.usedUp(s, window)
	counts := func(p mapping.Point) bool {
		return !p.At.Before(from) && (used.IsZero() || p.At.After(used))
	}
	if s.Rollup != mapping.Sum && s.Rollup != "" {
		return connectors.FloatValue(rollUp(s.Rollup, w.shares(points, counts, false)))
	}
	total := 0.0
	for i := len(points) - 1; i >= 0; i-- {
		if points[i].At.After(w.now) {
			continue
		}
		if !counts(points[i]) {
			break
		}
		total += points[i].Value
	}
	return connectors.FloatValue(total)
}

// functions are what rules may ask of the past. note is told every window.
func functions(m *mapping.Mapping, note func(slot int, window time.Duration)) map[string]expression.Function {
	fs := expression.Base()
	fs["rises"] = expression.Function{Usage: "rises(number_field, 70)", Bind: bindRises(m)}
	fs["count"] = expression.Function{Usage: `count(signal, "7d")`, Bind: bindSum(m, note)}
	fs["sum"] = expression.Function{Usage: `sum(signal, "7d")`, Bind: bindSum(m, note)}
	fs["rate"] = expression.Function{Usage: `rate(part_signal, whole_signal, "30d")`, Bind: bindRate(m, note)}
	fs["level"] = expression.Function{Usage: "level(signal)", Bind: bindLevel(m)}
	return fs
}

func argument(i int, format string, args ...any) error {
	return &expression.ArgumentError{Index: i, Message: fmt.Sprintf(format, args...)}
}

func bindRises(m *mapping.Mapping) binder {
	return func(args []expression.Argument) (expression.Type, expression.Eval, error) {
		if len(args) != 2 {
			return 0, nil, argument(0, "rises takes a number field and a threshold")
		}
		if args[0].Name == "" || args[0].Type != expression.Number {
			return 0, nil, argument(0, "rises watches a number field")
		}
		if args[1].Const == nil || args[1].Type != expression.Number {
			return 0, nil, argument(1, "the threshold must be a number")
		}
		slot, threshold := args[0].Slot, args[1].Const.Float()
		if f := &m.Fields[slot]; f.Ranged && threshold > f.Max {
			return 0, nil, argument(1, "%s never exceeds %v, so this can never be true", f.Name, f.Max)
		} else if f.Ranged && threshold <= f.Min {
			return 0, nil, argument(1, "%s is never below %v, so it cannot rise to that", f.Name, f.Min)
		}
		return expression.Bool, func(e expression.Env) connectors.Value { return e.(*world).rises(slot, threshold) }, nil
	}
}

type binder = func([]expression.Argument) (expression.Type, expression.Eval, error)

func bindSum(m *mapping.Mapping, note func(slot int, window time.Duration)) binder {
	return func(args []expression.Argument) (expression.Type, expression.Eval, error) {
		if len(args) != 2 {
			return 0, nil, argument(0, "a signal and a window are needed")
		}
		if err := summable(m, args, 0); err != nil {
			return 0, nil, err
		}
		window, err := windowOf(args, 1)
		if err != nil {
			return 0, nil, err
		}
		slot := args[0].Slot
		note(slot, window)
		return expression.Number, func(e expression.Env) connectors.Value { return e.(*world).sum(slot, window) }, nil
	}
}

func bindRate(m *mapping.Mapping, note func(slot int, window time.Duration)) binder {
	return func(args []expression.Argument) (expression.Type, expression.Eval, error) {
		if len(args) != 3 {
			return 0, nil, argument(0, "two signals and a window are needed")
		}
		for i := range 2 {
			if err := summable(m, args, i); err != nil {
				return 0, nil, err
			}
		}
		window, err := windowOf(args, 2)
		if err != nil {
			return 0, nil, err
		}
		part, whole := args[0].Slot, args[1].Slot
		note(part, window)
		note(whole, window)
		return expression.Number, func(e expression.Env) connectors.Value { return e.(*world).rate(part, whole, window) }, nil
	}
}

// rate is part over whole; nothing sent means nothing opened.
func (w *world) rate(part, whole int, window time.Duration) connectors.Value {
	a, b := w.sum(part, window), w.sum(whole, window)
	switch {
	case a.IsNull() || b.IsNull():
		return connectors.Value{}
	case b.Float() == 0:
		return connectors.FloatValue(0)
	}
	return connectors.FloatValue(a.Float() / b.Float())
}

func windowOf(args []expression.Argument, i int) (time.Duration, error) {
	if args[i].Const == nil || args[i].Type != expression.Text {
		return 0, argument(i, `the window must be a time in quotes, such as "7d"`)
	}
	span, err := calendar.ParseSpan(args[i].Const.Text())
	if err != nil || span.Elapsed <= 0 {
		return 0, argument(i, `%q is not a window; write for example "24h" or "7d"`, args[i].Const.Text())
	}
	return span.Elapsed, nil
}
