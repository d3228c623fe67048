package engine_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// TestTimeAloneHandsOff: a rule that asks for what does not happen is carried
// out when the last visit has left its window, and no look earlier: nothing has
// changed in either CRM, and the daemon knew the moment before.
func TestTimeAloneHandsOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.policy = strings.Replace(policyText, `{any: ['rises(score, 70)', 'count(visits, "7d") >= 3']}`, `'score >= 70 and not (count(visits, "7d") >= 1)'`, 1)
	h.restart()
	h.pair(1, "80")
	h.hs.put(connectors.Contact, "71", []string{"1"}, map[string]string{"visits": "4"})
	h.hs.put(connectors.Account, "1", nil, map[string]string{"target": "false"})
	h.once()
	visit := h.clock.Now().Add(time.Hour)
	h.clock.Set(visit)
	h.hs.put(connectors.Contact, "71", nil, map[string]string{"visits": "5"})
	h.once()
	h.hs.put(connectors.Account, "1", nil, map[string]string{"target": "true"})
	if s := h.once(); s.Handoffs != 0 {
		t.Fatalf("%d handoffs while it is visited", s.Handoffs)
	}
	due := dueOf(t, h)
	if want := visit.Add(7 * day); due.Before(want) || due.After(want.Add(time.Second)) {
		t.Fatalf("due %s, want right after %s", due, want)
	}
	h.clock.Set(due.Add(-time.Second))
	if s := h.once(); s.Handoffs != 0 {
		t.Fatalf("%d handoffs a second too early", s.Handoffs)
	}
	h.clock.Set(due)
	if s := h.once(); s.Handoffs != 1 {
		t.Fatalf("%d handoffs when it was due: %+v", s.Handoffs, h.explain(time.Time{}))
	}
}

// dueOf is when the first account is looked at again.
func dueOf(t *testing.T, h *house) (due time.Time) {
	t.Helper()
	look(t, h, func(tx engine.Tx) error {
		rows, err := tx.FindAccounts(sfID(1))
		if err == nil {
			due = rows[0].Due
		}
		return err
	})
	return due
}

// TestLateEventsInTheQueue: an event that was read late counts in the queue for
// as long as its window is; without its reach the account is looked at again.
func TestLateEventsInTheQueue(t *testing.T) {
	t.Parallel()
	h := demoHouse(t)
	h.policy = strings.Replace(h.policy, "limits: {", "limits: {per_month: 1, ", 1)
	h.restart()
	h.pair(1, "10")
	h.pair(2, "90")
	h.once() // 2 takes the only place
	began := h.clock.Now()
	h.clock.Advance(3 * day)
	h.asks("71", began.Add(time.Hour)) // two days older than its window when it is read
	h.once()
	h.once()
	if got := h.state(); got != workflows.Ready {
		t.Fatalf("state %s, want ready: what came late is judged", got)
	}
	h.clock.Advance(day)
	if h.once(); h.state() != workflows.Ready {
		t.Errorf("state %s a day later, want ready", h.state())
	}
	h.clock.Advance(time.Minute)
	if h.once(); h.state() != workflows.Nurture {
		t.Errorf("state %s, want nurture when its day in the queue is over", h.state())
	}
}
