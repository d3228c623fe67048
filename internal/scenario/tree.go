package scenario

import (
	"slices"

	"gopkg.in/yaml.v3"

	"handoffd/internal/yamlpos"
)

// valueOf finds the value of a key in a mapping, nil if it is not there.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func setValue(n *yaml.Node, key string, v *yaml.Node) {
	if n == nil {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content[i+1] = v
			return
		}
	}
	n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, v)
}

func removeKey(n *yaml.Node, key string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = slices.Delete(n.Content, i, i+2)
			return
		}
	}
}

// clone copies a tree; aliases become what they stand for.
func clone(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return clone(n.Alias)
	}
	out := *n
	out.Anchor = ""
	out.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		out.Content[i] = clone(child)
	}
	return &out
}

// merged lays one tree over another: mappings key by key, anything else as a
// whole. A key that is written with nothing behind it takes the key away.
func merged(base, over *yaml.Node) *yaml.Node {
	criteria := valueOf(over, "any") != nil || valueOf(over, "all") != nil // stand for themselves
	if base == nil || base.Kind != yaml.MappingNode || over.Kind != yaml.MappingNode || criteria {
		return clone(over)
	}
	out := clone(base)
	for i := 0; i+1 < len(over.Content); i += 2 {
		key, v := over.Content[i].Value, over.Content[i+1]
		if v.Kind == yaml.ScalarNode && v.Tag == "!!null" {
			removeKey(out, key)
			continue
		}
		setValue(out, key, merged(valueOf(out, key), v))
	}
	return out
}

// at finds the collection that begins at a place, nil if there is none.
func at(n *yaml.Node, pos yamlpos.Pos) *yaml.Node {
	if n.Kind != yaml.ScalarNode && n.Kind != yaml.DocumentNode && n.Line == pos.Line && n.Column == pos.Col {
		return n
	}
	for _, child := range n.Content {
		if found := at(child, pos); found != nil {
			return found
		}
	}
	return nil
}
