package workflows

import (
	"slices"

	"handoffd/connectors"
	"handoffd/internal/expression"
)

// Criteria is a tree of clauses: a single expression, or any or all of
// several. Its logic is three-valued: a clause whose data is missing or stale
// is undecided, and so is the tree unless the rest settles it (I12).
type Criteria struct {
	Program *expression.Program // a leaf
	All     bool                // else any
	Items   []*Criteria
	// drifts says of each clause of Program how it may change by time alone.
	drifts []expression.Drift
}

// Eval returns true, false, or Null for undecided.
func (c *Criteria) Eval(env expression.Env) connectors.Value {
	if c.Program != nil {
		return c.Program.Eval(env)
	}
	return c.fold(func(item *Criteria) connectors.Value { return item.Eval(env) })
}

// whole tells whether all of it could be read.
func (c *Criteria) whole() bool {
	if c == nil || c.Program != nil {
		return true
	}
	return len(c.Items) > 0 && !slices.ContainsFunc(c.Items, func(item *Criteria) bool { return !item.whole() })
}

func (c *Criteria) replay(atom func(string) connectors.Value) connectors.Value {
	if c.Program != nil {
		return c.Program.Replay(atom)
	}
	return c.fold(func(item *Criteria) connectors.Value { return item.replay(atom) })
}

func (c *Criteria) fold(eval func(*Criteria) connectors.Value) connectors.Value {
	undecided := false
	for _, item := range c.Items {
		v := eval(item)
		switch {
		case v.IsNull():
			undecided = true
		case v.Bool() != c.All:
			return v // settles it
		}
	}
	if undecided {
		return connectors.Value{}
	}
	return connectors.BoolValue(c.All)
}

// programs lists the leaves, left to right.
func (c *Criteria) programs() []*expression.Program {
	if c == nil {
		return nil
	}
	if c.Program != nil {
		return []*expression.Program{c.Program}
	}
	var out []*expression.Program
	for _, item := range c.Items {
		out = append(out, item.programs()...)
	}
	return out
}
