package demo

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/internal/demo/world"
)

func printed(t *testing.T, r *Report, bold bool) string {
	t.Helper()
	var b bytes.Buffer
	p := NewPrinter(&b, bold)
	for _, act := range []string{actDayOne, actRelease, actBuyers, actRest, ""} {
		try(t, p.Show(act, r))
	}
	return b.String()
}

func TestPrintedPlay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r, err := s.Play(t.Context(), nil)
	try(t, err)
	text := printed(t, r, false)
	for i, l := range strings.Split(text, "\n") {
		if n := utf8.RuneCountInString(l); n > width {
			t.Errorf("line %d has %d columns: %s", i+1, n, l)
		}
	}
	for _, want := range []string{
		"208: 128 in both CRMs, 30 in Salesforce only, 50 in HubSpot only", "12 of the 12 planned", "Handed off: 18 accounts",
		"MQA_Status__c = Ready for sales", "mqa_status = Ready for sales", world.JustSeventy, world.Visitor, "stays", "Parked for a person: 1", "Matches for a person, see `handoffd cases`: 1", "6 accounts more",
		"140 is outside the range 0 to 100", "intent_score is stale", "all met",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing says %q", want)
		}
	}
	if strings.Contains(text, "\x1b") || !strings.Contains(printed(t, r, true), "\x1b[1m1. Day one") {
		t.Error("only a terminal gets bold headings")
	}
	r.Failures = append(r.Failures, "the sky is blue: it is grey")
	if text = printed(t, r, false); !strings.Contains(text, "the sky is blue: it is grey") || strings.Contains(text, "all met") {
		t.Error("a failure is not shown")
	}
}

// TestPrintedTextIsHarmless shows CRM text that tries to play with the terminal.
func TestPrintedTextIsHarmless(t *testing.T) {
	t.Parallel()
	const evil = "\x1b[2J\x07Acme\u202e\n\tLtd\x00"
	r := &Report{
		Accounts: Accounts{Records: map[connectors.System]int{}},
		Planned:  []Handoff{{Name: evil, Owner: evil, Due: evil, Why: []string{evil}}},
		Moves:    []Move{{Account: evil, What: evil, Why: evil}},
		Handoffs: []Handoff{{Name: evil, Owner: evil, Words: []string{evil}}},
		Example: &Example{Account: evil, Task: Task{Subject: evil, Owner: evil, Contact: evil, Status: evil, Priority: evil, Due: evil, Body: evil},
			Fields: []Shown{{Value: evil}}, Manager: &Alert{To: evil, Title: evil}, Note: &NoteSeen{ID: "1"}},
		Alerts:   []Alert{{To: evil, Way: evil, Title: evil}},
		Parked:   []Parked{{Name: evil, Field: evil, Value: evil, Reason: evil}},
		Cases:    []Case{{Key: evil, Names: []string{evil}, Reason: evil}},
		Waiting:  []Waiting{{Reason: evil, Accounts: []string{evil}}},
		Failures: []string{evil},
	}
	text := printed(t, r, false)
	for _, c := range text {
		if c != '\n' && !unicode.IsPrint(c) {
			t.Errorf("%U is printed", c)
		}
	}
	if !strings.Contains(text, "Acme") {
		t.Error("the harmless part is lost")
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"one two", "three", "seventeen-letters"}, wrap("one two three seventeen-letters", 8)); diff != "" {
		t.Error(diff)
	}
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "text"), rapid.IntRange(1, 40).Draw(t, "width")
		parts := wrap(s, n)
		if got := strings.Join(parts, " "); got != s {
			t.Fatalf("%q became %q", s, got)
		}
		for _, p := range parts {
			if utf8.RuneCountInString(p) > n && strings.Contains(p, " ") {
				t.Fatalf("%q is longer than %d", p, n)
			}
		}
	})
}

func TestSafe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   string
		n    int
		want string
	}{
		{"short", 10, "short"}, {"exactly10!", 10, "exactly10!"}, {"eleven char", 10, "eleven ch…"}, {"two\nlines", 20, "two lines"}, {"ünïcödé", 5, "ünïc…"},
	} {
		if got := safe(test.in, test.n); got != test.want || utf8.RuneCountInString(got) > test.n {
			t.Errorf("%q at %d: %q", test.in, test.n, got)
		}
	}
}

func TestWhyNow(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		summary string
		want    []string
	}{
		"two":        {"Account: A\n\nWhy now:\n- Visits: 3 (needed: 3)\n- Form\n\nRecent activity:\n- x\n", []string{"Visits: 3", "Form"}},
		"no section": {"Account: A\n- x\n", nil},
		"no blank":   {"Why now:\n- Visits (all) today\nRecent activity:\n- x", []string{"Visits (all) today"}},
	} {
		if diff := cmp.Diff(test.want, whyNow(test.summary)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	const body = "<p><strong>Why now:</strong></p><ul><li>5 &lt; 7 &amp; up</li><li>b</li></ul><p>End</p>"
	if got := plain(body); got != "Why now:\n- 5 < 7 & up\n- b\nEnd" {
		t.Errorf("%q", got)
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "<", ">", "a<b", "<li>", "&lt;script&gt;", "<p", "\x00<\xff>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := plain("<p>" + s + "</p>"); strings.Contains(got, "<p>") && !strings.Contains(s, "p") {
			t.Errorf("%q keeps a tag: %q", s, got)
		}
	})
}

func TestWords(t *testing.T) {
	t.Parallel()
	some := map[connectors.System]int{connectors.HubSpot: 2}
	for got, want := range map[string]string{
		perSystem(some, "records"): "0 records in Salesforce, 2 in HubSpot",
		perSystem(nil, "records"):  "nothing",
		kinds(nil):                 "nothing",
		kinds(map[string]int{"create_task": 2, "update": 1}): "2 tasks, 1 update of an account",
		decisions(map[string]int{"waiting": 3}):              "3 wait for data",
		shortDay("2026-11-05"):                               "5 Nov",
		shortDay("soon"):                                     "soon",
		times(1) + times(2) + times(3):                       "oncetwice3 times",
	} {
		if got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}
