package yamlpos

import (
	"strings"
	"testing"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// TestTextPos marks a character of the decoded text and the place in the
// source where it must be found.
func TestTextPos(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		mark      string // found in the decoded text
		line, col int
		width     int
	}{
		{"plain", "k: value >= X and y\n", "X", 1, 13, 1},
		{"plain over lines", "k: one\n  two\n  three X\n", "X", 3, 9, 1},
		{"plain over an empty line", "k: one\n\n  X\n", "X", 3, 3, 1},
		{"plain after a wide character", "k: 日本 X\n", "X", 1, 7, 1},
		{"anchored", "k: &name\n  some X\n", "X", 2, 8, 1},
		{"single quoted", "k: 'it''s X'\n", "X", 1, 11, 1},
		{"single quoted apostrophe", "k: 'it''s X'\n", "'", 1, 7, 2},
		{"double quoted", `k: "a \"b\" X"` + "\n", "X", 1, 13, 1},
		{"double quoted escape", `k: "a\u00e9 X"` + "\n", "é", 1, 6, 6},
		{"double quoted hex escapes", `k: "\x41\U0001F44D X"` + "\n", "X", 1, 20, 1},
		{"double quoted line feed escape", `k: "a\nX"` + "\n", "X", 1, 8, 1},
		{"double quoted over lines", "k: \"a\n  b\n\n  X\"\n", "X", 4, 3, 1},
		{"double quoted joined lines", "k: \"a\\\n   b\\\n  X\"\n", "X", 3, 3, 1},
		{"double quoted blank kept before joined line", "k: \"a  \\\n   X\"\n", "X", 2, 4, 1},
		{"literal", "k: |\n  one\n  two X\n", "X", 3, 7, 1},
		{"literal with inner indentation", "k: |\n  one\n    X\n", "X", 3, 5, 1},
		{"literal with indicator", "k: |2\n    a\n   X\n", "X", 3, 4, 1},
		{"literal with comment on its first line", "k: |- # why\n  one\n\n  X\n", "X", 4, 3, 1},
		{"literal with windows lines", "k: |\r\n  one\r\n  X\r\n", "X", 3, 3, 1},
		{"folded", "k: >\n  one\n  two X\n", "X", 3, 7, 1},
		{"folded over an empty line", "k: >-\n  one\n\n  X\n", "X", 4, 3, 1},
		{"folded with a deeper line", "k: >\n  one\n    two\n  X\n", "X", 4, 3, 1},
		{"folded with windows lines", "k: >\r\n  one\r\n  X\r\n", "X", 3, 3, 1},
		{"in a flow mapping", "{a: 1, k: one X, b: 2}\n", "X", 1, 15, 1},
		{"in a flow list over lines", "k: [one\n  X, 2]\n", "X", 2, 3, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var c Collector
			n := Parse("f", []byte(tt.src), &c).Root().FreeMap().Get("k")
			if n.Kind() == List {
				n = n.List()[0]
			}
			at := strings.Index(n.Raw(), tt.mark)
			if at < 0 {
				t.Fatalf("%q does not hold %q", n.Raw(), tt.mark)
			}
			got := n.TextSpan(at, at+len(tt.mark))
			if got.Line != tt.line || got.Col != tt.col || got.Width != tt.width {
				t.Errorf("%q of %q is at %d:%d width %d, want %d:%d width %d",
					tt.mark, n.Raw(), got.Line, got.Col, got.Width, tt.line, tt.col, tt.width)
			}
		})
	}
}

func TestTextPosOutside(t *testing.T) {
	t.Parallel()
	var c Collector
	m := Parse("f", []byte("k: 'abc' # comment\nl: [1]\nempty: ''\n"), &c).Root().FreeMap()
	tests := []struct {
		name   string
		node   Node
		offset int
		want   string
	}{
		{"before", m.Get("k"), -3, "f:1:5"},
		{"at the end", m.Get("k"), 3, "f:1:8"},
		{"behind", m.Get("k"), 30, "f:1:8"},
		{"not a scalar", m.Get("l"), 1, "f:2:4"},
		{"empty text", m.Get("empty"), 0, "f:3:9"},
	}
	for _, tt := range tests {
		if got := tt.node.TextPos(tt.offset).String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestTraceLaw writes any text in every style that YAML has for it and finds
// each of its characters again: what does not come from an escape or a fold
// is the same character in the source.
func TestTraceLaw(t *testing.T) {
	t.Parallel()
	styles := []yaml.Style{0, yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle}
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{" ", "  ", "\n", "\n\n", "\t", "'", `"`, `\`, ": ", " #", "- ", "é", "日本", "👍", "word", "a longer piece of text that makes lines fold ", "\u0085", "\x01"}),
		rapid.StringMatching(`[a-z]{1,8}`))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 20).Draw(t, "pieces"), "")
		style := rapid.SampledFrom(styles).Draw(t, "style")
		src, err := yaml.Marshal(map[string]*yaml.Node{"key": {Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: style}})
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "windows") {
			src = []byte(strings.ReplaceAll(string(src), "\n", "\r\n"))
		}
		var c Collector
		file := Parse("f", src, &c)
		if file == nil {
			// The library writes some texts so that it cannot read them, and
			// U+0085 as it is, which we refuse.
			if yaml.Unmarshal(src, new(yaml.Node)) == nil && !strings.ContainsRune(string(src), 0x85) {
				t.Fatalf("refused: %v\n%q", c.Problems(), src)
			}
			return
		}
		n := file.Root().FreeMap().Get("key")
		m, ok := file.src.locate(n.n)
		if !ok {
			t.Fatalf("%q is not found in\n%s", n.Raw(), src)
		}
		for i, r := range n.Raw() {
			from, to := m.at[i], m.end[i+utf8.RuneLen(r)-1]
			if got := file.src.text[from:to]; got != string(r) && !strings.HasPrefix(got, `\`) && got != "''" && strings.TrimSpace(got) != "" {
				t.Fatalf("byte %d, %q, is found as %q in\n%s", i, r, got, src)
			}
		}
	})
}
