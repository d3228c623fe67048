package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAssociationReadsDifferByVersion(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	company := r.create("companies", object{"name": "Acme"})
	with := r.create("contacts", object{"email": "a@acme.example"}, link(company, 1))
	without := r.create("contacts", object{"email": "b@acme.example"})
	body := inputs(object{"id": with}, object{"id": without})
	types := `[{"category":"HUBSPOT_DEFINED","typeId":1,"label":"Primary"},{"category":"HUBSPOT_DEFINED","typeId":279,"label":null}]`
	same(t, r.call("POST", "/crm/v4/associations/contacts/companies/batch/read", body, 207), `{"status":"COMPLETE",
		"results":[{"from":{"id":"`+with+`"},"to":[{"toObjectId":`+company+`,"associationTypes":`+types+`}]}],
		"errors":[{"status":"error","category":"OBJECT_NOT_FOUND","subCategory":"crm.associations.NO_ASSOCIATIONS_FOUND",
		"message":"No company is associated with contact `+without+`.",
		"context":{"fromObjectId":["`+without+`"],"fromObjectType":["contact"],"toObjectType":["company"]}}],"numErrors":1}`)
	same(t, r.call("POST", "/crm/associations/2026-09/contacts/companies/batch/read", body, 200), `{"status":"COMPLETE",
		"results":[{"from":{"id":"`+with+`"},"to":[{"toObjectId":"`+company+`","associationTypes":`+types+`}]}]}`)
	same(t, r.call("POST", "/crm/v3/associations/contacts/companies/batch/read", inputs(object{"id": with}), 200), `{"status":"COMPLETE",
		"results":[{"from":{"id":"`+with+`"},"to":[{"id":"`+company+`","type":"contact_to_company"},{"id":"`+company+`","type":"contact_to_company_unlabeled"}]}]}`)
	same(t, r.call("GET", "/crm/v3/objects/contacts/"+with+"/associations/companies", nil, 200),
		`{"results":[{"id":"`+company+`","type":"contact_to_company"},{"id":"`+company+`","type":"contact_to_company_unlabeled"}]}`)
	same(t, r.call("GET", "/crm/v4/objects/contacts/"+with+"/associations/company", nil, 200),
		`{"results":[{"toObjectId":`+company+`,"associationTypes":`+types+`}]}`)
	inline := r.call("GET", v3+"companies/"+company+"?associations=contacts,deals", nil, 200)["associations"]
	if diff := cmp.Diff(decoded(t, `{"contacts":{"results":[{"id":"`+with+`","type":"company_to_contact"},{"id":"`+with+`","type":"company_to_contact_unlabeled"}]}}`), inline); diff != "" {
		t.Error(diff)
	}
}

func TestPrimaryCompany(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a, b := r.create("companies", object{"name": "A"}), r.create("companies", object{"name": "B"})
	contact := r.create("contacts", object{"email": "a@acme.example"}, link(a, 279))
	primary := func() any {
		return r.props("contacts", contact, "associatedcompanyid")["associatedcompanyid"]
	}
	if primary() != a {
		t.Errorf("the first company is not primary: %v", primary())
	}
	r.call("PUT", "/crm/v4/objects/contacts/"+contact+"/associations/default/companies/"+b, nil, 200)
	if primary() != a {
		t.Errorf("a plain association moved the primary company to %v", primary())
	}
	r.call("PUT", "/crm/v4/objects/contacts/"+contact+"/associations/companies/"+b, []object{{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}}, 201)
	if primary() != b {
		t.Errorf("primary is %v, want %s", primary(), b)
	}
	got := r.call("GET", "/crm/v4/objects/contacts/"+contact+"/associations/companies", nil, 200)["results"].([]any)
	n := 0
	for _, to := range got {
		n += len(to.(object)["associationTypes"].([]any))
	}
	if len(got) != 2 || n != 3 {
		t.Errorf("want two companies and one primary label: %v", got)
	}
	r.call("PATCH", v3+"contacts/"+contact, object{"properties": object{"associatedcompanyid": a}}, 200)
	if primary() != a {
		t.Errorf("writing associatedcompanyid gave %v", primary())
	}
	r.call("DELETE", v3+"companies/"+a, nil, 204)
	if p := primary(); p == a {
		t.Errorf("an archived company is still primary: %v", p)
	}
}

