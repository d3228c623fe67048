package mapping_test

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// TestConfirmedOnTheOtherSide: whichever side a shared value came from last,
// the side that has the stamp confirms it; but not a value that it does not
// hold.
func TestConfirmedOnTheOtherSide(t *testing.T) {
	t.Parallel()
	m := fieldMapping(t, "sync: newest, fresh_for: 90d, updated_at: {hubspot: field_at}")
	slot, a := m.Field("field").Slot, m.NewAccount("x")
	hs := func(hours int, value, confirmed string) {
		m.Apply(a, hubspot(noon.Add(time.Duration(hours)*time.Hour), map[string]connectors.Value{"field": text(value), "field_at": text(confirmed)}))
	}
	sf := func(hours int, value string) {
		m.Apply(a, salesforce(noon.Add(time.Duration(hours)*time.Hour), map[string]connectors.Value{"Field__c": text(value)}))
	}
	check := func(what string, want time.Time) {
		t.Helper()
		if got := m.Confirmed(a, slot); !got.Equal(want) {
			t.Errorf("%s: confirmed at %s, want %s", what, got, want)
		}
	}
	first, second := noon.Add(time.Hour), noon.Add(50*time.Hour)
	hs(0, "old", "")
	sf(0, "old")
	check("nothing said", time.Time{})
	sf(1, "responsive")
	hs(2, "responsive", first.Format(time.RFC3339))
	check("shared", first)
	hs(50, "responsive", second.Format(time.RFC3339))
	check("confirmed again", second)
	sf(60, "unresponsive")
	if v, origin := m.Value(a, slot); v != text("unresponsive") || origin.Side != mapping.SalesforceSide {
		t.Fatalf("the value is %s of %v", v, origin.Side)
	}
	check("another value", time.Time{})
}
