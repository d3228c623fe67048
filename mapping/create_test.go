package mapping_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/mapping"
)

const createText = `
account:
  domain: {type: text, hubspot: website, salesforce: Website}
  fit:    {type: bool, hubspot: fit, salesforce: Fit__c, from: hubspot}
  tier:   {type: text, length: 4, hubspot: tier, salesforce: Tier__c, sync: prefer_salesforce}
  region: {type: text, length: 4, hubspot: region, salesforce: Region__c, sync: newest}
  notes:  {type: text, hubspot: notes, salesforce: Notes__c}
  back:   {type: text, hubspot: back, salesforce: Back__c, from: salesforce}
`

func texts(fields map[string]connectors.Value) map[string]string {
	out := map[string]string{}
	for name, v := range fields {
		out[name] = v.String()
	}
	return out
}

// TestNewborn: a record that is made holds what would be written to it, and
// what has no form there is told and left out (I3).
func TestNewborn(t *testing.T) {
	t.Parallel()
	m := compile(t, createText)
	a := m.NewAccount("hs-1")
	m.Apply(a, hubspot(noon, map[string]connectors.Value{
		"name": text("Acme"), "website": text("https://acme.com/x"), "fit": text("true"), "tier": text("gold"), "region": text("Europe"),
		"notes": text("read only"), "back": text("not its master"),
	}))
	fields, problems := m.Newborn(a, mapping.SalesforceSide)
	want := map[string]string{"Name": "Acme", "Website": "https://acme.com/x", "Fit__c": "true", "Tier__c": "gold"}
	if diff := cmp.Diff(want, texts(fields)); diff != "" {
		t.Error(diff)
	}
	if len(problems) != 1 || problems[0].Field != "region" || problems[0].Ref.System != connectors.HubSpot {
		t.Errorf("problems %+v", problems)
	}
	if a.Views[mapping.SalesforceSide] != nil {
		t.Error("the account has got a record by being asked")
	}
	if again, _ := m.Newborn(a, mapping.HubSpotSide); len(again) != 0 {
		t.Errorf("a record that is there would be made: %v", again)
	}
}

// TestBornIsAtRest: what was sent is nobody's change when it is read back, and
// a change made meanwhile still travels (I4, I5).
func TestBornIsAtRest(t *testing.T) {
	t.Parallel()
	for _, meanwhile := range []string{"", "iron"} {
		m := compile(t, createText)
		a := m.NewAccount("hs-1")
		m.Apply(a, hubspot(noon, map[string]connectors.Value{"name": text("Acme"), "fit": text("true"), "tier": text("gold")}))
		sent, _ := m.Newborn(a, mapping.SalesforceSide)
		if meanwhile != "" {
			m.Apply(a, hubspot(noon.Add(1), map[string]connectors.Value{"name": text("Acme"), "fit": text("true"), "tier": text(meanwhile)}))
		}
		m.Born(a, mapping.SalesforceSide, "001000000000001AAA", sent)
		due := func() map[string]string {
			m.Agree(a, allRead)
			writes, _ := m.Outgoing(a)
			out := map[string]string{}
			for _, w := range writes {
				out[string(w.Side.System())+" "+m.Fields[w.Slot].Name] = w.Value.String()
			}
			return out
		}
		before := due()
		m.Apply(a, salesforce(noon.Add(2), map[string]connectors.Value{
			"Name": text("Acme"), "Fit__c": connectors.BoolValue(true), "Tier__c": text("gold"), "Region__c": {}, "Back__c": {},
		}))
		want := map[string]string{}
		if meanwhile != "" {
			want["salesforce tier"] = meanwhile
		}
		if diff := cmp.Diff(want, due()); diff != "" {
			t.Errorf("meanwhile %q: %s (before the read: %v)", meanwhile, diff, before)
		}
	}
}
