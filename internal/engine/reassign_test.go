package engine_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// TestReassign gives the handoff to those who have not had it, with the task
// that there is, until nobody is left.
func TestReassign(t *testing.T) {
	t.Parallel()
	h := pooled(t, "to: [owner, pool], pool: [ann@acme.example, bob@acme.example, cyd@acme.example], reassign_on_breach: true",
		"sdr: {type: owner, salesforce: SDR__c, hubspot: sdr, from: handoffd}")
	h.pair(1, "90") // Ann owns it
	h.once()
	account := "sf-" + sfID(1)
	alerts := len(h.sf.alerts)
	for i, want := range []string{"Bob", "Cyd"} {
		h.clock.Advance(time.Hour)
		as, done, err := h.engine.Reassign(t.Context(), account)
		if err != nil || !done || as.Owner.Name != want {
			t.Fatalf("given to %q, %v, %v (%v), want %s", as.Owner.Name, done, err, as.Why, want)
		}
		if as.Why[0] != "the account's owner Ann has had it already" {
			t.Errorf("why %q", as.Why)
		}
		h.once()
		if got := h.sf.field(sfID(1), "SDR__c"); got != as.Owner.ID {
			t.Errorf("the field names %q, want %s", got, as.Owner.ID)
		}
		last := lastTaskUpdate(h)
		if last.Ref.ID == "" || last.Fields["OwnerId"].Text() != as.Owner.ID {
			t.Errorf("task update %+v, want the owner %s", last, as.Owner.ID)
		}
		if n := len(h.sf.alerts) - alerts; n != 2*(i+1) {
			t.Errorf("%d alerts, want the new owner and the manager told", n)
		}
		if rows := openHandoffs(t, h); len(rows) != 1 || rows[0].Owner != want {
			t.Errorf("handoffs %+v", rows)
		}
	}
	as, done, err := h.engine.Reassign(t.Context(), account)
	if err != nil || done || !strings.Contains(strings.Join(as.Why, "; "), "fallback names nobody") {
		t.Errorf("given to %q, %v, %v (%v): want nobody", as.Owner.Name, done, err, as.Why)
	}
	if rows := openHandoffs(t, h); rows[0].Owner != "Cyd" {
		t.Errorf("the owner is %s, want Cyd to keep it", rows[0].Owner)
	}
	if n := h.sf.count(connectors.CreateTask); n != 1 {
		t.Errorf("%d tasks, want 1", n)
	}
	trail := 0
	err = h.store.View(t.Context(), func(tx engine.Tx) error {
		rows, err := tx.Assignments(account + "/1")
		trail = len(rows)
		return err
	})
	if err != nil || trail != 3 {
		t.Errorf("%d assignments, %v, want 3", trail, err)
	}
}

func lastTaskUpdate(h *house) (last connectors.Write) {
	for _, w := range h.sf.writes {
		if w.Op == connectors.Update && w.Ref.Object == connectors.Task {
			last = w
		}
	}
	return last
}

// TestReassignBeforeTheTaskIsMade makes it for the new owner at once; while it
// is unknown whether there is one, nothing changes.
func TestReassignBeforeTheTaskIsMade(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		outcome connectors.Outcome
		class   connectors.Class
		done    bool
	}{
		"refused for now": {connectors.Failed, connectors.Retry, true},
		"unknown":         {connectors.Unsure, connectors.UnknownOutcome, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := pooled(t, "pool: [ann@acme.example, bob@acme.example]", "")
			h.sf.fail = func(w connectors.Write) *connectors.Result {
				if w.Op != connectors.CreateTask {
					return nil
				}
				return &connectors.Result{Key: w.Key, Outcome: tt.outcome, Err: &connectors.Error{System: connectors.Salesforce, Class: tt.class, Message: "busy"}}
			}
			h.pair(1, "90")
			_ = h.engine.Once(t.Context()) // its task fails
			as, done, err := h.engine.Reassign(t.Context(), "sf-"+sfID(1))
			if err != nil || done != tt.done {
				t.Fatalf("done %v, %v (%v), want %v", done, err, as.Why, tt.done)
			}
			h.sf.fail = nil
			h.clock.Advance(time.Hour)
			h.once()
			want := map[bool]string{true: "005000000000002AAA", false: "005000000000001AAA"}[tt.done]
			if task := h.sf.made["sf-"+sfID(1)+"/1/sdr/task"]; task.Activity == nil || task.Activity.OwnerID != want {
				t.Errorf("task %+v, want it made once, for %s", task, want)
			}
		})
	}
}

func TestReassignRefuses(t *testing.T) {
	t.Parallel()
	h := pooled(t, takeTurns, "")
	h.pair(1, "10")
	h.once()
	if _, done, err := h.engine.Reassign(t.Context(), "nobody"); err == nil || done {
		t.Errorf("done %v, %v: want an error for an account that is none", done, err)
	}
	if as, done, err := h.engine.Reassign(t.Context(), "sf-"+sfID(1)); err != nil || done || !strings.Contains(as.How(), "no handoff") {
		t.Errorf("done %v, %v, %q: want the reason", done, err, as.How())
	}
}

// TestReassignedOnBreach: nobody touches it until the latest time, and routing
// says that somebody else gets it then: once, with the same task.
func TestReassignedOnBreach(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"true": "Bob", "false": "Ann"} {
		h := pooled(t, "to: [owner, pool], pool: [ann@acme.example, bob@acme.example], reassign_on_breach: "+name,
			"sdr: {type: owner, salesforce: SDR__c, hubspot: sdr, from: handoffd}")
		h.pair(1, "90")
		for range 12 {
			h.once()
			h.clock.Advance(day)
		}
		rows := openHandoffs(t, h)
		if len(rows) != 1 || rows[0].Owner != want || h.sf.count(connectors.CreateTask) != 1 {
			t.Errorf("reassign_on_breach %s: %d handoffs, owner %s, %d tasks; want %s and one task", name, len(rows), rows[0].Owner, h.sf.count(connectors.CreateTask), want)
		}
		if e, err := rows[0].Episode(); err != nil || e.Now().Owner != rows[0].OwnerID {
			t.Errorf("the story's owner is %v, %v", e, err)
		}
	}
}
