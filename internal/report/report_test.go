package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/report"
	"handoffd/workflows"
)

var update = flag.Bool("update", false, "write the golden files anew")

func number(v float64) *float64 { return &v }

// sample has a figure of every kind: met, missed, too young, unknown, a clock.
func sample() workflows.Report {
	from := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	queue := 3
	figures := []workflows.Figure{
		{Measure: "handed_off", Title: "Handed off", Section: workflows.SectionFunnel, Kind: workflows.Count, Value: number(18), N: 18, Hits: 18, Before: &workflows.Before{Value: number(15), N: 15}},
		{Measure: "worked", Title: "Worked", Section: workflows.SectionFunnel, Kind: workflows.Count, Value: number(16), N: 18, Hits: 16},
		{Measure: "converted", Title: "Converted", Section: workflows.SectionFunnel, Kind: workflows.Count, Value: number(8), N: 18, Hits: 8},
		{Measure: "return_rate", Title: "Return rate", Section: workflows.SectionFunnel, Kind: workflows.Share, Target: "< 20 %", Standing: workflows.Above, Value: number(4.0 / 18), N: 18, Hits: 4, Before: &workflows.Before{}},
		{Measure: "handoff_quality", Title: "Handoff quality", Section: workflows.SectionFunnel, Kind: workflows.Share, Target: ">= 80 %", Early: 18, EarlyHits: 14},
		{Measure: "feedback", Title: "Feedback", Section: workflows.SectionFunnel, Kind: workflows.Share, Target: ">= 80 %", Unknown: "the mapping has no field engagement"},
		{
			Measure: "acknowledged_in_time", Title: "Acknowledged in time", Section: workflows.SectionSales, Kind: workflows.Share, Target: ">= 90 %", Standing: workflows.Met, Value: number(1), N: 1, Hits: 1,
			Entries: []workflows.Entry{{Account: "sf-1", Name: "Ac<b>me</b> & \x1b[31mSons", Owner: `"Ann" <ann@acme.example>`, Handed: from.Add(9 * time.Hour), Hit: true, Detail: "sdr due 2026-10-02, acknowledged 2026-10-01"}},
		},
		{
			Measure: "signal_to_first_touch", Title: "Signal to first touch", Section: workflows.SectionHuman, Kind: workflows.Time, Value: number(4), Median: number(1.5), N: 2, Early: 1,
			Entries: []workflows.Entry{{Account: "sf-1", Name: "Acme", Days: 1.25}, {Account: "sf-2", Name: "Beta", Early: true}},
		},
	}
	return workflows.Report{
		Name: "October 2026", From: from, To: from.AddDate(0, 1, 0), Made: from.AddDate(0, 2, 0), Final: true, Frozen: true, Policy: "v3 1234abcd",
		Figures: figures, Queue: &queue,
		Groups: []workflows.Group{{By: "rule", Value: "intent", Figures: figures[:4]}, {By: "owner", Value: "<script>alert(1)</script>", Figures: figures[:2]}},
	}
}

// later is the month after: one figure is old enough now, one is not there.
func later() workflows.Report {
	r := sample()
	r.Name = "November 2026"
	r.Figures[4].Value, r.Figures[4].N, r.Figures[4].Hits, r.Figures[4].Early = number(1), 18, 18, 0
	r.Figures = r.Figures[:7]
	return r
}

func TestGolden(t *testing.T) {
	t.Parallel()
	r := sample()
	for name, write := range map[string]func(*bytes.Buffer) error{
		"report.txt":  func(b *bytes.Buffer) error { return report.Text(b, r) },
		"brief.txt":   func(b *bytes.Buffer) error { return report.Brief(b, r, "") },
		"list.txt":    func(b *bytes.Buffer) error { return report.List(b, r, r.Figures[6]) },
		"clock.txt":   func(b *bytes.Buffer) error { return report.List(b, r, r.Figures[7]) },
		"report.html": func(b *bytes.Buffer) error { return report.HTML(b, r, true, "") },
		"digest.html": func(b *bytes.Buffer) error {
			return report.HTML(b, r, false, `https://forms.example/f?a=1&b="><script>`)
		},
		"by.txt":     func(b *bytes.Buffer) error { return report.By(b, r, "owner") },
		"beside.txt": func(b *bytes.Buffer) error { return report.Beside(b, r, later()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			if err := write(&got); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			for _, bad := range []string{"<b>me", "<script", "\x1b", "http://", "src=", "<link", "@import"} {
				if strings.Contains(got.String(), bad) && (strings.HasSuffix(name, ".html") || bad == "\x1b") {
					t.Errorf("it holds %q", bad)
				}
			}
		})
	}
}

// TestWithoutAccounts leaves the report that it was made of alone.
func TestWithoutAccounts(t *testing.T) {
	t.Parallel()
	r := sample()
	data, err := json.Marshal(report.WithoutAccounts(r))
	if err != nil || strings.Contains(string(data), "sf-1") {
		t.Errorf("%s, %v", data, err)
	}
	if len(r.Figures[6].Entries) != 1 {
		t.Error("the report itself lost its accounts")
	}
}

// TestSmallReports: what a young store has must not break anything.
func TestSmallReports(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	r := workflows.Report{Name: "November 2026"}
	for _, err := range []error{report.Text(&b, r), report.Brief(&b, r, "https://forms.example/f"), report.HTML(&b, r, true, "")} {
		if err != nil {
			t.Error(err)
		}
	}
	if !strings.Contains(b.String(), "Handed off -, worked -, converted -") || !strings.Contains(b.String(), "qualified? https://forms.example/f\n") {
		t.Errorf("got %s", b.String())
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	if got, want := report.Title(sample()), "handoffd: October 2026, 2026-10-01 to 2026-10-31"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
}
