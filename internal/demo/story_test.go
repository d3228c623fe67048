package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors/connectortest"
	"handoffd/workflows"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// performance is a play with what it printed.
type performance struct {
	report *Report
	text   string
}

// theTwoMonths plays them once for all tests.
var theTwoMonths = sync.OnceValues(func() (performance, error) {
	var b bytes.Buffer
	r, err := Play(context.Background(), Options{Logger: quiet(), Show: NewPrinter(&b, false).Show})
	return performance{r, b.String()}, err
})

// show is a figure as far as a test is about it.
func show(f *workflows.Figure) string {
	switch {
	case f == nil:
		return "none"
	case f.Kind == workflows.Time && f.Value != nil:
		return fmt.Sprintf("%.1f days of %d", *f.Value, f.N)
	case f.Early > 0:
		return fmt.Sprintf("%d of %d, %d of %d so far", f.Hits, f.N, f.EarlyHits, f.Early)
	}
	return fmt.Sprintf("%d of %d", f.Hits, f.N)
}

// The worked example of the framework comes out of what people do.
func TestTwoMonths(t *testing.T) {
	t.Parallel()
	p, err := theTwoMonths()
	if err != nil {
		t.Fatal(err)
	}
	r := p.report
	if !r.OK() || r.Expectations < 40 {
		t.Errorf("%d expectations, not met:\n%s", r.Expectations, strings.Join(r.Failures, "\n"))
	}
	for _, want := range []struct{ measure, october, november string }{
		{"handed_off", "18 of 18", "17 of 17"},
		{"handoff_rate", "18 of 200", "17 of 200"},
		{"responsive_rate", "14 of 18", "13 of 17"},
		{"call_rate", "8 of 14", "8 of 13"},
		{"unresponsive_rate", "4 of 18", "2 of 17"},
		{"return_rate", "0 of 18", "0 of 17"},
		{"next_step_agreed", "8 of 18", "9 of 17"},
		{"next_step_chased", "10 of 18", "8 of 17"},
		{"next_step_unknown", "0 of 18", "0 of 17"},
		{"converted", "8 of 18", "7 of 17"},
		{"mqa_to_opportunity", "0 of 0, 8 of 18 so far", "8 of 18, 7 of 17 so far"},
		{"sales_satisfaction", "4 of 4", "4 of 5"},
		{"signal_to_first_touch", "4.0 days of 18", "1.8 days of 17"},
		{"queue_time", "2.5 days of 18", "0.0 days of 17"},
		{"feedback", "18 of 18", "23 of 23"},
	} {
		if got := show(r.Figure(0, want.measure)); got != want.october {
			t.Errorf("%s in October: %s, want %s", want.measure, got, want.october)
		}
		if got := show(r.Figure(1, want.measure)); got != want.november {
			t.Errorf("%s in November: %s, want %s", want.measure, got, want.november)
		}
	}
	if d := r.DayOne; d.Accounts != 200 || d.Matched != 200 || d.Writes != 0 || len(d.Planned) != 6 {
		t.Errorf("day one: %+v", d)
	}
	if r.Release.Handoffs != 0 || r.Release.Queued != 6 {
		t.Errorf("release: %+v", r.Release)
	}
	if e := r.Example; e == nil || e.Manager == nil || len(e.Fields) != 4 || !strings.Contains(e.Task.Body, "Why now:") {
		t.Errorf("example: %+v", e)
	}
}

// What is printed can be read on a narrow terminal, and says what it is about.
func TestPrinted(t *testing.T) {
	t.Parallel()
	p, err := theTwoMonths()
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range strings.Split(p.text, "\n") {
		if n := utf8.RuneCountInString(l); n > width {
			t.Errorf("line %d has %d columns: %s", i+1, n, l)
		}
	}
	for _, want := range []string{
		"day one: handoffd reads, matches and decides, and writes nothing", "planned       6 handoffs", "0 of the 6 planned; 6 wait",
		"MQA_Status__c = Ready for sales", "mqa_status = Ready for sales", "Morgan Hale was told by notification", "Why now:",
		"handed off    16: ", "given back    4: Fenwick Tools", "from Monday at 09:00 to at once", "4 days after the signal in October 2026",
		"77.8 % (14 of 18)", "57.1 % (8 of 14)", "expectations, all met",
	} {
		if !strings.Contains(p.text, want) {
			t.Errorf("nothing says %q", want)
		}
	}
	if strings.Contains(p.text, "\x1b") {
		t.Error("only a terminal gets bold headings")
	}
}

// firstMonth is the story until the end of October, with few of those who do
// nothing.
func firstMonth(t *testing.T) string {
	t.Helper()
	text, _, ok := strings.Cut(string(months), "  - by: 2026-11-01 00:05")
	if !ok {
		t.Fatal("the story has no such expectation")
	}
	return replaced(t, text, "copies: 165", "copies: 2")
}

// replaced changes a text in one place.
func replaced(t *testing.T, text, from, to string) string {
	t.Helper()
	if strings.Count(text, from) != 1 {
		t.Fatalf("the story has %q %d times", from, strings.Count(text, from))
	}
	return strings.Replace(text, from, to, 1)
}

