package engine_test

import (
	"fmt"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// TestMergeTakesTheTaskAlong: a task that was refused, or of which nobody knows
// whether it was made, belongs to the survivor after a merge, and is made there
// once (I2).
func TestMergeTakesTheTaskAlong(t *testing.T) {
	t.Parallel()
	answers := map[string]connectors.Result{
		"refused": {Outcome: connectors.Failed, Err: &connectors.Error{System: connectors.Salesforce, Class: connectors.ParkRecord, Message: "validation"}},
		"unknown": {Outcome: connectors.Unsure, Err: &connectors.Error{System: connectors.Salesforce, Class: connectors.UnknownOutcome, Message: "no answer"}},
	}
	for name, answer := range answers {
		for _, made := range []bool{false, true} {
			if made && name == "refused" {
				continue
			}
			t.Run(fmt.Sprint(name, made), func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				h.pair(1, "90")
				h.salesforce(2, "twin.example")
				h.sf.lose = made
				h.sf.fail = func(w connectors.Write) *connectors.Result {
					if w.Op != connectors.CreateTask || made {
						return nil
					}
					r := answer
					r.Key = w.Key
					return &r
				}
				_ = h.engine.Once(t.Context()) // says that something is not confirmed
				h.clock.Advance(time.Minute)
				h.sf.remove(sfID(1), sfID(2))
				h.sf.lose = false
				h.sf.fail = func(w connectors.Write) *connectors.Result {
					if w.Ref.ID != sfID(1) {
						return nil
					}
					return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{System: connectors.Salesforce, Class: connectors.Gone}}
				}
				for range 3 {
					h.clock.Advance(20 * time.Minute)
					_ = h.engine.Once(t.Context())
				}
				if n := h.sf.count(connectors.CreateTask); n != 1 {
					t.Errorf("%d tasks, want 1", n)
				}
				for key, w := range h.sf.made {
					if w.Op == connectors.CreateTask && w.Ref.ID != sfID(2) && !made {
						t.Errorf("%s is on %s, want it on the survivor", key, w.Ref)
					}
				}
				if list := h.parked(); len(list) > 0 {
					t.Errorf("problems %q, want none", list)
				}
				if s := h.summary(); s.Pending != 0 {
					t.Errorf("%d writes wait, want none", s.Pending)
				}
			})
		}
	}
}

// TestClosedHandoffMakesNoTask: of two open handoffs one is closed by a merge;
// its refused or unknown task is not made after all.
func TestClosedHandoffMakesNoTask(t *testing.T) {
	t.Parallel()
	for _, class := range []connectors.Class{connectors.ParkRecord, connectors.UnknownOutcome} {
		h := newHouse(t)
		h.pair(1, "90")
		h.pair(2, "95")
		h.sf.fail = func(w connectors.Write) *connectors.Result {
			if w.Op != connectors.CreateTask || w.Ref.ID != sfID(1) {
				return nil
			}
			return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{System: connectors.Salesforce, Class: class}}
		}
		_ = h.engine.Once(t.Context())
		h.clock.Advance(time.Minute)
		h.hs.merged("50", "1", nil)
		h.hs.alias("50", "2")
		h.sf.remove(sfID(1), sfID(2))
		h.sf.fail = nil
		for range 3 {
			h.clock.Advance(day)
			_ = h.engine.Once(t.Context())
		}
		open := 0
		for _, r := range openHandoffs(t, h) {
			if r.Closed.IsZero() {
				open++
			}
		}
		if n := h.sf.count(connectors.CreateTask); n != 1 || open != 1 {
			t.Errorf("%s: %d tasks and %d open handoffs, want one of each", class, n, open)
		}
		if list := h.parked(); len(list) > 0 {
			t.Errorf("%s: problems %q, want none", class, list)
		}
		look(t, h, func(tx engine.Tx) error {
			rows, err := tx.Outbox("")
			for _, r := range rows {
				if r.System == connectors.Salesforce && (r.State == engine.OutboxParked || r.State == engine.OutboxUnknown) {
					t.Errorf("%s: %s is left %s", class, r.Key, r.State)
				}
			}
			return err
		})
	}
}
