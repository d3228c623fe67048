package sandbox

import (
	"slices"
	"testing"

	"handoffd/connectors/hubspot/sandbox/portal"
)

func TestSeeding(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, p := range []Property{
		{Name: "fit_score", Type: "number"}, {Name: "mqa", Type: "bool"}, {Name: "sf_id", HasUniqueValue: true},
		{Name: "tier", Type: "enumeration", Options: []PropertyOption{{Label: "One", Value: "1"}}},
	} {
		if err := r.s.AddProperty("companies", p); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.s.AddProperty("companies", Property{Name: "name"}); err == nil {
		t.Error("a property can be added twice")
	}
	company, err := r.s.Insert("companies", map[string]string{
		"name": "Acme", "fit_score": "7", "mqa": "true", "sf_id": "001", "tier": "1", "hs_intent_page_views_last_30_days": "4",
	})
	if err != nil {
		t.Fatal(err)
	}
	contact, err := r.s.Insert("contacts", map[string]string{"email": "a@acme.example", "hs_analytics_num_visits": "5"}, Association{To: company, Object: "companies"})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []map[string]string{{"name": "x", "tier": "2"}, {"name": "x", "nope": "1"}, {"name": "x", "sf_id": "001"}} {
		if _, err := r.s.Insert("companies", bad); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
	got, ok := r.s.Get("companies", company)
	if !ok || got["hs_analytics_num_visits"] != "5" || got["num_associated_contacts"] != "1" || got["mqa"] != "true" {
		t.Errorf("company: %v", got)
	}
	if got, _ := r.s.Get("contacts", contact); got["associatedcompanyid"] != company {
		t.Errorf("contact: %v", got)
	}
	if linked, err := r.s.Associated("companies", company, "contacts"); err != nil || !slices.Equal(linked, []string{contact}) {
		t.Errorf("associated: %v %v", linked, err)
	}
	other, err := r.s.Insert("companies", map[string]string{"name": "Acme Inc"})
	if err != nil {
		t.Fatal(err)
	}
	merged, err := r.s.Merge("companies", company, other)
	if err != nil || !slices.Equal(r.s.IDs("companies"), []string{merged}) {
		t.Errorf("merge: %s %v, left %v", merged, err, r.s.IDs("companies"))
	}
	if err := r.s.Archive("contacts", contact); err != nil || r.s.Count("contacts") != 0 {
		t.Errorf("archive: %v", err)
	}
	if len(r.s.Calls().Records) != 0 {
		t.Errorf("seeding counts as API writes: %v", r.s.Calls().Records)
	}
	if err := r.s.Set("companies", "99", map[string]string{"name": "x"}); err == nil {
		t.Error("a record that does not exist was set")
	}
}

func TestSwitches(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) {
		o.BackwardLifecycle, o.InactiveOwners, o.SalesforceIntegration, o.DatedAssociationErrors = true, true, true, true
		o.MonotonicIDs, o.HistoryDepth = true, 2
	})
	var made []string
	for range 6 {
		made = append(made, r.create("companies", object{"name": "A", "lifecyclestage": "customer"}))
	}
	if !slices.IsSorted(made) {
		t.Errorf("ids do not grow: %v", made)
	}
	r.call("POST", v3+"companies/merge", object{"primaryObjectId": made[0], "objectIdToMerge": made[1]}, 400)
	if got := r.call("PATCH", v3+"companies/"+made[0], object{"properties": object{"lifecyclestage": "lead"}}, 200); got["properties"].(object)["lifecyclestage"] != "lead" {
		t.Errorf("backwards: %v", got)
	}
	for _, city := range []string{"a", "b", "c"} {
		r.call("PATCH", v3+"companies/"+made[0], object{"properties": object{"city": city}}, 200)
	}
	if got := r.call("GET", v3+"companies/"+made[0]+"?propertiesWithHistory=city", nil, 200)["propertiesWithHistory"].(object)["city"].([]any); len(got) != 2 {
		t.Errorf("history: %v", got)
	}
	old := r.s.AddOwner(Owner{Email: "x@acme.example"})
	if err := r.s.SetOwnerArchived(old, true); err != nil {
		t.Fatal(err)
	}
	r.create("tasks", object{"hs_timestamp": "1773300000000", "hubspot_owner_id": old})
	if got := r.call("POST", "/crm/associations/2026-09/companies/contacts/batch/read", inputs(object{"id": made[0]}), 207); got["errors"] == nil {
		t.Errorf("no errors: %v", got)
	}
	line := portal.Pipeline{ID: "partners", Label: "Partners", Stages: []portal.Stage{{ID: "p1", Label: "One", Metadata: map[string]string{"isClosed": "false", "probability": "0.5"}}}}
	if err := r.s.AddPipeline("deals", line); err != nil {
		t.Fatal(err)
	}
	r.create("deals", object{"dealname": "D", "dealstage": "p1", "pipeline": "partners"})
	r.call("POST", v3+"deals", object{"properties": object{"dealname": "D", "dealstage": "p1", "pipeline": "default"}}, 400)
}

func TestPurgeAndLegacyAssociations(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	company := r.create("companies", object{"name": "A"})
	contact := r.create("contacts", object{"email": "a@acme.example"})
	path := v3 + "contacts/" + contact + "/associations/companies/" + company + "/contact_to_company"
	got := r.call("PUT", path, nil, 200)
	if got["associations"] == nil {
		t.Errorf("no associations: %v", got)
	}
	r.call("PUT", v3+"contacts/"+contact+"/associations/companies/"+company+"/deal_to_company", nil, 400)
	r.call("DELETE", path, nil, 204)
	if got := r.call("GET", v3+"contacts/"+contact+"/associations/companies", nil, 200)["results"].([]any); len(got) != 1 {
		t.Errorf("after removing the primary label: %v", got)
	}
	r.call("POST", "/crm/v3/associations/contacts/companies/batch/archive", inputs(object{"from": object{"id": contact}, "to": object{"id": company}, "type": "contact_to_company_unlabeled"}), 204)
	if got := r.call("GET", v3+"contacts/"+contact+"/associations/companies", nil, 200)["results"].([]any); len(got) != 0 {
		t.Errorf("after removing the plain type: %v", got)
	}
	same(t, r.call("GET", "/crm/v3/associations/contacts/companies/types", nil, 200), `{"results":[{"id":"1","name":"contact_to_company"},{"id":"279","name":"contact_to_company_unlabeled"}]}`)
	r.call("POST", v3+"contacts/gdpr-delete", object{"objectId": "a@acme.example", "idProperty": "email"}, 204)
	r.call("GET", v3+"contacts/"+contact+"?archived=true", nil, 404)
	r.create("contacts", object{"email": "a@acme.example"})
}
