package engine_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// TestAnOwnersLimitCountsWhomItWasGiven: a handoff that goes on to an AE, or to
// somebody else, leaves no room with whom it was given first.
func TestAnOwnersLimitCountsWhomItWasGiven(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, owner: {per_month: 1}}", "routing: {ae: {to: pool, pool: [boss@acme.example]}}")
	h.sf.objects = []connectors.Object{connectors.Meeting}
	h.restart()
	h.pair(1, "80")
	h.once()
	h.clock.Advance(time.Hour)
	h.sf.create(connectors.Meeting, "00U1", sfID(1), map[string]string{"Subject": "Demo", "EndDateTime": h.clock.Now().Add(time.Hour).Format(time.RFC3339)})
	h.once()
	if rows := openHandoffs(t, h); len(rows) != 1 || rows[0].Stage != "ae" || rows[0].Owner != "Boss" {
		t.Fatalf("handoffs %+v, want the AE stage", rows)
	}
	h.pair(2, "90")
	h.once()
	want(t, "handed off", handedOff(t, h), []string{"1"})
}

// TestARequestHasItsOwnTime: an account that waits for long already, and now
// asks for a call, is not late with that at once.
func TestARequestHasItsOwnTime(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}", inbound, "alerts: {heads: crm, people: {heads: boss@acme.example}}")
	h.pair(1, "20")
	h.hs.put(connectors.Contact, "c1", []string{"1"}, map[string]string{"visits": "1"})
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"OwnerId": ""})
	h.once()
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "85"})
	h.once()
	told := func() int { return h.told("Nobody has this request") }
	h.step(72 * time.Hour)
	h.hs.put(connectors.Contact, "c1", nil, map[string]string{"visits": "2"})
	h.step(time.Minute)
	if l, _ := life(t, h, 1); l.MetAs != "inbound" {
		t.Fatalf("life %+v, want a request that waits for an owner", l)
	}
	want(t, "told at once", told(), 0)
	h.step(23 * time.Hour)
	h.step(24 * time.Hour)
	want(t, "told once", told(), 1)
}

// told counts the alerts by the beginning of their titles.
func (h *house) told(title string) (n int) {
	for _, a := range h.sf.alerts {
		if strings.HasPrefix(a.Title, title) {
			n++
		}
	}
	return n
}

// TestNoTurnForgetsADueTime: a turn of the queue that another account's change
// brings about, just when a clock of this one has run out, leaves it to be seen.
func TestNoTurnForgetsADueTime(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}", inbound, "alerts: {heads: crm, people: {heads: boss@acme.example}}")
	h.policy = strings.Replace(h.policy, `count(visits, "1d") >= 1`, `count(visits, "9d") >= 1`, 1)
	h.restart()
	h.pair(1, "20")
	h.pair(2, "20")
	h.hs.put(connectors.Contact, "c1", []string{"1"}, map[string]string{"visits": "1"})
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"OwnerId": ""})
	h.once()
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Contact, "c1", nil, map[string]string{"visits": "2"})
	h.once()
	want(t, "told at once", h.told("Nobody has this request"), 0)
	h.clock.Advance(24 * time.Hour)
	h.hs.put(connectors.Account, "2", nil, map[string]string{"score": "30"})
	h.once()
	want(t, "told", h.told("Nobody has this request"), 1)
}

// TestACustomerWaitsForWhatItAsked: the request of an account that was won
// runs out while nobody is found for it; a score does not take its place.
func TestACustomerWaitsForWhatItAsked(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}", inbound)
	h.pair(1, "20")
	h.hs.put(connectors.Contact, "c1", []string{"1"}, map[string]string{"visits": "1"})
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"OwnerId": ""})
	h.hs.put(connectors.Account, "1", nil, map[string]string{"status": ""})
	h.once()
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"status": "Won"})
	h.step(time.Hour)
	h.hs.put(connectors.Contact, "c1", nil, map[string]string{"visits": "2"})
	h.step(time.Minute)
	want(t, "waits", h.state(), workflows.Ready)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "85"})
	h.step(23 * time.Hour)
	h.step(2 * time.Hour)
	want(t, "is over", h.state(), workflows.Won)
}

// TestSetDisputedByHand: a verdict that stands there from earlier is none about
// what a person disputes now.
func TestSetDisputedByHand(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}")
	h.mapping = strings.Replace(mappingText, "signals:", "  verdict: {type: enum, hubspot: verdict, values: {sales: Sales, nurture: Nurture}, from: hubspot}\nsignals:", 1)
	h.restart()
	h.pair(1, "20")
	h.hs.put(connectors.Account, "1", nil, map[string]string{"status": "", "verdict": ""})
	h.once()
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"verdict": "Nurture"})
	h.step(time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"status": "Disputed"})
	h.step(time.Minute)
	want(t, "state", h.state(), workflows.Disputed)
	if rows := openHandoffs(t, h); len(rows) != 1 || !rows[0].Closed.IsZero() {
		t.Errorf("handoffs %+v, want one that is open", rows)
	}
}
