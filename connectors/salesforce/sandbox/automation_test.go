package sandbox

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func (r *rig) toolingQuery(soql string) answered {
	r.t.Helper()
	return r.do("GET", v+"/tooling/query?q="+url.QueryEscape(soql), "")
}

func (r *rig) component(kind, body string) string {
	r.t.Helper()
	return r.do("POST", v+"/tooling/sobjects/"+kind, body).id(r.t)
}

// one is the only record of a query.
func (a answered) one(t *testing.T) map[string]any {
	t.Helper()
	var page struct {
		Size    int `json:"totalSize"`
		Records []map[string]any
	}
	if err := json.Unmarshal([]byte(a.body), &page); err != nil || a.status != 200 || page.Size != 1 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	return page.Records[0]
}

const ruleMeta = `{"active":true,"errorConditionFormula":"ISBLANK(Phone)","errorMessage":"A phone, please","errorDisplayField":"Phone"}`

func TestApexTrigger(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.component("ApexTrigger", `{"TableEnumOrId":"Account","Body":"trigger OnAccount on Account (before insert, after update) { /* Phone */ }"}`)
	got := r.toolingQuery("SELECT Id, Name, Status, UsageBeforeInsert, UsageAfterUpdate, UsageBeforeUpdate, EntityDefinition.QualifiedApiName FROM ApexTrigger WHERE TableEnumOrId = 'Account' AND Status = 'Active'").one(t)
	if got["Id"] != id || got["Name"] != "OnAccount" || got["UsageBeforeInsert"] != true || got["UsageAfterUpdate"] != true || got["UsageBeforeUpdate"] != false {
		t.Errorf("%v", got)
	}
	if entity, _ := got["EntityDefinition"].(map[string]any); entity["QualifiedApiName"] != "Account" {
		t.Errorf("its object is %v", got["EntityDefinition"])
	}
	// The REST API has the object too, without what is the Tooling API's.
	if got := r.query("SELECT Name FROM ApexTrigger WHERE TableEnumOrId = 'Account'").one(t); got["Name"] != "OnAccount" {
		t.Errorf("%v", got)
	}
	if a := r.query("SELECT EntityDefinitionId FROM ApexTrigger"); !strings.Contains(a.body, "INVALID_FIELD") {
		t.Errorf("%d %s", a.status, a.body)
	}
	r.do("PATCH", v+"/tooling/sobjects/ApexTrigger/"+id, `{"Status":"Inactive"}`).want(t, 204, "")
	if a := r.toolingQuery("SELECT Id FROM ApexTrigger WHERE Status = 'Active'"); !strings.Contains(a.body, `"totalSize":0`) {
		t.Errorf("%s", a.body)
	}
	r.do("DELETE", v+"/tooling/sobjects/ApexTrigger/"+id, "").want(t, 204, "")
}

func TestValidationRule(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.component("ValidationRule", `{"FullName":"Account.Phone_needed","Metadata":`+ruleMeta+`}`)
	soql := "SELECT Id, ValidationName, ErrorDisplayField FROM ValidationRule WHERE Active = true AND EntityDefinition.QualifiedApiName = 'Account'"
	if got := r.toolingQuery(soql).one(t); got["Id"] != id || got["ValidationName"] != "Phone_needed" || got["ErrorDisplayField"] != "Phone" {
		t.Errorf("%v", got)
	}
	if a := r.do("GET", v+"/tooling/sobjects/ValidationRule/"+id, ""); !strings.Contains(a.body, `"Metadata":`+ruleMeta) || !strings.Contains(a.body, `"FullName":"Account.Phone_needed"`) {
		t.Errorf("%s", a.body)
	}
	if a := r.query("SELECT Id FROM ValidationRule"); a.status != 400 || !strings.Contains(a.body, "INVALID_TYPE") {
		t.Errorf("the REST API answers %d %s", a.status, a.body)
	}
	// It is listed and not run.
	r.account("No phone")
	r.component("ValidationRule", `{"FullName":"Account.Another","Metadata":`+ruleMeta+`}`)
	if a := r.toolingQuery("SELECT Metadata FROM ValidationRule"); a.status != 400 || !strings.Contains(a.body, "no more than one row for retrieval. Result size: 2") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if got := r.toolingQuery("SELECT Metadata FROM ValidationRule WHERE Id = '" + id + "'").one(t); got["Metadata"] == nil {
		t.Errorf("%v", got)
	}
	r.do("PATCH", v+"/tooling/sobjects/ValidationRule/"+id, `{"Metadata":`+strings.Replace(ruleMeta, "true", "false", 1)+`}`).want(t, 204, "")
	if got := r.toolingQuery(soql).one(t); got["ValidationName"] != "Another" {
		t.Errorf("%v", got)
	}
}

