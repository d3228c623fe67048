package workflows_test

import (
	"testing"
	"time"

	"handoffd/workflows"
)

// TestAgain: a request is a new one only through what has happened, or was
// written, since sales has the account. What was so before and stays so is none.
func TestAgain(t *testing.T) {
	t.Parallel()
	p := policy(t, `version: 1
handoffs:
  referral: {type: relationship, to: ae, when: fit}
  demo: {to: ae, when: 'count(demo_form, "3d") >= 1 and not (count(visits, "1d") >= 1)'}
`)
	life := workflows.Life{State: workflows.Working, Since: monday.Add(-2 * days), Open: &workflows.Episode{
		Rule: "referral", Type: workflows.Relationship, Handed: monday.Add(-2 * days), Stages: []workflows.StageStory{{Stage: workflows.AE, At: monday.Add(-2 * days)}},
	}}
	tests := []struct {
		name  string
		build func(*story)
		want  string
		next  time.Time
	}{
		{"the referral stands as it stood", func(s *story) { s.hubspot(monday.Add(-9*days), with()...) }, "", time.Time{}},
		{"the record was written, the referral was not", func(s *story) {
			s.hubspot(monday.Add(-9*days), with()...).hubspot(monday.Add(-days), with("acv=70000")...)
		}, "", time.Time{}},
		{"it was taken back and made again", func(s *story) {
			s.hubspot(monday.Add(-9*days), with()...).hubspot(monday.Add(-days), with("account_fit=false")...).hubspot(monday.Add(-time.Hour), with()...)
		}, "referral", time.Time{}},
		{"a form of before the handoff", func(s *story) {
			s.hubspot(monday.Add(-9*days), with()...).point("demo_form", monday.Add(-60*time.Hour), 1)
		}, "", time.Time{}},
		{"a form since", func(s *story) {
			s.hubspot(monday.Add(-9*days), with()...).point("demo_form", monday.Add(-time.Hour), 1)
		}, "demo", time.Time{}},
		{"a form since, which counts when the visits are over", func(s *story) {
			s.hubspot(monday.Add(-9*days), with()...).point("demo_form", monday.Add(-5*time.Hour), 1).point("visits", monday.Add(-2*time.Hour), 1)
		}, "", monday.Add(22*time.Hour + time.Microsecond)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(p)
			tt.build(s)
			in := s.input(monday, life)
			f := p.Observe(in, p.Evaluate(in), nil)
			if f.Again != tt.want || !f.Next.Equal(tt.next) {
				t.Errorf("again %q, next %s; want %q, %s", f.Again, f.Next, tt.want, tt.next)
			}
		})
	}
}
