package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/mapping"
)

const eraseMapping = `
account:
  champion: {type: text, hubspot: champion, salesforce: Champion__c, sync: newest}
  advisor:  {type: text, hubspot: advisor, salesforce: Advisor__c, from: hubspot}
  plan:     {type: text, hubspot: plan, salesforce: Plan__c, sync: newest}
  value:    {type: money, hubspot: value, salesforce: Value__c, from: hubspot}
`

// TestEraseStored: a field that names a person is as if it had never been read,
// on both sides, and is not written before both are read again; the others,
// and what the account is called, stay to the last digit.
func TestEraseStored(t *testing.T) {
	t.Parallel()
	m := compile(t, eraseMapping)
	a := m.NewAccount("x")
	m.Apply(a, hubspot(noon, map[string]connectors.Value{
		"name": text("Dana Fox Consulting"), "champion": text(`Dana "D" Fox <DANA@x.example>`), "advisor": text("ask Dana \"d\" fox"), "plan": text("gold & <more>"), "value": text("1234567890123.45"),
	}))
	m.Apply(a, salesforce(noon, map[string]connectors.Value{"Name": text("Dana Fox Consulting"), "Champion__c": text("nobody"), "Plan__c": text("gold & <more>")}))
	m.Agree(a, allRead)
	doc, err := m.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	same, changed, err := mapping.EraseStored(doc, []string{"eve", "", " "})
	if changed || err != nil || string(same) != string(doc) {
		t.Errorf("changed %v, %v", changed, err)
	}
	out, changed, err := mapping.EraseStored(doc, []string{`Dana "D" Fox`, "dana@x.example"})
	if !changed || err != nil || strings.Contains(strings.ToLower(string(out)), "@x.example") {
		t.Fatalf("changed %v, %v: %s", changed, err, out)
	}
	got, err := m.Decode("x", out)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Fields {
		f := &m.Fields[i]
		for _, side := range mapping.Sides() {
			want := a.Views[side].Cells[f.Slot]
			if f.Name == "champion" || f.Name == "advisor" {
				want = mapping.Cell{}
			}
			if diff := cmp.Diff(want, got.Views[side].Cells[f.Slot], cmp.AllowUnexported(connectors.Value{})); diff != "" {
				t.Errorf("%s of %s (-want +got):\n%s", f.Name, side.System(), diff)
			}
		}
	}
	if name := m.Text(got, mapping.NameField); name != "Dana Fox Consulting" {
		t.Errorf("it is called %q", name)
	}
	erasedFields := func(when string) {
		writes, problems := m.Outgoing(got)
		for _, w := range writes {
			if name := m.Fields[w.Slot].Name; name == "champion" || name == "advisor" {
				t.Errorf("%s %s is written to %s", when, name, w.Side.System())
			}
		}
		if len(problems) > 0 {
			t.Errorf("%s: %+v", when, problems)
		}
	}
	erasedFields("unread")
	m.Apply(got, salesforce(noon, map[string]connectors.Value{"Champion__c": text("nobody"), "Advisor__c": {}}))
	erasedFields("read on one side")
}

// TestEraseStoredKeys: nobody is found by the address any more.
func TestEraseStoredKeys(t *testing.T) {
	t.Parallel()
	doc := []byte(`{"linked":"a","sf":{"id":"1","cells":{},"keys":{"mail":"Dana@x.example","name":"dana fox"}}}`)
	out, changed, err := mapping.EraseStored(doc, []string{"dana@x.example", "dana fox"})
	if want := `{"linked":"a","sf":{"cells":{},"id":"1","keys":{"name":"dana fox"}}}`; !changed || err != nil || string(out) != want {
		t.Errorf("%v %v: %s", changed, err, out)
	}
	if _, _, err := mapping.EraseStored([]byte(`{"sf":7}`), []string{"dana"}); err == nil {
		t.Error("what is no account was taken for one")
	}
}
