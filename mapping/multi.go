package mapping

import (
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
)

// separator stands between the words of a multi-select value in both CRMs.
const separator = ";"

// splitWords lists the words of a multi-select value, each once, sorted: the
// CRMs keep them in orders of their own.
func splitWords(s string) []string {
	var words []string
	for word := range strings.SplitSeq(s, separator) {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func (f *Field) readMulti(side Side, v connectors.Value) (connectors.Value, error) {
	words := splitWords(v.String())
	for i, word := range words {
		if f.Values == nil {
			break
		}
		common, ok := f.reverse[side][word]
		if !ok {
			return connectors.Value{}, fmt.Errorf("%q is none of the mapped values", Clip(word, 40))
		}
		words[i] = common
	}
	return joinWords(words), nil
}

func joinWords(words []string) connectors.Value {
	if len(words) == 0 {
		return connectors.Value{}
	}
	slices.Sort(words)
	return connectors.TextValue(strings.Join(words, separator))
}

func (f *Field) writeMulti(side Side, v connectors.Value) (connectors.Value, error) {
	words := splitWords(v.Text())
	for i, word := range words {
		if f.Values == nil {
			break
		}
		texts, ok := f.Values[word]
		if !ok {
			return connectors.Value{}, fmt.Errorf("%q has no text for %s", Clip(word, 40), side.System())
		}
		words[i] = texts[side]
	}
	return joinWords(words), nil
}
