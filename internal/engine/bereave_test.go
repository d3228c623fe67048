package engine_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
)

// pausing is a house whose accounts show whether marketing holds back.
func pausing(t *testing.T) *house {
	h := newHouse(t)
	h.mapping = strings.Replace(mappingText, "signals:", "  nurture_paused: {type: bool, hubspot: paused, salesforce: Paused__c, from: handoffd}\nsignals:", 1)
	h.make(h.store)
	return h
}

// TestTheTasksRecordIsDeleted: the task went with the record, so the handoff is
// over, and marketing has the account again in the CRM that is left. One that is
// taken out of the bin at once goes on.
func TestTheTasksRecordIsDeleted(t *testing.T) {
	t.Parallel()
	h := pausing(t)
	h.pair(1, "90")
	h.once()
	h.sf.remove(sfID(1), "")
	h.clock.Advance(30 * time.Minute)
	h.once()
	h.sf.restore(sfID(1))
	h.later()
	if rows := openHandoffs(t, h); len(rows) != 1 || !rows[0].Closed.IsZero() {
		t.Fatalf("handoffs %+v, want it to go on", rows)
	}
	h.rest(t)
	h.sf.remove(sfID(1), "")
	told := len(h.sf.alerts)
	for range 60 {
		h.clock.Advance(day / 2)
		h.once()
	}
	rows := openHandoffs(t, h)
	if len(rows) != 1 || rows[0].Outcome != "record deleted" || len(h.sf.alerts) != told {
		t.Errorf("handoffs %+v and %d more alerts, want it closed without any", rows, len(h.sf.alerts)-told)
	}
	if mqa, paused, status := h.hs.field("1", "mqa"), h.hs.field("1", "paused"), h.hs.field("1", "status"); mqa != "false" || paused != "false" || status != "Marketing nurture" {
		t.Errorf("mqa %s, paused %s, status %s, want marketing to have it again", mqa, paused, status)
	}
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "20", "hubspot_owner_id": "1"})
	h.later()
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "95"})
	if s := h.later(); s.Handoffs != 2 || h.hs.count(connectors.CreateTask) != 1 {
		t.Errorf("summary %+v, want a new rise to be handed off where the account lives", s)
	}
}

// TestPauseFollowsTheHandoff: marketing holds back exactly for the account that
// sales has, also after merges and marks.
func TestPauseFollowsTheHandoff(t *testing.T) {
	t.Parallel()
	t.Run("to the survivor", func(t *testing.T) {
		t.Parallel()
		h := pausing(t)
		h.pair(1, "10")
		h.pair(2, "90")
		h.once()
		h.sf.remove(sfID(2), sfID(1))
		h.later()
		h.rest(t)
		if one, other := h.hs.field("1", "paused"), h.hs.field("2", "paused"); one != "true" || other != "false" {
			t.Errorf("paused %q with the handoff and %q without, want true and false", one, other)
		}
	})
	t.Run("to an account with a past", func(t *testing.T) {
		t.Parallel()
		h := pausing(t)
		h.pair(1, "90")
		h.once()
		h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "10"})
		h.sf.remove(sfID(1), "")
		h.later()
		h.later() // over, as the task's record is gone
		h.hubspot("2", "else.example", "90")
		h.hs.put(connectors.Account, "2", nil, map[string]string{"hubspot_owner_id": "1"})
		h.later()
		h.clock.Advance(time.Minute)
		h.hs.merged("50", "1", nil)
		h.hs.alias("50", "2")
		h.hs.remove("1", "50")
		h.hs.remove("2", "50")
		h.later()
		h.rest(t)
		if s := h.summary(); s.Handoffs != 2 || h.hs.field("50", "paused") != "true" {
			t.Errorf("summary %+v, paused %q, want the open handoff to go on", s, h.hs.field("50", "paused"))
		}
	})
	t.Run("not to what was split", func(t *testing.T) {
		t.Parallel()
		h := pausing(t)
		h.pair(1, "90")
		h.once()
		h.do(h.engine.Split(t.Context(), sfID(1)))
		h.later()
		h.rest(t)
		if one, other := h.sf.field(sfID(1), "Paused__c"), h.hs.field("1", "paused"); one != "true" || other != "false" || h.hs.field("1", "mqa") != "false" {
			t.Errorf("paused %q with the task and %q without, want true and false", one, other)
		}
	})
	t.Run("not to what comes out of the bin", func(t *testing.T) {
		t.Parallel()
		h := pausing(t)
		h.pair(1, "90")
		h.salesforce(2, "twin.example")
		h.once()
		h.later() // it is read what was written
		h.sf.remove(sfID(1), sfID(2))
		h.later()
		h.sf.restore(sfID(1))
		h.later()
		h.rest(t)
		if one, other := h.sf.field(sfID(2), "Paused__c"), h.sf.field(sfID(1), "Paused__c"); one != "true" || other != "false" || h.sf.field(sfID(1), "MQA__c") != "false" {
			t.Errorf("paused %q with the handoff and %q without, want true and false", one, other)
		}
	})
	t.Run("not to what is left out", func(t *testing.T) {
		t.Parallel()
		h := pausing(t)
		h.pair(1, "90")
		down := func(w connectors.Write) *connectors.Result {
			return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{Class: connectors.Retry, Message: "down"}}
		}
		h.sf.fail, h.hs.fail = down, down
		_ = h.engine.Once(t.Context()) // fails, as it should
		h.clock.Advance(time.Minute)
		h.sf.mark(sfID(1), true)
		h.sf.fail, h.hs.fail = nil, nil
		h.later()
		h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "10"})
		h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"OwnerId": "005000000000001AAA"})
		h.later()
		h.rest(t)
		if paused := h.hs.field("1", "paused"); paused == "true" {
			t.Errorf("paused %q, want nobody to hold back", paused)
		}
	})
}
