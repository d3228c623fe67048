package mapping_test

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// TestSettled: two values may be held against each other when each side was
// read since the other one's change was noticed, or up to behind that change.
func TestSettled(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	read := func(sf, hs int) mapping.Horizon { return mapping.Horizon{{Read: at(sf)}, {Read: at(hs)}} }
	for name, c := range map[string]struct {
		alone  bool
		asked  int // when a write found something in HubSpot, 0 for never
		passed bool
		read   mapping.Horizon
		want   bool
	}{
		"both read since":                      {read: read(11, 11), want: true},
		"at the very time":                     {read: read(10, 10), want: true},
		"hubspot not read since":               {read: read(11, 9)},
		"salesforce not read since":            {read: read(9, 11)},
		"never read":                           {},
		"settled behind the change":            {read: mapping.Horizon{{Read: at(1), Edge: at(6)}, {Read: at(1), Edge: at(6)}}, want: true},
		"settled up to the change":             {read: mapping.Horizon{{Read: at(1), Edge: at(6)}, {Read: at(1), Edge: at(5)}}},
		"only one side is there":               {alone: true, want: true},
		"a write found more":                   {asked: 20, read: read(30, 20)},
		"a write found more, read after":       {asked: 20, read: read(30, 21), want: true},
		"a write found more, which was read":   {asked: 20, passed: true, read: read(30, 20), want: true},
		"a write found more, the other unread": {asked: 20, read: read(19, 30)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := fieldMapping(t, "sync: newest")
			slot := m.Field("field").Slot
			a := m.NewAccount("x")
			m.Apply(a, salesforce(at(5), map[string]connectors.Value{"Field__c": text("s")}))
			a.Notice(mapping.SalesforceSide, at(10))
			if !c.alone {
				m.Apply(a, hubspot(at(5), map[string]connectors.Value{"field": text("h")}))
				a.Notice(mapping.HubSpotSide, at(10))
			}
			if c.asked > 0 {
				name := map[string]connectors.Value{"field": text("found")}
				m.Conflicted(a, mapping.HubSpotSide, name, name, at(c.asked))
			}
			if c.passed {
				m.Apply(a, hubspot(at(15), map[string]connectors.Value{"field": text("found")}))
			}
			data, err := m.Encode(a)
			if err != nil {
				t.Fatal(err)
			}
			if a, err = m.Decode("x", data); err != nil {
				t.Fatal(err)
			}
			if got := c.read.Settled(a, slot); got != c.want {
				t.Errorf("settled: %t, want %t", got, c.want)
			}
		})
	}
}
