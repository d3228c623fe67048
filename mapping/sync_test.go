package mapping_test

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// TestNewest: HubSpot tells when a value changed; of Salesforce we know only
// that it changed between two looks. Where the two overlap, newest_tie decides.
func TestNewest(t *testing.T) {
	t.Parallel()
	at := func(minutes float64) time.Time { return noon.Add(time.Duration(minutes * float64(time.Minute))) }
	const milli = 1.0 / 60_000
	tests := []struct {
		name         string
		rest         string
		looked, came float64 // Salesforce: last seen with the old value, stamp with the new one
		changed      float64 // HubSpot's history
		history      bool
		want         mapping.Side
		tie          bool
	}{
		{"hubspot is later", "sync: newest", 10, 20, 25, true, mapping.HubSpotSide, false},
		{"salesforce is later", "sync: newest", 10, 20, 8, true, mapping.SalesforceSide, false},
		{"at the lower edge", "sync: newest, newest_tie: hubspot", 10, 20, 10, true, mapping.HubSpotSide, true},
		{"just before", "sync: newest, newest_tie: hubspot", 10, 20, 10 - 1900*milli, true, mapping.HubSpotSide, true},
		{"before, whatever the clocks", "sync: newest, newest_tie: hubspot", 10, 20, 10 - 2100*milli, true, mapping.SalesforceSide, false},
		{"in the second of the stamp", "sync: newest", 10, 20, 20 + 300*milli, true, mapping.SalesforceSide, true},
		{"just after that second", "sync: newest", 10, 20, 20 + 2900*milli, true, mapping.SalesforceSide, true},
		{"after it, whatever the clocks", "sync: newest", 10, 20, 20 + 3100*milli, true, mapping.HubSpotSide, false},
		{"in between", "sync: newest", 10, 20, 15, true, mapping.SalesforceSide, true},
		{"in between, hubspot's favour", "sync: newest, newest_tie: hubspot", 10, 20, 15, true, mapping.HubSpotSide, true},
		{"no history", "sync: newest", 10, 20, 25, false, mapping.SalesforceSide, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := fieldMapping(t, tt.rest)
			a := m.NewAccount("x")
			hs := func(value string, stamp, changed time.Time) {
				r := hubspot(stamp, map[string]connectors.Value{"field": text(value)})
				if tt.history {
					r.History = map[string][]connectors.Version{"field": {{Value: text("old"), At: at(-90)}, {Value: text(value), At: changed}}}
				}
				m.Apply(a, r)
			}
			sf := func(value string, stamp time.Time) {
				m.Apply(a, salesforce(stamp, map[string]connectors.Value{"Field__c": text(value)}))
			}
			hs("old", at(0), at(-90))
			sf("old", at(0))
			sf("old", at(tt.looked))
			sf("of salesforce", at(tt.came))
			hs("of hubspot", at(30), at(tt.changed))
			writes, problems := m.Outgoing(a)
			if len(problems) > 0 || len(writes) != 1 {
				t.Fatalf("writes %+v, problems %+v, want one write", writes, problems)
			}
			if w := writes[0]; w.Side.Other() != tt.want || !w.Conflict || w.Tie != tt.tie {
				t.Errorf("%v wins, conflict %v, tie %v; want %v and tie %v", w.Side.Other().System(), w.Conflict, w.Tie, tt.want.System(), tt.tie)
			}
		})
	}
}

// TestNewestReadsHistory: only such fields are asked for with their history.
func TestNewestReadsHistory(t *testing.T) {
	t.Parallel()
	for rest, want := range map[string]int{"sync: newest": 1, "sync: prefer_hubspot": 0} {
		m := fieldMapping(t, rest)
		if got := m.Select(mapping.HubSpotSide).History[connectors.Account]; len(got) != want {
			t.Errorf("%s: history of %v", rest, got)
		}
		if got := m.Select(mapping.SalesforceSide).History[connectors.Account]; len(got) != 0 {
			t.Errorf("%s: history of %v in Salesforce, which keeps none", rest, got)
		}
	}
}

// TestLatePage: a record that is older than what is known changes nothing.
func TestLatePage(t *testing.T) {
	t.Parallel()
	m := fieldMapping(t, "sync: newest")
	a := m.NewAccount("x")
	read := func(value string, at time.Time) mapping.Applied {
		return m.Apply(a, hubspot(at, map[string]connectors.Value{"field": text(value)}))
	}
	read("new", noon)
	if got := read("old", noon.Add(-time.Hour)); !got.Stale || got.Changed {
		t.Errorf("%+v, want it known for stale", got)
	}
	if got := value(m, a, "field"); got != text("new") {
		t.Errorf("value %v: a late page took back a newer value", got)
	}
	if got := read("new", noon); got.Changed || got.Stale {
		t.Errorf("%+v: reading again is no change", got)
	}
}
