package yamlpos

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// The limits of a document's shape. Aliases count as often as they are used,
// which is what stops a small file from unfolding into billions of nodes.
const (
	MaxDepth = 64
	MaxNodes = 200_000
)

// tree is one walk over the nodes of a file.
type tree struct {
	f *File
	// weight remembers what a node unfolds to, busy that it is being weighed.
	weight map[*yaml.Node]weight
	busy   map[*yaml.Node]bool
	ok     bool
}

type weight struct{ nodes, depth int }

// checkTree reports whatever no reader could want: keys that are not text,
// keys that stand twice, explicit tags, endless or exploding aliases. It
// tells whether the tree is safe to walk.
func (f *File) checkTree() bool {
	if f.root == nil {
		return true
	}
	t := &tree{f: f, weight: make(map[*yaml.Node]weight), busy: make(map[*yaml.Node]bool), ok: true}
	w := t.weigh(f.root)
	switch {
	case !t.ok:
		return false
	case w.depth > MaxDepth:
		f.c.Errorf(f.Root(), CheckSize, "nested %d levels deep, more than the %d that are allowed", w.depth, MaxDepth)
		return false
	case w.nodes > MaxNodes:
		f.c.Errorf(f.Root(), CheckSize, "the aliases (*name) unfold to more than %d values", MaxNodes)
		return false
	}
	t.check(f.root)
	return true
}

// weigh counts the nodes and levels below n with all aliases unfolded.
func (t *tree) weigh(n *yaml.Node) weight {
	if w, done := t.weight[n]; done {
		return w
	}
	if n.Kind == yaml.AliasNode {
		return t.weighAlias(n)
	}
	t.busy[n] = true
	w := weight{nodes: 1, depth: 1}
	for _, child := range n.Content {
		sub := t.weigh(child)
		w.nodes = min(w.nodes+sub.nodes, MaxNodes+1)
		w.depth = max(w.depth, sub.depth+1)
	}
	delete(t.busy, n)
	t.weight[n] = w
	return w
}

func (t *tree) weighAlias(n *yaml.Node) weight {
	if t.busy[n.Alias] {
		t.ok = false
		t.f.c.Errorf(t.f.place(n), CheckAlias, "the alias *%s stands inside the very value that it names", n.Value)
		return weight{}
	}
	return t.weigh(n.Alias)
}

// check walks what is written, each node once.
func (t *tree) check(n *yaml.Node) {
	if t.f.tagged(n) {
		t.f.c.Errorf(t.f.place(n), CheckTag, "a tag (!) has no effect here; a text that begins with \"!\" needs quotes")
	}
	if n.Kind == yaml.MappingNode {
		t.checkKeys(n)
	}
	for _, child := range n.Content {
		t.check(child)
	}
}

// tagged tells whether a tag stands before the value. The lone ! leaves no
// trace in the node.
func (f *File) tagged(n *yaml.Node) bool {
	at := f.src.offset(n.Line, n.Column)
	return n.Style&yaml.TaggedStyle != 0 || strings.HasPrefix(f.src.text[at:], "!")
}

func (t *tree) checkKeys(n *yaml.Node) {
	first := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := resolve(n.Content[i])
		if key.Kind != yaml.ScalarNode {
			t.f.c.Errorf(t.f.place(n.Content[i]), CheckKey, "a key must be a text, this is %s", kindOf(key).article())
			continue
		}
		if isMerge(key) {
			continue
		}
		if earlier, twice := first[key.Value]; twice {
			at := t.f.place(earlier)
			t.f.c.Errorf(t.f.place(n.Content[i]), CheckDuplicateKey, "the key %s stands here a second time; the first is at line %d, column %d", quote(key.Value), at.Line, at.Col)
			continue
		}
		first[key.Value] = n.Content[i]
	}
}

// isMerge tells whether the key is the unquoted << of a merge.
func isMerge(key *yaml.Node) bool { return key.Tag == "!!merge" }

// resolve follows aliases to the value that they name.
func resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
