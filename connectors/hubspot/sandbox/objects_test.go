package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The keys and values of these replies are those of recorded ones.
func TestCreateAnswersLikeTheRecordings(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.UIDomain = "app-eu1.hubspot.com" })
	company := r.call("POST", v3+"companies", object{"properties": object{"name": "Test Company Inc", "domain": "testcompany.com"}}, 201)
	id := company["id"].(string)
	same(t, company, `{"id":"`+id+`","properties":{
		"createdate":"2026-03-12T07:30:00Z","domain":"testcompany.com","hs_annual_revenue_currency_code":"USD",
		"hs_lastmodifieddate":"2026-03-12T07:30:00Z","hs_num_blockers":"0","hs_num_child_companies":"0",
		"hs_num_contacts_with_buying_roles":"0","hs_num_decision_makers":"0","hs_num_open_deals":"0","hs_object_id":"`+id+`",
		"hs_object_source":"INTEGRATION","hs_object_source_id":"18221011","hs_object_source_label":"INTEGRATION",
		"hs_pipeline":"companies-lifecycle-pipeline","hs_task_label":"Test Company Inc",
		"hs_v2_date_entered_current_stage":"2026-03-12T07:30:00Z","hs_v2_time_in_current_stage":"2026-03-12T07:30:00Z",
		"lifecyclestage":"lead","name":"Test Company Inc","num_associated_contacts":"0","num_notes":"0","website":"testcompany.com"},
		"createdAt":"2026-03-12T07:30:00Z","updatedAt":"2026-03-12T07:30:00Z","archived":false,
		"url":"https://app-eu1.hubspot.com/contacts/147893286/record/0-2/`+id+`"}`)

	task := r.call("POST", v3+"tasks", object{"properties": object{
		"hs_task_subject": "Test task", "hs_task_type": "TODO", "hs_task_priority": "MEDIUM",
		"hs_timestamp": "2024-12-31T23:59:59Z", "hs_task_status": "NOT_STARTED",
	}}, 201)
	id = task["id"].(string)
	same(t, task, `{"id":"`+id+`","properties":{
		"hs_createdate":"2026-03-12T07:30:00Z","hs_engagements_last_contacted":"2024-12-31T23:59:59Z","hs_lastmodifieddate":"2026-03-12T07:30:00Z",
		"hs_obj_coords":"0-27-`+id+`","hs_object_id":"`+id+`","hs_object_source":"INTEGRATION","hs_object_source_id":"18221011",
		"hs_object_source_label":"INTEGRATION","hs_start_date_with_fallback":"2026-03-12T07:30:00Z","hs_task_completion_count":"0",
		"hs_task_family":"SALES","hs_task_for_object_type":"OWNER","hs_task_is_all_day":"false","hs_task_is_completed":"0",
		"hs_task_is_completed_call":"0","hs_task_is_completed_email":"0","hs_task_is_completed_linked_in":"0",
		"hs_task_is_completed_sequence":"0","hs_task_is_overdue":"true","hs_task_is_past_due_date":"true","hs_task_is_sub_task":"false",
		"hs_task_missed_due_date":"true","hs_task_missed_due_date_count":"1","hs_task_priority":"MEDIUM","hs_task_status":"NOT_STARTED",
		"hs_task_subject":"Test task","hs_task_type":"TODO","hs_timestamp":"2024-12-31T23:59:59Z"},
		"createdAt":"2026-03-12T07:30:00Z","updatedAt":"2026-03-12T07:30:00Z","archived":false,
		"url":"https://app-eu1.hubspot.com/tasks/147893286/view/all/task/`+id+`"}`)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	company := r.create("companies", object{"name": "Acme"})
	for _, tc := range []struct {
		name, method, path string
		body               any
		status             int
		want               string
	}{
		{
			"unknown property", "POST", v3 + "companies", object{"properties": object{"name": "x", "first000name": "1"}}, 400,
			`{"status":"error","message":"Property values were not valid: [{\"isValid\":false,\"message\":\"Property \\\"first000name\\\" does not exist\",\"error\":\"PROPERTY_DOESNT_EXIST\",\"name\":\"first000name\",\"localizedErrorMessage\":\"Property \\\"first000name\\\" does not exist\",\"portalId\":147893286}]",
			"errors":[{"message":"Property \"first000name\" does not exist","code":"PROPERTY_DOESNT_EXIST","context":{"propertyName":["first000name"]}}],"category":"VALIDATION_ERROR"}`,
		},
		{
			"read-only property", "PATCH", dated + "companies/" + company, object{"properties": object{"hs_analytics_num_visits": "3"}}, 400,
			`{"status":"error","message":"Property values were not valid: [{\"isValid\":false,\"message\":\"\\\"hs_analytics_num_visits\\\" is a read only property; its value cannot be set.\",\"error\":\"READ_ONLY_VALUE\",\"name\":\"hs_analytics_num_visits\",\"localizedErrorMessage\":\"\\\"hs_analytics_num_visits\\\" is a read only property; its value cannot be set.\",\"portalId\":147893286}]",
			"errors":[{"message":"\"hs_analytics_num_visits\" is a read only property; its value cannot be set.","code":"READ_ONLY_VALUE","context":{"propertyName":["hs_analytics_num_visits"]}}],"category":"VALIDATION_ERROR"}`,
		},
		{
			"neither name nor domain", "POST", v3 + "companies", object{"properties": object{"city": "Rome"}}, 400,
			`{"status":"error","message":"Error creating COMPANY. Some required properties were not set.",
			"errors":[{"message":"Error creating COMPANY. Some required properties were not set.","context":{"properties":["name","domain"]}}],
			"context":{"properties":["name","domain"]},"category":"VALIDATION_ERROR"}`,
		},
		{
			"task without due date", "POST", dated + "tasks", object{"properties": object{"hs_task_subject": "x"}}, 400,
			`{"status":"error","message":"Error creating TASK. Some required properties were not set.",
			"errors":[{"message":"Error creating TASK. Some required properties were not set.","context":{"properties":["hs_timestamp"]}}],
			"context":{"properties":["hs_timestamp"]},"category":"VALIDATION_ERROR"}`,
		},
		{
			"association the wrong way round", "POST", v3 + "tasks",
			object{"properties": object{"hs_timestamp": "1773300000000"}, "associations": []object{link(company, 191)}}, 400,
			`{"status":"error","message":"invalid from object type 0-27 for associations to be created. expected: 0-2","category":"VALIDATION_ERROR"}`,
		},
		{
			"association to nobody", "POST", v3 + "tasks",
			object{"properties": object{"hs_timestamp": "1773300000000"}, "associations": []object{link("99", 192)}}, 400,
			`{"status":"error","message":"One or more associations are invalid","context":{"INVALID_OBJECT_IDS":["COMPANY=99 is not valid"],"objectId":["99"],"objectType":["COMPANY"]},"category":"VALIDATION_ERROR"}`,
		},
		{"unknown object", "GET", v3 + "butterflies", nil, 400, `{"status":"error","message":"Unable to infer object type from: butterflies"}`},
		{"missing record", "GET", v3 + "companies/5", nil, 404, `{"status":"error","message":"resource not found"}`},
		{
			"id that is no number", "GET", v3 + "companies/abc", nil, 404,
			`{"status":"error","message":"Object not found.  objectId are usually numeric.","context":{"id":["abc"]},"category":"OBJECT_NOT_FOUND"}`,
		},
		{"limit too large", "GET", v3 + "companies?limit=101", nil, 400, `{"status":"error","message":"Invalid limit 101: it must be between 1 and 100","category":"VALIDATION_ERROR"}`},
		{"limit too large with history", "GET", v3 + "companies?limit=51&propertiesWithHistory=name", nil, 400, `{"status":"error","message":"Invalid limit 51: it must be between 1 and 50","category":"VALIDATION_ERROR"}`},
		{"cursor of a page", "GET", v3 + "companies?after=x", nil, 400, "{\"status\":\"error\",\"message\":\"Cannot deserialize value of type `long` from String \\\"x\\\": not a valid `long` value\",\"category\":\"VALIDATION_ERROR\"}"},
		{"broken JSON", "POST", v3 + "companies", "{\n \"properties\": }", 400, `{"status":"error","message":"Invalid input JSON on line 2, column 17: Unexpected character or end-of-input: invalid character '}' looking for beginning of value"}`},
		{"no properties", "POST", v3 + "companies", "{}", 400, `{"status":"error","message":"Invalid input JSON on line 1, column 2. Some required fields were not set: [properties]","category":"VALIDATION_ERROR"}`},
		{"other method", "PUT", v3 + "companies", "{}", 405, `{"status":"error","message":"HTTP 405 Method Not Allowed"}`},
		{"unknown idProperty", "GET", v3 + "companies/x?idProperty=domain", nil, 400, `{"status":"error","message":"Unable to perform read by non-unique 0-2 property domain","category":"VALIDATION_ERROR"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := r.call(tc.method, tc.path, tc.body, tc.status)
			if id := got["correlationId"]; id == "" || id == nil {
				t.Error("no correlation id")
			}
			same(t, got, tc.want)
		})
	}
}

func TestUnknownPathsAndWrongContentType(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if w := r.send("GET", "/crm/objects/2025-01/companies", nil); w.Code != 404 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		t.Errorf("unknown release: %d %s", w.Code, w.Header().Get("Content-Type"))
	}
	if w := r.send("GET", v3+"companies?properties="+strings.Repeat("x", 17000), nil); w.Code != 414 {
		t.Errorf("long URL: %d", w.Code)
	}
	req, _ := http.NewRequest("POST", v3+"companies", strings.NewReader("{}"))
	req.Header.Set("Authorization", "Bearer "+testToken)
	w := newRecorder()
	r.s.ServeHTTP(w, req)
	if w.Code != 415 {
		t.Errorf("no content type: %d", w.Code)
	}
}

func TestObjectNamesAndPaths(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("companies", object{"name": "Acme"})
	for _, path := range []string{
		"/crm/v3/objects/company/" + id, "/crm/v3/objects/0-2/" + id, "/crm/v3/objects/COMPANY/" + id,
		"/crm/objects/2026-03/companies/" + id, "/crm/objects/2026-09/0-2/" + id,
	} {
		if got := r.call("GET", path, nil, 200)["id"]; got != id {
			t.Errorf("%s gave %v", path, got)
		}
	}
}

func TestReadShowsNullNeverSetAndEmptyCleared(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("companies", object{"name": "Acme", "phone": "1", "amount_x": nil})
	r.call("PATCH", v3+"companies/"+id, object{"properties": object{"phone": ""}}, 200)
	got := r.props("companies", id, "phone", "city", "no_such_property")
	want := object{
		"phone": "", "city": nil, "createdate": "2026-03-12T07:30:00Z",
		"hs_lastmodifieddate": "2026-03-12T07:30:00Z", "hs_object_id": id,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNoOpWriteKeepsTheModifiedDate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("companies", object{"name": "Acme", "city": "Rome"})
	r.clock.Advance(time.Hour)
	if got := r.call("PATCH", dated+"companies/"+id, object{"properties": object{"city": "Rome"}}, 200)["updatedAt"]; got != "2026-03-12T07:30:00Z" {
		t.Errorf("no-op moved updatedAt to %v", got)
	}
	if got := r.call("PATCH", dated+"companies/"+id, object{"properties": object{"city": "Oslo"}}, 200)["updatedAt"]; got != "2026-03-12T08:30:00Z" {
		t.Errorf("write left updatedAt at %v", got)
	}
}

func TestListPagesByIdAndFindsEverythingOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	want := map[string]bool{}
	for range 57 {
		want[r.create("companies", object{"name": "Acme"})] = true
	}
	var seen []string
	after := ""
	for pages := 0; ; pages++ {
		page := r.call("GET", dated+"companies?limit=10&after="+after, nil, 200)
		seen = append(seen, ids(page["results"])...)
		paging, more := page["paging"].(object)
		if !more {
			break
		}
		next := paging["next"].(object)
		after = next["after"].(string)
		if !strings.Contains(next["link"].(string), "after="+after) {
			t.Errorf("link %v lacks the cursor", next["link"])
		}
		if pages > 10 {
			t.Fatal("paging does not end")
		}
	}
	if len(seen) != 57 {
		t.Fatalf("saw %d records", len(seen))
	}
	if !slices.IsSortedFunc(seen, func(a, b string) int {
		x, _ := json.Number(a).Int64()
		y, _ := json.Number(b).Int64()
		return int(x - y)
	}) {
		t.Error("not in the order of ids")
	}
	for _, id := range seen {
		delete(want, id)
	}
	if len(want) > 0 {
		t.Errorf("never saw %v", want)
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("contacts", object{"email": "a@acme.example"})
	r.call("DELETE", v3+"contacts/"+id, nil, 204)
	r.call("DELETE", v3+"contacts/"+id, nil, 204)
	r.call("DELETE", v3+"contacts/123", nil, 204)
	r.call("GET", v3+"contacts/"+id, nil, 404)
	r.call("PATCH", v3+"contacts/"+id, object{"properties": object{"firstname": "x"}}, 404)
	got := r.call("GET", v3+"contacts/"+id+"?archived=true", nil, 200)
	if got["archived"] != true || got["archivedAt"] != "2026-03-12T07:30:00Z" {
		t.Errorf("archived record: %v", got)
	}
	if list := r.call("GET", v3+"contacts?archived=true", nil, 200); len(list["results"].([]any)) != 1 {
		t.Errorf("archived list: %v", list)
	}
	if total := r.call("POST", v3+"contacts/search", object{}, 200)["total"]; total != json.Number("0") {
		t.Errorf("search still finds %v", total)
	}
	r.create("contacts", object{"email": "a@acme.example"}) // the address is free again
}

func TestHistoryAndReadOnlyWritesOfThePlatform(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("contacts", object{"email": "a@acme.example", "jobtitle": "Buyer"})
	r.clock.Advance(time.Minute)
	r.call("POST", "/_sandbox/set", object{"object": "contacts", "id": id, "properties": object{"hs_analytics_num_visits": 3}}, 204)
	r.clock.Advance(time.Minute)
	if err := r.s.Set("contacts", id, map[string]string{"hs_analytics_num_visits": "5"}); err != nil {
		t.Fatal(err)
	}
	r.call("PATCH", v3+"contacts/"+id, object{"properties": object{"jobtitle": "CFO"}}, 200)
	got := r.call("GET", v3+"contacts/"+id+"?propertiesWithHistory=hs_analytics_num_visits,jobtitle", nil, 200)
	want := decoded(t, `{
		"hs_analytics_num_visits":[
			{"value":"5","timestamp":"2026-03-12T07:32:00Z","sourceType":"ANALYTICS","sourceId":"sandbox:ANALYTICS"},
			{"value":"3","timestamp":"2026-03-12T07:31:00Z","sourceType":"ANALYTICS","sourceId":"sandbox:ANALYTICS"}],
		"jobtitle":[
			{"value":"CFO","timestamp":"2026-03-12T07:32:00Z","sourceType":"INTEGRATION","sourceId":"18221011","sourceLabel":"INTEGRATION"},
			{"value":"Buyer","timestamp":"2026-03-12T07:30:00Z","sourceType":"INTEGRATION","sourceId":"18221011","sourceLabel":"INTEGRATION"}]}`)
	if diff := cmp.Diff(want, got["propertiesWithHistory"].(object)); diff != "" {
		t.Error(diff)
	}
}

func TestLifecycleStageMovesForwardOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("companies", object{"name": "Acme", "lifecyclestage": "opportunity"})
	set := func(stage string) any {
		r.call("PATCH", dated+"companies/"+id, object{"properties": object{"lifecyclestage": stage}}, 200)
		return r.props("companies", id, "lifecyclestage")["lifecyclestage"]
	}
	for _, step := range []struct{ set, want string }{
		{"lead", "opportunity"}, {"customer", "customer"}, {"", ""}, {"lead", "lead"},
	} {
		if got := set(step.set); got != step.want {
			t.Errorf("set %q: %v, want %q", step.set, got, step.want)
		}
	}
}

func TestTaskCompletionIsDerived(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("tasks", object{"hs_timestamp": "2026-03-15T10:00:00Z", "hs_task_type": "CALL"})
	r.clock.Advance(time.Hour)
	got := r.call("PATCH", v3+"tasks/"+id, object{"properties": object{"hs_task_status": "COMPLETED"}}, 200)["properties"].(object)
	for name, want := range map[string]string{
		"hs_task_is_completed": "1", "hs_task_is_completed_call": "1", "hs_task_completion_count": "1",
		"hs_task_completion_date": "2026-03-12T08:30:00Z", "hs_task_is_overdue": "false", "hs_task_is_open": "false",
	} {
		if got[name] != want {
			t.Errorf("%s = %v, want %s", name, got[name], want)
		}
	}
	got = r.call("PATCH", v3+"tasks/"+id, object{"properties": object{"hs_task_status": "NOT_STARTED"}}, 200)["properties"].(object)
	if got["hs_task_is_completed"] != "0" || got["hs_task_completion_date"] != "" {
		t.Errorf("reopened: %v", got)
	}
	r.clock.Advance(30 * 24 * time.Hour)
	if got := r.props("tasks", id, "hs_task_is_overdue"); got["hs_task_is_overdue"] != "true" {
		t.Errorf("overdue: %v", got)
	}
}

func TestDealStageDecidesTheFlags(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	company := r.create("companies", object{"name": "Acme"})
	id := r.create("deals", object{"dealname": "D", "amount": 15000}, link(company, 5))
	got := r.call("PATCH", v3+"deals/"+id, object{"properties": object{"dealstage": "qualifiedtobuy"}}, 200)["properties"].(object)
	if got["hs_deal_stage_probability"] != "0.40000000000000002220446049250313080847263336181640625" ||
		got["hs_projected_amount"] != "6000.00000000000033306690738754696212708950042724609375000" || got["pipeline"] != "default" {
		t.Errorf("recorded figures differ: %v", got)
	}
	r.call("PATCH", v3+"deals/"+id, object{"properties": object{"dealstage": "closedwon"}}, 200)
	roll := r.props("companies", company, "total_revenue", "hs_num_open_deals", "num_associated_deals", "recent_deal_amount")
	if roll["total_revenue"] != "15000" || roll["hs_num_open_deals"] != "0" || roll["num_associated_deals"] != "1" || roll["recent_deal_amount"] != "15000" {
		t.Errorf("company figures: %v", roll)
	}
	r.call("PATCH", v3+"deals/"+id, object{"properties": object{"dealstage": "nonsense"}}, 400)
}

func TestCreateRulesApplyFromTheSeptemberRelease(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.RequiredOnCreate = map[string][]string{"companies": {"industry"}} })
	body := object{"properties": object{"name": "Acme"}}
	r.call("POST", v3+"companies", body, 201)
	r.call("POST", "/crm/objects/2026-03/companies", body, 201)
	got := r.call("POST", "/crm/objects/2026-09/companies", body, 400)
	if e := got["errors"].([]any)[0].(object); e["code"] != "MISSING_REQUIRED_PROPERTY" || got["category"] != "VALIDATION_ERROR" {
		t.Errorf("%v", got)
	}
}
