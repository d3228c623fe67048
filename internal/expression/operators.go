package expression

import (
	"math"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/ast"

	"handoffd/connectors"
)

func isLogic(op string) bool { return op == "and" || op == "&&" || op == "or" || op == "||" }

func isNot(op string) bool { return op == "not" || op == "!" }

func isOrder(op string) bool { return op == "<" || op == "<=" || op == ">" || op == ">=" }

func (c *compiler) unary(n *ast.UnaryNode) (Type, node) {
	t, x := c.node(n.Node)
	switch {
	case t == 0:
		return 0, nil
	case isNot(n.Operator) && t == Bool:
		return Bool, func(f frame) connectors.Value {
			v := x(f)
			if v.IsNull() {
				return v
			}
			return connectors.BoolValue(!v.Bool())
		}
	case (n.Operator == "-" || n.Operator == "+") && t == Number:
		minus := n.Operator == "-"
		return Number, func(f frame) connectors.Value {
			v := x(f)
			if v.IsNull() || !minus {
				return v
			}
			return connectors.FloatValue(-v.Float())
		}
	}
	c.fault(n, "type", n.Operator+" does not work on a "+t.String())
	return 0, nil
}

func (c *compiler) conditional(n *ast.ConditionalNode) (Type, node) {
	tc, cond := c.node(n.Cond)
	t1, yes := c.node(n.Exp1)
	t2, no := c.node(n.Exp2)
	if tc == 0 || t1 == 0 || t2 == 0 {
		return 0, nil
	}
	if tc != Bool {
		c.fault(n.Cond, "type", "the condition is a "+tc.String()+", a yes/no is needed")
		return 0, nil
	}
	if t1 != t2 {
		c.fault(n, "type", "the two results are a "+t1.String()+" and a "+t2.String()+"; they must be of one type")
		return 0, nil
	}
	return t1, func(f frame) connectors.Value {
		v := cond(f)
		switch {
		case v.IsNull():
			return v
		case v.Bool():
			return yes(f)
		default:
			return no(f)
		}
	}
}

func (c *compiler) binary(n *ast.BinaryNode) (Type, node) {
	if n.Operator == "in" {
		return c.membership(n)
	}
	tl, l := c.node(n.Left)
	tr, r := c.node(n.Right)
	if tl == 0 || tr == 0 {
		return 0, nil
	}
	switch {
	case isLogic(n.Operator):
		if tl == Bool && tr == Bool {
			return Bool, logic(n.Operator, l, r)
		}
	case n.Operator == "==" || n.Operator == "!=":
		c.compare(n.Left, n.Right)
		c.compare(n.Right, n.Left)
		if tl == tr {
			return Bool, equality(n.Operator == "==", l, r)
		}
	case isOrder(n.Operator):
		if tl == tr && (tl == Number || tl == Time || tl == Text) {
			return Bool, order(n.Operator, tl, l, r)
		}
	case n.Operator == "matches":
		if tl == Text && tr == Text {
			return c.matches(n, l)
		}
	case textOperators[n.Operator] != nil:
		if tl == Text && tr == Text {
			return Bool, onText(textOperators[n.Operator], l, r)
		}
	case n.Operator == "+" && tl == Text && tr == Text:
		return Text, both(l, r, func(a, b connectors.Value) connectors.Value {
			return connectors.TextValue(a.Text() + b.Text())
		})
	case arithmetic[n.Operator] != nil:
		if tl == Number && tr == Number {
			op := arithmetic[n.Operator]
			return Number, both(l, r, func(a, b connectors.Value) connectors.Value {
				return connectors.FloatValue(op(a.Float(), b.Float()))
			})
		}
	default:
		c.fault(n, "expression", "the operator "+n.Operator+" is not part of the rule language")
		return 0, nil
	}
	c.fault(n, "type", n.Operator+" does not work between a "+tl.String()+" and a "+tr.String())
	return 0, nil
}

// logic is Kleene's: a decided side that settles the result does so whatever
// the other side is.
func logic(op string, l, r node) node {
	settles := op == "or" || op == "||"
	return func(f frame) connectors.Value {
		a := l(f)
		if !a.IsNull() && a.Bool() == settles {
			return a
		}
		b := r(f)
		if !b.IsNull() && b.Bool() == settles {
			return b
		}
		if a.IsNull() {
			return a
		}
		return b
	}
}