func TestCompanyRollUps(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	company := r.create("companies", object{"name": "A"})
	one := r.create("contacts", object{"email": "a@acme.example"}, link(company, 1))
	two := r.create("contacts", object{"email": "b@acme.example"})
	set := func(id, visits string) {
		if err := r.s.Set("contacts", id, map[string]string{"hs_analytics_num_visits": visits}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when, contacts, visits string) {
		t.Helper()
		got := r.props("companies", company, "num_associated_contacts", "hs_analytics_num_visits")
		if got["num_associated_contacts"] != contacts || got["hs_analytics_num_visits"] != visits {
			t.Errorf("%s: %v, want %s contacts and %s visits", when, got, contacts, visits)
		}
	}
	set(one, "3")
	set(two, "4")
	check("one contact", "1", "3")
	r.call("PUT", "/crm/objects/2026-09/companies/"+company+"/associations/default/contacts/"+two, nil, 200)
	check("two contacts", "2", "7")
	set(two, "6")
	check("a further visit", "2", "9")
	r.call("DELETE", "/crm/v4/objects/companies/"+company+"/associations/contacts/"+two, nil, 204)
	check("one gone", "1", "3")
	r.call("DELETE", v3+"contacts/"+one, nil, 204)
	check("one archived", "0", "0")
	r.create("tasks", object{"hs_timestamp": "2026-03-12T07:00:00Z"}, link(company, 192))
	if got := r.props("companies", company, "num_notes", "notes_last_updated"); got["num_notes"] != "1" || got["notes_last_updated"] != "2026-03-12T07:00:00Z" {
		t.Errorf("activity figures: %v", got)
	}
}

func TestAssociationWrites(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	company, contact := r.create("companies", object{"name": "A"}), r.create("contacts", object{"email": "a@acme.example"})
	pair := object{"from": object{"id": contact}, "to": object{"id": company}}
	types := []object{{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}}
	typed := object{"from": object{"id": contact}, "to": object{"id": company}, "types": types}
	bad := object{"from": object{"id": "unknown_id"}, "to": object{"id": company}, "types": types}
	same(t, r.call("POST", "/crm/v4/associations/contacts/companies/batch/create", inputs(typed, bad), 207), `{"status":"COMPLETE",
		"results":[{"fromObjectTypeId":"0-1","fromObjectId":`+contact+`,"toObjectTypeId":"0-2","toObjectId":`+company+`,"labels":[]}],
		"errors":[{"status":"error","category":"VALIDATION_ERROR","subCategory":"crm.associations.INVALID_IDENTIFIER","message":"unknown_id is not a valid ID","context":{"id":["unknown_id"]}}],"numErrors":1}`)
	r.call("POST", "/crm/associations/2026-09/contacts/companies/batch/create", inputs(typed), 200)
	r.call("POST", "/crm/associations/2026-03/contacts/companies/batch/create", inputs(typed), 201)
	r.call("POST", "/crm/v4/associations/contacts/companies/batch/create", inputs(pair), 400)
	r.call("POST", "/crm/v4/associations/companies/contacts/batch/create", inputs(typed), 400) // the type goes the other way
	same(t, r.call("POST", "/crm/associations/2026-09/contacts/companies/batch/associate/default", inputs(pair), 200), `{"status":"COMPLETE","results":[
		{"from":{"id":"`+contact+`"},"to":{"id":"`+company+`"},"associationSpec":{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":279}},
		{"from":{"id":"`+company+`"},"to":{"id":"`+contact+`"},"associationSpec":{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":280}}]}`)
	archive := inputs(object{"from": object{"id": contact}, "to": []object{{"id": company}}})
	same(t, r.call("POST", "/crm/associations/2026-09/contacts/companies/batch/archive", archive, 200), `{"status":"COMPLETE","results":[]}`)
	r.call("POST", "/crm/v4/associations/contacts/companies/batch/archive", archive, 204)
	same(t, r.call("POST", "/crm/v3/associations/contacts/companies/batch/create", inputs(object{"from": object{"id": contact}, "to": object{"id": company}, "type": "contact_to_company"}), 201),
		`{"status":"COMPLETE","results":[{"from":{"id":"`+company+`"},"to":{"id":"`+contact+`"},"type":"company_to_contact"},{"from":{"id":"`+contact+`"},"to":{"id":"`+company+`"},"type":"contact_to_company"}]}`)
	self := object{"from": object{"id": company}, "to": object{"id": company}}
	got := r.call("POST", "/crm/v4/associations/companies/companies/batch/associate/default", inputs(self), 207)
	if msg := got["errors"].([]any)[0].(object)["message"]; msg != "Object "+company+" cannot be associated to itself ("+company+")" {
		t.Errorf("self: %v", msg)
	}
	r.call("PUT", "/crm/v4/objects/notes/1/associations/default/tasks/2", nil, 400)
}

func TestLabels(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	company := r.create("companies", object{"name": "A"})
	contact := r.create("contacts", object{"email": "a@acme.example"}, link(company, 1))
	made := r.call("POST", "/crm/v4/associations/contacts/companies/labels", object{"name": "decider", "label": "Decision maker"}, 200)["results"].([]any)
	if len(made) != 2 {
		t.Fatalf("labels made: %v", made)
	}
	kind := made[0].(object)["typeId"].(json.Number).String()
	r.call("PUT", "/crm/v4/objects/contacts/"+contact+"/associations/companies/"+company, "[{\"associationCategory\":\"USER_DEFINED\",\"associationTypeId\":"+kind+"}]", 201)
	count := func() int {
		to := r.call("GET", "/crm/v4/objects/companies/"+company+"/associations/contacts", nil, 200)["results"].([]any)
		if len(to) == 0 {
			return 0
		}
		return len(to[0].(object)["associationTypes"].([]any))
	}
	if n := count(); n != 3 {
		t.Errorf("%d types, want plain, primary and label", n)
	}
	unlabel := func(category, id string) {
		r.call("POST", "/crm/v4/associations/contacts/companies/batch/labels/archive",
			`{"inputs":[{"from":{"id":"`+contact+`"},"to":{"id":"`+company+`"},"types":[{"associationCategory":"`+category+`","associationTypeId":`+id+`}]}]}`, 204)
	}
	unlabel("USER_DEFINED", kind)
	if n := count(); n != 2 {
		t.Errorf("%d types after removing the label", n)
	}
	unlabel("HUBSPOT_DEFINED", "279")
	if n := count(); n != 0 {
		t.Errorf("%d types after removing the plain type, want none", n)
	}
	r.call("DELETE", "/crm/v4/associations/contacts/companies/labels/"+kind, nil, 204)
	if got := len(r.call("GET", "/crm/v4/associations/contacts/companies/labels", nil, 200)["results"].([]any)); got != 2 {
		t.Errorf("%d types left", got)
	}
}

// Labels are renamed, refused when they are there, and replace each other.
func TestLabelLife(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const labels = "/crm/associations/2026-09/contacts/companies/labels"
	label := func(name, text string, status int) object {
		return r.call("POST", labels, object{"name": name, "label": text, "inverseLabel": text + " of"}, status)
	}
	id := func(made object) json.Number { return made["results"].([]any)[0].(object)["typeId"].(json.Number) }
	first, second := id(label("one", "One", 200)), id(label("two", "Two", 200))
	for _, tc := range []struct {
		got  object
		want string
	}{
		{label("one", "Other", 400), "Association definition named one already exists for portal"},
		{label("three", "Two", 400), "Association definition label Two already exists on ObjectType pair"},
		{r.call("POST", labels, object{}, 400), "Invalid input JSON on line 1, column 2. Some required fields were not set: [label, name]"},
		{r.call("PUT", labels, object{}, 400), "Invalid input JSON on line 1, column 2. Some required fields were not set: [label, associationTypeId]"},
		{r.call("PUT", labels, object{"associationTypeId": 999, "label": "x"}, 400), "Unable to find association type 999"},
		{r.call("DELETE", labels+"/999", nil, 400), "Unable to find objectTypeIds"},
	} {
		if tc.got["message"] != tc.want {
			t.Errorf("%v, want %s", tc.got["message"], tc.want)
		}
	}
	r.call("PUT", labels, object{"associationTypeId": first, "label": "First", "inverseLabel": "First of"}, 204)
	company := r.create("companies", object{"name": "A"})
	contact := r.create("contacts", object{"email": "a@acme.example"})
	seen := func(types ...json.Number) string {
		var list []object
		for _, n := range types {
			list = append(list, object{"associationCategory": "USER_DEFINED", "associationTypeId": n})
		}
		r.call("PUT", dated+"contacts/"+contact+"/associations/companies/"+company, list, 201)
		var names []string
		to := r.call("GET", dated+"companies/"+company+"/associations/contacts", nil, 200)["results"].([]any)[0].(object)
		for _, kind := range to["associationTypes"].([]any) {
			if kind.(object)["category"] == "USER_DEFINED" {
				names = append(names, kind.(object)["label"].(string))
			}
		}
		slices.Sort(names)
		return strings.Join(names, ", ")
	}
	for want, types := range map[string][]json.Number{"First of": {first}, "Two of": {second}, "First of, Two of": {first, second}} {
		if got := seen(types...); got != want {
			t.Errorf("labels %s, want %s", got, want)
		}
	}
	for i := range 48 {
		label(fmt.Sprint("n", i), fmt.Sprint("L", i), 200)
	}
	label("last", "Last", 437)
}

func TestAssociationsPagePerRecord(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.AssociationPage = 3 })
	company := r.create("companies", object{"name": "A"})
	for i := range 7 {
		r.create("contacts", object{"email": fmt.Sprintf("a%d@acme.example", i)}, link(company, 1))
	}
	seen := map[any]bool{}
	after := ""
	for range 4 {
		in := object{"id": company}
		if after != "" {
			in["after"] = after
		}
		got := r.call("POST", "/crm/associations/2026-09/companies/contacts/batch/read", inputs(in), 200)["results"].([]any)[0].(object)
		for _, to := range got["to"].([]any) {
			seen[to.(object)["toObjectId"]] = true
		}
		paging, more := got["paging"].(object)
		if !more {
			break
		}
		after = paging["next"].(object)["after"].(string)
	}
	if len(seen) != 7 {
		t.Errorf("saw %d of 7", len(seen))
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.create("companies", object{"name": "A", "city": "Rome"})
	b := r.create("companies", object{"name": "B", "phone": "5"})
	contact := r.create("contacts", object{"email": "a@acme.example"}, link(b, 1))
	both := r.create("contacts", object{"email": "b@acme.example"}, link(a, 1), link(b, 279))
	merged := r.call("POST", "/crm/objects/2026-09/companies/merge", object{"primaryObjectId": a, "objectIdToMerge": b}, 200)["id"].(string)
	if merged == a || merged == b {
		t.Fatalf("the merged record kept the id %s", merged)
	}
	for _, old := range []string{a, b} {
		if got := r.call("GET", v3+"companies/"+old, nil, 200)["id"]; got != merged {
			t.Errorf("%s leads to %v", old, got)
		}
	}
	got := r.props("companies", merged, "name", "city", "phone", "hs_merged_object_ids", "num_associated_contacts")
	delete(got, "createdate")
	delete(got, "hs_lastmodifieddate")
	if diff := cmp.Diff(object{"name": "A", "city": "Rome", "phone": "5", "hs_merged_object_ids": got["hs_merged_object_ids"], "num_associated_contacts": "2", "hs_object_id": merged}, got); diff != "" {
		t.Error(diff)
	}
	if text := got["hs_merged_object_ids"]; text != a+";"+b && text != b+";"+a {
		t.Errorf("merged ids: %v", text)
	}
	for _, id := range []string{contact, both} {
		if got := r.props("contacts", id, "associatedcompanyid")["associatedcompanyid"]; got != merged {
			t.Errorf("contact %s points to %v", id, got)
		}
	}
	if _, total := r.search("companies", object{}); total != 1 {
		t.Errorf("search finds %d companies", total)
	}
	if list := r.call("GET", v3+"companies?archived=true", nil, 200)["results"].([]any); len(list) != 0 {
		t.Errorf("merged records among the archived: %v", list)
	}
	again := r.create("companies", object{"name": "C"})
	last := r.call("POST", v3+"companies/merge", object{"primaryObjectId": again, "objectIdToMerge": a}, 200)["id"]
	if got := r.call("GET", v3+"companies/"+b, nil, 200)["id"]; got != last {
		t.Errorf("an alias of an alias leads to %v, want %v", got, last)
	}
	r.call("POST", v3+"companies/merge", object{"primaryObjectId": a, "objectIdToMerge": b}, 400)
}
