package workflows_test

import (
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/workflows"
)

// TestNegatedClausesAreTold: a clause below a not is told as the rule means it:
// as a reason where it held, as what fails where it did not, and never as what it
// is not.
func TestNegatedClausesAreTold(t *testing.T) {
	t.Parallel()
	p := policy(t, `version: 1
routing: {sdr: {fallback: boss@acme.example}}
handoffs:
  intent: {to: sdr, gate: not (fit_score > 5), when: 'value >= 40000 and not (count(visits, "7d") >= 1 or not fit)'}
`)
	quiet := newStory(p).hubspot(monday.Add(-9*days), with("fit_score=3")...).point("visits", monday.Add(-8*days), 2)
	in := quiet.input(monday, workflows.Life{State: workflows.Nurture})
	d := p.Evaluate(in)
	tr := p.Trace(in, d)
	for _, want := range []string{"value >= 40000", `not (count(visits, "7d") >= 1) (count(visits, "7d") = 0)`, "; fit"} {
		if d.Outcome != workflows.HandOff || !strings.Contains(tr.Reason, want) {
			t.Errorf("%s, %s: want %s", d.Outcome, tr.Reason, want)
		}
	}
	users := workflows.Users{connectors.HubSpot: {{ID: "1", Email: "boss@acme.example", Active: true}}}
	plan, ok, err := p.Plan(in, d, tr, users, nil, nil)
	if err != nil || !ok || !strings.Contains(plan.Summary, "Visits in the last 7 days: 0 (needed: less than 1)") {
		t.Errorf("%v, %v, summary:\n%s", ok, err, plan.Summary)
	}
	if rule := p.Stand(tr, in.Account, in.History).Rules[0]; rule.When[1].Result != "yes" || rule.Gate[0].Clause != "not (fit_score > 5)" || len(rule.Ways) != 0 {
		t.Errorf("standing %+v", rule)
	}
	visited := newStory(p).hubspot(monday.Add(-9*days), with("fit_score=3")...).point("visits", monday.Add(-6*days), 2)
	in = visited.input(monday, workflows.Life{State: workflows.Nurture})
	d = p.Evaluate(in)
	if tr = p.Trace(in, d); tr.Reason != `criteria not met: not (count(visits, "7d") >= 1) (count(visits, "7d") = 2)` {
		t.Errorf("reason %s", tr.Reason)
	}
}

// TestSignalOfTimeAlone: where no fact made the criteria true, the handoff's
// delay does not begin with an old one.
func TestSignalOfTimeAlone(t *testing.T) {
	t.Parallel()
	p := policy(t, "version: 1\nhandoffs: {intent: {to: sdr, gate: fit, when: 'not (count(visits, \"7d\") >= 1)'}}\n")
	s := newStory(p).hubspot(monday.Add(-9*days), with("fit_score=3")...).point("visits", monday.Add(-8*days), 2)
	life := workflows.Life{State: workflows.Ready}
	in := s.input(monday, life)
	p.Settle(&life, in, p.Evaluate(in))
	if !life.Signal.Equal(monday) || !life.Met.Equal(monday) {
		t.Errorf("signal at %s, met at %s", life.Signal, life.Met)
	}
}
