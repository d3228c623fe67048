package yamlpos_test

import (
	"math"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/internal/yamlpos"
)

// value parses src and returns what stands behind the key v.
func value(t *testing.T, src string) (yamlpos.Node, *yamlpos.Collector) {
	t.Helper()
	c := new(yamlpos.Collector)
	file := yamlpos.Parse("f", []byte(src), c)
	if file == nil {
		t.Fatal(c.Err())
	}
	return file.Root().FreeMap().Get("v"), c
}

func TestReadsOfGoodValues(t *testing.T) {
	t.Parallel()
	text := func(n yamlpos.Node) (any, bool) { var v string; ok := n.Text(&v); return v, ok }
	boolean := func(n yamlpos.Node) (any, bool) { var v bool; ok := n.Bool(&v); return v, ok }
	integer := func(n yamlpos.Node) (any, bool) { var v int; ok := n.Int(&v); return v, ok }
	float := func(n yamlpos.Node) (any, bool) { var v float64; ok := n.Float(&v); return v, ok }
	percent := func(n yamlpos.Node) (any, bool) { var v float64; ok := n.Percent(&v); return v, ok }
	duration := func(n yamlpos.Node) (any, bool) { var v time.Duration; ok := n.Duration(&v); return v, ok }
	date := func(n yamlpos.Node) (any, bool) { var v time.Time; ok := n.Date(&v); return v, ok }
	clock := func(n yamlpos.Node) (any, bool) { var v time.Duration; ok := n.TimeOfDay(&v); return v, ok }
	texts := func(n yamlpos.Node) (any, bool) { var v []string; ok := n.Strings(&v); return v, ok }
	tests := []struct {
		name, src string
		read      func(yamlpos.Node) (any, bool)
		want      any
	}{
		{"text", "v: a b", text, "a b"},
		{"empty text", "v: ''", text, ""},
		{"number in quotes", "v: '67.0'", text, "67.0"},
		{"date as text", "v: 2026-10-01", text, "2026-10-01"},
		{"yes as text", "v: yes", text, "yes"},
		{"dollar in text", "v: costs $5 or ${X} more", text, "costs $5 or ${X} more"},
		{"block text", "v: |\n  a\n  b\n", text, "a\nb\n"},
		{"true", "v: true", boolean, true},
		{"False", "v: False", boolean, false},
		{"int", "v: -12", integer, -12},
		{"grouped int", "v: 10_000", integer, 10000},
		{"zero", "v: 0", integer, 0},
		{"float", "v: 0.25", float, 0.25},
		{"int as float", "v: 3", float, 3.0},
		{"exponent", "v: 1e3", float, 1000.0},
		{"percent", "v: 20%", percent, 0.2},
		{"percent with a blank", "v: '12.5 %'", percent, 0.125},
		{"duration", "v: 1d12h", duration, 36 * time.Hour},
		{"zero duration", "v: 0", duration, time.Duration(0)},
		{"date", "v: 2026-10-01", date, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)},
		{"time of day", "v: 09:30", clock, 9*time.Hour + 30*time.Minute},
		{"end of day", "v: '24:00'", clock, 24 * time.Hour},
		{"list of texts", "v: [a, 'b']", texts, []string{"a", "b"}},
		{"one text as a list", "v: a", texts, []string{"a"}},
		{"no texts", "v: []", texts, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n, c := value(t, tt.src)
			got, ok := tt.read(n)
			if !ok || c.Failed() {
				t.Fatalf("refused: %v", c.Problems())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAbsentIsSilentAndKeepsTheDefault(t *testing.T) {
	t.Parallel()
	n, c := value(t, "other: 1")
	text, number, share := "default", 7, 0.5
	if n.OK() || n.Text(&text) || n.IntIn(&number, 1, 9) || n.Percent(&share) {
		t.Error("an absent node was read")
	}
	if text != "default" || number != 7 || share != 0.5 {
		t.Errorf("defaults were overwritten: %q %d %v", text, number, share)
	}
	if m := n.Map("a"); m.OK() || m.Require("a") || m.RequireOne("a") != "" || m.Len() != 0 || len(n.List()) != 0 {
		t.Error("an absent node counts as a mapping or a list")
	}
	if c.Problems() != nil && len(c.Problems()) != 0 {
		t.Errorf("problems: %v", c.Problems())
	}
}

func TestWrongKeepsTheDefault(t *testing.T) {
	t.Parallel()
	n, c := value(t, "v: [x]")
	number := 7
	if n.Int(&number) || number != 7 || !c.Failed() {
		t.Errorf("number is %d, problems %v", number, c.Problems())
	}
}

func TestEnumTakesNamedTypes(t *testing.T) {
	t.Parallel()
	type side string
	const left, right side = "left", "right"
	n, c := value(t, "v: right")
	var got side
	if !yamlpos.Enum(n, &got, left, right) || got != right || c.Failed() {
		t.Errorf("got %q, problems %v", got, c.Problems())
	}
}

func TestRegexp(t *testing.T) {
	t.Parallel()
	n, c := value(t, `v: '(?i)demo'`)
	var re *regexp.Regexp
	if !n.Regexp(&re) || !re.MatchString("A DEMO") || c.Failed() {
		t.Errorf("problems %v", c.Problems())
	}
	n, c = value(t, `v: "a\\d+[z-a]"`)
	if n.Regexp(&re) {
		t.Error("a wrong range was taken")
	}
	want := `f:1:11: v: the regular expression is wrong: invalid character class range: "z-a" [value]`
	if got := c.Problems().Error(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMapPaths(t *testing.T) {
	t.Parallel()
	var c yamlpos.Collector
	root := yamlpos.Parse("f", []byte("a: {b: [{c: 1}]}"), &c).Root()
	n := root.FreeMap().Get("a").FreeMap().Get("b").List()[0].FreeMap().Get("c")
	if n.Path() != "a.b[0].c" || n.Pos().String() != "f:1:13" || n.KeyPos().String() != "f:1:10" {
		t.Errorf("path %s at %s, key at %s", n.Path(), n.Pos(), n.KeyPos())
	}
	if got := root.FreeMap().Get("x").FreeMap().Get("y").Path(); got != "x.y" {
		t.Errorf("path of an absent node is %q", got)
	}
}

func TestParseDurationRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "h", "5", "-5m", "1.5h", "5 m", "5x", "1h1d", "1h1h", "99999999999w", "9223372036854775808s", "1mm", "5M"} {
		if d, err := yamlpos.ParseDuration(s); err == nil {
			t.Errorf("%q was read as %v", s, d)
		}
	}
}

// TestDurationLaw: what FormatDuration writes, ParseDuration reads back.
func TestDurationLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, math.MaxInt64/int64(time.Millisecond)).Draw(t, "ms")) * time.Millisecond
		s := yamlpos.FormatDuration(d)
		got, err := yamlpos.ParseDuration(s)
		if err != nil || got != d {
			t.Fatalf("%v was written as %s and read as %v (%v)", d, s, got, err)
		}
	})
}

func TestNearest(t *testing.T) {
	t.Parallel()
	keys := []string{"poll_every", "settle_every", "daily_calls", "auth", "to", "when", "any", "all"}
	tests := []struct{ word, want string }{
		{"poll_evry", "poll_every"},
		{"pollEvery", "poll_every"},
		{"poll-every", "poll_every"},
		{"POLL EVERY", "poll_every"},
		{"pol_levery", "poll_every"},
		{"poll", "poll_every"},
		{"authentication", "auth"},
		{"wehn", "when"},
		{"wen", "when"},
		{"ot", "to"},
		{"xyz", ""},
		{"", ""},
		{"\u00A0auth", "auth"},
		{"webhook", ""},
	}
	for _, tt := range tests {
		if got := yamlpos.Nearest(tt.word, keys); got != tt.want {
			t.Errorf("nearest of %q is %q, want %q", tt.word, got, tt.want)
		}
	}
}
