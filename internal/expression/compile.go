package expression

import (
	"errors"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
)

// maxNodes bounds an expression's size; the longest sensible rule has dozens.
const maxNodes = 1000

// Compile reads source and checks it against scope. want is the type that the
// caller needs, 0 for any. All faults are reported at once, except that a
// syntax error hides the rest.
func Compile(source string, scope Scope, want Type) (*Program, []Fault) {
	tree, fault := parse(source, scope)
	if fault != nil {
		return nil, []Fault{*fault}
	}
	c := &compiler{source: source, scope: scope, atomIndex: map[string]int{}}
	t, root := c.node(tree.Node)
	if want != 0 && t != 0 && t != want {
		c.fault(tree.Node, "type", "this is a "+t.String()+", a "+want.String()+" is needed here")
	}
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	p := &Program{Source: source, Type: t, root: root}
	if t == Bool {
		c.leaves(tree.Node, false, &p.leaves)
		p.shape = shapeOf(tree.Node, new(int))
	}
	p.atoms, p.compared = c.atoms, c.compared
	return p, nil
}

// parse reads the source with expr-lang's parser. Every function of the scope
// is announced to it as our own, since it reads count, any and some other names
// as its loops otherwise.
func parse(source string, scope Scope) (*parser.Tree, *Fault) {
	config := conf.CreateNew()
	config.MaxNodes = maxNodes
	for name := range scope.Functions {
		config.Functions[name] = &builtin.Function{Name: name}
	}
	for name := range config.Builtins {
		config.Disabled[name] = true
	}
	tree, err := parser.ParseWithConfig(source, config)
	if err == nil {
		return tree, nil
	}
	var fe *file.Error
	if !errors.As(err, &fe) {
		return nil, &Fault{Width: 1, Check: "expression", Message: err.Error()}
	}
	offset := byteOffset(source, fe.From)
	return nil, &Fault{Offset: offset, Width: max(1, byteOffset(source, fe.To)-offset), Check: "expression", Message: fe.Message}
}

func byteOffset(s string, runes int) int {
	offset := 0
	for ; runes > 0 && offset < len(s); runes-- {
		_, size := utf8.DecodeRuneInString(s[offset:])
		offset += size
	}
	return offset
}

type compiler struct {
	source    string
	scope     Scope
	faults    []Fault
	atoms     []Atom
	atomIndex map[string]int
	compared  []Comparison
}

func (c *compiler) fault(n ast.Node, check, message string) {
	c.faults = append(c.faults, c.at(n, check, message))
}

func (c *compiler) at(n ast.Node, check, message string) Fault {
	from := byteOffset(c.source, n.Location().From)
	to := byteOffset(c.source, n.Location().To)
	return Fault{Offset: from, Width: max(1, to-from), Check: check, Message: message}
}

// node compiles one node. On a fault it returns type 0 and a node that is
// never run.
func (c *compiler) node(n ast.Node) (Type, node) {
	switch n := n.(type) {
	case *ast.BoolNode:
		return Bool, constant(connectors.BoolValue(n.Value))
	case *ast.IntegerNode:
		return Number, constant(connectors.FloatValue(float64(n.Value)))
	case *ast.FloatNode:
		return Number, constant(connectors.FloatValue(n.Value))
	case *ast.StringNode:
		return Text, constant(connectors.TextValue(n.Value))
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.CallNode:
		return c.call(n)
	case *ast.BuiltinNode:
		c.fault(n, "expression", n.Name+" is not available: rules have no loops and no clock")
	case *ast.NilNode:
		c.fault(n, "expression", "nil is not available: a missing value makes the clause undecided; use known(field) to ask for it")
	default:
		c.fault(n, "expression", "this is not part of the rule language")
	}
	return 0, nil
}

func constant(v connectors.Value) node { return func(frame) connectors.Value { return v } }

func (c *compiler) identifier(n *ast.IdentifierNode) (Type, node) {
	name, ok := c.lookup(n)
	if !ok {
		return 0, nil
	}
	if name.Type == Signal {
		c.fault(n, "type", n.Value+" is a signal: ask for it with a function, such as count("+n.Value+`, "7d")`)
		return 0, nil
	}
	slot := name.Slot
	return name.Type, c.atom(n.Value, []string{n.Value}, func(e Env) connectors.Value { return e.Lookup(slot) })
}

func (c *compiler) lookup(n *ast.IdentifierNode) (Name, bool) {
	name, ok := c.scope.name(n.Value)
	if !ok {
		f := c.at(n, "unknown-field", n.Value+" is neither a field nor a signal of the mapping")
		f.Allowed = sortedKeys(c.scope.Names)
		f.Nearest = yamlpos.Nearest(n.Value, f.Allowed)
		c.faults = append(c.faults, f)
	}
	return name, ok
}

// atom registers something that looks at the outside, once per text.
func (c *compiler) atom(text string, names []string, eval Eval) node {
	if _, ok := c.atomIndex[text]; !ok {
		c.atomIndex[text] = len(c.atoms)
		c.atoms = append(c.atoms, Atom{Text: text, Names: names, eval: eval})
	}
	return func(f frame) connectors.Value {
		if f.replay != nil {
			return f.replay(text)
		}
		return eval(f.env)
	}
}

