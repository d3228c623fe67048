package yamlpos

import (
	"iter"

	"gopkg.in/yaml.v3"
)

// scalars yields every scalar below n, each once.
func scalars(n *yaml.Node) iter.Seq[*yaml.Node] {
	return func(yield func(*yaml.Node) bool) {
		var walk func(n *yaml.Node) bool
		walk = func(n *yaml.Node) bool {
			if n == nil {
				return true
			}
			if n.Kind == yaml.ScalarNode && !yield(n) {
				return false
			}
			for _, child := range n.Content {
				if !walk(child) {
					return false
				}
			}
			return true
		}
		walk(n)
	}
}
