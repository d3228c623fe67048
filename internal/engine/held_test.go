package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// scopeless is HubSpot's answer to a token without a scope.
func scopeless() error {
	return &connectors.Error{
		System: connectors.HubSpot, Class: connectors.Stop, Code: "MISSING_SCOPES", Message: "not granted",
		Fix: "grant the scope crm.objects.companies.write", Request: "req-1",
	}
}

// refuse makes a CRM refuse the writes of one kind.
func (c *crm) refuse(op connectors.Op, err error) {
	c.fail = func(w connectors.Write) *connectors.Result {
		if w.Op != op {
			return nil
		}
		return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: err}
	}
}

// heldErrors are those that an error joins, and the others.
func heldErrors(err error) (held []*engine.HeldError, others []error) {
	var walk func(error)
	walk = func(err error) {
		var h *engine.HeldError
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				walk(e)
			}
		} else if errors.As(err, &h) {
			held = append(held, h)
		} else if err != nil {
			others = append(others, err)
		}
	}
	walk(err)
	return held, others
}

// TestWritesThatWaitForSomebody: what a missing scope holds back is told by
// every run until it is there, in one line with the number and the fix, and is
// then delivered once.
func TestWritesThatWaitForSomebody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hs.refuse(connectors.Update, scopeless())
	h.pair(1, "85")
	h.pair(2, "90")
	for cycle := range 3 {
		err := h.engine.Once(t.Context())
		held, others := heldErrors(err)
		if len(held) != 1 || len(others) != 0 {
			t.Fatalf("cycle %d: held %v, others %v, want one line", cycle, held, others)
		}
		text := held[0].Error()
		for _, want := range []string{"hubspot: 2 writes wait (update 2): MISSING_SCOPES: not granted", "to do: grant the scope crm.objects.companies.write", "tried again at 2026-11-02 15:05:00 UTC and at every start"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q does not say %q", text, want)
			}
		}
		if s := h.summary(); len(s.Held) != 1 || s.Held[0].Count != 2 || s.Held[0].Kinds["update"] != 2 {
			t.Fatalf("the summary holds %+v", s.Held)
		}
		h.clock.Advance(time.Minute) // nothing is due, and still it is told
	}
	if h.sf.count(connectors.CreateTask) != 2 {
		t.Error("the handoffs waited for the other CRM's scope")
	}

	h.hs.fail = nil
	h.restart() // a start tries at once
	s := h.once()
	if len(s.Held) != 0 || s.Pending != 0 || h.hs.field("1", "mqa") != "true" {
		t.Fatalf("after the cure: held %+v, %d pending, mqa %q", s.Held, s.Pending, h.hs.field("1", "mqa"))
	}
	n := len(h.hs.writes)
	if h.clock.Advance(time.Hour); len(h.once().Held) != 0 || len(h.hs.writes) != n {
		t.Errorf("%d more writes at rest", len(h.hs.writes)-n)
	}
}

// TestHeldWritesAreTriedAgain: a running daemon tries every five minutes.
func TestHeldWritesAreTriedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hs.refuse(connectors.Update, scopeless())
	h.pair(1, "85")
	if held, _ := heldErrors(h.engine.Once(t.Context())); len(held) != 1 {
		t.Fatalf("held %v", held)
	}
	h.hs.fail = nil
	h.clock.Advance(5 * time.Minute)
	if s := h.once(); len(s.Held) != 0 || h.hs.field("1", "mqa") != "true" {
		t.Errorf("after five minutes held %+v, mqa %q", s.Held, h.hs.field("1", "mqa"))
	}
}

// TestOneIsTriedForAll: while the scope is missing, one write asks for all that
// wait for it, and what nobody has tried yet still goes out.
func TestOneIsTriedForAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.policy += "alerts: {storm: off}\n"
	h.restart()
	tried := 0
	h.hs.fail = func(w connectors.Write) *connectors.Result {
		if w.Op != connectors.Update {
			return nil
		}
		tried++
		return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: scopeless()}
	}
	for n := range 20 {
		h.pair(n, "85")
	}
	if held, _ := heldErrors(h.engine.Once(t.Context())); len(held) != 1 || held[0].Count != 20 {
		t.Fatalf("held %v, want 20 writes", held)
	}
	tried = 0
	for range 10 {
		h.clock.Advance(time.Minute)
		if held, _ := heldErrors(h.engine.Once(t.Context())); len(held) != 1 || held[0].Count != 20 {
			t.Fatalf("held %v, want 20 writes", held)
		}
	}
	if tried != 2 {
		t.Errorf("in ten minutes %d writes asked, want 2", tried)
	}

	notes := h.hs.count(connectors.CreateNote)
	h.pair(20, "85") // nobody has tried its note yet
	h.clock.Advance(time.Minute)
	if _, others := heldErrors(h.engine.Once(t.Context())); len(others) != 0 || h.hs.count(connectors.CreateNote) != notes+1 {
		t.Errorf("%d notes, want one more than %d; %v", h.hs.count(connectors.CreateNote), notes, others)
	}
	h.hs.fail = nil
	h.restart()
	if s := h.once(); len(s.Held) != 0 || s.Kinds["update"] != 21 || s.Pending != 0 {
		t.Errorf("after the cure: %d of 21 written, held %v, %d pending", s.Kinds["update"], s.Held, s.Pending)
	}
}

