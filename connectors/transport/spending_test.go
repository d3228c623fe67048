package transport

import (
	"testing"
	"time"

	"handoffd/connectors"
)

// TestSpendingOutlivesTheProcess: a restart brings no fresh share, and what no
// longer counts is not brought back (I10).
func TestSpendingOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	midnight := func(now time.Time) time.Time { return now.Truncate(24 * time.Hour).Add(24 * time.Hour) }
	for name, resets := range map[string]func(time.Time) time.Time{"rolling": nil, "midnight": midnight} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fresh := func() *Budget {
				return NewBudget(BudgetOptions{System: connectors.Salesforce, Calls: 10, Resets: resets})
			}
			first := fresh()
			for range 10 {
				if err := first.Spend(start, PriorityHandoff); err != nil {
					t.Fatal(err)
				}
			}
			second := fresh()
			second.Restore(start.Add(time.Hour), first.Spending(start.Add(time.Hour)))
			if err := second.Spend(start.Add(time.Hour), PriorityHandoff); err == nil {
				t.Error("a restart brought a fresh share")
			}
			third := fresh()
			third.Restore(start.Add(25*time.Hour), first.Spending(start.Add(time.Hour)))
			if err := third.Spend(start.Add(25*time.Hour), PriorityHandoff); err != nil {
				t.Errorf("what was spent a day ago still counts: %v", err)
			}
			third.Restore(start, []byte("not json"))
		})
	}
}
