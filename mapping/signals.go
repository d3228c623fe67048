package mapping

import (
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/internal/yamlpos"
)

// SignalKind is how a vendor's field tells of behaviour.
type SignalKind string

// The kinds of signal.
const (
	// Counter is a number that only grows; its growth is what counts.
	Counter SignalKind = "counter"
	// Event is a date and time at which something happened.
	Event SignalKind = "event"
	// Level is a number over time. Every mapped number field is one.
	Level SignalKind = "level"
)

// Signal is one named source of behaviour.
type Signal struct {
	Name   string
	Slot   int
	Kind   SignalKind
	Side   Side
	Object connectors.Object
	// Property is the vendor's field: the counter, or the event's time.
	Property string
	// History: the property is overwritten by the vendor, so earlier values
	// are read as well.
	History bool
	// When, if set, must hold on the record for an event to count. Its
	// names are the vendor's properties, as text.
	When      *expression.Program
	WhenProps []string // property per slot of When

	key yamlpos.Node // where it is declared
}

// Point is one thing that happened: a counter's growth, an event, or a level
// from that time on. It is known by signal, source and time, so that reading
// it again changes nothing.
type Point struct {
	Signal string
	Source string // the record that it was read from
	At     time.Time
	Value  float64
	Label  string
}

// CounterKey names a counter of one record.
type CounterKey struct {
	Record   string
	Property string
}

// Extract reads the signals that a record carries. before gives a counter's
// last value; after receives the new one. A counter seen for the first time
// is a baseline and no growth, so that a contact who joins an account does not
// bring his past along; a counter that falls was reset and starts anew.
func (m *Mapping) Extract(r connectors.Record, before map[CounterKey]float64, after func(CounterKey, float64)) ([]Point, []Problem) {
	var points []Point
	var problems []Problem
	if r.Deleted || r.OutOfScope {
		return nil, nil
	}
	for i := range m.Signals {
		s := &m.Signals[i]
		if s.Object != r.Ref.Object || s.Side.System() != r.Ref.System {
			continue
		}
		switch s.Kind {
		case Counter:
			p, problem := s.growth(r, before, after)
			points = append(points, p...)
			problems = append(problems, problem...)
		case Event:
			p, problem := s.events(r)
			points = append(points, p...)
			problems = append(problems, problem...)
		}
	}
	return points, problems
}

func (s *Signal) growth(r connectors.Record, before map[CounterKey]float64, after func(CounterKey, float64)) ([]Point, []Problem) {
	raw, ok := r.Fields[s.Property]
	if !ok {
		return nil, nil
	}
	if raw.IsNull() || raw.Text() == "" && raw.Kind() == connectors.Text {
		raw = connectors.FloatValue(0) // the vendor has counted nothing yet
	}
	n := raw
	if raw.Kind() == connectors.Text {
		var err error
		if n, err = connectors.NumberValue(strings.TrimSpace(raw.Text())); err != nil {
			return nil, []Problem{s.problem(r, raw, misfit(raw, "a number").Error())}
		}
	}
	key := CounterKey{Record: r.Ref.String(), Property: s.Property}
	last, known := before[key]
	if known && last == n.Float() {
		return nil, nil
	}
	after(key, n.Float())
	if !known || n.Float() < last {
		return nil, nil
	}
	return []Point{{Signal: s.Name, Source: r.Ref.String(), At: r.Modified, Value: n.Float() - last}}, nil
}

// events reads the event's present value and, with history, its earlier ones.
// Each is judged by the properties as they stood at that time.
func (s *Signal) events(r connectors.Record) ([]Point, []Problem) {
	versions := r.History[s.Property]
	if len(versions) == 0 {
		raw, ok := r.Fields[s.Property]
		if !ok || raw.IsNull() || raw.Kind() == connectors.Text && raw.Text() == "" {
			return nil, nil
		}
		versions = []connectors.Version{{Value: raw, At: r.Modified}}
	}
	var points []Point
	var problems []Problem
	for _, v := range versions {
		if v.Value.IsNull() || v.Value.Kind() == connectors.Text && v.Value.Text() == "" {
			continue
		}
		at, ok := ParseTime(v.Value)
		if !ok {
			problems = append(problems, s.problem(r, v.Value, misfit(v.Value, "a date and time").Error()))
			continue
		}
		env := recordEnv{record: r, at: v.At, props: s.WhenProps}
		if s.When != nil && !s.When.Eval(env).Bool() {
			continue
		}
		points = append(points, Point{Signal: s.Name, Source: r.Ref.String(), At: at, Value: 1, Label: s.label(env)})
	}
	return points, problems
}

// label shows what the event was, out of the properties that it was judged by.
func (s *Signal) label(env recordEnv) string {
	for slot := range s.WhenProps {
		if v := env.Lookup(slot); !v.IsNull() {
			return Clip(v.String(), 120)
		}
	}
	return ""
}

func (s *Signal) problem(r connectors.Record, v connectors.Value, reason string) Problem {
	return Problem{Ref: r.Ref, Field: s.Name, Vendor: s.Property, Value: Clip(v.String(), 80), Reason: reason}
}

// recordEnv shows a record's properties, as they stood at a time, to a when
// clause.
type recordEnv struct {
	record connectors.Record
	at     time.Time
	props  []string
}

// historySlack is how far apart the vendor may stamp two properties that one
// event wrote.
const historySlack = 5 * time.Second

// Lookup returns the property of the slot.
func (e recordEnv) Lookup(slot int) connectors.Value {
	name := e.props[slot]
	value := e.record.Fields[name]
	for _, v := range e.record.History[name] {
		if v.At.After(e.at.Add(historySlack)) {
			break
		}
		value = v.Value
	}
	if value.Kind() == connectors.Text && value.Text() == "" {
		return connectors.Value{}
	}
	return value
}
