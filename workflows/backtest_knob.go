package workflows

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"handoffd/internal/expression"
)

// Knob is a number in the policy's rules that a backtest may turn.
type Knob struct {
	Rule string
	// Segment is whose criteria it stands in, "" for the rule's own.
	Segment string
	// Place counts the clauses of the gate and the criteria as explain lists
	// them, from 1.
	Place  int
	Clause string
	Value  float64

	kind      Type
	gate      bool
	threshold expression.Threshold
	program   *expression.Program
}

// String is the name by which it is turned.
func (k Knob) String() string { return k.owner() + "/" + k.Clause }

func (k Knob) owner() string {
	if k.Segment != "" {
		return k.Rule + "/" + k.Segment
	}
	return k.Rule
}

// Knobs lists the numbers that the policy's rules hold something against.
func (p *Policy) Knobs() []Knob {
	var out []Knob
	for i := range p.Handoffs {
		h := &p.Handoffs[i]
		place := h.knobs("", h.Gate, 0, true, &out)
		h.knobs("", h.When, place, false, &out)
		for _, s := range p.Segments {
			h.knobs(s.Name, h.Segments[s.Name], place, false, &out)
		}
	}
	return out
}

// knobs adds those of a tree whose first clause comes after place, and returns
// the place of its last.
func (h *Handoff) knobs(segment string, c *Criteria, place int, gate bool, out *[]Knob) int {
	for _, program := range c.programs() {
		for _, t := range program.Thresholds() {
			*out = append(*out, Knob{
				Rule: h.Name, Segment: segment, Place: place + t.Clause + 1, Clause: t.Text, Value: t.Value,
				kind: h.Type, gate: gate, threshold: t, program: program,
			})
		}
		place += program.Shape().Clauses()
	}
	return place
}

// names are what the knob may be called: by its clause as explain shows it, by
// the clause's place, by what the number is compared with, or by the one field
// or signal that the clause reads; with the rule before it, or without.
func (k Knob) names() []string {
	short := []string{k.Clause, strconv.Itoa(k.Place)}
	if k.threshold.Atom != "" {
		operator := strings.TrimSuffix(strings.TrimPrefix(k.Clause, k.threshold.Atom), number(k.Value))
		short = append(short, k.threshold.Atom, k.threshold.Atom+strings.TrimSuffix(strings.TrimSpace(operator), "="))
	}
	if len(k.threshold.Names) == 1 {
		short = append(short, k.threshold.Names[0])
	}
	out := make([]string, 0, 2*len(short))
	for _, s := range short {
		out = append(out, tight(k.owner()+"/"+s))
		if s != short[1] {
			out = append(out, tight(s))
		}
	}
	return out
}

// tight drops what people write as they like: spaces, and which quotes.
func tight(s string) string {
	return strings.NewReplacer(" ", "", "\t", "", "'", `"`).Replace(s)
}

// Knob finds a number by its name. Where a rule and its segments both have
// one of that name, it is the rule's own.
func (p *Policy) Knob(name string) (Knob, error) {
	var found, own []Knob
	all := p.Knobs()
	for _, k := range all {
		for _, n := range k.names() {
			if n == tight(name) {
				found = append(found, k)
				if k.Segment == "" {
					own = append(own, k)
				}
				break
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(own) == 1:
		return own[0], nil
	case len(found) > 1:
		return Knob{}, fmt.Errorf("%q is not one number but %d; name one of them: %s", name, len(found), listKnobs(found))
	case len(all) == 0:
		return Knob{}, errors.New("the rules compare nothing with a number")
	}
	return Knob{}, fmt.Errorf("no clause of the rules is called %q; the numbers are: %s", name, listKnobs(all))
}

func listKnobs(knobs []Knob) string {
	names := make([]string, len(knobs))
	for i, k := range knobs {
		names[i] = "'" + k.String() + "'"
	}
	return strings.Join(names, ", ")
}

// Turn is the policy with another number in one place. It decides like the
// policy; it is not to be carried out.
func (p *Policy) Turn(k Knob, value float64) (*Policy, error) {
	source := k.program.With(k.threshold, number(value))
	scope := expression.Scope{Names: p.Mapping.Names(), Functions: functions(p.Mapping, func(int, time.Duration) {})}
	program, faults := expression.Compile(source, scope, expression.Bool)
	if len(faults) > 0 {
		return nil, fmt.Errorf("%s with %s: %s", k, number(value), faults[0].Message)
	}
	q := *p
	q.Handoffs = make([]Handoff, len(p.Handoffs))
	for i, h := range p.Handoffs {
		h.Gate, h.When = h.Gate.with(k.program, program), h.When.with(k.program, program)
		segments := make(map[string]*Criteria, len(h.Segments))
		for name, c := range h.Segments {
			segments[name] = c.with(k.program, program)
		}
		h.Segments = segments
		q.Handoffs[i] = h
	}
	return &q, nil
}

// with is the tree with another program in the place of one of its leaves.
func (c *Criteria) with(old, program *expression.Program) *Criteria {
	switch {
	case c == nil:
		return nil
	case c.Program == old && old != nil:
		return &Criteria{Program: program}
	case c.Program != nil:
		return c
	}
	out := &Criteria{All: c.All, Items: make([]*Criteria, len(c.Items))}
	for i, item := range c.Items {
		out.Items[i] = item.with(old, program)
	}
	return out
}

// maxValues bounds a sweep: each value replays all accounts.
const maxValues = 60

// ParseVary reads "NAME=60..90/5" or "NAME=60,70,80": which number, and the
// values to try.
func ParseVary(text string) (name string, values []float64, err error) {
	at := strings.LastIndex(text, "=")
	if at <= 0 {
		return "", nil, fmt.Errorf("%q names no values: write for example 'intent_score=60..90/5'", text)
	}
	name, list := strings.TrimSpace(text[:at]), strings.TrimSpace(text[at+1:])
	if from, rest, ranged := strings.Cut(list, ".."); ranged {
		values, err = steppedValues(from, rest)
	} else {
		for _, one := range strings.Split(list, ",") {
			v, bad := strconv.ParseFloat(strings.TrimSpace(one), 64)
			if bad != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return "", nil, fmt.Errorf("%q is no number: write values as 60..90/5 or 60,70,80", strings.TrimSpace(one))
			}
			values = append(values, v)
		}
	}
	if err == nil && len(values) > maxValues {
		err = fmt.Errorf("%s are %d values, at most %d are tried; take a larger step", list, len(values), maxValues)
	}
	return name, values, err
}

func steppedValues(from, rest string) ([]float64, error) {
	to, by, stepped := strings.Cut(rest, "/")
	a, errA := strconv.ParseFloat(strings.TrimSpace(from), 64)
	b, errB := strconv.ParseFloat(strings.TrimSpace(to), 64)
	step := 1.0
	var errC error
	if stepped {
		step, errC = strconv.ParseFloat(strings.TrimSpace(by), 64)
	}
	if err := errors.Join(errA, errB, errC); err != nil || !(step > 0) || !(b >= a) || math.IsInf(b-a, 0) || math.IsInf(step, 0) {
		return nil, fmt.Errorf("%s..%s is no range: write it as 60..90/5, from the smaller to the larger number, by a step", from, rest)
	}
	if n := (b - a) / step; n > maxValues {
		return nil, fmt.Errorf("%s..%s are %.0f values, at most %d are tried; take a larger step", from, rest, n+1, maxValues)
	}
	var out []float64
	for i := 0; ; i++ {
		v := math.Round((a+float64(i)*step)*1e6) / 1e6
		if v > b+1e-9 {
			return out, nil
		}
		out = append(out, v)
	}
}