func both(l, r node, op func(a, b connectors.Value) connectors.Value) node {
	return func(f frame) connectors.Value {
		a := l(f)
		if a.IsNull() {
			return a
		}
		b := r(f)
		if b.IsNull() {
			return b
		}
		return op(a, b)
	}
}

func equality(want bool, l, r node) node {
	return both(l, r, func(a, b connectors.Value) connectors.Value {
		return connectors.BoolValue((a == b) == want)
	})
}

func order(op string, t Type, l, r node) node {
	compare := func(a, b connectors.Value) int {
		switch t {
		case Number:
			x, y := a.Float(), b.Float()
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		case Time:
			return a.Time().Compare(b.Time())
		default:
			return strings.Compare(a.Text(), b.Text())
		}
	}
	return both(l, r, func(a, b connectors.Value) connectors.Value {
		d := compare(a, b)
		switch op {
		case "<":
			return connectors.BoolValue(d < 0)
		case "<=":
			return connectors.BoolValue(d <= 0)
		case ">":
			return connectors.BoolValue(d > 0)
		default:
			return connectors.BoolValue(d >= 0)
		}
	})
}

// The tables are read only.
var textOperators = map[string]func(a, b string) bool{
	"contains":   strings.Contains,
	"startsWith": strings.HasPrefix,
	"endsWith":   strings.HasSuffix,
}

var arithmetic = map[string]func(a, b float64) float64{
	"+":  func(a, b float64) float64 { return a + b },
	"-":  func(a, b float64) float64 { return a - b },
	"*":  func(a, b float64) float64 { return a * b },
	"/":  func(a, b float64) float64 { return a / b }, // by zero gives missing
	"%":  math.Mod,
	"**": math.Pow,
	"^":  math.Pow,
}

func onText(op func(a, b string) bool, l, r node) node {
	return both(l, r, func(a, b connectors.Value) connectors.Value {
		return connectors.BoolValue(op(a.Text(), b.Text()))
	})
}

func (c *compiler) matches(n *ast.BinaryNode, l node) (Type, node) {
	pattern, ok := n.Right.(*ast.StringNode)
	if !ok {
		c.fault(n.Right, "expression", "matches takes a pattern in quotes")
		return 0, nil
	}
	re, err := regexp.Compile(pattern.Value)
	if err != nil {
		c.fault(n.Right, "pattern", "the pattern cannot be read: "+err.Error())
		return 0, nil
	}
	return Bool, func(f frame) connectors.Value {
		a := l(f)
		if a.IsNull() {
			return a
		}
		return connectors.BoolValue(re.MatchString(a.Text()))
	}
}

// compare notes that a name is compared with a text.
func (c *compiler) compare(name, text ast.Node) {
	id, isName := name.(*ast.IdentifierNode)
	s, isText := text.(*ast.StringNode)
	if !isName || !isText {
		return
	}
	at := c.at(text, "", "")
	c.compared = append(c.compared, Comparison{Name: id.Value, Text: s.Value, Offset: at.Offset, Width: at.Width})
}

// membership compiles `x in ["A", "B"]`; the list holds literals of x's type.
func (c *compiler) membership(n *ast.BinaryNode) (Type, node) {
	tl, l := c.node(n.Left)
	array, ok := n.Right.(*ast.ArrayNode)
	if !ok {
		c.fault(n.Right, "expression", `in takes a list of literals, such as ["A", "B"]`)
		return 0, nil
	}
	set := make(map[connectors.Value]bool, len(array.Nodes))
	for _, item := range array.Nodes {
		t, v := c.node(item)
		if t == 0 || tl == 0 {
			return 0, nil
		}
		if _, isName := item.(*ast.IdentifierNode); isName || t != tl {
			c.fault(item, "type", "the list must hold literals of the type "+tl.String())
			return 0, nil
		}
		set[v(frame{})] = true
		c.compare(n.Left, item)
	}
	if tl == 0 {
		return 0, nil
	}
	return Bool, func(f frame) connectors.Value {
		v := l(f)
		if v.IsNull() {
			return v
		}
		return connectors.BoolValue(set[v])
	}
}
