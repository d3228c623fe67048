package yamlpos

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Kind is what a Node holds.
type Kind uint8

// The kinds. Absent is a key that is not written at all, Null one that is
// written with nothing (or null) behind it.
const (
	Absent Kind = iota
	Null
	Scalar
	Mapping
	List
)

// String names the kind as messages do.
func (k Kind) String() string {
	return [...]string{"absent", "nothing", "single value", "mapping", "list"}[min(k, List)]
}

func (k Kind) article() string {
	switch k {
	case Absent, Null:
		return "nothing"
	default:
		return "a " + k.String()
	}
}

// Node is a value in a file, or the absence of one. Nodes are small and meant
// to be passed by value. Aliases are already resolved: a problem with an
// aliased value is at the place where it is written.
type Node struct {
	file *File
	n    *yaml.Node
	key  *yaml.Node // the key that leads here, nil in lists and at the root
	path string
}

func (f *File) node(n, key *yaml.Node, path string) Node {
	return Node{file: f, n: resolve(n), key: key, path: path}
}

// OK tells whether something is written here, be it null.
func (n Node) OK() bool { return n.Kind() != Absent }

// Kind says what the node holds.
func (n Node) Kind() Kind {
	if n.file == nil {
		return Absent
	}
	return kindOf(n.n)
}

func kindOf(n *yaml.Node) Kind {
	switch {
	case n == nil:
		return Null
	case n.Kind == yaml.MappingNode:
		return Mapping
	case n.Kind == yaml.SequenceNode:
		return List
	case isNull(n):
		return Null
	default:
		return Scalar
	}
}

// isNull: quoted texts and block scalars are never null.
func isNull(n *yaml.Node) bool { return n.Style&^yaml.FlowStyle == 0 && n.Tag == "!!null" }

// Path is the way to the node from the top, as connectors.hubspot.auth or
// workflows.when.any[2]. It is "" at the top.
func (n Node) Path() string { return n.path }

// Raw is a scalar's text as YAML decodes it, whatever its type; "" for all
// else. It reports nothing.
func (n Node) Raw() string {
	if n.Kind() != Scalar {
		return ""
	}
	return n.n.Value
}

// Pos is where the value begins; for nothing, the key that has no value.
func (n Node) Pos() Pos { return n.span().Pos }

// KeyPos is where the key stands that leads to the value, or the value itself
// where there is no key.
func (n Node) KeyPos() Pos { return n.head().Pos }

// Errorf adds a Problem at the node.
func (n Node) Errorf(check, format string, args ...any) {
	if n.file != nil {
		n.file.c.Errorf(n, check, format, args...)
	}
}

// Warnf adds a Warning at the node.
func (n Node) Warnf(check, format string, args ...any) {
	if n.file != nil {
		n.file.c.Warnf(n, check, format, args...)
	}
}

// Add adds p at the node, its position and width filled in.
func (n Node) Add(p Problem) {
	if n.file == nil {
		return
	}
	s := n.span()
	p.Pos, p.Width = s.Pos, s.Width
	n.file.c.Add(p)
}

func (n Node) span() Span {
	switch {
	case n.file == nil:
		return Span{}
	case n.n == nil:
		return Span{Pos: Pos{File: n.file.src.name, Line: 1, Col: 1}, Width: 1}
	case n.key != nil && isNull(n.n) && n.n.Value == "":
		return n.file.place(n.key)
	default:
		return n.file.place(n.n)
	}
}

// head is the span of the key, for problems with a section as a whole.
func (n Node) head() Span {
	if n.file != nil && n.key != nil {
		return n.file.place(n.key)
	}
	return n.span()
}

// place is the span of a node: a scalar's first line, an alias, else the one
// character at which a collection begins.
func (f *File) place(n *yaml.Node) Span {
	from := f.src.offset(n.Line, n.Column)
	switch n.Kind {
	case yaml.AliasNode:
		return f.src.spanOf(from, from+1+len(n.Value))
	case yaml.ScalarNode:
		if m, ok := f.src.locate(n); ok {
			return f.src.spanOf(m.from, m.to)
		}
	}
	return f.src.spanOf(from, from+1)
}

// child is the path of a key below n.
func (n Node) child(key string) string {
	if n.path == "" {
		return key
	}
	return n.path + "." + key
}

func (n Node) item(i int) string { return n.path + "[" + strconv.Itoa(i) + "]" }

// expected reports that the node is not what it should be.
func (n Node) expected(check, what string) bool {
	n.Add(Problem{Check: check, Message: fmt.Sprintf("%sexpected %s, got %s", n.label(), what, n.describe())})
	return false
}

// label begins a message with the node's path, if it has one.
func (n Node) label() string {
	if n.path == "" {
		return ""
	}
	return n.path + ": "
}

// describe names the value found. Long texts are cut: a message is one line.
func (n Node) describe() string {
	if k := n.Kind(); k != Scalar {
		return k.article()
	}
	switch {
	case n.n.Style != 0 || n.n.Tag == "!!str":
		return quote(n.n.Value)
	case n.n.Tag == "!!int" || n.n.Tag == "!!float":
		return "the number " + clip(n.n.Value)
	default:
		return clip(n.n.Value)
	}
}

// quote shows a text in quotes, cut to a readable length.
func quote(s string) string { return strconv.Quote(clip(s)) }

func clip(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
