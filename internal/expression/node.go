package expression

import "handoffd/internal/yamlpos"

// CompileNode compiles the text of a YAML scalar and reports its faults to c
// at their place inside it. It returns nil if there are any, or if the node is
// absent.
func CompileNode(n yamlpos.Node, c *yamlpos.Collector, scope Scope, want Type) *Program {
	var source string
	if !n.Text(&source) {
		return nil
	}
	p, faults := Compile(source, scope, want)
	for _, f := range faults {
		span := n.TextSpan(f.Offset, f.Offset+f.Width)
		c.Add(yamlpos.Problem{Pos: span.Pos, Width: span.Width, Check: f.Check, Message: f.Message, Allowed: f.Allowed, Nearest: f.Nearest})
	}
	return p
}