func (c *compiler) call(n *ast.CallNode) (Type, node) {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		c.fault(n, "expression", "only the rule functions can be called")
		return 0, nil
	}
	fn, ok := c.scope.Functions[callee.Value]
	if !ok {
		f := c.at(callee, "unknown-function", callee.Value+" is not a function of the rule language")
		f.Allowed = sortedKeys(c.scope.Functions)
		f.Nearest = yamlpos.Nearest(callee.Value, f.Allowed)
		c.faults = append(c.faults, f)
		return 0, nil
	}
	args, names, ok := c.arguments(n)
	if !ok {
		return 0, nil
	}
	t, eval, err := fn.Bind(args)
	if err != nil {
		var where ast.Node = callee
		var ae *ArgumentError
		if errors.As(err, &ae) && ae.Index < len(n.Arguments) {
			where = n.Arguments[ae.Index]
		}
		c.fault(where, "argument", err.Error()+"; write "+fn.Usage)
		return 0, nil
	}
	return t, c.atom(n.String(), names, eval)
}

// arguments compiles a call's arguments apart: what they read belongs to the
// call's atom and is no atom of its own.
func (c *compiler) arguments(n *ast.CallNode) (args []Argument, names []string, ok bool) {
	inner := &compiler{source: c.source, scope: c.scope, atomIndex: map[string]int{}}
	for _, a := range n.Arguments {
		args = append(args, inner.argument(a))
	}
	c.faults = append(c.faults, inner.faults...)
	for _, a := range args {
		if a.Type == Signal {
			names = append(names, a.Name)
		}
	}
	for _, a := range inner.atoms {
		names = append(names, a.Names...)
	}
	return args, names, len(inner.faults) == 0
}

func (c *compiler) argument(n ast.Node) Argument {
	if id, ok := n.(*ast.IdentifierNode); ok {
		if name, ok := c.scope.name(id.Value); ok && name.Type == Signal {
			return Argument{Type: Signal, Name: id.Value, Slot: name.Slot}
		}
	}
	t, compiled := c.node(n)
	arg := Argument{Type: t}
	if t == 0 {
		return arg
	}
	arg.Eval = func(e Env) connectors.Value { return compiled(frame{env: e}) }
	switch n := n.(type) {
	case *ast.IdentifierNode:
		name, _ := c.scope.name(n.Value)
		arg.Name, arg.Slot = n.Value, name.Slot
	default:
		if v, ok := literal(n); ok {
			arg.Const = &v
		}
	}
	return arg
}

// literal is the value of a node that stands for itself, a sign included.
func literal(n ast.Node) (connectors.Value, bool) {
	switch n := n.(type) {
	case *ast.BoolNode:
		return connectors.BoolValue(n.Value), true
	case *ast.IntegerNode:
		return connectors.FloatValue(float64(n.Value)), true
	case *ast.FloatNode:
		return connectors.FloatValue(n.Value), true
	case *ast.StringNode:
		return connectors.TextValue(n.Value), true
	case *ast.UnaryNode:
		v, ok := literal(n.Node)
		if !ok || v.Kind() != connectors.Number || n.Operator != "-" && n.Operator != "+" {
			return connectors.Value{}, false
		}
		if n.Operator == "-" {
			v = connectors.FloatValue(-v.Float())
		}
		return v, true
	}
	return connectors.Value{}, false
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// leaves lists the clauses below the ands, ors and nots, left to right.
func (c *compiler) leaves(n ast.Node, not bool, out *[]leaf) {
	switch n := n.(type) {
	case *ast.BinaryNode:
		if isLogic(n.Operator) {
			c.leaves(n.Left, not, out)
			c.leaves(n.Right, not, out)
			return
		}
	case *ast.UnaryNode:
		if isNot(n.Operator) {
			c.leaves(n.Node, !not, out)
			return
		}
	}
	inner := &compiler{source: c.source, scope: c.scope, atomIndex: map[string]int{}}
	_, compiled := inner.node(n)
	l := leaf{text: strings.TrimSpace(n.String()), node: compiled, not: not}
	for _, a := range inner.atoms {
		l.atoms = append(l.atoms, c.atomIndex[a.Text])
	}
	l.bound, l.number = boundOf(n), c.threshold(n)
	if b, ok := n.(*ast.BinaryNode); ok && l.bound == nil && isOrder(b.Operator) {
		if limit, ok := literal(b.Right); ok {
			l.reckoned = &Bound{Atom: b.Left.String(), Operator: b.Operator, Limit: limit}
			_, l.left = inner.node(b.Left)
		}
	}
	*out = append(*out, l)
}

// boundOf recognises `atom op literal`.
func boundOf(n ast.Node) *Bound {
	b, ok := n.(*ast.BinaryNode)
	if !ok || !isOrder(b.Operator) && b.Operator != "==" {
		return nil
	}
	limit, ok := literal(b.Right)
	if !ok || limit.Kind() == connectors.Bool {
		return nil
	}
	switch b.Left.(type) {
	case *ast.IdentifierNode, *ast.CallNode:
		return &Bound{Atom: b.Left.String(), Operator: b.Operator, Limit: limit}
	}
	return nil
}
