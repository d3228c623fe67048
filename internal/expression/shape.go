package expression

import "github.com/expr-lang/expr/ast"

// Shape is how a program's clauses are joined: what would have to change for
// it to come out otherwise.
type Shape struct {
	// Join is "and", "or" or "not" of Items, "" for a single clause.
	Join  string
	Items []Shape
	// Clause is the clause's place among those that Trace lists.
	Clause int
}

// Shape returns how the clauses of a yes/no program are joined.
func (p *Program) Shape() Shape { return p.shape }

// shapeOf follows the same path as leaves, so that clauses are counted alike.
func shapeOf(n ast.Node, clauses *int) Shape {
	switch n := n.(type) {
	case *ast.BinaryNode:
		if isLogic(n.Operator) {
			join := "and"
			if n.Operator == "or" || n.Operator == "||" {
				join = "or"
			}
			left := shapeOf(n.Left, clauses)
			return Shape{Join: join, Items: []Shape{left, shapeOf(n.Right, clauses)}}
		}
	case *ast.UnaryNode:
		if isNot(n.Operator) {
			return Shape{Join: "not", Items: []Shape{shapeOf(n.Node, clauses)}}
		}
	}
	*clauses++
	return Shape{Clause: *clauses - 1}
}

// Clauses counts the clauses.
func (s Shape) Clauses() int {
	if s.Join == "" {
		return 1
	}
	n := 0
	for _, item := range s.Items {
		n += item.Clauses()
	}
	return n
}
