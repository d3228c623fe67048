package yamlpos_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/yamlpos"
)

func TestProblemsAreSortedAndUnique(t *testing.T) {
	t.Parallel()
	var c yamlpos.Collector
	at := func(file string, line, col int) yamlpos.Pos { return yamlpos.Pos{File: file, Line: line, Col: col} }
	c.Errorf(at("b", 1, 1), "x", "sixth")
	c.Warnf(at("a", 10, 1), "x", "fifth")
	c.Errorf(at("a", 2, 10), "x", "fourth")
	c.Errorf(at("a", 2, 9), "x", "third")
	c.Errorf(at("a", 2, 9), "x", "second")
	c.Errorf(at("a", 2, 9), "x", "third")
	c.Add(yamlpos.Problem{Pos: yamlpos.Pos{File: "a"}, Message: "first"})
	want := "a: first\na:2:9: second [x]\na:2:9: third [x]\na:2:10: fourth [x]\na:10:1: warning: fifth [x]\nb:1:1: sixth [x]"
	if diff := cmp.Diff(want, c.Problems().Error()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestErrOnlyForErrors(t *testing.T) {
	t.Parallel()
	var c yamlpos.Collector
	if c.Err() != nil || c.Failed() {
		t.Error("an empty collector has failed")
	}
	c.Warnf(yamlpos.Pos{File: "a", Line: 1, Col: 1}, "x", "careful")
	if c.Err() != nil || c.Failed() {
		t.Error("a warning counts as an error")
	}
	c.Errorf(yamlpos.Pos{File: "a", Line: 1, Col: 2}, "x", "wrong")
	var ps yamlpos.Problems
	if err := fmt.Errorf("loading: %w", c.Err()); !errors.As(err, &ps) || len(ps) != 2 {
		t.Errorf("errors.As gives %v", ps)
	}
}

func TestProblemJSON(t *testing.T) {
	t.Parallel()
	p := yamlpos.Problem{
		Pos: yamlpos.Pos{File: "a.yaml", Line: 3, Col: 5}, Width: 4, Severity: yamlpos.Error, Check: "unknown-key",
		Message: "unknown key", Allowed: []string{"b"}, Nearest: "b",
	}
	q := yamlpos.Problem{Pos: yamlpos.Pos{File: "a.yaml"}, Severity: yamlpos.Warning, Message: "m"}
	got, err := json.Marshal(yamlpos.Problems{p, q})
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"file":"a.yaml","line":3,"col":5,"severity":"error","check":"unknown-key","message":"unknown key","allowed":["b"],"nearest":"b"},` +
		`{"file":"a.yaml","line":0,"col":0,"severity":"warning","check":"","message":"m","allowed":[],"nearest":""}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
}

// TestPrintCaret: the caret stands below the token whatever the line holds.
func TestPrintCaret(t *testing.T) {
	t.Parallel()
	long := "k: [" + strings.Repeat("abcdefghi, ", 30) + "MARK, " + strings.Repeat("abcdefghi, ", 30) + "z]"
	tests := []struct{ name, src, line, caret string }{
		{"plain", "k: MARK # x", "  1 | k: MARK # x", "    |    ^~~~"},
		{"tab", "k:\tMARK", "  1 | k:\tMARK", "    |   \t^~~~"},
		{"wide", "日本: MARK", "  1 | 日本: MARK", "    |       ^~~~"},
		{"combining", "e\u0301: MARK", "  1 | e\u0301: MARK", "    |    ^~~~"},
		{"emoji", "👍: MARK", "  1 | 👍: MARK", "    |     ^~~~"},
		{"direction", "\u202Ex: MARK", `  1 | \u202Ex: MARK`, "    |          ^~~~"},
		{"windows line", "k: MARK\r\nl: 1\r\n", "  1 | k: MARK", "    |    ^~~~"},
		{
			"long line", long,
			"  1 | … fghi, abcdefghi, abcdefghi, abcdefghi, abcdefghi, MARK, abcdefghi, abcdefghi, abcdefghi, abcdefghi,  …",
			"    |                                                     ^~~~",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var c yamlpos.Collector
			file := yamlpos.Parse("f", []byte(tt.src), &c)
			for _, n := range file.Root().FreeMap().All() {
				for _, item := range n.ListOrOne() {
					if item.Raw() == "MARK" {
						item.Errorf("check", "here")
					}
				}
			}
			var out bytes.Buffer
			if err := c.Print(&out); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(out.String(), "\n")
			if diff := cmp.Diff([]string{tt.line, tt.caret, ""}, lines[1:]); diff != "" {
				t.Errorf("printed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPrintWithoutSource(t *testing.T) {
	t.Parallel()
	var c yamlpos.Collector
	c.Errorf(yamlpos.Pos{File: "gone\x1b.yaml"}, "open", "no such file\nreally")
	c.Errorf(yamlpos.Pos{File: "other.yaml", Line: 7, Col: 2}, "x", "wrong")
	var out bytes.Buffer
	if err := c.Print(&out); err != nil {
		t.Fatal(err)
	}
	want := "gone\\u001B.yaml: no such file\\u000Areally [open]\nother.yaml:7:2: wrong [x]\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}

func TestPrintStopsAtHundred(t *testing.T) {
	t.Parallel()
	var c yamlpos.Collector
	for i := range 120 {
		c.Errorf(yamlpos.Pos{File: "f", Line: i + 1, Col: 1}, "x", "wrong")
	}
	var out bytes.Buffer
	if err := c.Print(&out); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "\n"); got != 101 || !strings.HasSuffix(out.String(), "… and 20 more\n") {
		t.Errorf("%d lines, ending %q", got, out.String()[out.Len()-30:])
	}
}

func TestPrintPassesWriteErrors(t *testing.T) {
	t.Parallel()
	var c yamlpos.Collector
	c.Errorf(yamlpos.Pos{File: "f", Line: 1, Col: 1}, "x", "wrong")
	if err := c.Print(brokenWriter{}); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

var errBroken = errors.New("pipe closed")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func secretIn(t *testing.T, src string) (yamlpos.Secret, *yamlpos.Collector) {
	t.Helper()
	n, c := value(t, src)
	var s yamlpos.Secret
	if !n.Secret(&s) {
		t.Fatalf("refused: %v", c.Problems())
	}
	return s, c
}

func TestSecretExpand(t *testing.T) {
	t.Parallel()
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"TOKEN": "t0ken", "EMPTY": ""}[name]
		return v, ok
	}
	files := func(path string) ([]byte, error) {
		switch path {
		case "a.key":
			return []byte("line one\nline two\r\n\n"), nil
		case "large":
			return make([]byte, yamlpos.MaxSecretFile+1), nil
		default:
			return nil, errors.New("no such file")
		}
	}
	tests := []struct{ name, src, want, problem string }{
		{"environment", "v: ${TOKEN}", "t0ken", ""},
		{"environment in quotes", `v: "${TOKEN}"`, "t0ken", ""},
		{"file", "v: file:a.key", "line one\nline two", ""},
		{"plain", "v: pa$$word", "pa$$word", ""},
		{"number", "v: 123456", "123456", ""},
		{"not set", "v: ${NONE}", "", "f:1:4: v: the environment variable NONE is not set [secret]"},
		{"empty", "v: ${EMPTY}", "", "f:1:4: v: the secret that ${EMPTY} stands for is empty [secret]"},
		{"no file", "v: file:b.key", "", "f:1:4: v: reading the secret: no such file [secret]"},
		{"large file", "v: file:large", "", `f:1:4: v: the file "large" is too large for a secret [secret]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, c := secretIn(t, tt.src)
			got, ok := s.Expand(env, files)
			if got != tt.want || ok != (tt.problem == "") || c.Problems().Error() != tt.problem {
				t.Errorf("got %q %v, problems %v", got, ok, c.Problems())
			}
		})
	}
}

// TestSecretNeverShows (I8): no way of printing shows a secret in plain.
func TestSecretNeverShows(t *testing.T) {
	t.Parallel()
	const plain = "hunter2hunter2"
	for _, src := range []string{"v: " + plain, "v: '" + plain + "'", "v: |-\n  " + plain + "\n  x\n", `v: "` + plain + `"`} {
		s, c := secretIn(t, src)
		s.WarnPlain()
		s.Node().Errorf("x", "wrong")
		c.Errorf(yamlpos.Pos{File: "f", Line: min(2, strings.Count(src, "\n")+1), Col: 1}, "x", "on the line")
		var out bytes.Buffer
		if err := c.Print(&out); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%v %+v %#v %s\n", s, s, s, s)
		fmt.Fprintf(&out, "%v %+v\n", struct{ Token yamlpos.Secret }{s}, []yamlpos.Secret{s})
		fmt.Fprintf(&out, "%v %+v %#v\n", struct{ token yamlpos.Secret }{s}, &struct{ token yamlpos.Secret }{s}, struct{ token yamlpos.Secret }{s})
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", s)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "secret", s)
		data, err := json.Marshal(map[string]yamlpos.Secret{"s": s})
		if err != nil {
			t.Fatal(err)
		}
		out.Write(data)
		if strings.Contains(out.String(), "hunter") {
			t.Errorf("the secret shows:\n%s", out.String())
		}
		if !strings.Contains(out.String(), "warning: v: the secret is written in plain") {
			t.Errorf("no warning:\n%s", out.String())
		}
	}
}
