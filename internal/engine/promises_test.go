package engine_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// titles lists what people were told in Salesforce.
func titles(h *house) string {
	var out []string
	for _, a := range h.sf.alerts {
		out = append(out, a.Title)
	}
	return strings.Join(out, "; ")
}

// TestARequestThatNobodyTakes: the promise of the day runs out while the
// account waits, whichever step of the cycle looks at it first.
func TestARequestThatNobodyTakes(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}", inbound)
	h.pair(1, "10")
	h.hs.put(connectors.Contact, "70", []string{"1"}, map[string]string{"visits": "0"})
	h.once()
	h.sf.users, h.hs.users = h.sf.users[1:], nil // Ann has left
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Contact, "70", []string{"1"}, map[string]string{"visits": "2"})
	h.once()
	if l, _ := life(t, h, 1); l.State != workflows.Ready {
		t.Fatalf("state %s, want ready: nobody is there", l.State)
	}
	for range 3 {
		h.clock.Advance(8 * time.Hour)
		h.pair(2, "10") // a page is committed before the sweep
		h.once()
	}
	if got := strings.Count(titles(h), "Nobody has this request"); got != 1 {
		t.Errorf("told %d times that nobody has the request, want once: %s", got, titles(h))
	}
}

// TestAFormThatIsReadAfterTheHandoff: the account's score is read first and
// makes the handoff; a form of the minute before had no part in it, so it is a
// response and makes the AE stage.
func TestAFormThatIsReadAfterTheHandoff(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}", inbound)
	h.mapping = strings.Replace(mappingText, "visits:", "calls: {hubspot: contact.last_call, kind: event, history: true}\n  visits:", 1)
	h.policy = strings.Replace(h.policy, "count(visits, \"1d\") >= 1", "count(calls, \"1d\") >= 1", 1)
	h.restart()
	h.pair(1, "10")
	h.hs.put(connectors.Contact, "70", []string{"1"}, map[string]string{"visits": "0"})
	h.once()
	h.clock.Advance(time.Hour)
	asked := h.clock.Now()
	h.clock.Advance(time.Minute)
	h.pair(1, "90")
	h.hs.put(connectors.Contact, "70", []string{"1"}, map[string]string{"visits": "0", "last_call": asked.Format(time.RFC3339)})
	h.once()
	h.once()
	l, _ := life(t, h, 1)
	if l.Open == nil || l.Open.Now().Stage != workflows.AE || l.Episode != 1 {
		t.Fatalf("life %+v, want one handoff in its AE stage", l)
	}
	tasks := h.sf.count(connectors.CreateTask)
	for range 3 {
		h.clock.Advance(time.Hour)
		h.once()
	}
	if n := h.sf.count(connectors.CreateTask); n != tasks || n != len(l.Open.Stages) {
		t.Errorf("%d tasks, then %d, for %d stages", tasks, n, len(l.Open.Stages))
	}
}

// TestTheNewOwnersClocks: who is given an account is reminded and has as long
// as anybody, and the task says so.
func TestTheNewOwnersClocks(t *testing.T) {
	t.Parallel()
	h := pooled(t, "to: [owner, pool], pool: [ann@acme.example, bob@acme.example], reassign_on_breach: true", "")
	h.pair(1, "90")
	h.once()
	var given time.Time
	for range 12 * 24 {
		h.clock.Advance(time.Hour)
		h.once()
		if rows := openHandoffs(t, h); given.IsZero() && rows[0].Owner == "Bob" {
			given = h.clock.Now()
		}
	}
	rows := openHandoffs(t, h)
	e, err := rows[0].Episode()
	if err != nil || given.IsZero() || e.Now().Turn != 1 || !rows[0].Due.After(given.Add(2*day)) {
		t.Fatalf("given %s, due %s, turn %d, %v", given, rows[0].Due, e.Now().Turn, err)
	}
	if last := lastTaskUpdate(h); last.Fields["ActivityDate"].Text() != rows[0].Due.Format(time.DateOnly) {
		t.Errorf("the task is due %s, want %s", last.Fields["ActivityDate"], rows[0].Due)
	}
	for _, clock := range []string{"acknowledge", "first_touch"} {
		first, second := e.Fired["sdr/"+clock], e.Fired["sdr/"+clock+"/2"]
		if first.IsZero() || !second.After(given) {
			t.Errorf("%s ran out at %s for Ann and at %s for Bob, who got it at %s", clock, first, second, given)
		}
	}
	if got := strings.Count(titles(h), "Please begin"); got != 2 {
		t.Errorf("%d reminders, want one for each owner: %s", got, titles(h))
	}
}

// TestSomebodyIsTold: while the policy names nobody for marketing and the
// heads, the default manager is told what is for them.
func TestSomebodyIsTold(t *testing.T) {
	t.Parallel()
	for extra, want := range map[string]string{"": "005000000000009AAA", "\nalerts: {people: {marketing: ann@acme.example, heads: ann@acme.example}}\n": "005000000000001AAA"} {
		h := newHouse(t)
		h.policy = policyText + extra
		h.restart()
		h.once()
		err := h.engine.Announce(t.Context(), "held/1", workflows.Notice{
			Key: "held/", To: []workflows.Audience{workflows.ToMarketing, workflows.ToHeads}, Title: "3 handoffs are held",
		})
		h.once()
		if err != nil || len(h.sf.alerts) != 1 || h.sf.alerts[0].UserID != want {
			t.Errorf("%q: told %+v (%v), want %s once", extra, h.sf.alerts, err, want)
		}
	}
}
