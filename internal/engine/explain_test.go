package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

func (h *house) explain(at time.Time) *engine.Explained {
	h.t.Helper()
	x, several, err := h.engine.Explain(h.t.Context(), sfID(1), at)
	if err != nil || x == nil || len(several) > 0 {
		h.t.Fatalf("explain: %v, %d others, %v", x, len(several), err)
	}
	return x
}

func TestExplainNurture(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "66")
	h.once()
	x := h.explain(time.Time{})
	if x.State != "nurture" || x.Outcome != string(workflows.NotQualified) || x.Replay != "agrees" || x.Logged != "the same as the last logged decision" || x.FromLog {
		t.Errorf("%+v", x)
	}
	rule := x.Standing.Rules[len(x.Standing.Rules)-1]
	if rule.Result != "no" || len(rule.Ways) == 0 || rule.Ways[0][0].Need != "score +4" {
		t.Errorf("rule %+v", rule)
	}
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "60"})
	first := h.clock.Now()
	h.step(time.Hour)
	then, now := h.explain(first), h.explain(time.Time{})
	if !then.FromLog || then.Standing.Rules[0].Ways[0][0].Need != "score +4" || now.Standing.Rules[0].Ways[0][0].Need != "score +10" || then.Replay != "agrees" {
		t.Errorf("then %+v, now %+v", then, now)
	}
	var unknown *engine.NotDecidedError
	if _, _, err := h.engine.Explain(t.Context(), sfID(1), first.Add(-24*time.Hour)); !errors.As(err, &unknown) {
		t.Errorf("before the first decision: %v", err)
	}
	if x, several, err := h.engine.Explain(t.Context(), "nobody", time.Time{}); x != nil || several != nil || err != nil {
		t.Errorf("nobody: %v, %v, %v", x, several, err)
	}
}

// TestExplainHandoff: the clocks of a handoff, now and as they stood.
func TestExplainHandoff(t *testing.T) {
	t.Parallel()
	h := lifeHouse(t, "")
	handed := h.clock.Now()
	x := h.explain(time.Time{})
	if x.Handoff == nil || len(x.Handoff.Assigned) != 1 || len(x.Handoff.Reasons) == 0 || x.Standing.Winner == "" {
		t.Fatalf("%+v", x)
	}
	clock := func(x *engine.Explained, name string) string {
		for _, c := range x.Handoff.Clocks {
			if c.Name == name {
				return c.State
			}
		}
		return "none"
	}
	if clock(x, "sdr/acknowledge") != "running" || len(x.Ahead) == 0 || !strings.Contains(x.Ahead[0].What, "sdr/acknowledge runs out, and is told to: owner") {
		t.Errorf("clocks %+v, ahead %+v", x.Handoff.Clocks, x.Ahead)
	}
	h.step(26 * time.Hour)
	late := h.clock.Now()
	h.clock.Advance(time.Hour)
	if got := clock(h.explain(time.Time{}), "sdr/acknowledge"); got != "broken" {
		t.Errorf("after a day: %s", got)
	}
	h.sf.put(connectors.Task, "00T1", []string{sfID(1)}, map[string]string{"Subject": "Call", "Status": "Completed", "IsClosed": "true", "TaskSubtype": "Call", "OwnerId": "005000000000001AAA"})
	h.step(time.Hour)
	x = h.explain(time.Time{})
	if clock(x, "sdr/acknowledge") != "met late" || clock(x, "sdr/first_touch") != "met" || x.Handoff.Story.Touches != 1 || x.State != "working" {
		t.Errorf("after a touch: %+v", x.Handoff)
	}
	if len(x.Steps) == 0 || x.Steps[0].To != workflows.Working || x.Steps[0].Replay != "agrees" {
		t.Errorf("steps %+v", x.Steps)
	}
	for at, want := range map[time.Time]string{handed.Add(time.Hour): "running", late: "broken"} {
		x := h.explain(at)
		if x.State != "handed_off" || x.Handoff == nil || clock(x, "sdr/acknowledge") != want || !x.Handoff.Story.FirstTouch.IsZero() {
			t.Errorf("at %s: state %s, handoff %+v, want the clock %s", at, x.State, x.Handoff, want)
		}
	}
}

// TestExplainReplays: whatever happens to an account, every decision that was
// logged is explained from the log, and made again it is the same (I6).
func TestExplainReplays(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		h := lifeHouse(t, "")
		r := rand.New(rand.NewPCG(seed, 1))
		for i := range 40 {
			h.happen(r, i)
			h.step(time.Duration(1+r.IntN(96)) * time.Hour)
		}
		h.checkLog(t)
	}
}

