package mapping_test

import (
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/mapping"
)

// TestStoredUnderAnotherMapping: what was agreed holds under the mapping that
// it was agreed under, and what was read means the same only if it is read the
// same way.
func TestStoredUnderAnotherMapping(t *testing.T) {
	t.Parallel()
	const field = "type: text, hubspot: field, salesforce: Field__c, sync: prefer_salesforce"
	for name, c := range map[string]struct {
		then         string
		agreed, read bool // on the side of HubSpot
	}{
		"the same":                    {field, true, true},
		"another policy":              {strings.Replace(field, "prefer_salesforce", "prefer_hubspot", 1), false, true},
		"a longer text":               {field + ", length: 40", false, true},
		"another property":            {strings.Replace(field, "hubspot: field", "hubspot: other", 1), false, false},
		"another salesforce field":    {strings.Replace(field, "Field__c", "Other__c", 1), false, true},
		"read through something":      {field + ", read: {hubspot: 'lower(value)'}, write: {hubspot: value}", false, false},
		"another type":                {strings.Replace(field, "type: text", "type: date", 1), false, false},
		"one master and no sync":      {strings.Replace(field, "sync: prefer_salesforce", "from: salesforce", 1), true, true},
		"stored by an older handoffd": {field, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := compile(t, "\naccount:\n  field: {"+field+"}\n")
			a := m.NewAccount("x")
			m.Apply(a, hubspot(noon, map[string]connectors.Value{"field": text("a")}))
			m.Apply(a, salesforce(noon, map[string]connectors.Value{"Field__c": text("a")}))
			m.Agree(a, allRead)
			data, err := m.Encode(a)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(name, "stored by") {
				data = withoutNumbers(data, `"of":`, `"under":`)
			}
			m = compile(t, "\naccount:\n  field: {"+c.then+"}\n")
			if a, err = m.Decode("x", data); err != nil {
				t.Fatal(err)
			}
			cell := a.Views[mapping.HubSpotSide].Cells[m.Field("field").Slot]
			if cell.HasBase != c.agreed || cell.At.IsZero() == c.read {
				t.Errorf("agreed %v, read at %v; want %v and %v", cell.HasBase, cell.At, c.agreed, c.read)
			}
			if other := a.Views[mapping.SalesforceSide].Cells[m.Field("field").Slot]; other.HasBase != c.agreed {
				t.Errorf("salesforce's side agreed %v, want %v", other.HasBase, c.agreed)
			}
		})
	}
}

// withoutNumbers takes members with those names out of stored JSON.
func withoutNumbers(data []byte, names ...string) []byte {
	s := string(data)
	for _, name := range names {
		for {
			i := strings.Index(s, ","+name)
			if i < 0 {
				break
			}
			end := i + 1 + len(name)
			for end < len(s) && s[end] >= '0' && s[end] <= '9' {
				end++
			}
			s = s[:i] + s[end:]
		}
	}
	return []byte(s)
}
