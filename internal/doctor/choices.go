package doctor

import (
	"slices"

	"handoffd/mapping"
	"handoffd/workflows"
)

// Texts lists the texts that an enum has on one side, each once: a lifecycle's
// in the order of an account's life, others by their common word.
func Texts(f *mapping.Field, side mapping.Side) []string {
	var words []string
	if f.Lifecycle {
		for _, s := range workflows.States() {
			words = append(words, string(s))
		}
	} else {
		for w := range f.Values {
			words = append(words, w)
		}
		slices.Sort(words)
	}
	var out []string
	for _, w := range words {
		if t := f.Values[w][side]; t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}