// TestARefusedKindDelaysNoOther: without the right to make tasks, the fields
// and the alerts of the same round still go out.
func TestARefusedKindDelaysNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.sf.refuse(connectors.CreateTask, &connectors.Error{System: connectors.Salesforce, Class: connectors.Stop, Code: "INSUFFICIENT_ACCESS", Record: "00T1", Message: "no access to 00T1", Fix: "grant it"})
	h.pair(1, "85")
	h.pair(2, "90")
	held, others := heldErrors(h.engine.Once(t.Context()))
	if len(held) != 1 || len(others) != 0 || held[0].Kinds["create_task"] != 2 || strings.Contains(held[0].Error(), "00T1") {
		t.Fatalf("held %v, others %v", held, others)
	}
	if h.sf.field(sfID(1), "MQA__c") != "true" || len(h.sf.alerts) != 2 {
		t.Errorf("with the tasks waited the field, or an alert: %d of 2 were sent", len(h.sf.alerts))
	}
}

// TestOneRefusedAlertIsEnough: what one alert was refused for holds the others
// back without asking again.
func TestOneRefusedAlertIsEnough(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.sf.alertErr = &connectors.Error{System: connectors.Salesforce, Class: connectors.Stop, Code: "INSUFFICIENT_ACCESS", Message: "Send Custom Notifications", Fix: "grant it"}
	for n := range 4 {
		h.pair(n, "85")
	}
	held, others := heldErrors(h.engine.Once(t.Context()))
	if len(held) != 1 || len(others) != 0 || held[0].Kinds["alert"] != 4 || h.sf.refusedAlerts != 1 {
		t.Fatalf("held %v after %d requests, others %v", held, h.sf.refusedAlerts, others)
	}
	h.sf.alertErr = nil
	h.restart()
	if s := h.once(); len(h.sf.alerts) != 4 || len(s.Held) != 0 {
		t.Errorf("%d alerts once it was granted, want 4", len(h.sf.alerts))
	}
}

// TestARightThatIsLostBetweenAlerts: what was sent before stays sent, and the
// rest waits behind one that is tried for all.
func TestARightThatIsLostBetweenAlerts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.sf.alert = func(n int) {
		if n == 2 {
			h.sf.alertErr = &connectors.Error{System: connectors.Salesforce, Class: connectors.Stop, Code: "INSUFFICIENT_ACCESS", Message: "Send Custom Notifications", Fix: "grant it"}
		}
	}
	for n := range 5 {
		h.pair(n, "85")
	}
	held, others := heldErrors(h.engine.Once(t.Context()))
	if len(held) != 1 || len(others) != 0 || held[0].Kinds["alert"] != 3 || len(h.sf.alerts) != 2 || h.sf.refusedAlerts != 1 {
		t.Fatalf("held %v after %d requests and %d alerts, others %v", held, h.sf.refusedAlerts, len(h.sf.alerts), others)
	}
	h.sf.alert, h.sf.alertErr = nil, nil
	h.clock.Advance(time.Hour)
	if s := h.once(); len(h.sf.alerts) != 5 || len(s.Held) != 0 || s.Pending != 0 || s.Parked != 0 {
		t.Errorf("%d alerts once it was granted, summary %+v, want 5", len(h.sf.alerts), s)
	}
}

// TestAnAllowanceThatIsUsedUp is tried when the CRM says, and no earlier.
func TestAnAllowanceThatIsUsedUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	midnight := h.clock.Now().Add(9 * time.Hour)
	h.hs.refuse(connectors.Update, &connectors.Error{System: connectors.HubSpot, Class: connectors.Retry, Code: "DAILY", Message: "used up", Fix: "buy more", RetryAt: midnight})
	h.pair(1, "85")
	held, _ := heldErrors(h.engine.Once(t.Context()))
	if len(held) != 1 || !held[0].NextTry.Equal(midnight) || strings.Contains(held[0].Error(), "every start") {
		t.Fatalf("held %v, want until %s", held, midnight)
	}
	h.hs.fail = nil
	h.restart()
	if held, _ := heldErrors(h.engine.Once(t.Context())); len(held) != 1 {
		t.Error("it was tried before the CRM counts anew")
	}
	h.clock.Set(midnight)
	h.once()
	if h.hs.field("1", "mqa") != "true" {
		t.Error("it was not delivered at midnight")
	}
}

// TestMatchedAreLivingPairs: of which one record was deleted, an account is
// not in both CRMs.
func TestMatchedAreLivingPairs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.pair(2, "10")
	if s := h.once(); s.Matched != 2 {
		t.Fatalf("%d matched, want 2", s.Matched)
	}
	h.hs.remove("1", "")
	h.clock.Advance(time.Minute)
	if s := h.once(); s.Matched != 1 {
		t.Errorf("%d matched after one side was deleted, want 1", s.Matched)
	}
	h.hs.restore("1")
	h.clock.Advance(time.Minute)
	if s := h.once(); s.Matched != 2 {
		t.Errorf("%d matched once it is back, want 2", s.Matched)
	}
}
