package sandbox

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const companyProps = "/crm/properties/2026-09/companies"

func property(name, kind, field string) object {
	return object{"name": name, "label": name, "type": kind, "fieldType": field, "groupName": "companyinformation"}
}

func TestPropertyCreateAnswersLikeTheRecording(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	got := r.call("POST", "/crm/v3/properties/contacts", object{
		"name": "test_prop", "label": "Test Property", "type": "string", "fieldType": "text", "groupName": "contactinformation", "description": "Test description",
	}, 201)
	same(t, got, `{"updatedAt":"2026-03-12T07:30:00Z","createdAt":"2026-03-12T07:30:00Z","name":"test_prop","label":"Test Property","type":"string",
		"fieldType":"text","description":"Test description","groupName":"contactinformation","options":[],"createdUserId":"9586504","updatedUserId":"9586504",
		"displayOrder":-1,"calculated":false,"externalOptions":false,"archived":false,"hasUniqueValue":false,"hidden":false,
		"modificationMetadata":{"archivable":true,"readOnlyDefinition":false,"readOnlyValue":false},"formField":false,"dataSensitivity":"non_sensitive"}`)
}

func TestPropertyRules(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.call("POST", companyProps, property("fit", "number", "number"), 201)
	with := func(p object, key string, val any) object { p[key] = val; return p }
	options := func(values ...string) []object {
		var list []object
		for i, v := range values {
			list = append(list, object{"label": fmt.Sprint("option ", i), "value": v, "displayOrder": i, "hidden": false})
		}
		return list
	}
	for _, tc := range []struct {
		name   string
		body   object
		status int
	}{
		{"again", property("fit", "number", "number"), 409},
		{"upper case", property("Fit", "number", "number"), 400},
		{"digit first", property("1fit", "number", "number"), 400},
		{"reserved", property("hs_fit", "number", "number"), 400},
		{"wrong pair", property("a", "number", "text"), 400},
		{"there is no datetime field", property("a", "datetime", "datetime"), 400},
		{"unknown group", with(property("a", "string", "text"), "groupName", "nope"), 400},
		{"no label", object{"name": "a", "type": "string", "fieldType": "text", "groupName": "companyinformation"}, 400},
		{"unique bool", with(property("a", "bool", "booleancheckbox"), "hasUniqueValue", true), 400},
		{"the same option twice", with(property("a", "enumeration", "select"), "options", options("a", "a")), 400},
		{"options on a text", with(property("a", "string", "text"), "options", options("a")), 400},
		{"an option without a value", with(property("a", "enumeration", "select"), "options", []object{{"label": "A"}}), 400},
		{"an enumeration without options", property("a", "enumeration", "select"), 400},
		{"another's options", with(with(property("a3", "enumeration", "select"), "externalOptions", true), "referencedObjectType", "OWNER"), 201},
		{"another's options, of nobody", with(property("a", "enumeration", "select"), "externalOptions", true), 400},
		{"another's options and own", with(with(with(property("a", "enumeration", "select"), "externalOptions", true), "referencedObjectType", "OWNER"), "options", options("a")), 400},
		{"a bool without options", property("a", "bool", "booleancheckbox"), 400},
		{"a bool with three", with(property("a", "bool", "booleancheckbox"), "options", options("true", "false", "maybe")), 400},
		{"a bool", with(property("a4", "bool", "booleancheckbox"), "options", options("true", "false")), 201},
		{"datetime", property("a1", "datetime", "date"), 201},
		{"enumeration", with(property("a2", "enumeration", "checkbox"), "options", options("a")), 201},
	} {
		t.Run(tc.name, func(t *testing.T) { r.call("POST", companyProps, tc.body, tc.status) })
	}
}

