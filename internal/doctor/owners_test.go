package doctor_test

import (
	"strings"
	"testing"

	hubspot "handoffd/connectors/hubspot/sandbox"
	salesforce "handoffd/connectors/salesforce/sandbox"
	"handoffd/internal/doctor"
)

// found returns the findings at a place, as "status what".
func found(r doctor.Report, where string) string {
	var out []string
	for _, f := range r.Findings {
		if f.Where == where {
			out = append(out, string(f.Status)+" "+f.What)
		}
	}
	return strings.Join(out, "\n")
}

// Accounts whose owner has left are told before a handoff goes astray.
func TestInactiveOwners(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	r.person("gone@acme.example", false)
	_, rows, err := r.org.Query("SELECT Id FROM User WHERE Email = 'gone@acme.example'", false)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	for _, fields := range []map[string]any{{"Name": "A", "OwnerId": rows[0][0]}, {"Name": "B", "OwnerId": rows[0][0]}, {"Name": "C"}} {
		if _, err := r.org.Insert("Account", fields); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.portal.Insert("companies", map[string]string{"name": "A", "domain": "a.example"}); err != nil {
		t.Fatal(err)
	}
	report := r.examine()
	if got := found(report, "salesforce owners"); got != `warn 2 of the first 3 accounts have an owner who can get no task (inactive or queues: "gone Person"); those go to the fallback` {
		t.Errorf("salesforce: %s", got)
	}
	if got := found(report, "hubspot owners"); got != "ok of the first 1 accounts none has an owner who is inactive or not known" {
		t.Errorf("hubspot: %s", got)
	}
}

// Where owners travel, everybody needs a counterpart.
func TestUnmatchedOwners(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	r.edit = append(r.edit, [2]string{"  account:\n", "  account:\n    keeper: {type: owner, hubspot: keeper, salesforce: Keeper__c, from: hubspot}\n"})
	r.field("Account", salesforce.Field{Name: "Keeper__c", Type: "reference", References: []string{"User"}})
	r.property("companies", hubspot.Property{Name: "keeper", Type: "enumeration", FieldType: "select", ExternalOptions: true, ReferencedObjectType: "OWNER"})
	if got := found(r.examine(), "salesforce Account.Keeper__c"); !strings.Contains(got, "ok every active user of hubspot has a counterpart in salesforce") {
		t.Errorf("all matched: %s", got)
	}
	r.portal.AddOwner(hubspot.Owner{Email: "only.here@acme.example", FirstName: "Only", LastName: "Here"})
	r.portal.AddOwner(hubspot.Owner{Email: "left@acme.example", FirstName: "Has", LastName: "Left", Archived: true})
	if got := found(r.examine(), "salesforce Account.Keeper__c"); !strings.Contains(got, `warn 1 active users of hubspot have no counterpart in salesforce, so that what they own is parked: "Only Here"`) {
		t.Errorf("one is not: %s", got)
	}
	r.edit = append(r.edit, [2]string{"  account:\n", "  owners: {same: {manager@acme.example: only.here@acme.example}}\n  account:\n"})
	if got := found(r.examine(), "salesforce Account.Keeper__c"); strings.Contains(got, "warn 1 active") {
		t.Errorf("matched by the owners map: %s", got)
	}
}
