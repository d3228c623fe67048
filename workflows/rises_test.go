package workflows_test

import (
	"testing"

	"handoffd/workflows"
)

// TestWhatCountsAsARise: a first value and a level that is high when the
// account joins the list do, unless the policy says otherwise.
func TestWhatCountsAsARise(t *testing.T) {
	t.Parallel()
	const fresh = "intent_at=2026-11-02T00:00:00Z"
	off := []string{"name=Acme", "hs_is_target_account=false", "account_fit=true", "acv=50000"}
	stories := map[string]func(*story){
		"first value": func(s *story) { s.hubspot(monday.Add(-days), with("intent_score=80", fresh)...) },
		"rise": func(s *story) {
			s.hubspot(monday.Add(-2*days), with("intent_score=60", fresh)...).hubspot(monday.Add(-days), with("intent_score=80", fresh)...)
		},
		"joining": func(s *story) {
			s.hubspot(monday.Add(-3*days), append(off, "intent_score=60", fresh)...)
			s.hubspot(monday.Add(-2*days), append(off, "intent_score=80", fresh)...).hubspot(monday.Add(-days), with("intent_score=80", fresh)...)
		},
		"rise after joining": func(s *story) {
			s.hubspot(monday.Add(-3*days), append(off, "intent_score=60", fresh)...)
			s.hubspot(monday.Add(-2*days), with("intent_score=60", fresh)...).hubspot(monday.Add(-days), with("intent_score=80", fresh)...)
		},
	}
	for rules, fire := range map[string]map[string]bool{
		"":                            {"first value": true, "rise": true, "joining": true, "rise after joining": true},
		"rises: {first_value: false}": {"first value": false, "rise": true, "joining": true, "rise after joining": true},
		"rises: {joining: false}":     {"first value": true, "rise": true, "joining": false, "rise after joining": true},
	} {
		p := policy(t, policyText+rules)
		for name, want := range fire {
			s := newStory(p)
			stories[name](s)
			in := s.input(monday, workflows.Life{State: workflows.Nurture})
			d := p.Evaluate(in)
			if got := d.Outcome == workflows.HandOff; got != want {
				t.Errorf("%q, %s: fires %v, want %v: %s", rules, name, got, want, p.Trace(in, d).Reason)
			}
			if outcome, _ := p.Replay(p.Trace(in, d)); outcome != d.Outcome {
				t.Errorf("%q, %s: replayed as %s, was %s", rules, name, outcome, d.Outcome)
			}
		}
	}
}
