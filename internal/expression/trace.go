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

// Clause is one clause of a program with what it saw.
type Clause struct {
	Text   string           `json:"text"`
	Result connectors.Value `json:"result"` // true, false, or null for undecided
	Seen   []Seen           `json:"seen,omitempty"`
	Bound  *Bound           `json:"bound,omitempty"`
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
		c := Clause{Text: l.text, Result: l.node(f), Bound: l.bound}
		for _, a := range l.atoms {
			c.Seen = append(c.Seen, Seen{Atom: p.atoms[a].Text, Value: values[a]})
		}
		clauses[i] = c
	}
	return p.root(f), clauses
}
