package mapping_test

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// TestSaid: what a person wrote is as old as that; the copy that handoffd makes
// in the other CRM does not make it younger, a person's next change does.
func TestSaid(t *testing.T) {
	t.Parallel()
	m := fieldMapping(t, "sync: newest")
	a := m.NewAccount("x")
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	hs := func(value string, minutes int) {
		m.Apply(a, hubspot(at(minutes), map[string]connectors.Value{"field": text(value)}))
	}
	sf := func(value string, minutes int) {
		m.Apply(a, salesforce(at(minutes), map[string]connectors.Value{"Field__c": text(value)}))
	}
	said := func(want int) {
		t.Helper()
		if got := m.Said(a, m.Field("field").Slot); !got.Equal(at(want)) {
			t.Errorf("said at %s, want %s", got, at(want))
		}
	}
	hs("old", 0)
	sf("old", 0)
	m.Agree(a, allRead)
	sf("please", 10)
	said(10)
	writes, problems := m.Outgoing(a)
	if len(writes) != 1 || len(problems) > 0 || writes[0].Side != mapping.HubSpotSide {
		t.Fatalf("writes %+v, problems %+v, want one to HubSpot", writes, problems)
	}
	m.MarkSent(a, writes[0])
	hs("please", 12)
	said(10)
	hs("another", 20)
	said(20)
}
