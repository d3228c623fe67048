package workflows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/workflows"
)

func TestAhead(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	due := monday.Add(3 * days)
	open := func(stage workflows.Stage) *workflows.Episode {
		return &workflows.Episode{Rule: "intent", Type: workflows.Intent, Handed: monday, Stages: []workflows.StageStory{{Stage: stage, At: monday, Due: due}}}
	}
	tests := []struct {
		name  string
		life  workflows.Life
		facts workflows.Facts
		want  []string // of which the first are these
	}{
		{"nurture", in(workflows.Nurture), workflows.Facts{}, nil},
		{"declined goes to sleep", in(workflows.Declined), workflows.Facts{Signal: monday.Add(days)}, []string{"2027-05-02 fell silent: declined -> hibernation, when no intent signal for hibernate_after"}},
		{"lost rests", in(workflows.Lost), workflows.Facts{}, []string{"2027-01-31 rested: lost -> nurture, when rest_after_loss is over"}},
		{"sales asked to wait", in(workflows.Declined), workflows.Facts{Outcome: workflows.HandOff, Type: workflows.Intent, Signal: monday, NotBefore: monday.Add(10 * days)}, []string{
			"2026-11-12 criteria met: declined -> ready, when a handoff's criteria are met",
			"2027-05-01 fell silent: declined -> hibernation, when no intent signal for hibernate_after",
		}},
		{"what the next cycle does", in(workflows.Nurture), workflows.Facts{Outcome: workflows.HandOff, Rule: "intent"}, []string{"2026-11-02 criteria met: nurture -> ready (criteria met: intent)"}},
		{"an inbound request without an owner", in(workflows.Ready), workflows.Facts{Outcome: workflows.HandOff, Type: workflows.Inbound, Rule: "demo"}, []string{"2026-11-02 the clock assign runs out, and is told to: heads, marketing"}},
		{"returned", workflows.Life{State: workflows.Returned, Since: monday, Open: open(workflows.SDR)}, workflows.Facts{}, []string{"2026-11-03 accepted: returned -> declined, when accept_after is over"}},
		{"handed off", workflows.Life{State: workflows.HandedOff, Since: monday, Open: open(workflows.SDR)}, workflows.Facts{}, []string{
			"2026-11-03 the clock sdr/acknowledge runs out, and is told to: owner",
			"2026-11-04 the clock sdr/acknowledge_manager runs out, and is told to: manager",
			"2026-11-05 the clock sdr/first_touch runs out, and is told to: manager",
			"2026-11-09 the clock sdr/first_touch_latest runs out, and is told to: manager",
			"2026-12-02 silent: handed_off -> in_progress, when sla.return is over without a response",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.facts.Now = monday
			var got []string
			for _, a := range p.Ahead(tt.life, tt.facts) {
				got = append(got, a.At.UTC().Format(time.DateOnly)+" "+a.What)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestComing: an account that sales asked to leave alone does not become ready
// by visits that have left their window by that day.
func TestComing(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	s := newStory(p).hubspot(monday, with()...).point("visits", monday.Add(-days), 3)
	for wait, want := range map[time.Duration]bool{5 * days: true, 20 * days: false} {
		in := s.input(monday, workflows.Life{State: workflows.Declined, Since: monday})
		d := p.Evaluate(in)
		facts := workflows.Facts{Now: monday, Outcome: d.Outcome, Type: workflows.Intent, Signal: monday, NotBefore: monday.Add(wait)}
		ready := slices.ContainsFunc(p.Coming(in, d, in.Life, facts), func(a workflows.Ahead) bool { return strings.HasPrefix(a.What, "criteria met") })
		if d.Outcome != workflows.HandOff || ready != want {
			t.Errorf("not before %s: %s, becomes ready: %t", wait, d.Outcome, ready)
		}
	}
}

// TestAsOf: what happened later has not happened, and the story itself stays.
func TestAsOf(t *testing.T) {
	t.Parallel()
	at := func(n time.Duration) time.Time { return monday.Add(n * days) }
	e := &workflows.Episode{
		Handed: at(0), FirstTouch: at(1), Responded: at(3), Response: "a reply", Returned: at(5), Reason: "no budget", Disputed: at(6), Verdict: "sales",
		Reports: []time.Time{at(2), at(4)}, Fired: map[string]time.Time{"a": at(1), "b": at(4)},
		Stages: []workflows.StageStory{{Stage: workflows.SDR, At: at(0), Acknowledged: at(1), Touched: at(2), Talked: at(4)}, {Stage: workflows.AE, At: at(3)}},
	}
	want := &workflows.Episode{
		Handed: at(0), FirstTouch: at(1), Reports: []time.Time{at(2)}, Fired: map[string]time.Time{"a": at(1)},
		Stages: []workflows.StageStory{{Stage: workflows.SDR, At: at(0), Acknowledged: at(1), Touched: at(2)}},
	}
	if diff := cmp.Diff(want, e.AsOf(at(2))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(e.Stages) != 2 || len(e.Reports) != 2 || len(e.Fired) != 2 || e.Stages[0].Talked.IsZero() {
		t.Errorf("the story itself was changed: %+v", e)
	}
	if got := e.AsOf(at(-1)); got != nil {
		t.Errorf("before the handoff: %+v", got)
	}
}

func TestClockState(t *testing.T) {
	t.Parallel()
	for want, c := range map[workflows.ClockState]workflows.Clock{
		workflows.ClockRunning: {Due: monday.Add(1)},
		workflows.ClockBroken:  {Due: monday.Add(-1)},
		workflows.ClockMet:     {Due: monday.Add(-1), Met: monday.Add(-2)},
		workflows.ClockLate:    {Due: monday.Add(-2), Met: monday.Add(-1)},
	} {
		if got := c.State(monday); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
