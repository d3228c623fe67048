package mapping_test

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// TestMovedInBoth: two people set different values in the two CRMs before
// either was read. The later one counts, whichever CRM is read first; and a
// person's value counts where handoffd was just about to write another.
func TestMovedInBoth(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	tests := []struct {
		name    string
		sf, hs  int // minutes at which a person set "by sales" and "by marketing"; 0 for nobody
		decided string
		want    string
	}{
		{"HubSpot's is later", 10, 12, "by sales", "by marketing"},
		{"Salesforce's is later", 12, 10, "by sales", ""},
		{"a decision was made meanwhile", 0, 10, "decided", "by marketing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := fieldMapping(t, "from: handoffd")
			a := m.NewAccount("x")
			hs := func(value string, minutes int) {
				m.Apply(a, hubspot(at(minutes), map[string]connectors.Value{"field": text(value)}))
			}
			sf := func(value string, minutes int) {
				m.Apply(a, salesforce(at(minutes), map[string]connectors.Value{"Field__c": text(value)}))
			}
			slot := m.Field("field").Slot
			write := func(value string) {
				a.Own[slot] = text(value)
				writes, _ := m.Outgoing(a)
				for _, w := range writes {
					m.MarkSent(a, w)
				}
			}
			hs("", 0)
			sf("", 0)
			write("ours")
			hs("ours", 1)
			sf("ours", 1)
			if tt.sf > 0 {
				sf("by sales", tt.sf) // is read first, and followed
			}
			write(tt.decided)
			hs("by marketing", tt.hs) // is read when handoffd's own write is under way
			v, side, ok := m.Moved(a, slot, at(20))
			if v.Text() != tt.want || ok != (tt.want != "") || ok && side != mapping.HubSpotSide {
				t.Errorf("moved to %q in %v: %t; want %q", v.Text(), side, ok, tt.want)
			}
		})
	}
}