// happen lets people do something to the account in one of the CRMs.
func (h *house) happen(r *rand.Rand, i int) {
	account := []string{sfID(1)}
	set := func(field, value string) {
		h.hs.put(connectors.Account, "1", nil, map[string]string{field: value})
	}
	switch r.IntN(7) {
	case 0, 1:
		set("score", fmt.Sprint(r.IntN(100)))
	case 2:
		set("return_reason", []string{"no budget", "unresponsive", ""}[r.IntN(3)])
	case 3:
		set("engagement", []string{"Responsive", "Unresponsive"}[r.IntN(2)])
	case 4:
		h.sf.put(connectors.Task, fmt.Sprint("00T", i), account, map[string]string{"Subject": "Call", "Status": "Completed", "IsClosed": "true", "TaskSubtype": "Call", "OwnerId": "005000000000001AAA"})
	case 5:
		closed := fmt.Sprint(r.IntN(2) == 0)
		h.sf.put(connectors.Opportunity, fmt.Sprint("006", i%3), account, map[string]string{"Name": "Acme", "StageName": "x", "IsClosed": closed, "IsWon": fmt.Sprint(r.IntN(2) == 0)})
	}
}

// checkLog explains the account at every logged decision.
func (h *house) checkLog(t *testing.T) {
	t.Helper()
	var rows []engine.DecisionRow
	look(t, h, func(tx engine.Tx) (err error) {
		account, err := tx.FindAccounts(sfID(1))
		if err == nil {
			rows, err = tx.Decisions(account[0].ID, time.Time{}, 1000)
		}
		return err
	})
	if len(rows) < 10 {
		t.Fatalf("%d decisions", len(rows))
	}
	for i, row := range rows {
		x := h.explain(row.At)
		if x.Replay != "agrees" || !x.FromLog {
			t.Errorf("at %s: replay %s", row.At, x.Replay)
		}
		for _, s := range x.Steps {
			if s.Replay != "agrees" {
				t.Errorf("at %s: step %+v", row.At, s)
			}
		}
		var trace workflows.Trace
		if err := json.Unmarshal(row.Trace, &trace); err != nil {
			t.Fatal(err)
		}
		if met := x.Outcome == string(workflows.HandOff); met && x.Standing.Winner != x.Rule {
			t.Errorf("at %s: %s hands off, but %q stands as the winner", row.At, x.Rule, x.Standing.Winner)
		}
		if m := trace.Life; m != nil && (i == 0 || rows[i-1].At.After(row.At)) && x.State != string(m.Steps[len(m.Steps)-1].To) && x.State != string(workflows.HandedOff) {
			t.Errorf("at %s: state %s, the log moved it to %v", row.At, x.State, m.Steps)
		}
	}
}

// TestExplainWaits: what keeps a ready account from sales is said, with its
// place, and when its turn may come.
func TestExplainWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.policy = strings.Replace(policyText, "limits: {", "limits: {per_month: 1, ", 1)
	h.restart()
	h.pair(1, "80")
	h.pair(2, "90")
	h.once()
	x := h.explain(time.Time{})
	if x.State != "ready" || len(x.Waits) != 1 || !strings.Contains(x.Waits[0], "per_month") || !strings.Contains(x.Waits[0], "position 1 of 1 by score = 80") {
		t.Errorf("state %s, waits %v", x.State, x.Waits)
	}
	if len(x.Ahead) == 0 || !strings.HasPrefix(x.Ahead[0].What, "its turn may come: ") || !x.Ahead[0].At.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("ahead %+v", x.Ahead)
	}
	h.goLive = false
	h.restart()
	if x := h.explain(time.Time{}); len(x.Waits) != 2 || !strings.Contains(x.Waits[1], "a new store only plans") {
		t.Errorf("not live: waits %v", x.Waits)
	}
}

// TestExplainBeforeAMerge: the log of an account that was joined with another
// tells nothing about the other, and its id leads to the other.
func TestExplainBeforeAMerge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "20")
	h.salesforce(2, "twin.example")
	h.hubspot("99", "twin.example", "66")
	h.once()
	before := h.clock.Now()
	was, gone := h.account(h.sf, sfID(1)), h.account(h.sf, sfID(2))
	own := h.explain(before).Reason
	h.hs.remove("99", "1")
	h.sf.remove(sfID(2), sfID(1))
	h.later()
	for _, query := range []string{was, gone} {
		x, _, err := h.engine.Explain(t.Context(), query, before)
		if err != nil || x == nil || x.ID != was || x.Reason != own {
			t.Errorf("%s: %+v, %v, want %s: %s", query, x, err, was, own)
		}
	}
}
