package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sort"

	"gopkg.in/yaml.v3"
)

// policyText is what decides: the mapping and workflows sections as YAML
// nodes, from whichever files they come. Their hashes do not depend on
// comments, layout, quotes, aliases, or the order of keys where it means
// nothing.
type policyText struct{ mapping, workflows *yaml.Node }

func readPolicyText(src []byte) policyText {
	var sections struct {
		Mapping   yaml.Node `yaml:"mapping"`
		Workflows yaml.Node `yaml:"workflows"`
	}
	if yaml.Unmarshal(src, &sections) != nil {
		return policyText{}
	}
	return policyText{mapping: &sections.Mapping, workflows: &sections.Workflows}
}

// section is a section that stands in a file of its own.
func sectionText(src []byte) *yaml.Node {
	var n yaml.Node
	if yaml.Unmarshal(src, &n) != nil {
		return nil
	}
	return &n
}

// signedOff is the key that the hashes leave out: a signature must not change
// what it signs.
const signedOff = "signed_off"

// hash identifies all that decides, for the log of decisions.
func (t policyText) hash() string {
	var b bytes.Buffer
	canonical(&b, t.mapping)
	b.WriteByte(0)
	canonical(&b, without(t.workflows, signedOff), "segments", "handoffs")
	return short(b.Bytes())
}

// signed identifies what people sign: the whole of workflows, and of the
// mapping which accounts are in scope and what the names mean that the rules
// read. A field that no rule reads can be mapped without new signatures.
func (t policyText) signed(names []string) string {
	var b bytes.Buffer
	canonical(&b, without(t.workflows, signedOff), "segments", "handoffs")
	b.WriteByte(0)
	canonical(&b, valueOf(t.mapping, "where"))
	if create := valueOf(t.mapping, "create"); create != nil {
		b.WriteByte(0)
		canonical(&b, create)
	}
	for _, name := range names {
		b.WriteByte(0)
		b.WriteString(name)
		for _, group := range []string{"account", "signals"} {
			b.WriteByte(0)
			canonical(&b, valueOf(valueOf(t.mapping, group), name))
		}
	}
	return short(b.Bytes())
}

func short(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:16]
}

// canonical writes a node as JSON with sorted keys. The keys of the mappings
// at ordered keep their order, for there the first that matches counts.
func canonical(b *bytes.Buffer, n *yaml.Node, ordered ...string) {
	n = resolved(n)
	switch {
	case n == nil || n.Kind == 0:
		b.WriteString("null")
	case n.Kind == yaml.MappingNode:
		pairs := entries(n)
		sort.SliceStable(pairs, func(i, j int) bool { return pairs[i].key < pairs[j].key })
		canonicalMap(b, pairs, ordered)
	case n.Kind == yaml.SequenceNode:
		b.WriteByte('[')
		for _, item := range n.Content {
			canonical(b, item)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	default:
		b.Write(canonicalScalar(n))
	}
}

// canonicalScalar writes a value: 1_000 and 1000 are the same, and so is a
// date with and without quotes, for no key tells them apart.
func canonicalScalar(n *yaml.Node) []byte {
	var v any = n.Value
	if n.Tag != "!!timestamp" && n.Decode(&v) != nil {
		v = n.Tag + " " + n.Value
	}
	data, err := json.Marshal(v)
	if err != nil { // such as .nan, which no key takes
		return []byte(n.Value)
	}
	return data
}

func canonicalMap(b *bytes.Buffer, pairs []pair, ordered []string) {
	b.WriteByte('{')
	for _, p := range pairs {
		b.WriteString(quoteKey(p.key))
		value := resolved(p.value)
		keeps := false
		for _, key := range ordered {
			keeps = keeps || key == p.key
		}
		if keeps && value != nil && value.Kind == yaml.MappingNode {
			canonicalMap(b, entries(value), nil)
		} else {
			canonical(b, p.value)
		}
		b.WriteByte(',')
	}
	b.WriteByte('}')
}

func quoteKey(key string) string {
	data, _ := json.Marshal(key) // a string cannot fail
	return string(data) + ":"
}

type pair struct {
	key   string
	value *yaml.Node
}

// entries lists a mapping's keys and values, those of << behind its own.
func entries(n *yaml.Node) []pair {
	var out []pair
	known := map[string]bool{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := resolved(n.Content[i])
		if key.Tag == "!!merge" {
			merged = append(merged, resolved(n.Content[i+1]))
			continue
		}
		known[key.Value] = true
		out = append(out, pair{key.Value, n.Content[i+1]})
	}
	for len(merged) > 0 {
		m := merged[0]
		merged = merged[1:]
		if m == nil || m.Kind == yaml.SequenceNode {
			if m != nil {
				for _, item := range m.Content {
					merged = append(merged, resolved(item))
				}
			}
			continue
		}
		if m.Kind != yaml.MappingNode {
			continue
		}
		for _, p := range entries(m) {
			if !known[p.key] {
				known[p.key] = true
				out = append(out, p)
			}
		}
	}
	return out
}

// resolved follows documents and aliases to the value.
func resolved(n *yaml.Node) *yaml.Node {
	for n != nil {
		switch {
		case n.Kind == yaml.DocumentNode && len(n.Content) > 0:
			n = n.Content[0]
		case n.Kind == yaml.AliasNode:
			n = n.Alias
		default:
			return n
		}
	}
	return nil
}

// valueOf is the value of a key, nil if there is none.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	n = resolved(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for _, p := range entries(n) {
		if p.key == key {
			return resolved(p.value)
		}
	}
	return nil
}

// without is a mapping with one key left out.
func without(n *yaml.Node, key string) *yaml.Node {
	n = resolved(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return n
	}
	out := &yaml.Node{Kind: yaml.MappingNode, Tag: n.Tag}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != key {
			out.Content = append(out.Content, n.Content[i], n.Content[i+1])
		}
	}
	return out
}
