package doctor_test

import (
	"fmt"
	"testing"
	"time"

	"handoffd/connectors"
	hubspot "handoffd/connectors/hubspot/sandbox"
	salesforce "handoffd/connectors/salesforce/sandbox"
	"handoffd/mapping"
)

// written are common values to write.
func written() map[mapping.Type]connectors.Value {
	number, _ := connectors.NumberValue("12.5")
	return map[mapping.Type]connectors.Value{
		mapping.Bool: connectors.BoolValue(true), mapping.Number: number, mapping.Money: number, mapping.Text: connectors.TextValue("hello"),
		mapping.Enum: connectors.TextValue("A"), mapping.Multi: connectors.TextValue("A;B"), mapping.Date: connectors.TimeValue(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)),
		mapping.DateTime: connectors.TimeValue(time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)),
	}
}

// allFields makes one field of each type in both CRMs.
func (r *rig) allFields() {
	options := []salesforce.Option{{Value: "A"}, {Value: "B"}}
	for _, f := range []salesforce.Field{
		{Type: "string", Length: 255}, {Type: "textarea", Length: 255}, {Type: "picklist", Values: options}, {Type: "picklist", Values: options, Restricted: true},
		{Type: "multipicklist", Values: options, Restricted: true}, {Type: "email", Length: 80}, {Type: "phone", Length: 40}, {Type: "url", Length: 255},
		{Type: "boolean"}, {Type: "double", Precision: 8, Scale: 2}, {Type: "currency", Precision: 8, Scale: 2},
		{Type: "percent", Precision: 8, Scale: 2}, {Type: "date"}, {Type: "datetime"}, {Type: "reference", References: []string{"User"}, Length: 18},
	} {
		f.Name = fmt.Sprintf("W_%s_%t__c", f.Type, f.Restricted)
		r.field("Account", f)
	}
	list := []hubspot.PropertyOption{{Label: "A", Value: "A"}, {Label: "B", Value: "B", DisplayOrder: 1}}
	yesNo := []hubspot.PropertyOption{{Label: "Yes", Value: "true"}, {Label: "No", Value: "false", DisplayOrder: 1}}
	for _, p := range []hubspot.Property{
		{Name: "w_string"}, {Name: "w_number", Type: "number"}, {Name: "w_bool", Type: "bool"}, {Name: "w_choice", Type: "enumeration", Options: list},
		{Name: "w_many", Type: "enumeration", FieldType: "checkbox", Options: list}, {Name: "w_yes_no", Type: "enumeration", FieldType: "booleancheckbox", Options: yesNo},
		{Name: "w_date", Type: "date"}, {Name: "w_datetime", Type: "datetime"},
	} {
		r.property("companies", p)
	}
}

// What the table says can be written, the clients and the CRMs take, and what
// it refuses they refuse: every common type against every type of field.
func TestTableAgreesWithClients(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	r.allFields()
	account, err := r.org.Insert("Account", map[string]any{"Name": "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	company, err := r.portal.Insert("companies", map[string]string{"name": "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	refs := map[connectors.System]string{connectors.Salesforce: account, connectors.HubSpot: company}
	tried := map[mapping.Degree]int{}
	for _, c := range r.connect(r.config()) {
		schema, err := c.Describe(t.Context(), connectors.Account)
		if err != nil {
			t.Fatal(err)
		}
		for name, field := range schema.Fields {
			if (name[:2] != "W_" && name[:2] != "w_") || !field.Writable {
				continue
			}
			for common, value := range written() {
				verdict := mapping.CanWrite(common, mapping.SideOf(c.System()), field)
				tried[verdict.Level]++
				f := &mapping.Field{Name: "x", Type: common}
				vendor, err := f.Write(mapping.SideOf(c.System()), value)
				if err != nil {
					t.Fatal(err)
				}
				result := c.Write(t.Context(), []connectors.Write{{
					Key: name + string(common), Op: connectors.Update, Fields: map[string]connectors.Value{name: vendor},
					Ref: connectors.Ref{System: c.System(), Object: connectors.Account, ID: refs[c.System()]},
				}})[0]
				taken := result.Outcome == connectors.Done && len(result.Dropped) == 0
				if verdict.Level == mapping.Fitting && !taken || verdict.Level == mapping.Refused && taken {
					t.Errorf("%s %s of type %s (restricted %t) from %s: the table says %+v, the CRM %s %v %v",
						c.System(), name, field.Type, field.Restricted, common, verdict, result.Outcome, result.Err, result.Dropped)
				}
			}
		}
	}
	if tried[mapping.Fitting] < 40 || tried[mapping.Refused] < 40 || tried[mapping.Partly] < 8 {
		t.Errorf("tried %v", tried)
	}
}
