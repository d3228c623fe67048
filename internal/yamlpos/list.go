package yamlpos

// List returns the items of a list; none for nothing (absent or null). What
// is not a list is reported, and the result is nil.
func (n Node) List() []Node {
	switch n.Kind() {
	case Absent, Null:
		return nil
	case List:
		return n.items()
	default:
		n.expected(CheckType, "a list")
		return nil
	}
}

// ListOrOne is List, but a single value counts as a list of itself.
func (n Node) ListOrOne() []Node {
	switch n.Kind() {
	case Absent, Null:
		return nil
	case List:
		return n.items()
	default:
		return []Node{n}
	}
}

func (n Node) items() []Node {
	nodes := make([]Node, len(n.n.Content))
	for i, item := range n.n.Content {
		nodes[i] = n.file.node(item, nil, n.item(i))
	}
	return nodes
}

// Strings reads a list of texts, or a single text as a list of one. It writes
// only if every item is right; a list with no items is written as such.
func (n Node) Strings(dst *[]string) bool {
	switch n.Kind() {
	case Absent:
		return false
	case Null, Mapping:
		return n.expected(CheckType, "a text or a list of texts")
	}
	nodes := n.ListOrOne()
	texts, ok := make([]string, len(nodes)), true
	for i, item := range nodes {
		ok = item.Text(&texts[i]) && ok
	}
	if ok {
		*dst = texts
	}
	return ok
}
