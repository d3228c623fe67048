package workflows_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/workflows"
)

// TestOldNews: what has led to a handoff leads to no second one, whatever the
// rule looks at; what came since does.
func TestOldNews(t *testing.T) {
	t.Parallel()
	const fresh = "intent_at=2026-11-02T00:00:00Z"
	level := policy(t, strings.Replace(policyText, "- rises(intent_score, 70)", "- intent_score >= 70", 1))
	rises := policy(t, policyText)
	ended := monday.Add(-2 * days)
	for name, test := range map[string]struct {
		policy *workflows.Policy
		build  func(*story)
		ready  bool
	}{
		"a level of then": {level, func(s *story) { s.hubspot(monday.Add(-9*days), with("intent_score=80", fresh)...) }, false},
		"one that fell": {level, func(s *story) {
			s.hubspot(monday.Add(-9*days), with("intent_score=80")...).hubspot(monday.Add(-hours), with("intent_score=75", fresh)...)
		}, false},
		"one that rose": {level, func(s *story) {
			s.hubspot(monday.Add(-9*days), with("intent_score=80")...).hubspot(monday.Add(-hours), with("intent_score=85", fresh)...)
		}, true},
		"visits since": {level, func(s *story) { s.hubspot(monday, with()...).point("visits", monday.Add(-hours), 3) }, true},
		"joining the list": {rises, func(s *story) {
			s.hubspot(monday.Add(-9*days), "name=Acme", "hs_is_target_account=false", "account_fit=true", "acv=50000", "intent_score=80").hubspot(monday.Add(-hours), with("intent_score=80", fresh)...)
		}, true},
	} {
		s := newStory(test.policy)
		test.build(s)
		for _, state := range []workflows.State{workflows.Nurture, workflows.Declined} {
			in := s.input(monday, workflows.Life{State: state, Since: ended, Ended: ended})
			d := test.policy.Evaluate(in)
			facts := test.policy.Observe(in, d, nil)
			if got := test.policy.Advance(in.Life, facts).Life.State == workflows.Ready; got != test.ready {
				t.Errorf("%s: %s to ready %v, want %v (%s, news %s)", name, state, got, test.ready, d.Outcome, facts.News.Format(time.DateTime))
			}
			if said := test.policy.OldNews(in.Life, facts) != ""; said == test.ready {
				t.Errorf("%s: said to be old %v, want %v", name, said, !test.ready)
			}
			if _, wanted := test.policy.Wanted(in, d); wanted != test.ready && d.Outcome == workflows.HandOff {
				t.Errorf("%s: wanted %v, want %v", name, wanted, test.ready)
			}
		}
	}
}
