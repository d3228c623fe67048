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
func fires(m *mapping.Mapping, all ...*Criteria) bool { return firesWithout(m, nil, all...) }

// firesWithout is fires where none of some other criteria holds.
func firesWithout(m *mapping.Mapping, none []*Criteria, all ...*Criteria) bool {
	var parts []*Criteria
	for _, c := range all {
		parts = append(parts, c.conjuncts()...)
	}
	read := slices.Concat(none, parts)
	domains := map[string][]connectors.Value{}
	strange := func(c *Criteria) bool { return !understood(m, c, read, domains) }
	// Each that is left out makes it easier, so what is found stays true.
	parts, none = slices.DeleteFunc(parts, strange), slices.DeleteFunc(slices.Clone(none), strange)
	trials := 1
	var atoms []string
	for _, c := range slices.Concat(none, parts) {
		for _, program := range c.programs() {
			for i := range program.Atoms() {
				text := program.Atoms()[i].Text
				if slices.Contains(atoms, text) {
					continue
				}
				if trials *= len(domains[text]); trials > maxTrials {
					return true
				}
				atoms = append(atoms, text)
			}
		}
	}
	return try(atoms, domains, map[string]connectors.Value{}, func(values evaluator) bool {
		no := func(c *Criteria) bool { return !values(c).Bool() }
		return !slices.ContainsFunc(parts, no) && !slices.ContainsFunc(none, func(c *Criteria) bool { return !no(c) })
	})
}

// conjuncts are the parts of which all must hold.
func (c *Criteria) conjuncts() (out []*Criteria) {
	switch {
	case c == nil:
	case c.Program != nil || !c.All:
		out = append(out, c)
	default:
		for _, item := range c.Items {
			out = append(out, item.conjuncts()...)
		}
	}
	return out
}

// understood finds the values of all that the criteria read, and tells whether
// they could be found.
func understood(m *mapping.Mapping, c *Criteria, read []*Criteria, domains map[string][]connectors.Value) bool {
	for _, program := range c.programs() {
		for i := range program.Atoms() {
			text := program.Atoms()[i].Text
			if _, done := domains[text]; !done {
				domains[text] = domain(m, text, read)
			}
			if len(domains[text]) == 0 {
				return false
			}
		}
	}
	return true
}

func try(atoms []string, domains map[string][]connectors.Value, chosen map[string]connectors.Value, holds func(evaluator) bool) bool {
	if len(atoms) > 0 {
		for _, v := range domains[atoms[0]] {
			chosen[atoms[0]] = v
			if try(atoms[1:], domains, chosen, holds) {
				return true
			}
		}
		return false
	}
	return holds(func(c *Criteria) connectors.Value {
		return c.replay(func(text string) connectors.Value { return chosen[text] })
	})
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
	case isCall && function == "level":
		return numbers(atom, all, math.Inf(-1), math.Inf(1))
	case f == nil:
		return nil
	case f.Type == mapping.Bool:
		return answers()
	case f.Type == mapping.Enum:
		var words []connectors.Value
		for _, name := range valueNames(f) {
			words = append(words, connectors.TextValue(name))
		}
		return words
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
