package setup_test

import (
	"path/filepath"
	"strings"
	"testing"

	"handoffd/connectors"
	hubspot "handoffd/connectors/hubspot/sandbox"
	"handoffd/internal/setup"
	"handoffd/mapping"
)

// typed maps one field of every type, and some through expressions.
const typed = `  account:
    k_bool:   {type: bool, hubspot: k_bool, salesforce: K_Bool__c, sync: newest}
    k_number: {type: number, range: [0, 1000], hubspot: k_number, salesforce: K_Number__c, sync: newest}
    k_money:  {type: money, hubspot: k_money, salesforce: K_Money__c, sync: newest}
    k_text:   {type: text, hubspot: k_text, salesforce: K_Text__c, sync: newest, length: 100}
    k_enum:   {type: enum, hubspot: k_enum, salesforce: K_Enum__c, sync: newest, values: {gold: {hubspot: g, salesforce: Gold}, tin: {hubspot: t, salesforce: Tin}}}
    k_multi:  {type: multi, hubspot: k_multi, salesforce: K_Multi__c, sync: newest, values: {gold: {hubspot: g, salesforce: Gold}, tin: {hubspot: t, salesforce: Tin}}}
    k_open:   {type: multi, hubspot: k_open, salesforce: K_Open__c, sync: newest}
    k_known:  {type: multi, hubspot: k_known, salesforce: K_Known__c, from: hubspot}
    k_date:   {type: date, hubspot: k_date, salesforce: K_Date__c, sync: newest}
    k_moment: {type: datetime, hubspot: k_moment, salesforce: K_Moment__c, sync: newest}
    k_owner:  {type: owner, hubspot: k_owner, salesforce: K_Owner__c, from: hubspot}
    k_back:   {type: owner, hubspot: k_back, salesforce: K_Back__c, from: salesforce}
    k_coded:  {type: bool, hubspot: k_coded, salesforce: K_Coded__c, sync: newest, read: {salesforce: 'value == "Y"'}, write: {salesforce: 'value ? "Y" : "N"'}}
`

// wantKinds are the types that the CRMs describe once setup has been.
var wantKinds = map[string][2]string{
	"K_Bool__c": {"boolean", "bool"}, "K_Number__c": {"double", "number"}, "K_Money__c": {"currency", "number"}, "K_Text__c": {"string", "string"},
	"K_Enum__c": {"picklist", "enumeration"}, "K_Multi__c": {"multipicklist", "enumeration+"}, "K_Open__c": {"string", "string"},
	"K_Known__c": {"multipicklist", "enumeration+"}, "K_Date__c": {"date", "date"}, "K_Moment__c": {"datetime", "datetime"},
	"K_Owner__c": {"reference", "enumeration"}, "K_Back__c": {"reference", "enumeration"}, "K_Coded__c": {"string", "bool"},
}

func typedRig(t *testing.T) *rig {
	r := newRig(t, hubspot.Options{}, [2]string{"  account:\n", typed})
	options := []hubspot.PropertyOption{{Label: "A", Value: "a"}, {Label: "B", Value: "b", DisplayOrder: 1}}
	if err := r.portal.AddProperty("companies", hubspot.Property{Name: "k_known", Type: "enumeration", FieldType: "checkbox", Options: options}); err != nil {
		t.Fatal(err)
	}
	return r
}

// Setup makes the kind of field in which the mapping finds nothing wrong, for
// every type and both CRMs.
func TestKindsFit(t *testing.T) {
	t.Parallel()
	r := typedRig(t)
	if report := r.run(true); report.Short() != 0 {
		t.Fatalf("%s", shown(t, report))
	}
	for _, c := range r.connect() {
		side := mapping.SideOf(c.System())
		schema, err := c.Describe(t.Context(), connectors.Account)
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.config.Mapping.Fields {
			f := &r.config.Mapping.Fields[i]
			want, ours := wantKinds[f.Vendor[mapping.SalesforceSide]]
			if !ours {
				continue
			}
			have := schema.Fields[f.Vendor[side]]
			kind := have.Type
			if have.Multi && side == mapping.HubSpotSide {
				kind += "+"
			}
			if kind != want[side] {
				t.Errorf("%s %s is a %s, want %s", c.System(), have.Name, kind, want[side])
			}
			if judged := mapping.Fits(f, side, have); len(judged) > 0 {
				t.Errorf("%s %s, a %s: %+v", c.System(), have.Name, kind, judged)
			}
		}
	}
	r.appliesNothing()
}

// What is exported are the same kinds.
func TestKindsExported(t *testing.T) {
	t.Parallel()
	r := typedRig(t)
	o := r.options(false)
	files, err := setup.Export(o, setup.Run(t.Context(), o))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"K_Multi__c.field-meta.xml": {"<type>MultiselectPicklist</type>", "<visibleLines>4</visibleLines>", "<fullName>Gold</fullName>"},
		"K_Known__c.field-meta.xml": {"<type>MultiselectPicklist</type>", "<fullName>a</fullName>"},
		"K_Owner__c.field-meta.xml": {"<type>Lookup</type>", "<referenceTo>User</referenceTo>", "<deleteConstraint>SetNull</deleteConstraint>", "<relationshipName>K_Owner_of</relationshipName>"},
		"companies.json":            {`"fieldType": "checkbox"`, `"referencedObjectType": "OWNER"`, `"externalOptions": true`},
	}
	for _, f := range files {
		for _, text := range want[filepath.Base(f.Path)] {
			if !strings.Contains(string(f.Data), text) {
				t.Errorf("%s lacks %s:\n%s", f.Path, text, f.Data)
			}
		}
		delete(want, filepath.Base(f.Path))
	}
	if len(want) > 0 {
		t.Errorf("not exported: %v", want)
	}
}
