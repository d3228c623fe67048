package engine_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/internal/report"
	"handoffd/internal/yamlpos"
	"handoffd/workflows"
)

var update = flag.Bool("update", false, "write the docs' examples anew")

// exampleQuarter plays four months of 40 target accounts whose scores move each
// week. The higher the score was, the better sales likes what it got.
func exampleQuarter(t *testing.T) *house {
	t.Helper()
	h := pastHouse(t, "limits: {order: score}")
	r := rand.New(rand.NewPCG(7, 7))
	scores := make([]int, 40)
	for n := range scores {
		scores[n] = 20 + r.IntN(45)
		h.pair(n, strconv.Itoa(scores[n]))
	}
	h.once()
	for range 18 {
		h.clock.Advance(4 * 24 * time.Hour)
		for n := range scores {
			exampleSales(t, h, r, n, scores[n])
		}
		h.once()
		h.clock.Advance(3 * 24 * time.Hour)
		for n := range scores {
			scores[n] = min(98, max(10, scores[n]+r.IntN(41)-21))
			h.hs.put(connectors.Account, strconv.Itoa(n), nil, map[string]string{"score": strconv.Itoa(scores[n])})
		}
		h.once()
	}
	return h
}

// exampleSales is what sales does with one account in a week.
func exampleSales(t *testing.T, h *house, r *rand.Rand, n, score int) {
	l, _ := life(t, h, n)
	switch {
	case l.State == workflows.HandedOff && n%6 > 0 && r.IntN(100) < 40+score/2:
		h.sf.put(connectors.Task, fmt.Sprintf("00T%d-%d", n, l.Episode), []string{sfID(n)}, map[string]string{"Subject": "Call", "Status": "Completed", "IsClosed": "true", "TaskSubtype": "Call", "OwnerId": "005000000000001AAA"})
	case l.State == workflows.Working && r.IntN(100) < score-55:
		h.sf.put(connectors.Opportunity, fmt.Sprintf("006%d", n), []string{sfID(n)}, map[string]string{"Name": "Acme", "StageName": "Discovery", "IsClosed": "false"})
	case l.State == workflows.Working && r.IntN(100) < 88-score:
		h.hs.put(connectors.Account, strconv.Itoa(n), nil, map[string]string{"return_reason": fmt.Sprintf("not ready %d", l.Episode)})
	}
}

// TestDocumentedExamples: the outputs in docs/backtest.md are what the command
// prints of that quarter.
func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	h := exampleQuarter(t)
	p := compilePolicy(h)
	knob, err := p.Knob("score")
	if err != nil {
		t.Fatal(err)
	}
	band, err := workflows.ParseBand("6-8")
	if err != nil {
		t.Fatal(err)
	}
	var c yamlpos.Collector
	other := workflows.Compile(yamlpos.Parse("stricter.yaml", []byte(strings.Replace(h.policy, "rises(score, 70)", "rises(score, 80)", 1)), &c).Root(), p.Mapping, "other", &c)
	if err := c.Err(); err != nil {
		t.Fatal(err)
	}
	zone := p.Calendar.Location()
	period := engine.BacktestRequest{From: time.Date(2026, 11, 9, 0, 0, 0, 0, zone), To: time.Date(2027, 2, 8, 0, 0, 0, 0, zone)}
	sweep, compare := period, period
	sweep.Band, sweep.Vary = band, []engine.Vary{{Knob: knob, Values: []float64{60, 65, 70, 75, 80, 85, 90}}}
	compare.Other = other
	for name, q := range map[string]engine.BacktestRequest{"sweep": sweep, "compare": compare} {
		b, err := engine.Backtest(t.Context(), h.store, p, q, h.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		b.Policy = "v1 5d3a90c2" // the house's hash is no hash
		var out bytes.Buffer
		if err := report.Backtest(&out, b, zone, false); err != nil {
			t.Fatal(err)
		}
		documented(t, "../../docs/backtest.md", name, out.String())
	}
}

// documented compares an output with the block of that name in a page.
func documented(t *testing.T, page, name, want string) {
	t.Helper()
	src, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	begin := "<!-- output: " + name + " -->\n```text\n"
	before, rest, found := strings.Cut(string(src), begin)
	block, after, ended := strings.Cut(rest, "```\n")
	if !found || !ended {
		t.Fatalf("%s has no block %q", page, name)
	}
	if block == want {
		return
	}
	if !*update {
		t.Errorf("%s, %s: run with -update; it is now\n%s", page, name, want)
		return
	}
	if err := os.WriteFile(page, []byte(before+begin+want+"```\n"+after), 0o600); err != nil {
		t.Fatal(err)
	}
}