func TestUniquePropertyLimits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	unique := func(name, group string) object {
		p := property(name, "string", "text")
		p["hasUniqueValue"], p["groupName"] = true, group
		return p
	}
	for i := range 10 {
		r.call("POST", companyProps, unique(fmt.Sprint("u", i), "companyinformation"), 201)
	}
	r.call("POST", companyProps, unique("u10", "companyinformation"), 400)
	r.call("POST", "/crm/v3/properties/tasks", unique("key", "task"), 400)
	r.call("POST", "/_sandbox/settings", object{"portal": object{"task_unique_properties": true}}, 200)
	r.call("POST", "/crm/v3/properties/tasks", unique("key", "task"), 201)
	in := object{"id": "k1", "idProperty": "key", "properties": object{"hs_timestamp": "1773300000000"}}
	for _, want := range []bool{true, false} {
		got := r.call("POST", dated+"tasks/batch/upsert", inputs(in), 200)["results"].([]any)[0].(object)["new"]
		if got != want {
			t.Errorf("new = %v, want %v", got, want)
		}
	}
}

func TestPropertyLife(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := property("tier", "enumeration", "select")
	p["options"] = []object{{"label": "One", "value": "1", "displayOrder": 0, "hidden": false}}
	r.call("POST", companyProps, p, 201)
	id := r.create("companies", object{"name": "A", "tier": "1"})
	r.call("PATCH", v3+"companies/"+id, object{"properties": object{"tier": "2"}}, 400)
	r.call("PATCH", companyProps+"/tier", object{"options": []object{{"label": "One", "value": "1", "displayOrder": 0, "hidden": false}, {"label": "Two", "value": "2", "displayOrder": 1, "hidden": false}}}, 200)
	r.call("PATCH", v3+"companies/"+id, object{"properties": object{"tier": "2"}}, 200)
	r.call("DELETE", companyProps+"/tier", nil, 204)
	r.call("GET", companyProps+"/tier", nil, 404)
	r.call("GET", companyProps+"/tier?archived=true", nil, 200)
	r.call("PATCH", v3+"companies/"+id, object{"properties": object{"tier": "1"}}, 400)
	if _, there := r.props("companies", id, "tier")["tier"]; there {
		t.Error("an archived property is still read")
	}
	r.call("DELETE", companyProps+"/name", nil, 400)
	r.call("PATCH", companyProps+"/name", object{"label": "x"}, 400)
}

// Options without a place stand last; the newest version asks for it.
func TestOptionOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := property("likes", "enumeration", "select")
	p["options"] = []object{{"label": "art", "value": "art"}, {"label": "travel", "value": "travel", "displayOrder": 1}, {"label": "food", "value": "food", "displayOrder": 2}}
	same(t, r.call("POST", companyProps+"/batch/create", inputs(p), 400),
		`{"status":"error","message":"Invalid input JSON on line 1, column 2. Some required fields were not set: [displayOrder, hidden]","category":"VALIDATION_ERROR"}`)
	got := r.call("POST", "/crm/v3/properties/companies/batch/create", inputs(p), 201)["results"].([]any)[0].(object)
	want := decoded(t, `{"name":"likes","label":"likes","type":"enumeration","fieldType":"select","description":"","groupName":"companyinformation",
		"options":[{"label":"art","value":"art","displayOrder":3,"hidden":false},{"label":"travel","value":"travel","displayOrder":1,"hidden":false},{"label":"food","value":"food","displayOrder":2,"hidden":false}],
		"displayOrder":-1,"calculated":false,"externalOptions":false,"hasUniqueValue":false,"hidden":false,
		"modificationMetadata":{"archivable":true,"readOnlyDefinition":false,"readOnlyValue":false},"formField":false,"dataSensitivity":"non_sensitive"}`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A property that is made again under an archived one's name is that property.
func TestArchivedPropertyComesBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.send("POST", companyProps, property("tier", "string", "text"))
	if got := w.Header().Get("Location"); got != "https://api.hubapi.com"+companyProps+"/tier" {
		t.Errorf("Location %q", got)
	}
	id := r.create("companies", object{"name": "A", "tier": "gold"})
	r.call("DELETE", companyProps+"/tier", nil, 204)
	r.clock.Advance(time.Hour)
	again := property("tier", "string", "textarea")
	got := r.call("POST", companyProps, again, 201)
	if got["createdAt"] != "2026-03-12T07:30:00Z" || got["updatedAt"] != "2026-03-12T08:30:00Z" || got["fieldType"] != "textarea" {
		t.Errorf("%v", got)
	}
	if got := r.props("companies", id, "tier")["tier"]; got != "gold" {
		t.Errorf("the record has %v", got)
	}
	same(t, r.call("POST", companyProps, again, 409), `{"status":"error","message":"A property named 'tier' already exists.",
		"category":"OBJECT_ALREADY_EXISTS","subCategory":"Properties.PROPERTY_WITH_NAME_EXISTS","context":{"name":["tier"]}}`)
}

