package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/connectortest"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// pastHouse is a house with all that moves accounts between marketing and sales.
func pastHouse(t *testing.T, limits string) *house {
	t.Helper()
	h := newHouse(t)
	h.sf.page, h.hs.page = 100, 100
	h.sf.objects = []connectors.Object{connectors.Task, connectors.Opportunity}
	h.hs.objects = []connectors.Object{connectors.Task, connectors.Email, connectors.Opportunity}
	h.mapping = strings.Replace(mappingText, "signals:", `  target_account: {type: bool, hubspot: target, from: hubspot}
  return_reason: {type: text, hubspot: return_reason, salesforce: Return_Reason__c, sync: newest}
  not_before: {type: date, hubspot: not_before, salesforce: Not_Before__c, sync: newest}
signals:
  demo: {hubspot: contact.form_at, kind: event, history: true, when: 'form_name == "demo"'}`, 1)
	h.policy = strings.NewReplacer(
		"gate: target,", "gate: target_account,",
		"limits: {order: score}", limits,
		"handoffs:\n", "routing: {ae: {fallback: boss@acme.example}}\nhold: off\nlifecycle: {rest_after_loss: 3d}\nhandoffs:\n  call: {type: inbound, to: ae, when: 'count(demo, \"1d\") >= 1'}\n",
	).Replace(policyText)
	h.restart()
	return h
}

// pastWorld does by chance what people and buyers do.
type pastWorld struct {
	t      *testing.T
	h      *house
	r      *rand.Rand
	n      int
	days   int
	visits []int
	deals  int
}

// longestPause is how long the daemon may take until it sees what time alone
// brought.
const longestPause = 28 * time.Hour

func newPast(t *testing.T, h *house, seed uint64) *pastWorld {
	w := &pastWorld{t: t, h: h, r: rand.New(rand.NewPCG(seed, 1)), n: 10, days: 21}
	if connectortest.Raced {
		w.n, w.days = 6, 10
	}
	w.visits = make([]int, w.n)
	return w
}

// month plays some days, look by look.
func (w *pastWorld) month() {
	for n := range w.n {
		w.h.pair(n, strconv.Itoa(30+w.r.IntN(60)))
		w.h.hs.put(connectors.Contact, "c"+strconv.Itoa(n), []string{strconv.Itoa(n)}, map[string]string{"visits": "5", "email": fmt.Sprintf("p%d@acme%d.example", n, n)})
	}
	w.look()
	for range w.days {
		for n := range w.n {
			if w.r.IntN(3) == 0 {
				w.h.clock.Advance(time.Duration(1+w.r.IntN(40)) * time.Minute)
				w.act(n)
				w.look()
			}
		}
		w.h.clock.Advance(longestPause/2 + time.Duration(w.r.Int64N(int64(longestPause/2))))
		w.look()
	}
}

// look lets the daemon do all that is due, and see what it wrote itself.
func (w *pastWorld) look() {
	w.h.t.Helper()
	w.h.once()
	w.h.once()
}

func (w *pastWorld) act(n int) {
	id, sf := strconv.Itoa(n), sfID(n)
	l, _ := life(w.t, w.h, n)
	hubspot := func(pairs ...string) {
		fields := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			fields[pairs[i]] = pairs[i+1]
		}
		w.h.hs.put(connectors.Account, id, nil, fields)
	}
	switch k := w.r.IntN(20); {
	case k < 8:
		hubspot("score", strconv.Itoa(40+5*w.r.IntN(11)))
	case k < 12:
		w.visits[n] += 1 + w.r.IntN(2)
		w.h.hs.put(connectors.Contact, "c"+id, nil, map[string]string{"visits": strconv.Itoa(5 + w.visits[n])})
	case k < 13:
		hubspot("target", strconv.FormatBool(w.r.IntN(3) > 0))
	case k < 14:
		w.h.hs.put(connectors.Contact, "c"+id, nil, map[string]string{"form_at": w.h.clock.Now().Format(time.RFC3339), "form_name": "demo"})
	case k < 17 && l.State.WithSales():
		w.h.clock.Advance(time.Hour)
		pairs := []string{"return_reason", fmt.Sprintf("not ready %d", w.r.IntN(1000))}
		if w.r.IntN(2) == 0 {
			pairs = append(pairs, "not_before", w.h.clock.Now().AddDate(0, 0, 4).Format(time.DateOnly))
		}
		hubspot(pairs...)
	case k < 18 && l.State.WithSales() && l.State != workflows.Opportunity:
		w.deals++
		w.h.sf.put(connectors.Opportunity, fmt.Sprintf("006%d", w.deals), []string{sf}, map[string]string{"Name": "Acme", "StageName": "Discovery", "IsClosed": "false"})
		w.look()
		w.h.clock.Advance(2 * time.Hour)
		w.h.sf.put(connectors.Opportunity, fmt.Sprintf("006%d", w.deals), nil, map[string]string{"IsClosed": "true", "IsWon": strconv.FormatBool(w.r.IntN(2) == 0)})
	case l.State == workflows.HandedOff:
		w.h.sf.put(connectors.Task, fmt.Sprintf("00Tw%d", w.r.IntN(1e9)), []string{sf}, map[string]string{"Subject": "Call", "Status": "Completed", "IsClosed": "true", "TaskSubtype": "Call", "OwnerId": "005000000000001AAA"})
	}
}

