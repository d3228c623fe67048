package mapping_test

import (
	"slices"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// outside is a Salesforce record that the where clause leaves out.
func outside(stamp time.Time) connectors.Record {
	r := salesforce(stamp, map[string]connectors.Value{"Name": text("Acme")})
	r.OutOfScope = true
	return r
}

// TestLeftOutAsAWhole: an account of which one record is out of scope is
// written in no CRM, and in both again when the mark is gone.
func TestLeftOutAsAWhole(t *testing.T) {
	t.Parallel()
	m := fieldMapping(t, "sync: prefer_salesforce")
	a := m.NewAccount("x")
	m.Apply(a, hubspot(noon, map[string]connectors.Value{"field": text("of hubspot")}))
	m.Apply(a, outside(noon))
	if writes, problems := m.Outgoing(a); a.InScope() || len(writes)+len(problems) > 0 {
		t.Errorf("in scope %v, writes %+v, problems %+v, want it left alone", a.InScope(), writes, problems)
	}
	if got := a.LeftOut(); len(got) != 1 || got[0] != connectors.Salesforce || m.Text(a, mapping.NameField) != "Acme" {
		t.Errorf("left out by %v, called %q", got, m.Text(a, mapping.NameField))
	}
	m.Apply(a, salesforce(noon.Add(time.Hour), map[string]connectors.Value{"Field__c": text("of salesforce")}))
	if writes, _ := m.Outgoing(a); len(writes) != 1 || writes[0].Side != mapping.HubSpotSide || a.LeftOut() != nil {
		t.Errorf("writes %+v, want salesforce's value carried", writes)
	}
}

// TestNewestDoesNotCountUnseenTime: while a record was out of scope nobody
// looked at its fields, so a change found afterwards may be as old as that.
func TestNewestDoesNotCountUnseenTime(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	for name, c := range map[string]struct {
		changed int // HubSpot's history
		want    mapping.Side
		tie     bool
	}{
		"hubspot changed meanwhile":  {15, mapping.SalesforceSide, true},
		"hubspot changed afterwards": {40, mapping.HubSpotSide, false},
	} {
		m := fieldMapping(t, "sync: newest")
		a := m.NewAccount("x")
		hs := func(value string, stamp, changed time.Time) {
			r := hubspot(stamp, map[string]connectors.Value{"field": text(value)})
			r.History = map[string][]connectors.Version{"field": {{Value: text("old"), At: at(-90)}, {Value: text(value), At: changed}}}
			m.Apply(a, r)
		}
		hs("old", at(0), at(-90))
		m.Apply(a, salesforce(at(0), map[string]connectors.Value{"Field__c": text("old")}))
		m.Apply(a, outside(at(20)))
		m.Apply(a, salesforce(at(30), map[string]connectors.Value{"Field__c": text("of salesforce")}))
		hs("of hubspot", at(45), at(c.changed))
		writes, _ := m.Outgoing(a)
		if len(writes) != 1 || writes[0].Side.Other() != c.want || writes[0].Tie != c.tie {
			t.Errorf("%s: writes %+v, want %v to win, tie %v", name, writes, c.want.System(), c.tie)
		}
	}
}

// TestSelectionOutside: of records out of scope only what they are matched and
// called by is read.
func TestSelectionOutside(t *testing.T) {
	t.Parallel()
	m := fieldMapping(t, "sync: newest")
	for _, side := range mapping.Sides() {
		sel := m.Select(side)
		got := sel.Outside[connectors.Account]
		for _, name := range got {
			if name == "field" || name == "Field__c" {
				t.Errorf("%s: %v is nobody's business", side.System(), got)
			}
		}
		for _, r := range m.Rules {
			if p := r.Property[side]; p != "Id" && !slices.Contains(got, p) {
				t.Errorf("%s: %v lacks %s, which a rule compares", side.System(), got, p)
			}
		}
		for _, name := range got {
			if !slices.Contains(sel.Fields[connectors.Account], name) {
				t.Errorf("%s: %s is read of records out of scope alone", side.System(), name)
			}
		}
	}
}