func flowBody(name, status, start string) string {
	return `{"FullName":"` + name + `","Metadata":{"label":"Account saved","processType":"AutoLaunchedFlow","status":"` + status + `","start":` + start + `}}`
}

const accountSaved = `{"object":"Account","triggerType":"RecordAfterSave","recordTriggerType":"Update","filters":[{"field":"Phone","operator":"IsChanged"}]}`

func TestFlow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.component("Flow", flowBody("Account_saved", "Active", accountSaved))
	r.component("Flow", flowBody("Nightly", "Active", `{}`))
	r.component("Flow", flowBody("Half_done", "Draft", accountSaved))
	soql := "SELECT ApiName, ActiveVersionId, TriggerType, RecordTriggerType, TriggerObjectOrEventId, TriggerObjectOrEventLabel, VersionNumber, IsOutOfDate FROM FlowDefinitionView WHERE IsActive = true AND TriggerObjectOrEvent.QualifiedApiName = 'Account'"
	got := r.query(soql).one(t)
	if got["ApiName"] != "Account_saved" || got["ActiveVersionId"] != first || got["TriggerType"] != "RecordAfterSave" || got["TriggerObjectOrEventLabel"] != "Account" {
		t.Errorf("%v", got)
	}
	second := r.component("Flow", flowBody("Account_saved", "Active", accountSaved))
	if got := r.query(soql).one(t); got["ActiveVersionId"] != second || got["VersionNumber"] != 2.0 || got["IsOutOfDate"] != false {
		t.Errorf("%v", got)
	}
	if got := r.toolingQuery("SELECT Status, Definition.DeveloperName, Definition.ActiveVersion.VersionNumber FROM Flow WHERE Id = '" + first + "'").one(t); got["Status"] != "Obsolete" {
		t.Errorf("%v", got)
	}
	if got := r.toolingQuery("SELECT Id, Metadata FROM Flow WHERE Definition.DeveloperName = 'Account_saved' AND Status = 'Active'").one(t); got["Id"] != second || got["Metadata"] == nil {
		t.Errorf("%v", got)
	}
	// Each API has objects of its own.
	for _, a := range []answered{r.query("SELECT Id FROM Flow"), r.toolingQuery("SELECT ApiName FROM FlowDefinitionView"), r.toolingQuery("SELECT Id FROM Account"), r.toolingQuery("SELECT Id FROM Nope")} {
		if a.status != 400 || !strings.Contains(a.body, "INVALID_TYPE") {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
}

func TestNotificationType(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := `{"FullName":"My_Alert","Metadata":{"customNotifTypeName":"My alert","masterLabel":"My alert","desktop":true,"mobile":false}}`
	id := r.component("CustomNotificationType", body)
	if got := r.query("SELECT Id, Desktop, Mobile FROM CustomNotificationType WHERE DeveloperName = 'My_Alert'").one(t); got["Id"] != id || got["Desktop"] != true || got["Mobile"] != false {
		t.Errorf("%v", got)
	}
	if a := r.do("POST", v+"/tooling/sobjects/CustomNotificationType", body); a.status != 400 || !strings.Contains(a.body, "DUPLICATE_DEVELOPER_NAME") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestComponentsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.component("ApexTrigger", `{"TableEnumOrId":"Account","Body":"trigger Twice on Account (before insert) {}"}`)
	for _, tc := range []struct{ kind, body, code string }{
		{"ApexTrigger", `{"TableEnumOrId":"Account"}`, "REQUIRED_FIELD_MISSING"},
		{"ApexTrigger", `{"TableEnumOrId":"Account","Body":"class X {}"}`, "FIELD_INTEGRITY_EXCEPTION"},
		{"ApexTrigger", `{"TableEnumOrId":"Account","Body":"trigger X on Contact (before insert) {}"}`, "FIELD_INTEGRITY_EXCEPTION"},
		{"ApexTrigger", `{"TableEnumOrId":"Account","Body":"trigger X on Account (now) {}"}`, "FIELD_INTEGRITY_EXCEPTION"},
		{"ApexTrigger", `{"TableEnumOrId":"Nope","Body":"trigger X on Nope (before insert) {}"}`, "INVALID_FIELD"},
		{"ApexTrigger", `{"TableEnumOrId":"Account","Body":"trigger X on Account (before insert) {}","Status":"Sleepy"}`, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"},
		{"ApexTrigger", `{"TableEnumOrId":"Account","Body":"trigger twice on Account (before insert) {}"}`, "DUPLICATE_DEVELOPER_NAME"},
		{"ValidationRule", `{"FullName":"Account.X"}`, "REQUIRED_FIELD_MISSING"},
		{"ValidationRule", `{"FullName":"Nope.X","Metadata":` + ruleMeta + `}`, "INVALID_FIELD"},
		{"ValidationRule", `{"FullName":"Account.X","Metadata":` + strings.Replace(ruleMeta, "ISBLANK(Phone)", "ISBLANK(Nope__c)", 1) + `}`, "FIELD_INTEGRITY_EXCEPTION"},
		{"Flow", `{"FullName":"X"}`, "REQUIRED_FIELD_MISSING"},
		{"Flow", flowBody("X", "Active", `{"object":"Nope"}`), "FIELD_INTEGRITY_EXCEPTION"},
		{"CustomNotificationType", `{"FullName":"X"}`, "REQUIRED_FIELD_MISSING"},
		{"FlowDefinition", `{"DeveloperName":"X"}`, "METHOD_NOT_ALLOWED"},
		{"Account", `{"Name":"X"}`, "NOT_FOUND"},
	} {
		if a := r.do("POST", v+"/tooling/sobjects/"+tc.kind, tc.body); a.status < 400 || !strings.Contains(a.body, tc.code) {
			t.Errorf("%s %s: %d %s", tc.kind, tc.body, a.status, a.body)
		}
	}
	if a := r.do("POST", v+"/sobjects/ApexTrigger", `{"TableEnumOrId":"Account","Body":"trigger X on Account (before insert) {}"}`); a.status < 400 {
		t.Errorf("the REST API makes a trigger: %d %s", a.status, a.body)
	}
}

func TestToolingDescribe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	names := func(path string) []string {
		var global struct{ SObjects []objectInfo }
		a := r.do("GET", path, "")
		if err := json.Unmarshal([]byte(a.body), &global); err != nil || a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		var out []string
		for _, o := range global.SObjects {
			out = append(out, o.Name)
			if o.URLs["describe"] != path+"/"+o.Name+"/describe" {
				t.Errorf("%s: %v", o.Name, o.URLs)
			}
		}
		return out
	}
	tooling, rest := names(v+"/tooling/sobjects"), names(v+"/sobjects")
	for name, in := range map[string][2]bool{
		"ValidationRule": {true, false}, "Flow": {true, false}, "CustomField": {true, false}, "ApexTrigger": {true, true}, "EntityDefinition": {true, true},
		"Account": {false, true}, "FlowDefinitionView": {false, true},
	} {
		if got := [2]bool{slices.Contains(tooling, name), slices.Contains(rest, name)}; got != in {
			t.Errorf("%s: in the Tooling API and in REST %v, want %v", name, got, in)
		}
	}
	if a := r.do("GET", v+"/tooling/sobjects/ValidationRule/describe", ""); !strings.Contains(a.body, `"name":"Metadata"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := r.do("GET", v+"/sobjects/ValidationRule/describe", ""); a.status != 404 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := r.do("GET", v+"/sobjects/ApexTrigger/describe", ""); strings.Contains(a.body, `"name":"EntityDefinitionId"`) {
		t.Error("REST describes a field of the Tooling API")
	}
}
