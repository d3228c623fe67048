package workflows_test

import (
	"testing"
	"time"

	"handoffd/workflows"
)

// BenchmarkEvaluate decides one account under the example's rules: everything
// known, nothing met, so that every clause is looked at.
func BenchmarkEvaluate(b *testing.B) {
	s := newStory(policy(b, policyText)).hubspot(monday, with("intent_score=50", "intent_at=2026-11-01T00:00:00Z")...)
	for i := range 20 {
		at := monday.Add(-time.Duration(i*40) * time.Hour)
		s.point("visits", at, 0).point("email_sends", at, 1).point("email_opens", at, 0)
	}
	in := s.input(monday, workflows.Life{})
	b.ReportAllocs()
	for b.Loop() {
		if d := s.p.Evaluate(in); d.Outcome != workflows.NotQualified {
			b.Fatal(d.Outcome)
		}
	}
}
