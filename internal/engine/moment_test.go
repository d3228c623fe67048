package engine_test

import (
	"strings"
	"testing"

	"handoffd/connectors"
)

// TestOneMomentOneHandoff: a score on the account and a request on its contact
// that one poll brings make one handoff, of the stronger type, whichever is
// read first.
func TestOneMomentOneHandoff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mapping = mappingText + "  demo: {hubspot: contact.form_at, kind: event, when: 'form_name == \"demo\"'}\n"
	h.policy = strings.Replace(policyText, "handoffs:", "handoffs:\n  demo_request: {to: ae, when: 'count(demo, \"2d\") >= 1'}", 1)
	h.restart()
	h.pair(1, "10")
	h.once()
	h.pair(1, "90")
	h.hs.put(connectors.Contact, "c1", []string{"1"}, map[string]string{"form_at": h.stamp(), "form_name": "demo"})
	h.once()
	h.clock.Advance(day)
	h.once()
	rows := openHandoffs(t, h)
	if len(rows) != 1 || rows[0].Type != "inbound" || len(rows[0].Reasons) != 2 {
		t.Fatalf("handoffs %+v, want one of the inbound type with both reasons", rows)
	}
	if n := h.sf.count(connectors.CreateTask); n != 1 {
		t.Errorf("%d tasks, want 1", n)
	}
}
