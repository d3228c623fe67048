package engine_test

import (
	"fmt"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// TestContactBeforeItsCompany: after an outage the page with the contact may be
// read before the one with its company; the demo request is one all the same.
func TestContactBeforeItsCompany(t *testing.T) {
	t.Parallel()
	for _, merged := range []bool{false, true} {
		h := demoHouse(t)
		h.pair(1, "10")
		h.once()
		h.clock.Advance(time.Hour)
		for n := 10; n < 16; n++ {
			h.hubspot(fmt.Sprint(n), fmt.Sprintf("n%d.example", n), "10")
		}
		h.salesforce(15, "n15.example")
		company := "15"
		if merged { // it comes out of a merge of one that is known
			company = "16"
			h.hs.merged("16", "1", nil)
		}
		h.hs.put(connectors.Contact, "71", []string{company}, map[string]string{"demo_at": h.clock.Now().Format(time.RFC3339), "email": "a@x.example"})
		h.clock.Advance(3 * day)
		if s := h.once(); s.Handoffs != 1 {
			t.Errorf("merged %v: %d handoffs, want 1", merged, s.Handoffs)
		}
		_ = h.store.Close()
	}
}

// TestReachSurvivesJoins: what waits to be judged or handed over waits on after
// a merge, a link, or a merge that parts two pairs.
func TestReachSurvivesJoins(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]struct {
		prepare, join func(*house)
		company       string
	}{
		"merge": {
			func(h *house) { h.salesforce(2, "twin.example") },
			func(h *house) { h.sf.remove(sfID(1), sfID(2)) }, "1",
		},
		"link": {
			func(h *house) { h.hubspot("9", "nine.example", "10"); h.salesforce(9, "other9.example") },
			func(h *house) { h.do(h.engine.Link(h.t.Context(), sfID(9), "9")) }, "9",
		},
		"merge of two pairs": {
			func(h *house) { h.pair(2, "10") },
			func(h *house) { h.hs.merged("50", "2", nil); h.hs.alias("50", "1"); h.hs.remove("1", "50") }, "1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := demoHouse(t)
			h.goLive = false
			h.restart()
			h.pair(1, "10")
			how.prepare(h)
			h.once()
			h.clock.Advance(3 * day)
			h.hs.put(connectors.Contact, "71", []string{how.company}, map[string]string{"demo_at": h.clock.Now().Add(-2 * day).UTC().Format(time.RFC3339)})
			if s := h.once(); len(s.Planned) != 1 {
				t.Fatalf("planned %+v, want the demo request", s.Planned)
			}
			h.clock.Advance(time.Minute)
			how.join(h)
			h.once()
			for _, c := range h.cases() { // a merge of two pairs asks a person first
				h.do(h.engine.Split(t.Context(), c.ID))
			}
			if s := h.once(); len(s.Planned) != 1 {
				t.Errorf("planned %+v afterwards, want the demo request still", s.Planned)
			}
			if err := engine.Release(t.Context(), h.store, h.clock.Now()); err != nil {
				t.Fatal(err)
			}
			if s := h.once(); s.Handoffs != 1 {
				t.Errorf("%d handoffs, want 1", s.Handoffs)
			}
		})
	}
}
