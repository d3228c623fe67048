package workflows

import (
	"slices"
	"strings"
)

// LifeTrace is why an account moved: what was remembered of it and what was
// found, which together give the steps again (I6).
type LifeTrace struct {
	Before Life   `json:"before"`
	Facts  Facts  `json:"facts"`
	Steps  []Step `json:"steps"`
}

// Moved is the outcome under which transitions are logged.
const Moved Outcome = "moved"

// TraceSteps explains what Advance did.
func (p *Policy) TraceSteps(in Input, d Decision, before Life, facts Facts, progress Progress) Trace {
	t := Trace{
		Account: in.Account.ID, Policy: p.Version, Hash: p.Hash, At: in.Now, State: before.State, InScope: in.Account.InScope(), Outcome: Moved,
		Life: &LifeTrace{Before: before, Facts: facts, Steps: progress.Steps},
	}
	if d.Rule != nil {
		t.Rule = d.Rule.Name
	}
	var parts []string
	for _, s := range progress.Steps {
		parts = append(parts, string(s.From)+" -> "+string(s.To)+": "+s.Why)
	}
	t.Reason = strings.Join(parts, "; ")
	return t
}

// ReplaySteps makes the logged transitions again from the log alone. It tells
// whether they come out the same.
func (p *Policy) ReplaySteps(t Trace) bool {
	return t.Life != nil && slices.Equal(p.Advance(t.Life.Before, t.Life.Facts).Steps, t.Life.Steps)
}