// backtested replays the house's whole past under its own policy.
func backtested(h *house) workflows.BacktestReport {
	h.t.Helper()
	b, err := engine.Backtest(h.t.Context(), h.store, compilePolicy(h), engine.BacktestRequest{From: h.clock.Now().AddDate(-1, 0, 0)}, h.clock.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	return b
}

// TestReplayIsThePast: the policy that was in force gives of the past what was
// really decided: the same accounts, as often, at the same looks.
func TestReplayIsThePast(t *testing.T) {
	t.Parallel()
	seeds, least := []uint64{1, 2}, 10
	if connectortest.Raced {
		seeds, least = seeds[:1], 3
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			h := pastHouse(t, "limits: {order: score}")
			newPast(t, h, seed).month()
			b := backtested(h)
			var really, replayed []string
			at := map[string]time.Time{}
			for _, row := range openHandoffs(t, h) {
				if ours(row) { // the others a person gave to sales
					really = append(really, row.ID+" "+row.Rule)
					at[row.ID] = row.Opened
				}
			}
			for _, p := range b.Replayed.Passings {
				if p.Real == nil {
					t.Errorf("%s would have gone at %s and never really did", p.Account, p.At)
					continue
				}
				replayed = append(replayed, p.Real.ID+" "+p.Rule)
				if late := at[p.Real.ID].Sub(p.At); late < 0 || late > longestPause {
					t.Errorf("%s would have gone at %s and really did %s later", p.Account, p.At, late)
				}
			}
			slices.Sort(really)
			slices.Sort(replayed)
			if diff := cmp.Diff(really, replayed); diff != "" || len(really) < least {
				t.Errorf("%d real handoffs; -really +replayed:\n%s", len(really), diff)
			}
		})
	}
}

// TestReplayAllowsForLimits: with a limit, an account counts when its criteria
// are met; whoever really was handed off is among these, and who was not still
// waits or has left the queue.
func TestReplayAllowsForLimits(t *testing.T) {
	t.Parallel()
	h := pastHouse(t, "limits: {order: score, per_week: 1}")
	newPast(t, h, 4).month()
	b := backtested(h)
	matched, alone := map[string]bool{}, map[string]bool{}
	for _, p := range b.Replayed.Passings {
		if p.Real != nil {
			matched[p.Real.ID] = true
			continue
		}
		alone[p.Account] = true
		if p.Type != workflows.Intent {
			t.Errorf("%s asked at %s and was never handed off", p.Account, p.At)
		}
	}
	rows := openHandoffs(t, h)
	for _, row := range rows {
		if ours(row) && !matched[row.ID] {
			t.Errorf("%s was handed off on %s by %s and is not replayed", row.Account, row.Opened, row.Rule)
		}
	}
	if len(rows) < 2 || len(alone) == 0 {
		t.Errorf("%d handoffs, %d that a limit kept: the limit played no part", len(rows), len(alone))
	}
	if b.Limit < 4.3 || b.Limit > 4.4 || b.Replayed.Standing != workflows.TrialFull {
		t.Errorf("limit %v, %s", b.Limit, b.Replayed.Standing)
	}
}
