package expression

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Threshold is the number that a clause is held against: the 70 of
// rises(score, 70), the 3 of count(visits, "7d") >= 3.
type Threshold struct {
	// Clause is the clause's place among those that Trace lists.
	Clause int
	Text   string
	Value  float64
	// Atom is what is compared, "" if the number stands inside of a call.
	Atom string
	// Names are the fields and signals that the clause reads.
	Names []string
	// Up: the clause holds from the number upwards.
	Up bool

	offset, width int
}

// Thresholds lists the clauses of a yes/no program that have one.
func (p *Program) Thresholds() []Threshold {
	var out []Threshold
	for i, l := range p.leaves {
		if l.number == nil {
			continue
		}
		t := *l.number
		t.Clause, t.Text = i, l.text
		for _, a := range l.atoms {
			t.Names = append(t.Names, p.atoms[a].Names...)
		}
		out = append(out, t)
	}
	return out
}

// With is the program's source with another number in the place of one of its
// thresholds.
func (p *Program) With(t Threshold, number string) string {
	return p.Source[:t.offset] + number + p.Source[t.offset+t.width:]
}

// threshold finds the number of a clause, nil if it has none, or several.
func (c *compiler) threshold(n ast.Node) *Threshold {
	switch n := n.(type) {
	case *ast.BinaryNode:
		if !isOrder(n.Operator) {
			return nil
		}
		switch n.Left.(type) {
		case *ast.IdentifierNode, *ast.CallNode:
			t := c.numeral(n.Right)
			if t != nil {
				t.Atom, t.Up = n.Left.String(), strings.HasPrefix(n.Operator, ">")
			}
			return t
		}
	case *ast.CallNode:
		var found *Threshold
		for _, arg := range n.Arguments {
			t := c.numeral(arg)
			if t != nil && found != nil {
				return nil
			}
			if t != nil {
				found = t
			}
		}
		if found != nil {
			found.Up = true
		}
		return found
	}
	return nil
}

// numeral reads a number as it is written.
func (c *compiler) numeral(n ast.Node) *Threshold {
	t := &Threshold{}
	switch n := n.(type) {
	case *ast.IntegerNode:
		t.Value = float64(n.Value)
	case *ast.FloatNode:
		t.Value = n.Value
	default:
		return nil
	}
	t.offset = byteOffset(c.source, n.Location().From)
	t.width = byteOffset(c.source, n.Location().To) - t.offset
	if t.width <= 0 {
		return nil
	}
	return t
}