func TestSensitiveProperties(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := property("secret", "string", "text")
	p["dataSensitivity"] = "sensitive"
	r.call("POST", companyProps, p, 201)
	r.call("GET", companyProps+"/secret", nil, 404)
	r.call("GET", companyProps+"/secret?dataSensitivity=sensitive", nil, 200)
	if list := r.call("GET", companyProps+"?dataSensitivity=sensitive", nil, 200)["results"].([]any); len(list) != 1 {
		t.Errorf("%d sensitive properties", len(list))
	}
}

func TestPropertyBatchesAndGroups(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	same(t, r.call("POST", companyProps+"/groups", object{"name": "ours", "label": "Ours", "displayOrder": 9}, 201), `{"name":"ours","label":"Ours","displayOrder":9,"archived":false}`)
	r.call("POST", companyProps+"/groups", object{"name": "ours", "label": "Ours"}, 409)
	mine := property("mine", "string", "text")
	mine["groupName"] = "ours"
	if got := r.call("POST", "/crm/v3/properties/companies/batch/create", inputs(mine), 201); len(got["results"].([]any)) != 1 {
		t.Errorf("batch create: %v", got)
	}
	r.call("POST", "/crm/v3/properties/companies/batch/create", inputs(mine), 207)
	read := r.call("POST", "/crm/v3/properties/companies/batch/read", object{"inputs": []object{{"name": "mine"}, {"name": "nope"}}, "archived": false}, 207)
	if len(read["results"].([]any)) != 1 || read["numErrors"] != json.Number("1") {
		t.Errorf("batch read: %v", read)
	}
	same(t, r.call("DELETE", companyProps+"/groups/ours", nil, 400), `{"status":"error",
		"message":"{\"status\":\"error\",\"message\":\"Can't delete or purge a group with active properties\",\"category\":\"VALIDATION_ERROR\",\"subCategory\":\"PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES\"}"}`)
	same(t, r.call("PATCH", companyProps+"/groups/ours", object{"label": "Our own"}, 200), `{"name":"ours","label":"Our own","displayOrder":9,"archived":false}`)
	count := len(r.call("GET", companyProps+"/groups", nil, 200)["results"].([]any))
	for path, want := range map[string]string{"/crm/v3/properties/companies": fmt.Sprint(count), "/crm/properties/2026-09/deals": "-1"} {
		if got := r.call("POST", path+"/groups", object{"name": "last", "label": "Last"}, 201)["displayOrder"]; got != json.Number(want) {
			t.Errorf("%s: a new group stands at %v, want %s", path, got, want)
		}
	}
	r.call("POST", companyProps+"/batch/archive", object{"inputs": []object{{"name": "mine"}}}, 204)
	r.call("DELETE", companyProps+"/groups/ours", nil, 204)
	r.call("GET", companyProps+"/groups/ours", nil, 404)
}

