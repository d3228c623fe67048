package workflows_test

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// TestWhatWakesAnAccount: what the buyer does, not what marketing sends, nor
// what the account is worth.
func TestWhatWakesAnAccount(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	for signal, wakes := range map[string]bool{
		"visits": true, "email_opens": true, "email_clicks": true, "demo_form": true, "intent_score": true,
		"email_sends": false, "value": false,
	} {
		at := monday.Add(-hours)
		in := newStory(p).hubspot(monday.Add(-10*days), "name=x").input(monday, workflows.Life{State: workflows.Hibernation, Since: monday.Add(-days)})
		in.History = workflows.NewHistory([]mapping.Point{{Signal: signal, Source: "hubspot/contact/1", At: at, Value: 80}})
		facts := p.Observe(in, workflows.Decision{}, nil)
		if woke := facts.Signal.Equal(at); woke != wakes {
			t.Errorf("%s: intent signal %v, want %v", signal, woke, wakes)
		}
	}
}

// TestAnotherStagesTask: an SDR who ticks off the task when the AE has got one
// has not touched the account in the AE's place.
func TestAnotherStagesTask(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	life := handed(workflows.Engaged, workflows.SDR)
	life.Enter(workflows.Plan{Stage: workflows.AE, Due: monday.Add(3 * days)}, monday.Add(hours))
	done := mapping.SalesActivity{
		Key: "a/1/sdr/task", Kind: connectors.Task, OwnerID: "u1", Created: monday, At: monday.Add(2 * hours), Done: true,
	}
	in := newStory(p).hubspot(monday, "name=x").input(monday.Add(3*hours), life)
	look := func(list ...mapping.SalesActivity) workflows.StageStory {
		facts := p.Observe(in, workflows.Decision{}, list)
		return *p.Advance(life, facts).Life.Open.Now()
	}
	if stage := look(done); !stage.Touched.IsZero() || !stage.Acknowledged.IsZero() {
		t.Errorf("touched %v, acknowledged %v by the SDR's own task", stage.Touched, stage.Acknowledged)
	}
	own := done
	own.Key = "a/1/ae/task"
	if stage := look(done, own); !stage.Touched.Equal(own.At) {
		t.Errorf("touched %v, want by the AE's own task", stage.Touched)
	}
}

// TestFifthTouchAmongTheLast tells the AE once, also when the account is in
// progress already.
func TestFifthTouchAmongTheLast(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText+"lifecycle: {last_touches: 3}")
	life := handed(workflows.Working, workflows.SDR)
	told := 0
	for _, look := range []struct {
		at      time.Duration
		touches int
		told    int
	}{{29 * days, 4, 0}, {30 * days, 4, 0}, {31 * days, 5, 1}, {32 * days, 6, 1}} {
		facts := workflows.Facts{Now: monday.Add(look.at)}
		for i := range look.touches {
			facts.Touches = append(facts.Touches, monday.Add(time.Duration(i)*days))
		}
		progress := p.Advance(life, facts)
		for _, n := range progress.Notices {
			if n.Key == "touches" && n.For == workflows.AE {
				told++
			}
		}
		if told != look.told {
			t.Errorf("after %s with %d touches: told %d times, want %d", look.at, look.touches, told, look.told)
		}
		life = progress.Life
	}
}

// TestThePromiseOfARequest: a buyer who asks for a demo during an outreach gets
// the call that the rule promises; one who answers gets the general deadline.
func TestThePromiseOfARequest(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	for name, test := range map[string]struct {
		facts workflows.Facts
		call  time.Time
	}{
		"asks":    {workflows.Facts{Again: "demo_request"}, monday.Add(26 * hours)},
		"answers": {workflows.Facts{Response: word("the buyer replied", hours)}, time.Time{}},
	} {
		test.facts.Now = monday.Add(2 * hours)
		progress := p.Advance(handed(workflows.Working, workflows.SDR), test.facts)
		if !progress.Escalate {
			t.Fatalf("%s: no AE stage", name)
		}
		in := newStory(p).hubspot(monday, "name=x", "hubspot_owner_id=2").input(test.facts.Now, progress.Life)
		plan, ok, err := p.PlanStage(in, workflows.Trace{}, nil, workflows.AE, staff, nil, nil)
		if err != nil || !ok || !plan.Call.Equal(test.call) {
			t.Errorf("%s: call by %v, %v, %v; want %v", name, plan.Call, ok, err, test.call)
		}
	}
}

// TestFoundInDispute: the heads of an account that was disputed before the
// first day have their time from then on (I13).
func TestFoundInDispute(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	life := handed(workflows.Disputed, workflows.SDR)
	if progress := p.Advance(life, workflows.Facts{Now: monday.Add(hours)}); len(progress.Notices) > 0 || !progress.Due.Equal(p.Calendar.AddDays(monday, 5)) {
		t.Errorf("told %v, due %s, want nothing before the fifth business day", progress.Notices, progress.Due)
	}
}