// without leaves the line out in which something is done.
func without(t *testing.T, text, what string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.Contains(line, what) {
			return replaced(t, text, line, "")
		}
	}
	t.Fatalf("nobody does %s", what)
	return ""
}

// october plays a story and gives the month's figures.
func october(t *testing.T, story string) map[string]string {
	t.Helper()
	r, err := Play(t.Context(), Options{Logger: quiet(), Story: []byte(story)})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for i := range r.Months[0].Figures {
		f := &r.Months[0].Figures[i]
		out[f.Measure] = show(f)
	}
	return out
}

// The figures are computed from what stands in the CRMs: where one person does
// one thing else, exactly the figures about it move, and no others.
func TestFiguresFollowTheStory(t *testing.T) {
	t.Parallel()
	story := firstMonth(t)
	base := october(t, story)
	changes := []struct {
		name  string
		story string
		moved map[string][2]string
	}{
		{
			"one more decline", story + "  - {at: 2026-10-30 10:00, set: {in: salesforce, by: eli, birchley_logistics: {return_reason: No answer}}}\n",
			map[string][2]string{"unresponsive_rate": {"4 of 18", "5 of 18"}, "dispute_rate": {"0 of 4", "0 of 5"}},
		},
		{
			"one call fewer", without(t, story, "{book_meeting: garrow_freight"),
			map[string][2]string{"call_rate": {"8 of 14", "7 of 14"}, "next_step_agreed": {"8 of 18", "7 of 18"}, "next_step_chased": {"10 of 18", "11 of 18"}},
		},
		{
			"one opportunity fewer", without(t, story, "{opportunity: garrow_freight"),
			map[string][2]string{"converted": {"8 of 18", "7 of 18"}, "mqa_to_opportunity": {"0 of 0, 8 of 18 so far", "0 of 0, 7 of 18 so far"}},
		},
	}
	if connectortest.Raced {
		changes = changes[:1] // a month takes a minute then
	}
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := map[string]string{}
			for measure, value := range base {
				want[measure] = value
				if m, ok := c.moved[measure]; ok {
					if want[measure] = m[1]; value != m[0] {
						t.Errorf("%s is %s at first, want %s", measure, value, m[0])
					}
				}
			}
			if diff := cmp.Diff(want, october(t, c.story)); diff != "" {
				t.Errorf("figures (-want +got):\n%s", diff)
			}
		})
	}
}

// short is a story in which nothing happens.
func short(t *testing.T) string {
	t.Helper()
	text, _, ok := strings.Cut(firstMonth(t), "timeline:\n")
	if !ok {
		t.Fatal("the story has no timeline")
	}
	return text + "timeline: [{at: 2026-10-01 09:00, note: an hour}]\n"
}

// Afterwards the status page is up, both sandboxes answer, and time goes on.
func TestKeep(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	kept := false
	_, err := Play(ctx, Options{Logger: quiet(), Story: []byte(short(t)), Keep: func(r *Report) error {
		kept = true
		defer cancel()
		for _, url := range []string{r.Addresses.Dashboard, r.Addresses.Salesforce + "/services/data", r.Addresses.HubSpot + "/crm/v3/objects/companies"} {
			status, body, err := get(ctx, url)
			if err != nil || status >= 500 || url == r.Addresses.Dashboard && !strings.Contains(body, "handoffd") {
				t.Errorf("%s: HTTP %d, %v", url, status, err)
			}
		}
		return nil
	}})
	if err != nil || !kept {
		t.Errorf("kept: %t, %v", kept, err)
	}
}

func get(ctx context.Context, url string) (status int, body string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	text, err := io.ReadAll(reply.Body)
	return reply.StatusCode, string(text), errors.Join(err, reply.Body.Close())
}

// A story that goes otherwise than it says is told as such.
func TestNotAsExpected(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	story := strings.Replace(short(t), "timeline: [", "timeline: [{by: 2026-10-01 08:30, expect: {alderwood_foods: {state: handed_off}}}, ", 1)
	r, err := Play(t.Context(), Options{Logger: quiet(), Story: []byte(story), Show: NewPrinter(&b, true).Show})
	if err != nil {
		t.Fatal(err)
	}
	if r.OK() || len(r.Failures) != 1 || !strings.Contains(r.Failures[0], "expected handed_off, seen ready") {
		t.Errorf("failures: %q", r.Failures)
	}
	if text := b.String(); !strings.Contains(text, "expected handed_off, seen ready") || strings.Contains(text, "all met") || !strings.Contains(text, "\x1b[1m") {
		t.Errorf("a failure is not shown:\n%s", text)
	}
	if !slices.ContainsFunc(r.Chapters, func(c Chapter) bool { return c.Title == "an hour" && len(c.Waiting) == 6 }) {
		t.Errorf("chapters: %+v", r.Chapters)
	}
}

// Mistakes in a story, and an end from outside, are errors.
func TestPlayEnds(t *testing.T) {
	t.Parallel()
	if _, err := Play(t.Context(), Options{Logger: quiet(), Story: []byte("name: nothing")}); err == nil {
		t.Error("it played nothing")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Play(ctx, Options{Logger: quiet(), Story: []byte(short(t))}); err == nil {
		t.Error("it played on")
	}
}
