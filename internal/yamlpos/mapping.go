package yamlpos

import (
	"fmt"
	"iter"
	"slices"

	"gopkg.in/yaml.v3"
)

// Map is a mapping that is being read. A Map over a node that is no mapping is
// empty, so that reading can go on.
type Map struct {
	node    Node
	entries []entry
	index   map[string]int
	valid   bool
}

type entry struct{ key, value *yaml.Node }

// Map reads a mapping in which only the keys allowed may stand; every other
// key is reported with the allowed ones and the nearest of them. Nothing
// (absent or null) is an empty mapping; what is neither is reported.
func (n Node) Map(allowed ...string) *Map {
	m := n.FreeMap()
	for _, e := range m.entries {
		if key := resolve(e.key).Value; !slices.Contains(allowed, key) {
			m.unknown(e, key, allowed)
		}
	}
	return m
}

// FreeMap reads a mapping whose keys the user makes up.
func (n Node) FreeMap() *Map {
	m := &Map{node: n, index: make(map[string]int)}
	switch n.Kind() {
	case Absent:
	case Null:
		m.valid = true
	case Mapping:
		m.valid = true
		m.fill(n.n, n.file, 0)
	default:
		n.expected(CheckType, "a mapping (lines of \"key: value\")")
	}
	return m
}

// fill takes over the entries of n, those written first before those merged
// in with <<, so that what is written wins.
func (m *Map) fill(n *yaml.Node, f *File, level int) {
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := resolve(n.Content[i])
		if key.Kind != yaml.ScalarNode {
			continue // reported by Parse
		}
		if isMerge(key) {
			merges = append(merges, n.Content[i+1])
			continue
		}
		if _, known := m.index[key.Value]; !known {
			m.index[key.Value] = len(m.entries)
			m.entries = append(m.entries, entry{n.Content[i], n.Content[i+1]})
		}
	}
	for _, merged := range merges {
		m.merge(merged, f, level)
	}
}

// merge takes what stands behind <<: a mapping or a list of mappings.
func (m *Map) merge(n *yaml.Node, f *File, level int) {
	sources := []*yaml.Node{n}
	if list := resolve(n); list.Kind == yaml.SequenceNode {
		sources = list.Content
	}
	for _, s := range sources {
		if target := resolve(s); target.Kind == yaml.MappingNode && level < MaxDepth {
			m.fill(target, f, level+1)
		} else {
			f.c.Errorf(f.place(s), CheckAlias, "<< takes a mapping or a list of mappings (written as *name), this is %s", kindOf(target).article())
		}
	}
}

func (m *Map) unknown(e entry, key string, allowed []string) {
	message := fmt.Sprintf("unknown key %s", quote(key))
	if m.node.path != "" {
		message += " in " + m.node.path
	}
	s := m.node.file.place(e.key)
	m.node.file.c.Add(Problem{
		Pos: s.Pos, Width: s.Width, Check: CheckUnknownKey, Message: message,
		Allowed: allowed, Nearest: Nearest(key, allowed),
	})
}

// OK tells whether the node is a mapping or null, so that what Get returns
// can be taken at its word.
func (m *Map) OK() bool { return m.valid }

// Node is the node that the Map was made of.
func (m *Map) Node() Node { return m.node }

// Len counts the entries.
func (m *Map) Len() int { return len(m.entries) }

// Has tells whether the key is written, be it with nothing behind it.
func (m *Map) Has(key string) bool {
	_, ok := m.index[key]
	return ok
}

// Get returns the value of a key; the Node is absent if the key is.
func (m *Map) Get(key string) Node {
	i, ok := m.index[key]
	if !ok {
		return Node{path: m.node.child(key)}
	}
	e := m.entries[i]
	return m.node.file.node(e.value, e.key, m.node.child(key))
}

// All yields keys and values in the order of the file, for mappings whose
// keys the user makes up. A key is a Node too: it has a Pos and a Raw text.
func (m *Map) All() iter.Seq2[Node, Node] {
	return func(yield func(key, value Node) bool) {
		for _, e := range m.entries {
			path := m.node.child(resolve(e.key).Value)
			f := m.node.file
			if !yield(f.node(e.key, nil, path), f.node(e.value, e.key, path)) {
				return
			}
		}
	}
}

// Require reports each of the keys that is not written, at the key that leads
// to the mapping. It tells whether all are there.
func (m *Map) Require(keys ...string) bool {
	complete := m.valid
	for _, key := range keys {
		if m.valid && !m.Has(key) {
			m.missing(fmt.Sprintf("%sthe key %q is missing", m.node.label(), key), []string{key})
			complete = false
		}
	}
	return complete
}

// RequireOne reports a mapping in which not exactly one of the keys is
// written, and returns the one that is, or "".
func (m *Map) RequireOne(keys ...string) string {
	var found []string
	for _, key := range keys {
		if m.Has(key) {
			found = append(found, key)
		}
	}
	switch {
	case !m.valid:
		return ""
	case len(found) == 1:
		return found[0]
	case len(found) == 0:
		m.missing(m.node.label()+"one of these keys is missing", keys)
	default:
		m.Get(found[1]).headProblem(Problem{
			Check:   CheckValue,
			Message: fmt.Sprintf("%s%q and %q exclude each other", m.node.label(), found[0], found[1]),
		})
	}
	return ""
}

func (m *Map) missing(message string, keys []string) {
	p := Problem{Check: CheckMissingKey, Message: message}
	if len(keys) > 1 {
		p.Allowed = keys
	}
	m.node.headProblem(p)
}

func (n Node) headProblem(p Problem) {
	s := n.head()
	p.Pos, p.Width = s.Pos, s.Width
	n.file.c.Add(p)
}
