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
)

// TestPrintedTextIsHarmless shows CRM text that tries to play with the terminal.
func TestPrintedTextIsHarmless(t *testing.T) {
	t.Parallel()
	const evil = "\x1b[2J\x07Acme\u202e\n\tLtd\x00"
	r := &Report{
		DayOne:   DayOne{Reason: evil, Deliver: evil, Planned: []Planned{{Name: evil, Owner: evil, Why: []string{evil}, Blocked: evil}}},
		Chapters: []Chapter{{Title: evil, Events: []Event{{What: "handed off", Accounts: []string{evil}}}, Waiting: []string{evil}}},
		Example: &Example{
			Account: evil, Task: Task{Subject: evil, Owner: evil, Status: evil, Due: evil, Body: evil},
			Fields: []Shown{{Value: evil}}, Manager: &Alert{To: evil, Title: evil},
		},
		Failures: []string{evil},
	}
	var b bytes.Buffer
	p := NewPrinter(&b, false)
	for _, part := range []Part{PartDayOne, PartRelease, PartChapter, PartEnd} {
		try(t, p.Show(part, r))
	}
	for _, c := range b.String() {
		if c != '\n' && !unicode.IsPrint(c) {
			t.Errorf("%U is printed", c)
		}
	}
	if !strings.Contains(b.String(), "Acme") {
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

func TestWords(t *testing.T) {
	t.Parallel()
	some := map[connectors.System]int{connectors.HubSpot: 2}
	for got, want := range map[string]string{
		perSystem(some, "records"): "0 records in Salesforce, 2 in HubSpot",
		perSystem(nil, "records"):  "nothing",
		kinds(nil):                 "nothing",
		kinds(map[string]int{"create_task": 2, "update": 1}): "2 tasks, 1 update of an account",
		decisions(map[string]int{"waiting": 3}):              "3 wait for data",
	} {
		if got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}
