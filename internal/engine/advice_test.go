package engine_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"handoffd/internal/engine"
)

// TestAdvice: a queue that keeps growing proposes the number that would keep
// it short, and the missed target the one that would meet it; each once a month.
func TestAdvice(t *testing.T) {
	t.Parallel()
	h := pastHouse(t, "limits: {order: score, per_week: 3}")
	n := 0
	for range 6 {
		for _, score := range []string{"71", "72", "73", "82", "88"} {
			h.pair(n, score)
			n++
		}
		h.once()
		h.clock.Advance(7 * 24 * time.Hour)
	}
	s := h.once()
	const limit = `; with 75 instead of 70 in "rises(score, 70)" (intent), 7.0 accounts a month would have met the criteria since 2026-11-02 instead of 17.4, which meets the limit of 13 intent accounts a month; see handoffd backtest --vary 'intent/rises(score, 70)=70..75/5'`
	if !strings.HasPrefix(s.QueueGrows, "the queue has grown for 3 weeks") || !strings.HasSuffix(s.QueueGrows, limit) {
		t.Errorf("the queue says %q", s.QueueGrows)
	}
	advise := func() string {
		text, err := engine.Advise(t.Context(), h.store, compilePolicy(h), engine.AboutTarget, h.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	const target = `with 85 instead of 70 in "rises(score, 70)" (intent), 3.6 accounts a month would have met the criteria since 2026-11-02 instead of 18.1, which meets the target of 10-20 % of the target list a month;`
	first := advise()
	if !strings.HasPrefix(first, target) {
		t.Errorf("the target: %q", first)
	}
	for i := range 20 {
		h.pair(n+i, "90")
	}
	h.once()
	if again := advise(); again != first {
		t.Errorf("the same month proposes anew: %q", again)
	}
	h.clock.Advance(31 * 24 * time.Hour)
	h.once()
	if later := advise(); later == first || later == "" {
		t.Errorf("the next month: %q", later)
	}
	h.policy += "review_every: 400d\n"
	if changed := advise(); changed != "" {
		t.Errorf("what was proposed for one policy is said of another: %q", changed)
	}
}

// TestBacktestOfNothing: a store that has decided nothing says so.
func TestBacktestOfNothing(t *testing.T) {
	t.Parallel()
	h := pastHouse(t, "limits: {order: score}")
	p := compilePolicy(h)
	if _, err := engine.Backtest(t.Context(), h.store, p, engine.BacktestRequest{}, h.clock.Now()); err == nil || !strings.Contains(err.Error(), "nothing was decided before 2026-11-02 15:00:00 UTC") {
		t.Errorf("an empty log: %v", err)
	}
	if text, err := engine.Advise(t.Context(), h.store, p, engine.AboutTarget, h.clock.Now()); text != "" || err != nil {
		t.Errorf("an empty log proposes %q, %v", text, err)
	}
	h.pair(1, strconv.Itoa(80))
	h.once()
	h.clock.Advance(10 * 24 * time.Hour)
	h.once()
	b, err := engine.Backtest(t.Context(), h.store, p, engine.BacktestRequest{Keeps: 400 * 24 * time.Hour}, h.clock.Now())
	if err != nil || b.Replayed.First != 1 || b.Replayed.Met != 0 || b.Real.First != 1 || len(b.Notes) < 2 ||
		b.Notes[0] != "nothing is known before 2026-11-02: the log of decisions begins on that day" || !strings.HasPrefix(b.Notes[1], "the period is short, 10.0 days") {
		t.Errorf("%+v, %v", b, err)
	}
	b, err = engine.Backtest(t.Context(), h.store, p, engine.BacktestRequest{Keeps: 5 * 24 * time.Hour}, h.clock.Now())
	if err != nil || b.Replayed.First != 0 || b.Notes[0] != "nothing is known before 2026-11-07: older decisions are not kept (store.retention)" {
		t.Errorf("%+v, %v", b, err)
	}
}
