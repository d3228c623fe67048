package mapping_test

import (
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/mapping"
)

// TestDecimals: a number that Salesforce would round, or for which it would
// turn down the whole update, is parked by itself; the rest of the record goes.
func TestDecimals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field, value string
		parked       string // part of the reason, "" for none
	}{
		"a fraction for whole numbers":      {"{type: number, REST, decimals: 0}", "12.7", "12.7 has 1 decimals and the mapping allows 0"},
		"a whole number":                    {"{type: number, REST, decimals: 0}", "12", ""},
		"zeros behind the point":            {"{type: number, REST, decimals: 0}", "12.00", ""},
		"a negative fraction":               {"{type: number, REST, decimals: 1}", "-0.25", "has 2 decimals"},
		"more than is kept":                 {"{type: number, REST, decimals: 4}", "0.12345678", "has 8 decimals and the mapping allows 4"},
		"as many as are kept":               {"{type: number, REST, decimals: 4}", "0.1234", ""},
		"the mapping does not say":          {"{type: number, REST}", "0.12345678", ""},
		"an amount":                         {"{type: money, REST}", "10.005", "has 3 decimals and the mapping allows 2"},
		"an amount to the cent":             {"{type: money, REST}", "1234567890123.45", ""},
		"an amount with more, as it says":   {"{type: money, REST, decimals: 4}", "10.0055", ""},
		"what a write expression makes":     {"{type: number, REST, decimals: 0, write: {salesforce: 'value / 2'}, read: {salesforce: 'value * 2'}}", "25", "12.5 has 1 decimals"},
		"a whole number from an expression": {"{type: number, REST, decimals: 0, write: {salesforce: 'value / 2'}, read: {salesforce: 'value * 2'}}", "24", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, policy := range []string{"from: hubspot", "sync: prefer_salesforce", "sync: prefer_hubspot"} {
				field := strings.Replace(c.field, "REST", "hubspot: field, salesforce: Field__c, "+policy, 1)
				m := compile(t, "\naccount:\n  field: "+field+"\n  other: {type: text, hubspot: other, salesforce: Other__c, from: hubspot}\n")
				a := m.NewAccount("x")
				m.Apply(a, hubspot(noon, map[string]connectors.Value{"field": text(c.value), "other": text("goes")}))
				m.Apply(a, salesforce(noon, map[string]connectors.Value{"Field__c": {}, "Other__c": {}}))
				writes, problems := m.Outgoing(a)
				sent := map[string]bool{}
				for _, w := range writes {
					sent[m.Fields[w.Slot].Name] = true
				}
				if !sent["other"] || sent["field"] != (c.parked == "") {
					t.Errorf("%s: sent %v", policy, sent)
				}
				switch {
				case c.parked == "" && len(problems) > 0, c.parked != "" && len(problems) != 1:
					t.Errorf("%s: problems %+v", policy, problems)
				case c.parked != "" && (problems[0].Field != "field" || problems[0].Value != c.value || !strings.Contains(problems[0].Reason, c.parked)):
					t.Errorf("%s: problem %+v, want %q", policy, problems[0], c.parked)
				}
			}
		})
	}
}

// TestDecimalsOfWhatStandsThere: only what is sent is judged, not what it
// replaces, which the field may have taken from somebody else.
func TestDecimalsOfWhatStandsThere(t *testing.T) {
	t.Parallel()
	m := compile(t, "\naccount:\n  field: {type: number, hubspot: field, salesforce: Field__c, sync: prefer_hubspot, decimals: 0}\n")
	a := m.NewAccount("x")
	m.Apply(a, hubspot(noon, map[string]connectors.Value{"field": text("12")}))
	m.Apply(a, salesforce(noon, map[string]connectors.Value{"Field__c": num(11.5)}))
	writes, problems := m.Outgoing(a)
	if len(problems) > 0 || len(writes) != 1 || writes[0].Side != mapping.SalesforceSide || writes[0].Expect != num(11.5) {
		t.Errorf("writes %+v, problems %+v", writes, problems)
	}
}
