package sandbox

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The tests of this file hold the sandbox against public recordings of real
// orgs: CumulusCI's cassettes and Nango's integration templates.

func (r *rig) described(object string) (fields, children map[string]map[string]any, top map[string]any) {
	r.t.Helper()
	a := r.do("GET", v+"/sobjects/"+object+"/describe", "")
	if err := json.Unmarshal([]byte(a.body), &top); err != nil || a.status != 200 {
		r.t.Fatalf("describing %s: %d %s", object, a.status, a.body)
	}
	fields, children = map[string]map[string]any{}, map[string]map[string]any{}
	for _, x := range top["fields"].([]any) {
		f := x.(map[string]any)
		fields[f["name"].(string)] = f
	}
	for _, x := range top["childRelationships"].([]any) {
		c := x.(map[string]any)
		children[fmt.Sprint(c["childSObject"], ".", c["field"])] = c
	}
	return fields, children, top
}

func TestRecordedDescribes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, tc := range []struct{ object, key, want string }{
		{"Account", "Name", "compoundFieldName=Name|nillable=false"},
		{"Account", "ParentId", "searchPrefilterable=true"},
		{"Account", "OwnerId", "searchPrefilterable=false"},
		{"Account", "BillingAddress", "permissionable=true"},
		{"Account", "JigsawCompanyId", "permissionable=false|createable=false"},
		{"Contact", "FirstName", "permissionable=false|nillable=true"},
		{"Contact", "Salutation", "extraTypeInfo=personname|permissionable=false"},
		{"Contact", "Name", "nillable=false|createable=false"},
		{"Contact", "EmailBouncedDate", "permissionable=false|updateable=true"},
		{"Lead", "EmailBouncedDate", "permissionable=false|createable=false|updateable=true"},
		{"Lead", "Status", "defaultValue=Open - Not Contacted|nillable=false"},
		{"Lead", "IsConverted", "createable=true|updateable=false"},
		{"Case", "CaseNumber", "idLookup=true|groupable=false|defaultedOnCreate=true|nillable=false|autoNumber=true"},
		{"Case", "Status", "defaultValue=New|nillable=true|permissionable=false"},
		{"Case", "ContactEmail", "type=email|createable=false|nillable=true"},
		{"Opportunity", "Name", "idLookup=true|nillable=false"},
		{"Opportunity", "IsPrivate", "permissionable=true"},
		{"Opportunity", "ForecastCategoryName", "permissionable=false|restrictedPicklist=true"},
		{"Opportunity", "ForecastCategory", "nillable=false"},
		{"Opportunity", "FiscalYear", "compoundFieldName=Fiscal|digits=8"},
		{"Opportunity", "HasOpenActivity", "filterable=false|sortable=false"},
		{"Event", "Id", "label=Activity ID"},
		{"Event", "OwnerId", "referenceTo=[Calendar User]"},
		{"Event", "Subject", "permissionable=false"},
		{"Event", "ShowAs", "defaultValue=Busy"},
		{"Event", "EventSubtype", "defaultValue=<nil>|defaultedOnCreate=false"},
		{"OpportunityContactRole", "Id", "label=Contact Role ID"},
		{"Account", "Case.AccountId", "restrictedDelete=true|cascadeDelete=false"},
		{"Contact", "Task.WhoId", "cascadeDelete=true|relationshipName=Tasks"},
		{"Contact", "Opportunity.ContactId", "relationshipName=Opportunities"},
		{"Account", "Account.MasterRecordId", "<nil>"},
		{"Case", "", "layoutable=true|feedEnabled=true"},
		{"Opportunity", "", "layoutable=true|feedEnabled=true|deepCloneable=true"},
		{"Event", "", "layoutable=true"},
		{"User", "", "layoutable=true|searchable=true|triggerable=true|mruEnabled=true"},
		{"Organization", "", "labelPlural=Organizations|replicateable=true"},
		{"OpportunityContactRole", "", "recordTypeInfos=[]|triggerable=true"},
	} {
		fields, children, top := r.described(tc.object)
		got := top
		switch {
		case strings.Contains(tc.key, "."):
			got = children[tc.key]
		case tc.key != "":
			got = fields[tc.key]
		}
		if got == nil && tc.want == "<nil>" {
			continue
		}
		for _, pair := range strings.Split(tc.want, "|") {
			name, want, _ := strings.Cut(pair, "=")
			if have := fmt.Sprint(got[name]); have != want {
				t.Errorf("%s %s: %s is %s, want %s", tc.object, tc.key, name, have, want)
			}
		}
	}
}

