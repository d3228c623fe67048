package workflows_test

import (
	"strings"
	"testing"

	"handoffd/workflows"
)

// TestNurturedFor: a large account waits until marketing has had it for long
// enough, and the wait is over by time alone.
func TestNurturedFor(t *testing.T) {
	t.Parallel()
	text := strings.Replace(policyText, "segments: {enterprise: {when: {all: ['rises(intent_score, 80)', 'count(visits, \"30d\") >= 6']}}}", "nurtured_for: 10d\n    segments: {enterprise: {nurtured_for: 180d}}", 1)
	if text == policyText {
		t.Fatal("the policy has changed")
	}
	p := policy(t, text)
	for _, c := range []struct {
		acv  string
		days int
		want workflows.Outcome
		says string
	}{
		{"acv=50000", 9, workflows.NotQualified, "intent needs the account to be nurtured until 2026-11-12"}, {"acv=50000", 10, workflows.HandOff, ""},
		{"acv=500000", 179, workflows.NotQualified, "nurtured until 2027-05-01"}, {"acv=500000", 180, workflows.HandOff, ""},
		{"acv=", 9, workflows.NotQualified, "nurtured until 2027-05-01"}, {"acv=", 10, workflows.Waiting, "waiting for data: value is missing"},
		{"acv=", 179, workflows.Waiting, "value is missing"}, {"acv=", 180, workflows.HandOff, ""},
	} {
		s := newStory(p)
		now := monday.AddDate(0, 0, c.days)
		s.hubspot(now, with(c.acv, "intent_score=85", "intent_at="+now.Format("2006-01-02T15:04:05Z"))...)
		in := s.input(now, workflows.Life{State: workflows.Nurture, Nurtured: monday})
		d := p.Evaluate(in)
		if d.Outcome != c.want {
			t.Errorf("%s after %d days: %s (%s), want %s", c.acv, c.days, d.Outcome, p.Trace(in, d).Reason, c.want)
		}
		if reason := p.Trace(in, d).Reason; !strings.Contains(reason, c.says) {
			t.Errorf("%s after %d days: %s, want %s", c.acv, c.days, reason, c.says)
		}
		if c.want == workflows.NotQualified && (d.Due.IsZero() || d.Due.After(now.AddDate(0, 0, 1))) {
			t.Errorf("%s after %d days: looked at again %s", c.acv, c.days, d.Due)
		}
		checkReplay(t, p, in, d)
	}
}

// TestRisesOnJoiningTheList: a score that was high already counts as a rise
// when the account comes onto the list.
func TestRisesOnJoiningTheList(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	fresh := "intent_at=" + monday.Format("2006-01-02T15:04:05Z")
	s := newStory(p)
	s.hubspot(monday.AddDate(0, 0, -9), with("intent_score=85", fresh)...)
	s.hubspot(monday.AddDate(0, 0, -5), with("intent_score=85", fresh, "hs_is_target_account=false")...)
	life := workflows.Life{State: workflows.Declined, Episode: 1, Ended: monday.AddDate(0, 0, -4)}
	if d := p.Evaluate(s.input(monday, life)); d.Outcome != workflows.NotQualified {
		t.Fatalf("off the list: %s", d.Outcome)
	}
	s.hubspot(monday.AddDate(0, 0, -1), with("intent_score=85", fresh)...)
	in := s.input(monday, life)
	if d := p.Evaluate(in); d.Outcome != workflows.HandOff {
		t.Errorf("on the list again: %s (%s)", d.Outcome, p.Trace(in, d).Reason)
	}
	life.Ended = monday
	if d := p.Evaluate(s.input(monday, life)); d.Outcome == workflows.HandOff {
		t.Error("the same joining counts for a second handoff")
	}
}
