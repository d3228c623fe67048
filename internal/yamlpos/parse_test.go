package yamlpos_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/yamlpos"
)

// problemsOf parses the source and lists what is wrong without reading it.
func problemsOf(src string) (file *yamlpos.File, lines []string) {
	var c yamlpos.Collector
	file = yamlpos.Parse("f", []byte(src), &c)
	for _, p := range c.Problems() {
		lines = append(lines, p.Error())
	}
	return file, lines
}

func TestParseRefusesBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, want string }{
		{"latin-1", "a: 1\nname: caf\xe9\n", "f:2:10: byte 0xE9 is not UTF-8; save the file as UTF-8 [encoding]"},
		{"utf-16", "\xff\xfea\x00:\x00", "f:1:1: the file is in UTF-16; save it as UTF-8 [encoding]"},
		{"utf-16 without mark", "a\x00:\x00", "f:1:2: NUL character; is the file in UTF-16? save it as UTF-8 [encoding]"},
		{"control character", "a: \"x\x1b[0m\"\n", "f:1:6: control character U+001B; delete it, or write it as an escape in double quotes [encoding]"},
		{"delete character", "é: \x7f\n", "f:1:4: control character U+007F; delete it, or write it as an escape in double quotes [encoding]"},
		{"old mac line end", "a: 1\rb: 2\r", "f:1:5: a carriage return without a line feed; save the file with Unix or Windows line ends [encoding]"},
		{"line separator", "a: 1\nb: x\u2028y\n", "f:2:5: invisible line break U+2028; delete it, or write it as an escape in double quotes [encoding]"},
		{"byte order mark inside", "a: 1\n\uFEFFb: 2\n", "f:2:1: invisible character U+FEFF; delete it [encoding]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, got := problemsOf(tt.src)
			if file != nil {
				t.Error("the file was taken")
			}
			if len(got) == 0 || got[0] != tt.want {
				t.Errorf("got %q, want first %q", got, tt.want)
			}
		})
	}
}

func TestParseLimits(t *testing.T) {
	t.Parallel()
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 9; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	chain := "a0: &a0 [x]\n"
	for i := 1; i < 70; i++ {
		chain += fmt.Sprintf("a%d: &a%d [*a%d]\n", i, i, i-1)
	}
	tests := []struct{ name, src, want string }{
		{"size", strings.Repeat("# comment\n", yamlpos.MaxSize/10+1), "f: the file has 1048580 bytes, more than the 1048576 that a config may have [size]"},
		{"depth", strings.Repeat("[", 100) + strings.Repeat("]", 100), "f:1:1: nested 100 levels deep, more than the 64 that are allowed [size]"},
		{"depth beyond the library", strings.Repeat("[", 20000), "f:1:10001: exceeded max depth of 10000 [syntax]"},
		{"alias bomb", bomb, "f:1:1: the aliases (*name) unfold to more than 200000 values [size]"},
		{"alias chain", chain, "f:1:1: nested 72 levels deep, more than the 64 that are allowed [size]"},
		{"alias in itself", "a: &a\n  b: [1, *a]\n", "f:2:10: the alias *a stands inside the very value that it names [alias]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, got := problemsOf(tt.src)
			if file != nil {
				t.Error("the file was taken")
			}
			if diff := cmp.Diff([]string{tt.want}, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseAccepts(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src string }{
		{"nothing", ""},
		{"a comment", "# nothing\n"},
		{"a byte order mark", "\uFEFFa: 1\n"},
		{"windows line ends", "a: 1\r\nb:\r\n  - x\r\n"},
		{"document marks", "---\na: 1\n...\n"},
		{"no line end", "a: 1"},
		{"no-break spaces in a text", "a: x\u00A0y\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, got := problemsOf(tt.src)
			if file == nil || got != nil {
				t.Fatalf("refused: %q", got)
			}
			if m := file.Root().FreeMap(); !m.OK() {
				t.Errorf("the root is %v", file.Root().Kind())
			}
		})
	}
}

func TestPositionsWithByteOrderMarkAndWindowsLines(t *testing.T) {
	t.Parallel()
	var c yamlpos.Collector
	file := yamlpos.Parse("f", []byte("\uFEFFa: 1\r\nbé: {c: 2}\r\n"), &c)
	m := file.Root().Map("a", "bé")
	if got, want := m.Get("a").Pos().String(), "f:1:4"; got != want {
		t.Errorf("a is at %s, want %s", got, want)
	}
	if got, want := m.Get("bé").Map("c").Get("c").Pos().String(), "f:2:9"; got != want {
		t.Errorf("c is at %s, want %s", got, want)
	}
}

func TestNoBreakSpaceBeforeKey(t *testing.T) {
	t.Parallel()
	var c yamlpos.Collector
	yamlpos.Parse("f", []byte("\u00A0int: 5\n"), &c).Root().Map("int")
	want := `f:1:1: unknown key "\u00a0int", did you mean "int"? [unknown-key]`
	if got := c.Problems().Error(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMergeKeys(t *testing.T) {
	t.Parallel()
	const src = `
base: &base {a: 1, b: 2}
more: &more {b: 3, c: 4}
one: {<<: *base, b: 9}
both: {<<: [*base, *more]}
text: {"<<": x}
`
	var c yamlpos.Collector
	root := yamlpos.Parse("f", []byte(src), &c).Root().FreeMap()
	tests := []struct{ key, want string }{
		{"one", "b=9 a=1 "},
		{"both", "a=1 b=2 c=4 "},
		{"text", "<<=x "},
	}
	for _, tt := range tests {
		got := ""
		for key, value := range root.Get(tt.key).FreeMap().All() {
			got += key.Raw() + "=" + value.Raw() + " "
		}
		if got != tt.want {
			t.Errorf("%s holds %q, want %q", tt.key, got, tt.want)
		}
	}
	if c.Failed() {
		t.Error(c.Err())
	}
}
