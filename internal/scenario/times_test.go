package scenario

import (
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"handoffd"
	"handoffd/internal/app"
	"handoffd/internal/yamlpos"
)

// aReader reads for a team in New York; it starts on a Friday before the clocks
// change.
func aReader(t *testing.T) *reader {
	t.Helper()
	config, problems := app.Parse(ExampleName, handoffd.ExampleConfig)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	zone := config.Policy.Calendar.Location()
	return &reader{
		c: &yamlpos.Collector{}, config: config, zone: zone,
		scenario: &Scenario{Start: time.Date(2026, 3, 6, 9, 30, 0, 0, zone)},
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	r := aReader(t)
	for written, want := range map[string]string{
		"2026-03-10 14:00":        "2026-03-10 14:00 EDT",
		"2026-03-10":              "2026-03-10 00:00 EDT",
		"2026-03-06T15:00:00Z":    "2026-03-06 10:00 EST",
		"16:45":                   "2026-03-06 16:45 EST",
		"+1d 10:00":               "2026-03-07 10:00 EST",
		"+3d":                     "2026-03-09 09:30 EDT", // by the wall clock
		"+72h":                    "2026-03-09 10:30 EDT", // elapsed
		"+1d12h":                  "2026-03-07 21:30 EST",
		"+90m":                    "2026-03-06 11:00 EST",
		"+1w 08:00":               "2026-03-13 08:00 EDT",
		"+1 business day 10:00":   "2026-03-09 10:00 EDT",
		"+3 business days":        "2026-03-11 09:30 EDT",
		"+300 business days 9:00": "",
		"+99999d":                 "",
		"+1d 25:00":               "",
		"+1x":                     "",
		"soon":                    "",
		"":                        "",
	} {
		got, err := r.moment(written)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q was read as %s", written, got)
		case want != "" && (err != nil || got.In(r.zone).Format("2006-01-02 15:04 MST") != want):
			t.Errorf("%q: got %s, %v, want %s", written, got.In(r.zone), err, want)
		}
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	r := aReader(t)
	first := r.scenario.Start
	for _, c := range []struct {
		name string
		rep  repetition
		end  string
		n    int
		last string
	}{
		{"every day, over the change of the clocks", repetition{days: 1, times: 4}, "", 4, "2026-03-09 09:30 EDT"},
		{"every working day", repetition{days: 1, working: true, times: 3}, "", 3, "2026-03-10 09:30 EDT"},
		{"every 12 hours until the end of the story", repetition{every: 12 * time.Hour}, "+50h", 5, "2026-03-08 10:30 EDT"},
		{"every week, until", repetition{days: 7, until: first.AddDate(0, 0, 20)}, "+90d", 3, "2026-03-20 09:30 EDT"},
		{"nothing after the end", repetition{days: 1}, "2026-03-05", 0, ""},
	} {
		end := first
		if c.end != "" {
			var err error
			if end, err = r.moment(c.end); err != nil {
				t.Fatal(err)
			}
		}
		got := r.expand(first, c.rep, end)
		if len(got) != c.n || c.n > 0 && got[c.n-1].In(r.zone).Format("2006-01-02 15:04 MST") != c.last {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

func TestMerged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, over, want string }{
		{"{a: 1, b: {c: 2, d: 3}}", "{b: {c: 4}}", "{a: 1, b: {c: 4, d: 3}}"},
		{"{a: [1, 2]}", "{a: [3]}", "{a: [3]}"},
		{"{a: 1, b: 2}", "{a: }", "{b: 2}"},
		{"{a: 1}", "{b: {c: 1}}", "{a: 1, b: {c: 1}}"},
		{"{when: {any: [x, y]}}", "{when: {all: [z]}}", "{when: {all: [z]}}"}, // criteria stand for themselves
		{"{a: &x {p: 1}, b: *x}", "{b: {p: 2}}", "{a: {p: 1}, b: {p: 2}}"},
	} {
		got := text(t, merged(parsed(t, c.base), parsed(t, c.over)))
		if want := text(t, parsed(t, c.want)); got != want {
			t.Errorf("%s with %s: got %s, want %s", c.base, c.over, got, want)
		}
	}
}

func parsed(t *testing.T, s string) *yaml.Node {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(s), &n); err != nil {
		t.Fatal(err)
	}
	return n.Content[0]
}

func text(t *testing.T, n *yaml.Node) string {
	t.Helper()
	var v any
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return compact(v)
}
