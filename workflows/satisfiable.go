package workflows

import (
	"math"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/mapping"
)

// maxTrials bounds the search for values under which a rule fires; rules that
// would need more are believed.
const maxTrials = 50000

// fires tells whether there are values under which all the criteria hold. It
// tries every combination of the values that can make a difference: both
// answers of a yes/no, and for numbers and words those that the clauses compare
// with, those between, and those beyond. What it does not understand it believes.
func fires(m *mapping.Mapping, all ...*Criteria) bool {
	domains := map[string][]connectors.Value{}
	trials := 1
	for _, c := range all {
		for _, program := range c.programs() {
			for i := range program.Atoms() {
				text := program.Atoms()[i].Text
				if _, done := domains[text]; done {
					continue
				}
				values := domain(m, text, all)
				if trials *= len(values); len(values) == 0 || trials > maxTrials {
					return true
				}
				domains[text] = values
			}
		}
	}
	atoms := make([]string, 0, len(domains))
	for text := range domains {
		atoms = append(atoms, text)
	}
	return try(atoms, domains, map[string]connectors.Value{}, all)
}

func try(atoms []string, domains map[string][]connectors.Value, chosen map[string]connectors.Value, all []*Criteria) bool {
	if len(atoms) > 0 {
		for _, v := range domains[atoms[0]] {
			chosen[atoms[0]] = v
			if try(atoms[1:], domains, chosen, all) {
				return true
			}
		}
		return false
	}
	for _, c := range all {
		if c != nil && !c.replay(func(text string) connectors.Value { return chosen[text] }).Bool() {
			return false
		}
	}
	return true
}

// domain lists the values of an atom that can make a difference, none if it is
// not understood.
func domain(m *mapping.Mapping, atom string, all []*Criteria) []connectors.Value {
	function, _, isCall := strings.Cut(atom, "(")
	f := m.Field(atom)
	switch {
	case isCall && (function == "rises" || function == "known"):
		return answers()
	case isCall && (function == "count" || function == "sum" || function == "rate"):
		return numbers(atom, all, 0, math.Inf(1))
	case f == nil:
		return nil
	case f.Type == mapping.Bool:
		return answers()
	case (f.Type == mapping.Number || f.Type == mapping.Money) && f.Ranged:
		return numbers(atom, all, f.Min, f.Max)
	case f.Type == mapping.Number || f.Type == mapping.Money:
		return numbers(atom, all, math.Inf(-1), math.Inf(1))
	}
	return nil
}

func answers() []connectors.Value {
	return []connectors.Value{connectors.BoolValue(false), connectors.BoolValue(true)}
}

// numbers lists the limits that an atom is compared with, the middles between
// them and a step beyond, as far as they lie in the range. An atom that stands
// anywhere but in a plain comparison is not understood.
func numbers(atom string, all []*Criteria, least, most float64) []connectors.Value {
	var limits []float64
	for _, c := range all {
		for _, program := range c.programs() {
			compared := 0
			for _, b := range program.Bounds() {
				if b.Atom == atom {
					compared++
					limits = append(limits, b.Limit.Float())
				}
			}
			if compared == 0 && mentions(program, atom) {
				return nil
			}
		}
	}
	slices.Sort(limits)
	candidates := []float64{least, most}
	for i, l := range limits {
		candidates = append(candidates, l-1, l, l+1)
		if i > 0 {
			candidates = append(candidates, (l+limits[i-1])/2)
		}
	}
	slices.Sort(candidates)
	var out []connectors.Value
	for _, x := range slices.Compact(candidates) {
		if x >= least && x <= most && !math.IsInf(x, 0) {
			out = append(out, connectors.FloatValue(x))
		}
	}
	return out
}

func mentions(p *expression.Program, atom string) bool {
	return slices.ContainsFunc(p.Atoms(), func(a expression.Atom) bool { return a.Text == atom })
}
