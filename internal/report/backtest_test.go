package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/report"
	"handoffd/workflows"
)

// backtestSample has a row of every kind, and names as CRMs have them.
func backtestSample() workflows.BacktestReport {
	from := time.Date(2026, 8, 1, 4, 0, 0, 0, time.UTC)
	rates := func(n int, hits ...int) (out []workflows.Figure) {
		for i, name := range []string{"handoff_quality", "return_rate", "mqa_to_opportunity", "mqa_to_close"} {
			f := workflows.Figure{Measure: name, Kind: workflows.Share, Early: 2}
			if i < len(hits) {
				f.N, f.Hits, f.Value = n, hits[i], number(float64(hits[i])/float64(n))
			}
			out = append(out, f)
		}
		return out
	}
	trial := func(label string, first, met, really int, rate float64, figures []workflows.Figure, standing workflows.Fit) workflows.Trial {
		return workflows.Trial{Label: label, First: first, Met: met, Really: really, PerMonth: number(float64(met) / 3), Rate: number(rate), Figures: figures, Standing: standing}
	}
	real, old := trial("really handed off", 4, 54, 58, .09, rates(40, 33, 6, 8), ""), trial("the policy in force", 5, 57, 58, .095, rates(40, 33, 6, 8), workflows.TrialFew)
	old.Passings = []workflows.Passing{
		{Account: "sf-2", Name: "Beta", At: from.AddDate(0, 0, 9), Rule: "demo_request"},
		{Account: "sf-1", Name: "Ac\x1b[31mme\u202e & Sons", At: from.AddDate(0, 0, 2), Rule: "intent"},
	}
	changed := trial("the other policy", 0, 30, 9, .05, rates(9, 8, 1), workflows.TrialFew)
	changed.Passings = old.Passings[:1]
	comparison := workflows.CompareTrials(old, changed)
	seventy := trial("70", 5, 57, 58, .095, rates(40, 33, 6, 8), workflows.TrialFull)
	seventy.Value, seventy.Present = number(70), true
	short := workflows.Trial{Label: "80", Value: number(80)}
	return workflows.BacktestReport{
		From: from, To: from.AddDate(0, 3, 0), Months: 3, Policy: "v3 1234abcd", Accounts: 1200, Targets: 200, Target: "20-40 a month", Limit: 18.3333,
		Real: real, Replayed: old, Comparison: &comparison,
		Sweeps: []workflows.Sweep{{Knob: "intent/rises(score, 70)", Present: 70, Trials: []workflows.Trial{seventy, short}, Verdict: []string{"80 (12.0 a month) fits"}}},
		Notes:  []string{"fit has no history"},
	}
}

func TestBacktestGolden(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("east", -4*3600)
	alone := backtestSample()
	alone.Comparison, alone.Sweeps, alone.Target, alone.Limit = nil, nil, "", 0
	for name, c := range map[string]struct {
		b     workflows.BacktestReport
		lists bool
	}{"backtest.txt": {backtestSample(), false}, "backtest_lists.txt": {backtestSample(), true}, "backtest_alone.txt": {alone, true}} {
		var got bytes.Buffer
		if err := report.Backtest(&got, c.b, zone, c.lists); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
		if strings.ContainsAny(got.String(), "\x1b\u202e") {
			t.Errorf("%s shows what turns a terminal", name)
		}
	}
}

// TestWithoutPassings drops all accounts and nothing else.
func TestWithoutPassings(t *testing.T) {
	t.Parallel()
	b := backtestSample()
	data, err := json.Marshal(report.WithoutPassings(b))
	if err != nil || strings.Contains(string(data), "sf-") || !strings.Contains(string(data), `"only_old":1`) {
		t.Errorf("%s, %v", data, err)
	}
	if len(b.Replayed.Passings) != 2 || len(b.Comparison.List) != 2 {
		t.Error("the backtest itself lost its accounts")
	}
}

// TestProposal: the monthly digest says what would meet the target, in the
// mail's text and on its page, where it is no markup.
func TestProposal(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Advice = "with 75 instead of 70 in \"score >= 70\" & <b>"
	var text, page bytes.Buffer
	if err := report.Brief(&text, r, ""); err != nil {
		t.Fatal(err)
	}
	if err := report.HTML(&page, r, false, ""); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "\nProposal\n- "+r.Advice+"\n") {
		t.Errorf("the text: %s", text.String())
	}
	if !strings.Contains(page.String(), "<p>Proposal: with 75 instead of 70 in &#34;score &gt;= 70&#34; &amp; &lt;b&gt;</p>") {
		t.Errorf("the page: %s", page.String())
	}
}
