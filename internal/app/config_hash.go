package app

import (
	"crypto/sha256"
	"encoding/hex"

	"gopkg.in/yaml.v3"
)

// policyHash identifies what decides: the mapping and workflows sections,
// without their comments and layout.
type policyHash struct{ parts [][]byte }

func (k *reader) hash(src []byte) policyHash {
	var sections struct {
		Mapping   yaml.Node `yaml:"mapping"`
		Workflows yaml.Node `yaml:"workflows"`
	}
	var h policyHash
	if yaml.Unmarshal(src, &sections) == nil {
		h.node(&sections.Mapping)
		h.node(&sections.Workflows)
	}
	return h
}

// add takes the text of a section that stands in a file of its own.
func (h *policyHash) add(src []byte) {
	var n yaml.Node
	if yaml.Unmarshal(src, &n) == nil {
		h.node(&n)
	}
}

func (h *policyHash) node(n *yaml.Node) {
	bare(n)
	if text, err := yaml.Marshal(n); err == nil {
		h.parts = append(h.parts, text)
	}
}

// bare removes what does not decide anything.
func bare(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	n.Style, n.Line, n.Column = n.Style&^yaml.FlowStyle, 0, 0
	for _, child := range n.Content {
		bare(child)
	}
}

func (h *policyHash) sum() string {
	hash := sha256.New()
	for _, p := range h.parts {
		hash.Write(p)
		hash.Write([]byte{0})
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}
