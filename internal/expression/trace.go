package expression

import "handoffd/connectors"

// Seen is the value that an atom had.
type Seen struct {
	Atom  string           `json:"atom"`
	Value connectors.Value `json:"value"`
}

// Bound is a comparison of one atom with a literal: what it takes to pass.
type Bound struct {
	Atom     string           `json:"atom"`
	Operator string           `json:"operator"`
	Limit    connectors.Value `json:"limit"`
}

// Reckoned is a comparison of what is computed from atoms, such as their sum,
// with a literal; Bound.Atom is how it is computed.
type Reckoned struct {
	Bound
	Have connectors.Value `json:"have"`
}

// Clause is one clause of a program with what it saw.
type Clause struct {
	Text   string           `json:"text"`
	Result connectors.Value `json:"result"` // true, false, or null for undecided
	Seen   []Seen           `json:"seen,omitempty"`
	Bound  *Bound           `json:"bound,omitempty"`
	// Reckoned is set instead of Bound where no single atom is compared.
	Reckoned *Reckoned `json:"reckoned,omitempty"`
	// Not: it stands below a not, so the rule wants it to be false.
	Not bool `json:"not,omitempty"`
}

// Says is the clause as the rule means it.
func (c *Clause) Says() string {
	switch {
	case !c.Not:
		return c.Text
	case len(c.Seen) == 1 && c.Seen[0].Atom == c.Text:
		return "not " + c.Text
	}
	return "not (" + c.Text + ")"
}

// Holds tells whether it is as the rule wants it, null for undecided.
func (c *Clause) Holds() connectors.Value {
	if c.Result.IsNull() || !c.Not {
		return c.Result
	}
	return connectors.BoolValue(!c.Result.Bool())
}

// Trace evaluates every clause of the program, also those that the result
// does not depend on, and tells what each saw.
func (p *Program) Trace(env Env) (connectors.Value, []Clause) {
	values := make([]connectors.Value, len(p.atoms))
	byText := make(map[string]connectors.Value, len(p.atoms))
	for i, a := range p.atoms {
		values[i] = a.eval(env)
		byText[a.Text] = values[i]
	}
	f := frame{replay: func(text string) connectors.Value { return byText[text] }}
	clauses := make([]Clause, len(p.leaves))
	for i, l := range p.leaves {
		c := Clause{Text: l.text, Result: l.node(f), Bound: l.bound, Not: l.not}
		if l.reckoned != nil {
			c.Reckoned = &Reckoned{Bound: *l.reckoned, Have: l.left(f)}
		}
		for _, a := range l.atoms {
			c.Seen = append(c.Seen, Seen{Atom: p.atoms[a].Text, Value: values[a]})
		}
		clauses[i] = c
	}
	return p.root(f), clauses
}
