package mapping_test

import (
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/mapping"
)

const transforms = `
account:
  site:   {type: text, hubspot: site, salesforce: Site__c, from: hubspot, read: {hubspot: 'lower(trim(value))'}}
  sector: {type: enum, hubspot: sector, salesforce: Sector__c, from: salesforce, read: {salesforce: 'Industry in ["Banking", "Insurance"] ? "Finance" : "Other"'}, values: {money: {salesforce: Finance, hubspot: fin}, rest: {salesforce: Other, hubspot: oth}}}
  active: {type: bool, hubspot: active, salesforce: Active__c, sync: prefer_hubspot, read: {salesforce: 'value == "Yes"'}, write: {salesforce: 'value ? "Yes" : "No"'}}
  share:  {type: number, hubspot: share, salesforce: Share__c, sync: newest, read: {hubspot: 'value / 100'}, write: {hubspot: 'value * 100'}}
  code:   {type: text, hubspot: code, salesforce: Code__c, from: salesforce, write: {hubspot: 'upper(value)'}}
  both:   {type: text, hubspot: both, salesforce: Both__c, sync: newest, read: {hubspot: 'lower(value)'}, write: {hubspot: 'upper(value)'}}
`

func TestTransformsOnReading(t *testing.T) {
	t.Parallel()
	m := compile(t, transforms)
	a := m.NewAccount("x")
	applied := m.Apply(a, hubspot(noon, map[string]connectors.Value{"site": text(" ACME.example "), "share": text("25"), "active": text("true")}))
	sf := m.Apply(a, salesforce(noon, map[string]connectors.Value{"Sector__c": text(""), "Industry": text("Banking"), "Active__c": text("Yes")}))
	if len(applied.Problems)+len(sf.Problems) > 0 {
		t.Fatalf("problems %+v %+v", applied.Problems, sf.Problems)
	}
	for field, want := range map[string]connectors.Value{
		"site": text("acme.example"), "sector": text("money"), "active": connectors.BoolValue(true), "share": num(0.25),
	} {
		if got := value(m, a, field); got != want {
			t.Errorf("%s = %v, want %v", field, got, want)
		}
	}
	if got := strings.Join(m.Select(mapping.SalesforceSide).Fields[connectors.Account], " "); !strings.Contains(got, "Industry") {
		t.Errorf("selected %s: what an expression reads is read as well", got)
	}
}

func TestTransformsOnWriting(t *testing.T) {
	t.Parallel()
	m := compile(t, transforms)
	tests := []struct {
		field  string
		side   mapping.Side
		value  connectors.Value
		want   connectors.Value
		reason string
	}{
		{"active", mapping.SalesforceSide, connectors.BoolValue(false), text("No"), ""},
		{"active", mapping.HubSpotSide, connectors.BoolValue(false), text("false"), ""},
		{"share", mapping.HubSpotSide, num(0.25), text("25"), ""},
		{"sector", mapping.HubSpotSide, text("money"), text("fin"), ""},
		{"both", mapping.HubSpotSide, text("ab"), text("AB"), ""},
		{"both", mapping.HubSpotSide, text("aB"), text("AB"), `would be read back as "ab"`},
		{"code", mapping.HubSpotSide, text("x1"), text("X1"), `would be read back as "X1"`},
	}
	for _, tt := range tests {
		got, err := m.Field(tt.field).Write(tt.side, tt.value)
		if tt.reason != "" {
			if err == nil || !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("%s %v: error %v, want %q", tt.field, tt.value, err, tt.reason)
			}
			continue
		}
		if err != nil || got != tt.want {
			t.Errorf("%s %v = %v, %v; want %v", tt.field, tt.value, got, err, tt.want)
		}
	}
}
