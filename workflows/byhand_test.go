package workflows_test

import (
	"testing"

	"handoffd/connectors"
	"handoffd/workflows"
)

// TestWhatWasBeforeAPersonsMove: it moves the account nowhere else, neither in
// the look that follows the person nor in the next.
func TestWhatWasBeforeAPersonsMove(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	deal := workflows.Deal{Created: monday.Add(hours), Closed: monday.Add(2 * hours)}
	tests := []struct {
		name  string
		life  workflows.Life
		to    workflows.State
		facts workflows.Facts
	}{
		{"an old verdict", in(workflows.Nurture), workflows.Disputed, workflows.Facts{Verdict: word("nurture", hours)}},
		{"an old verdict for sales", returned(workflows.Returned), workflows.Disputed, workflows.Facts{Verdict: word("sales", hours)}},
		{"an old dispute", in(workflows.Declined), workflows.Returned, workflows.Facts{Dispute: word("true", hours)}},
		{"a reason that was said before", handed(workflows.HandedOff, workflows.SDR), workflows.Working, workflows.Facts{Return: word("no budget", hours)}},
		{"an opportunity that was over", handed(workflows.Working, workflows.SDR), workflows.Engaged, workflows.Facts{Deal: deal}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := test.facts
			f.Now, f.Moved, f.MovedIn = monday.Add(3*hours), test.to, connectors.HubSpot
			progress := p.Advance(test.life, f)
			f.Now, f.Moved = f.Now.Add(hours), ""
			progress = p.Advance(progress.Life, f)
			if progress.Life.State != test.to || len(progress.Steps) > 0 {
				t.Errorf("%s, steps %v, want %s", progress.Life.State, progress.Steps, test.to)
			}
			checkLife(t, progress.Life)
		})
	}
}
