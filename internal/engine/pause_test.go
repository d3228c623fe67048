package engine_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// TestPauseEndsByItself: a declined account rests for a month after a contact;
// in between, and where nothing was ever said, nothing is written (I5).
func TestPauseEndsByItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mapping = strings.Replace(mappingText, "signals:", `  nurture_paused: {type: bool, hubspot: paused, salesforce: Paused__c, from: handoffd}
  last_marketing_contact: {type: date, hubspot: contacted}
signals:`, 1)
	h.restart()
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Name": "Acme 1", "Website": "acme1.example", "Status__c": "Declined by sales, nurture mode"})
	declined := map[string]string{"status": "Declined by sales, nurture mode", "name": "Acme 1", "domain": "acme1.example"}
	h.hs.put(connectors.Account, "1", nil, declined)
	h.once()
	h.once()
	paused := func() string { return h.hs.field("1", "paused") }
	if h.state() != workflows.Declined || paused() != "nothing" || h.writes() != 0 {
		t.Errorf("paused %q, though nobody was in touch", paused())
	}
	declined["contacted"] = h.clock.Now().Format(time.DateOnly)
	h.hs.put(connectors.Account, "1", nil, declined)
	h.clock.Advance(time.Minute)
	h.once()
	h.once()
	if paused() != "true" {
		t.Fatalf("paused %q after a contact", paused())
	}
	before := h.writes()
	for range 3 {
		h.clock.Advance(24 * time.Hour)
		h.once()
	}
	if n := h.writes() - before; n != 0 {
		t.Errorf("%d writes while it rests", n)
	}
	h.clock.Advance(30 * 24 * time.Hour)
	h.once()
	if paused() != "false" {
		t.Errorf("paused %q a month later", paused())
	}
}
