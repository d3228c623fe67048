package workflows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"handoffd/workflows"
)

// TestAskedUnread: a request of which nobody could know when sales gave the
// account back is heard, be the handoff still open or not. One that sales was
// told of is not told again.
func TestAskedUnread(t *testing.T) {
	t.Parallel()
	p := policy(t, `version: 1
handoffs:
  demo: {to: ae, when: 'count(demo_form, "1d") >= 1'}
`)
	handed, asked, returned := monday.Add(-50*time.Hour), monday.Add(-30*time.Hour), monday.Add(-28*time.Hour)
	open := func(told time.Time) workflows.Life {
		return workflows.Life{State: workflows.Returned, Since: returned, Told: told, Open: &workflows.Episode{
			Rule: "intent", Type: workflows.Intent, Handed: handed, Returned: returned, Stages: []workflows.StageStory{{Stage: workflows.SDR, At: handed}},
		}}
	}
	closed := func(told time.Time) workflows.Life {
		return workflows.Life{State: workflows.Declined, Since: monday.Add(-4 * time.Hour), Ended: returned, Told: told}
	}
	tests := []struct {
		name  string
		life  workflows.Life
		reach time.Time
		want  bool
	}{
		{"returned, the form was read later", open(time.Time{}), asked, true},
		{"returned, the form was read in time", open(time.Time{}), time.Time{}, false},
		{"returned, sales was told", open(asked.Add(time.Minute)), asked, false},
		{"declined, the form was read later", closed(time.Time{}), asked, true},
		{"declined, the form was read in time", closed(time.Time{}), time.Time{}, false},
		{"declined, sales was told", closed(asked.Add(time.Minute)), asked, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(p).hubspot(monday.Add(-9*days), with()...).point("demo_form", asked, 1)
			tt.life.Reach = tt.reach
			in := s.input(monday, tt.life)
			d := p.Evaluate(in)
			progress := p.Advance(tt.life, p.Observe(in, d, nil))
			heard := progress.Life.State == workflows.Engaged && progress.Escalate || progress.Life.State == workflows.Ready
			if heard != tt.want {
				t.Errorf("now %s, decided %s; want it heard: %t", progress.Life.State, d.Outcome, tt.want)
			}
		})
	}
}

// TestToldIsNotMissing: a request that sales was told of is used up, so one more
// is missing, whether it was read in time or not.
func TestToldIsNotMissing(t *testing.T) {
	t.Parallel()
	p := policy(t, `version: 1
handoffs:
  demo: {to: ae, when: 'count(demo_form, "2d") >= 2'}
`)
	asked, returned := monday.Add(-30*time.Hour), monday.Add(-28*time.Hour)
	s := newStory(p).hubspot(monday.Add(-9*days), with()...).point("demo_form", asked, 1).point("demo_form", monday.Add(-time.Hour), 1)
	life := workflows.Life{State: workflows.Declined, Since: monday.Add(-4 * time.Hour), Ended: returned, Told: asked.Add(time.Minute)}
	want := distances(p, s.input(monday, life), "demo")
	life.Reach = asked
	if got := distances(p, s.input(monday, life), "demo"); !slices.Equal(got, want) || len(got) != 1 || !strings.HasPrefix(got[0], "1 more") {
		t.Errorf("missing %q, want %q", got, want)
	}
}