func TestCatalogHoldsWhatConnectorsRead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for kind, want := range map[string]map[string]bool{ // name: read-only
		"companies": {
			"name": false, "domain": false, "industry": false, "hs_is_target_account": false, "hs_intent_page_views_last_30_days": true,
			"hs_analytics_num_visits": true, "recent_conversion_date": true, "hs_recent_intent_signals": true, "web_technologies": false,
			"hs_lead_status": false, "lifecyclestage": false, "hubspot_owner_id": false, "hs_unique_creation_key": true,
		},
		"contacts": {
			"hs_email_open": true, "hs_email_click": true, "hs_email_delivered": true, "hs_analytics_num_visits": true, "associatedcompanyid": false,
			"recent_conversion_event_name": true, "hs_buying_role": false, "lastmodifieddate": true, "hs_email_sends_since_last_engagement": true,
		},
		"deals": {"dealstage": false, "hs_is_closed_won": true, "hs_next_step": false, "amount": false, "closedate": false},
		"tasks": {"hs_timestamp": false, "hs_task_subject": false, "hs_task_is_overdue": true, "hs_task_reminders": false},
		"notes": {"hs_note_body": false, "hs_body_preview": true}, "calls": {"hs_call_title": false}, "emails": {"hs_email_direction": false},
		"meetings": {"hs_meeting_outcome": false},
	} {
		for name, readOnly := range want {
			got := r.call("GET", "/crm/v3/properties/"+kind+"/"+name, nil, 200)
			if got["modificationMetadata"].(object)["readOnlyValue"] != readOnly {
				t.Errorf("%s %s: %v", kind, name, got["modificationMetadata"])
			}
		}
	}
	options := r.call("GET", "/crm/v3/properties/companies/industry", nil, 200)["options"].([]any)
	if len(options) != 148 {
		t.Errorf("industry has %d options", len(options))
	}
	r.call("GET", "/crm/v3/properties/companies/salesforceaccountid", nil, 404)
	integrated := newRig(t, func(o *Options) { o.SalesforceIntegration = true })
	integrated.call("GET", "/crm/v3/properties/companies/salesforceaccountid", nil, 200)
}

func TestOwners(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gone := r.s.AddOwner(Owner{Email: "old@acme.example", Archived: true, UserIDIncludingInactive: 5})
	for i := range 3 {
		r.s.AddOwner(Owner{Email: fmt.Sprintf("o%d@acme.example", i)})
	}
	page := r.call("GET", "/crm/owners/2026-09?limit=3", nil, 200)
	rest := r.call("GET", "/crm/v3/owners/?limit=3&after="+page["paging"].(object)["next"].(object)["after"].(string), nil, 200)
	if len(page["results"].([]any)) != 3 || len(rest["results"].([]any)) != 1 || rest["paging"] != nil {
		t.Errorf("pages: %v %v", page, rest)
	}
	old := r.call("GET", "/crm/v3/owners?archived=true", nil, 200)["results"].([]any)[0].(object)
	if _, there := old["userId"]; there || old["userIdIncludingInactive"] != json.Number("5") || old["id"] != gone {
		t.Errorf("archived owner: %v", old)
	}
	if got := r.call("GET", "/crm/v3/owners?email=SAM@acme.example", nil, 200)["results"].([]any); len(got) != 1 {
		t.Errorf("by e-mail: %v", got)
	}
	r.call("GET", "/crm/v3/owners/"+gone, nil, 404)
	r.call("GET", "/crm/v3/owners/"+gone+"?archived=true", nil, 200)
	r.call("GET", "/crm/v3/owners/5?idProperty=userId&archived=true", nil, 200)
	task := func(owner string) object {
		return object{"properties": object{"hs_timestamp": "1773300000000", "hubspot_owner_id": owner}}
	}
	r.call("POST", v3+"tasks", task(r.owner), 201)
	r.call("POST", v3+"tasks", task(gone), 400)
	r.call("POST", v3+"tasks", task("12"), 400)
}