func TestRecordedSaves(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	acme := r.account("Acme")
	// CumulusCI sends what it read from CSV: numbers come as texts.
	r.do("PATCH", v+"/composite/sobjects", `{"allOrNone":false,"records":[{"BillingStreet":"Street","NumberOfEmployees":"10000","AnnualRevenue":"1.5e3","Id":"`+acme+`","attributes":{"type":"Account"}}]}`).
		want(t, 200, `[{"id":"`+acme+`","success":true,"errors":[]}]`)
	if got := r.column("SELECT Name FROM Account WHERE NumberOfEmployees = 10000 AND AnnualRevenue = 1500", "Name"); len(got) != 1 {
		t.Error("the numbers were not saved")
	}
	r.do("POST", v+"/composite/sobjects", `{"allOrNone":false,"records":[{"Subject":"x","DurationInMinutes":"31","ActivityDateTime":"2026-11-07T07:00:00.000+0000","WhatId":"`+acme+`","attributes":{"type":"Event"}}]}`).
		want(t, 200, `[{"id":"00UHf0000000001MAA","success":true,"errors":[]}]`)
	for _, text := range []string{"", " 1", "1,000", "0x10", "NaN", "1e400", "1.5"} {
		if a := r.do("PATCH", v+"/sobjects/Account/"+acme, `{"NumberOfEmployees":"`+text+`"}`); a.status != 400 {
			t.Errorf("%q was taken for a whole number: %d", text, a.status)
		}
	}
	r.do("PATCH", v+"/composite/sobjects/Account/Id", `{"allOrNone":false,"records":[{"Name":"New","AccountNumber":"420","Id":null,"attributes":{"type":"Account"}}]}`).
		want(t, 200, `[{"id":"001Hf0000000002IAA","success":true,"errors":[],"created":true}]`)
	upsert := func(email string) string {
		t.Helper()
		a := r.do("PATCH", v+"/composite/sobjects/Contact/Email", `{"allOrNone":false,"records":[{"LastName":"Bluth","Email":"`+email+`","attributes":{"type":"Contact"}}]}`)
		return a.body
	}
	old := func(status int, want string) {
		t.Helper()
		r.do("PATCH", "/services/data/v45.0/sobjects/Contact/Email/old@example.com", `{"LastName":"Old"}`).want(t, status, want)
	}
	old(201, `{"id":"003Hf0000000001IAA","success":true,"errors":[]}`)
	old(204, "")
	first, second := upsert("annyong@example.com"), upsert("Annyong@Example.com") // the key's case does not count
	if want := strings.Replace(first, `"created":true`, `"created":false`, 1); first == want || second != want {
		t.Errorf("first %s, then %s", first, second)
	}
}

func TestRecordedComposite(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 17 {
		r.account("A")
	}
	part := func(ref, path, more string) string {
		return `{"referenceId":"` + ref + `","method":"GET","url":"` + v + path + `"` + more + `}`
	}
	a := r.do("POST", v+"/composite", `{"compositeRequest":[`+part("count", "/query/?q=select count() from Account", "")+","+
		part("none", "/query/?q=select count() from XYZZY", "")+","+part("foo", "/sobjects/Foo", "")+`]}`)
	a.want(t, 200, `{"compositeResponse":[
		{"body":{"totalSize":17,"done":true,"records":[]},"httpHeaders":{},"httpStatusCode":200,"referenceId":"count"},
		{"body":[{"message":"\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\nsObject type 'XYZZY' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.","errorCode":"INVALID_TYPE"}],"httpHeaders":{},"httpStatusCode":400,"referenceId":"none"},
		{"body":[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}],"httpHeaders":{},"httpStatusCode":404,"referenceId":"foo"}]}`)
	a = r.do("POST", v+"/composite", `{"compositeRequest":[`+part("all", "/sobjects", `,"httpHeaders":{"If-Modified-Since":"Thu, 03 Sep 2037 21:35:07 GMT"}`)+`]}`)
	var got struct {
		Parts []subresponse `json:"compositeResponse"`
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(got.Parts) != 1 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	p := got.Parts[0]
	if p.Status != 304 || string(p.Body) != "null" || p.Headers["ETag"] == "" || p.Headers["Last-Modified"] == "" {
		t.Errorf("unchanged metadata: %d %s %v", p.Status, p.Body, p.Headers)
	}
}

func TestRecordedToolingPages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	query := func(soql string) answered {
		return r.do("GET", v+"/tooling/query/?q="+url.QueryEscape(soql), "", "Sforce-Query-Options", "batchSize=200")
	}
	query("SELECT Id FROM CustomField WHERE DeveloperName = 'Nope'").
		want(t, 200, `{"size":0,"totalSize":0,"done":true,"queryLocator":null,"entityTypeName":null,"records":[]}`)
	query("SELECT COUNT() FROM CustomField").want(t, 200, `{"size":0,"totalSize":0,"done":true,"queryLocator":null,"entityTypeName":null,"records":[]}`)
	type page struct {
		Size                     int
		Done                     bool
		QueryLocator, EntityType *string
		NextRecordsURL           string `json:"nextRecordsUrl"`
		Records                  []json.RawMessage
	}
	var first, second page
	a := query("SELECT DurableId FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName IN ('Account', 'Contact', 'Lead', 'Opportunity')")
	if err := json.Unmarshal([]byte(a.body), &first); err != nil || first.Done || first.QueryLocator == nil || len(first.Records) != 200 {
		t.Fatalf("%d %.300s", a.status, a.body)
	}
	if want := v + "/tooling/query/" + *first.QueryLocator; first.NextRecordsURL != want {
		t.Errorf("next page at %s, want %s", first.NextRecordsURL, want)
	}
	a = r.do("GET", first.NextRecordsURL, "")
	if err := json.Unmarshal([]byte(a.body), &second); err != nil || !second.Done || len(second.Records) != first.Size-200 || !strings.Contains(a.body, `"entityTypeName":"FieldDefinition"`) {
		t.Errorf("second page: %d %.300s", a.status, a.body)
	}
}

func TestRecordedRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	acme := r.account("Acme")
	dana := r.insert("Contact", map[string]any{"LastName": "Fox", "Email": "dana@x.example", "AccountId": acme})
	r.insert("Opportunity", map[string]any{"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-01", "ContactId": dana})
	r.insert("Case", map[string]any{"ContactId": dana})
	a := r.query("SELECT LastName, (SELECT Name FROM Opportunities) FROM Contact")
	if diff := cmp.Diff(1, strings.Count(a.body, `"Name":"Deal"`)); diff != "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if got := r.column("SELECT ContactEmail FROM Case", "ContactEmail"); len(got) != 1 || got[0] != "dana@x.example" {
		t.Errorf("the case's e-mail is %v", got)
	}
	// go-salesforce says gzip of every request, also of those without a body.
	if a := r.do("GET", v+"/limits", "", "Content-Encoding", "gzip"); a.status != 200 || len(a.header.Get("X-SFDC-Request-Id")) != 32 {
		t.Errorf("%d %s %v", a.status, a.body, a.header)
	}
	if a := r.do("POST", v+"/sobjects/Account", `{"Name":"x"}`, "Content-Encoding", "gzip"); a.status != 400 {
		t.Errorf("a body that is not compressed: %d %s", a.status, a.body)
	}
	r.do("GET", v+"/parameterizedSearch?q=Nobody&sObject=Account", "").want(t, 200, `{"searchRecords":[]}`)
}

// TestRecordedRelations follows what the describes say of deletes and owners.
func TestRecordedRelations(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dana := r.insert("Contact", map[string]any{"LastName": "Fox"})
	call := r.insert("Task", map[string]any{"Subject": "Call", "WhoId": dana})
	ticket := r.insert("Case", map[string]any{"ContactId": dana})
	if a := r.do("DELETE", v+"/sobjects/Contact/"+dana, ""); a.status != 400 || !strings.Contains(a.body, "DELETE_FAILED") {
		t.Errorf("a contact with a case: %d %s", a.status, a.body)
	}
	r.do("DELETE", v+"/sobjects/Case/"+ticket, "").want(t, 204, "")
	r.do("DELETE", v+"/sobjects/Contact/"+dana, "").want(t, 204, "")
	if a := r.do("GET", v+"/sobjects/Task/"+call, ""); a.status != 404 {
		t.Errorf("the contact's task: %d %s", a.status, a.body)
	}
	queue := r.insert("Group", map[string]any{"Name": "Desk", "Type": "Queue"})
	a := r.do("POST", v+"/sobjects/Event", `{"Subject":"x","DurationInMinutes":30,"ActivityDateTime":"2026-12-01T10:00:00Z","OwnerId":"`+queue+`"}`)
	if a.status != 400 || !strings.Contains(a.body, "FIELD_INTEGRITY_EXCEPTION") {
		t.Errorf("an event of a queue: %d %s", a.status, a.body)
	}
}

// TestRecordedDuplicate compares the refusal of a duplicate rule with the one
// that aiosalesforce's tests recorded.
func TestRecordedDuplicate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.insert("Contact", map[string]any{"LastName": "Fox"})
	r.fault(`[{"action":"duplicate_rule","object":"Contact","field":"LastName","allow_save":true}]`)
	r.do("POST", v+"/sobjects/Contact", `{"LastName":"Fox"}`).want(t, 400, `[{"duplicateResult":{"allowSave":true,"duplicateRule":"Sandbox_Duplicate_Rule",
		"duplicateRuleEntityType":"Contact","errorMessage":"Use one of these records?","matchResults":[{"entityType":"Contact","errors":[],
		"matchEngine":"ExactMatchEngine","matchRecords":[{"additionalInformation":[],"fieldDiffs":[],"matchConfidence":100.0,
		"record":{"attributes":{"type":"Contact","url":"`+v+`/sobjects/Contact/`+id+`"},"Id":"`+id+`"}}],"rule":"Sandbox_Matching_Rule","size":1,"success":true}]},
		"errorCode":"DUPLICATES_DETECTED","message":"Use one of these records?"}]`)
}
