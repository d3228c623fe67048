package mapping

import (
	"slices"
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

// Rollup says how the signals of several records become one of the account.
type Rollup string

// The ways to roll up. Sum is the default.
const (
	Sum Rollup = "sum"
	// Max takes the record with the most.
	Max Rollup = "max"
	// Latest takes the record that was active last.
	Latest Rollup = "latest"
	// Any is 1 if any record has something, else 0.
	Any Rollup = "any"
)

// Signal is one named kind of behaviour.
type Signal struct {
	Name   string
	Slot   int
	Kind   SignalKind
	Rollup Rollup
	// Sources are where it is read: one, or for activities one per CRM.
	Sources []Source
	// History: the property is overwritten by the vendor, so earlier values
	// are read as well.
	History bool

	key yamlpos.Node // where it is declared
}

// Source is where a signal is read in one CRM.
type Source struct {
	Side Side
	// Objects are the kinds of record: one, or all activities.
	Objects []connectors.Object
	// Property is the vendor's field: the number, or the event's time.
	Property string
	// When, if set, must hold on the record for an event to count. Its
	// names are the vendor's properties, as text.
	When      *expression.Program
	WhenProps []string // property per slot of When
	// Subject: the activity's subject is read as well, to tell what another
	// sync has copied from one CRM into the other.
	Subject bool
}

// Source returns where the signal is read in that CRM, nil if it is not.
func (s *Signal) Source(side Side) *Source {
	for i := range s.Sources {
		if s.Sources[i].Side == side {
			return &s.Sources[i]
		}
	}
	return nil
}

// Reads returns the source that the record belongs to, nil if there is none.
func (s *Signal) Reads(r connectors.Ref) *Source {
	if src := s.Source(SideOf(r.System)); src != nil && slices.Contains(src.Objects, r.Object) {
		return src
	}
	return nil
}

// Unknown tells that the account has no record in any CRM that the signal is
// read from, so that nothing is known of it.
func (s *Signal) Unknown(a *Account) bool {
	for i := range s.Sources {
		if _, ok := a.Ref(s.Sources[i].Side); ok {
			return false
		}
	}
	return true
}

// Systems names where the signal is read, for people.
func (s *Signal) Systems() string {
	names := make([]string, len(s.Sources))
	for i := range s.Sources {
		names[i] = string(s.Sources[i].Side.System())
	}
	return strings.Join(names, " or ")
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
	// Owner is whose activity it was, "" if that is not known: the vendor's
	// id as Extract reads it, the e-mail address in lower case where points
	// of both CRMs are compared.
	Owner string
}

// Extracted is what a record says of behaviour.
type Extracted struct {
	// Points are events; one that is known already stays as it is.
	Points []Point
	// Grown are growths and levels; they replace what was known.
	Grown    []Growth
	Problems []Problem
}

// Extract reads the signals that a record carries. home is the id of the
// account's record that it belongs to, "" for none. A counter seen for the
// first time is a baseline and no growth, so that a contact who joins an
// account does not bring his past along.
func (m *Mapping) Extract(r connectors.Record, home string, ledger *Ledger) (out Extracted) {
	if r.Deleted || r.OutOfScope {
		return out
	}
	for i := range m.Signals {
		s := &m.Signals[i]
		src := s.Reads(r.Ref)
		if src == nil {
			continue
		}
		if s.Kind == Event {
			points, problems := s.events(src, r)
			out.Points = append(out.Points, points...)
			out.Problems = append(out.Problems, problems...)
			continue
		}
		grown, problems := s.number(src, r, home, ledger)
		out.Grown = append(out.Grown, grown...)
		out.Problems = append(out.Problems, problems...)
	}
	return out
}

// number reads a counter or a level.
func (s *Signal) number(src *Source, r connectors.Record, home string, ledger *Ledger) (out []Growth, problems []Problem) {
	raw, ok := r.Fields[src.Property]
	if !ok {
		return nil, nil
	}
	if raw.IsNull() || raw.Text() == "" && raw.Kind() == connectors.Text {
		if s.Kind == Level {
			return nil, nil
		}
		raw = connectors.FloatValue(0) // the vendor has counted nothing yet
	}
	n := raw
	if raw.Kind() == connectors.Text {
		var err error
		if n, err = connectors.NumberValue(strings.TrimSpace(raw.Text())); err != nil {
			return nil, []Problem{s.problem(src, r, raw, misfit(raw, "a number").Error())}
		}
	}
	key := CounterKey{Record: r.Ref.String(), Property: src.Property}
	for i, st := range ledger.add(key, Reading{At: r.Modified, Value: n.Float(), Home: home}) {
		if st.idle || s.Kind == Counter && i == 0 && st.grown == 0 {
			continue
		}
		p := Point{Signal: s.Name, Source: key.Record, At: st.At, Value: st.grown}
		if s.Kind == Level {
			p.Value = st.Value
			if st.left != "" { // it is no longer that account's
				out = append(out, Growth{Home: st.left, Point: Point{Signal: s.Name, Source: key.Record, At: st.At}})
			}
		}
		if st.Home != "" {
			out = append(out, Growth{Home: st.Home, Point: p})
		}
	}
	return out, nil
}

// events reads the event's present value and, with history, its earlier ones.
// Each is judged by the properties as they stood at that time.
func (s *Signal) events(src *Source, r connectors.Record) ([]Point, []Problem) {
	versions := r.History[src.Property]
	if len(versions) == 0 {
		raw, ok := r.Fields[src.Property]
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
			problems = append(problems, s.problem(src, r, v.Value, misfit(v.Value, "a date and time").Error()))
			continue
		}
		env := recordEnv{record: r, at: v.At, props: src.WhenProps}
		if src.When != nil && !src.When.Eval(env).Bool() {
			continue
		}
		points = append(points, Point{Signal: s.Name, Source: r.Ref.String(), At: at, Value: 1, Label: src.label(env), Owner: src.owner(r)})
	}
	return points, problems
}

// label shows what the event was, out of the properties that it was judged by.
func (s *Source) label(env recordEnv) string {
	if s.Subject {
		subject := env.record.Fields[subjectOf(env.record.Ref.System, env.record.Ref.Object)]
		return Clip(strings.TrimSpace(subject.Text()), 120)
	}
	for slot := range s.WhenProps {
		if v := env.Lookup(slot); !v.IsNull() {
			return Clip(v.String(), 120)
		}
	}
	return ""
}

// owner is whose activity the record is, where it may be a copy of another.
func (s *Source) owner(r connectors.Record) string {
	if !s.Subject {
		return ""
	}
	return strings.TrimSpace(r.Fields[ownerOf(r.Ref.System)].Text())
}

func (s *Signal) problem(src *Source, r connectors.Record, v connectors.Value, reason string) Problem {
	return Problem{Ref: r.Ref, Field: s.Name, Vendor: src.Property, Value: Clip(v.String(), 80), Reason: reason}
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