func TestAccountInfoPipelinesSchemasEvents(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	same(t, r.call("GET", "/account-info/v3/details", nil, 200), `{"portalId":147893286,"accountType":"STANDARD","timeZone":"US/Eastern","companyCurrency":"USD",
		"additionalCurrencies":[],"utcOffset":"-04:00","utcOffsetMilliseconds":-14400000,"uiDomain":"app.hubspot.com","dataHostingLocation":"na1"}`)
	first := r.call("GET", "/crm/pipelines/2026-09/deals", nil, 200)["results"].([]any)[0].(object)
	var stages []string
	for _, s := range first["stages"].([]any) {
		stages = append(stages, s.(object)["id"].(string))
	}
	want := []string{"appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "decisionmakerboughtin", "contractsent", "closedwon", "closedlost"}
	if diff := cmp.Diff(want, stages); diff != "" {
		t.Error(diff)
	}
	r.call("GET", "/crm/v3/pipelines/deals/default/stages/closedwon", nil, 200)
	r.call("GET", "/crm/v3/pipelines/deals/nope", nil, 404)
	same(t, r.call("GET", "/crm/v3/schemas", nil, 200), `{"results":[]}`)
	if got := r.call("GET", "/crm-object-schemas/2026-09/schemas/contacts", nil, 200); got["objectTypeId"] != "0-1" {
		t.Errorf("schema: %v", got["objectTypeId"])
	}
	r.call("GET", "/events/event-occurrences/2026-09?objectType=contact", nil, 403)
	r.call("POST", "/_sandbox/settings", object{"enterprise": true}, 200)
	r.call("GET", "/events/v3/events", nil, 200)
	if got := r.call("GET", "/crm/objects/2026-09/users?properties=hs_email", nil, 200)["results"].([]any); len(got) != 1 {
		t.Errorf("users: %v", got)
	}
	if got := r.call("GET", "/settings/v3/users/", nil, 200)["results"].([]any); len(got) != 1 {
		t.Errorf("settings users: %v", got)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("companies", object{"name": "A"})
	r.call("POST", companyProps, property("signed_on", "date", "date"), 201)
	for _, tc := range []struct {
		name, prop string
		val        any
		want       string // "" when refused
		code       string
	}{
		{"number as JSON", "annualrevenue", 15000, "15000", ""},
		{"number keeps its digits", "annualrevenue", "5000.00", "5000.00", ""},
		{"number with comma", "annualrevenue", "5,000", "", "INVALID_NUMBER"},
		{"number with two dots", "annualrevenue", "5.0.0", "", "INVALID_NUMBER"},
		{"bool as JSON", "hs_is_target_account", true, "true", ""},
		{"bool as word", "hs_is_target_account", "yes", "", "INVALID_OPTION"},
		{"date", "signed_on", "2026-03-01", "2026-03-01", ""},
		{"date in ms", "signed_on", "1772323200000", "2026-03-01", ""},
		{"date not at midnight", "signed_on", "1772323200001", "", "INVALID_DATE"},
		{"date as word", "signed_on", "soon", "", "INVALID_DATE"},
		{"datetime in ms", "closedate", "1772323200001", "2026-03-01T00:00:00.001Z", ""},
		{"datetime with offset", "closedate", "2026-03-01T01:00:00+01:00", "2026-03-01T00:00:00Z", ""},
		{"datetime as word", "closedate", "soon", "", "INVALID_LONG"},
		{"option label instead of value", "industry", "Banking", "", "INVALID_OPTION"},
		{"several options", "web_technologies", "adroll;acquisio", "adroll;acquisio", ""},
		{"several options with a space", "web_technologies", "adroll; acquisio", "", "INVALID_OPTION"},
		{"owner", "hubspot_owner_id", "12", "", "INVALID_OWNER_ID"},
		{"long text", "description", longText(65537), "", "STRING_TOO_LONG"},
		{"longest text", "description", longText(65536), longText(65536), ""},
		{"website fills nothing that is there", "website", "https://www.acme.example/x", "https://www.acme.example/x", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			body := object{"properties": object{tc.prop: tc.val}}
			if tc.want == "" {
				got := r.call("PATCH", v3+"companies/"+id, body, 400)["errors"].([]any)[0].(object)
				if got["code"] != tc.code {
					t.Errorf("code %v, want %s", got["code"], tc.code)
				}
				return
			}
			if got := r.call("PATCH", v3+"companies/"+id, body, 200)["properties"].(object)[tc.prop]; got != tc.want {
				t.Errorf("kept %.60v, want %.60s", got, tc.want)
			}
		})
	}
	if got := r.props("companies", id, "domain")["domain"]; got != "acme.example" {
		t.Errorf("the website gave the domain %v", got)
	}
	r.call("PATCH", v3+"companies/"+id, object{"properties": object{"name": []string{"a"}}}, 400)
	r.call("POST", v3+"contacts", object{"properties": object{"email": "no mail"}}, 400)
	task := object{"properties": object{"hs_timestamp": "1773300000000", "hs_task_reminders": "2026-03-12T07:00:00Z"}}
	r.call("POST", v3+"tasks", task, 400)
}

func longText(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'x'
	}
	return string(b)
}
