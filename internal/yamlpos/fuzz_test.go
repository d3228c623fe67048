package yamlpos

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzParse feeds any text through parsing, every kind of read and printing.
// Whatever comes in, nothing panics, every Problem lies inside the file, and
// what Print shows is fit for a terminal.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/*.yaml")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds (%v)", err)
	}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
		f.Add(bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n")))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 2000 {
			return
		}
		var c Collector
		if file := Parse("f", src, &c); file != nil {
			visit(t, file.Root(), 0)
			traceAll(t, file)
		} else if !c.Failed() {
			t.Error("no file and no error")
		}
		inside(t, &c, string(src))
		var out bytes.Buffer
		if err := c.Print(&out); err != nil {
			t.Error(err)
		}
		fitForTerminal(t, out.String())
		if _, err := json.Marshal(c.Problems()); err != nil {
			t.Error(err)
		}
	})
}

func inside(t *testing.T, c *Collector, src string) {
	t.Helper()
	lines := strings.Split(strings.TrimPrefix(src, "\uFEFF"), "\n")
	for _, p := range c.Problems() {
		if p.Line < 1 || p.Line > len(lines) {
			t.Errorf("line outside of the file: %v", p)
			continue
		}
		length := utf8.RuneCountInString(strings.TrimSuffix(lines[p.Line-1], "\r"))
		if p.Col < 1 || p.Col > length+1 {
			t.Errorf("column outside of the line (%d characters): %v", length, p)
		}
		if p.Width < 1 || p.Col+p.Width > length+2 {
			t.Errorf("width %d reaches beyond the line (%d characters): %v", p.Width, length, p)
		}
		if p.Message == "" || strings.ContainsAny(p.Error(), "\n\r") {
			t.Errorf("not a one-line message: %q", p.Error())
		}
	}
}

func fitForTerminal(t *testing.T, out string) {
	t.Helper()
	for _, r := range out {
		if hidden(r) && r != '\n' && r != '\t' {
			t.Fatalf("Print shows %U as it is:\n%s", r, out)
		}
	}
}

// visit reads a node in every way there is.
func visit(t *testing.T, n Node, level int) {
	if level > MaxDepth {
		t.Fatal("deeper than MaxDepth")
	}
	readAll(n)
	switch n.Kind() {
	case Mapping:
		for key, value := range n.FreeMap().All() {
			readAll(key)
			if level < 6 {
				visit(t, value, level+1)
			}
		}
	case List:
		for _, item := range n.List() {
			if level < 6 {
				visit(t, item, level+1)
			}
		}
	}
}

func readAll(n Node) {
	var (
		text   string
		texts  []string
		i      int
		f      float64
		b      bool
		d      time.Duration
		at     time.Time
		secret Secret
	)
	n.Text(&text)
	n.Strings(&texts)
	n.IntIn(&i, 1, 5)
	n.FloatIn(&f, 1, 5)
	n.Bool(&b)
	n.DurationIn(&d, time.Second, time.Hour)
	n.Percent(&f)
	n.Date(&at)
	n.TimeOfDay(&d)
	Enum(n, &text, "one", "two")
	var re *regexp.Regexp
	n.Regexp(&re)
	if n.Secret(&secret) {
		secret.Expand(func(string) (string, bool) { return "", true }, os.ReadFile)
		secret.WarnPlain()
	}
	n.Map("one", "two").Require("one")
	n.Map("one", "two").RequireOne("one", "two")
	n.List()
	n.TextPos(3)
}

// traceAll checks that the text of every scalar is found in the source again,
// in order and inside the token.
func traceAll(t *testing.T, file *File) {
	t.Helper()
	for n := range scalars(file.root) {
		m, ok := file.src.locate(n)
		if file.tagged(n) {
			continue // an error already, and its grammar is another matter
		}
		if !ok {
			t.Errorf("line %d, column %d: %q (style %d) is not found in\n%q", n.Line, n.Column, n.Value, n.Style, file.src.text)
			continue
		}
		if len(m.at) != len(n.Value)+1 {
			t.Errorf("%q: %d places for %d bytes", n.Value, len(m.at), len(n.Value))
		}
		for i := range n.Value {
			if m.at[i] < m.from || m.at[i] > len(file.src.text) || m.end[i] < m.at[i] || i > 0 && m.at[i] < m.at[i-1] {
				t.Fatalf("%q: byte %d is at [%d,%d), token from %d", n.Value, i, m.at[i], m.end[i], m.from)
			}
		}
	}
}
