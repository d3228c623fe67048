package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestCreateReadUpdateDelete(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.do("POST", v+"/sobjects/Account", `{"attributes":{"type":"Account"},"name":"  Acme  ","AnnualRevenue":139000000,"NumberOfEmployees":12,"Description":""}`)
	id := a.id(t)
	a.want(t, 201, fmt.Sprintf(`{"id":%q,"success":true,"errors":[]}`, id))
	if got := a.header.Get("Location"); got != v+"/sobjects/Account/"+id {
		t.Errorf("Location %q", got)
	}
	r.do("GET", v+"/sobjects/Account/"+id[:15]+"?fields=Name,AnnualRevenue,NumberOfEmployees,Description,CreatedDate,IsDeleted", "").
		want(t, 200, fmt.Sprintf(`{"attributes":{"type":"Account","url":"%s/sobjects/Account/%s"},"Name":"Acme","AnnualRevenue":1.39E8,"NumberOfEmployees":12,
			"Description":null,"CreatedDate":"2026-11-23T12:00:00.000+0000","IsDeleted":false,"Id":%q}`, v, id, id))
	r.clock.Advance(90*time.Second + 300*time.Millisecond)
	r.do("PATCH", v+"/sobjects/Account/"+id, `{"Industry":"banking","AnnualRevenue":null}`).want(t, 204, "")
	r.do("GET", v+"/sobjects/Account/"+id+"?fields=Industry,AnnualRevenue,SystemModstamp,LastModifiedDate", "").
		want(t, 200, fmt.Sprintf(`{"attributes":{"type":"Account","url":"%s/sobjects/Account/%s"},"Industry":"Banking","AnnualRevenue":null,
			"SystemModstamp":"2026-11-23T12:01:30.000+0000","LastModifiedDate":"2026-11-23T12:01:30.000+0000","Id":%q}`, v, id, id))
	r.do("DELETE", v+"/sobjects/Account/"+id, "").want(t, 204, "")
	const gone = `[{"message":"entity is deleted","errorCode":"ENTITY_IS_DELETED","fields":[]}]`
	r.do("DELETE", v+"/sobjects/Account/"+id, "").want(t, 404, gone)
	r.do("PATCH", v+"/sobjects/Account/"+id, `{"Name":"x"}`).want(t, 404, gone)
	r.do("GET", v+"/sobjects/Account/"+id, "").want(t, 404, `[{"message":"entity is deleted","errorCode":"ENTITY_IS_DELETED"}]`)
}

func TestRefusedSaves(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := r.s.AddField("Account", Field{Name: "Tier__c", Type: "picklist", Restricted: true, Values: []Option{{Value: "A"}, {Value: "Old", Inactive: true}}}); err != nil {
		t.Fatal(err)
	}
	if err := r.s.AddField("Account", Field{Name: "Hidden__c", Type: "string", Hidden: true}); err != nil {
		t.Fatal(err)
	}
	lazy := r.insert("User", map[string]any{"Username": "lazy@x.example", "LastName": "Lazy", "Alias": "lazy", "Email": "lazy@x.example", "IsActive": false})
	acme := r.account("Acme")
	binned := r.account("Binned")
	if err := r.s.Delete(binned); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, object, body, want string }{
		{"nothing", "Account", `{}`, `REQUIRED_FIELD_MISSING|Required fields are missing: [Name]|Name`},
		{"several missing", "Opportunity", `{"Name":"o"}`, `REQUIRED_FIELD_MISSING|Required fields are missing: [StageName, CloseDate]|StageName,CloseDate`},
		{"blank name", "Account", `{"Name":"  "}`, `REQUIRED_FIELD_MISSING|Required fields are missing: [Name]|Name`},
		{"unknown column", "Account", `{"Name":"x","Foo":1}`, `INVALID_FIELD|No such column 'Foo' on sobject of type Account|`},
		{"field without rights", "Account", `{"Name":"x","Hidden__c":"1"}`, `INVALID_FIELD|No such column 'Hidden__c' on sobject of type Account|`},
		{"read-only columns", "Account", `{"Name":"x","CreatedDate":"2026-01-01T00:00:00Z","MasterRecordId":null}`, `INVALID_FIELD_FOR_INSERT_UPDATE|Unable to create/update fields: CreatedDate, MasterRecordId. Please check the security settings of this field and verify that it is read/write for your profile or permission set.|CreatedDate,MasterRecordId`},
		{"id in create", "Account", `{"Name":"x","Id":"` + acme + `"}`, `INVALID_FIELD_FOR_INSERT_UPDATE|cannot specify Id in an insert call|Id`},
		{"too long", "Account", `{"Name":"x","AccountNumber":"` + strings.Repeat("n", 41) + `"}`, `STRING_TOO_LONG|Account Number: data value too large: ` + strings.Repeat("n", 41) + ` (max length=40)|AccountNumber`},
		{"restricted picklist", "Account", `{"Name":"x","Tier__c":"B"}`, `INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST|Tier__c: bad value for restricted picklist field: B|Tier__c`},
		{"inactive picklist value", "Account", `{"Name":"x","Tier__c":"Old"}`, `INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST|Tier__c: bad value for restricted picklist field: Old|Tier__c`},
		{"number too large", "Account", `{"Name":"x","AnnualRevenue":1e18}`, `NUMBER_OUTSIDE_VALID_RANGE|Annual Revenue: value outside of valid range on numeric field: 1.0E18|AnnualRevenue`},
		{"int too large", "Account", `{"Name":"x","NumberOfEmployees":100000000}`, `NUMBER_OUTSIDE_VALID_RANGE|Employees: value outside of valid range on numeric field: 100000000|NumberOfEmployees`},
		{"text for number", "Account", `{"Name":"x","AnnualRevenue":"1,2"}`, `JSON_PARSER_ERROR|Cannot deserialize instance of currency from VALUE_STRING value 1,2 or request may be missing a required field at [line:1, column:29]|`},
		{"text for boolean", "Contact", `{"LastName":"x","DoNotCall":"true"}`, `JSON_PARSER_ERROR|Cannot deserialize instance of boolean from VALUE_STRING value true or request may be missing a required field at [line:1, column:29]|`},
		{"null for boolean", "Contact", `{"LastName":"x","DoNotCall":null}`, `JSON_PARSER_ERROR|Cannot deserialize instance of boolean from VALUE_NULL value null or request may be missing a required field at [line:1, column:29]|`},
		{"number for text", "Account", `{"Name":5}`, `JSON_PARSER_ERROR|Cannot deserialize instance of string from VALUE_NUMBER_INT value 5 or request may be missing a required field at [line:1, column:9]|`},
		{"array for text", "Account", `{"Name":["x"]}`, `JSON_PARSER_ERROR|Cannot deserialize instance of string from START_ARRAY value [ or request may be missing a required field at [line:1, column:9]|`},
		{"date with time", "Task", `{"ActivityDate":"2026-01-01T00:00:00Z"}`, `JSON_PARSER_ERROR|Cannot deserialize instance of date from VALUE_STRING value 2026-01-01T00:00:00Z or request may be missing a required field at [line:1, column:17]|`},
		{"datetime without zone", "Task", `{"ReminderDateTime":"2026-01-01 00:00:00"}`, `JSON_PARSER_ERROR|Cannot deserialize instance of datetime from VALUE_STRING value 2026-01-01 00:00:00 or request may be missing a required field at [line:1, column:21]|`},
		{"bad email", "Contact", `{"LastName":"x","Email":"foo@bar"}`, `INVALID_EMAIL_ADDRESS|Email: invalid email address: foo@bar|Email`},
		{"no id", "Contact", `{"LastName":"x","AccountId":"abc"}`, `MALFORMED_ID|Account ID: id value of incorrect type: abc|AccountId`},
		{"wrong checksum", "Contact", `{"LastName":"x","AccountId":"001Hf0000000001AAA"}`, `MALFORMED_ID|malformed id 001Hf0000000001AAA|AccountId`},
		{"wrong kind of id", "Contact", `{"LastName":"x","AccountId":"` + lazy + `"}`, `FIELD_INTEGRITY_EXCEPTION|Account ID: id value of incorrect type: ` + lazy + `|AccountId`},
		{"other org's id", "Contact", `{"LastName":"x","AccountId":"001dM00003kRs59QAC"}`, `INVALID_CROSS_REFERENCE_KEY|invalid cross reference id|AccountId`},
		{"deleted parent", "Contact", `{"LastName":"x","AccountId":"` + binned + `"}`, `ENTITY_IS_DELETED|entity is deleted|`},
		{"inactive owner", "Account", `{"Name":"x","OwnerId":"` + lazy + `"}`, `INACTIVE_OWNER_OR_USER|operation performed with inactive user [` + lazy[:15] + `] as owner of account|OwnerId`},
		{"object without create", "OpportunityHistory", `{}`, `CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY|entity type OpportunityHistory does not support insert|`},
		{"event without time", "Event", `{"Subject":"Meeting"}`, `REQUIRED_FIELD_MISSING|Required fields are missing: [DurationInMinutes, ActivityDateTime]|DurationInMinutes,ActivityDateTime`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			parts := strings.Split(tc.want, "|")
			fields := `,"fields":[]`
			switch {
			case parts[0] == "JSON_PARSER_ERROR", strings.HasPrefix(parts[1], "No such column"):
				fields = "" // refused while the request was read
			case parts[2] != "":
				fields = `,"fields":["` + strings.ReplaceAll(parts[2], ",", `","`) + `"]`
			}
			r.do("POST", v+"/sobjects/"+tc.object, tc.body).want(t, 400, fmt.Sprintf(`[{"message":%q,"errorCode":%q%s}]`, parts[1], parts[0], fields))
		})
	}
	if n := r.column("SELECT Id FROM Account", "Id"); len(n) != 1 {
		t.Errorf("a refused save left a row: %v", n)
	}
}

func TestPathsThatAreNoRecord(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	contact := r.insert("Contact", map[string]any{"LastName": "Doe"})
	const none = `[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]`
	for _, tc := range []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"no id", "GET", "/sobjects/Account/23foo", "", 404, `[{"message":"Provided external ID field does not exist or is not accessible: 23foo","errorCode":"NOT_FOUND"}]`},
		{"unknown id", "GET", "/sobjects/Account/001dM00003kRs59QAC", "", 404, none},
		{"id of another object", "GET", "/sobjects/Account/" + contact, "", 404, none},
		{"unknown object", "GET", "/sobjects/Accout/describe", "", 404, none},
		{"patch unknown", "PATCH", "/sobjects/Account/001dM00003kRs59QAC", `{"Name":"x"}`, 404, `[{"message":"invalid cross reference id","errorCode":"INVALID_CROSS_REFERENCE_KEY","fields":[]}]`},
		{"id in body", "PATCH", "/sobjects/Contact/" + contact, `{"Id":"` + contact + `"}`, 400, `[{"message":"The Id field should not be specified in the sobject data.","errorCode":"INVALID_FIELD"}]`},
		{"unknown field asked", "GET", "/sobjects/Contact/" + contact + "?fields=Foo", "", 400, `[{"message":"No such column 'Foo' on sobject of type Contact","errorCode":"INVALID_FIELD"}]`},
		{"key that is none", "PATCH", "/sobjects/Contact/Title/x", `{"LastName":"x"}`, 404, `[{"message":"Provided external ID field does not exist or is not accessible: Title","errorCode":"NOT_FOUND"}]`},
	} {
		t.Run(tc.name, func(t *testing.T) { r.do(tc.method, v+tc.path, tc.body).want(t, tc.status, tc.want) })
	}
}

func TestUpsert(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := r.s.AddField("Account", Field{Name: "Ext__c", Type: "string", Unique: true, ExternalID: true}); err != nil {
		t.Fatal(err)
	}
	a := r.do("PATCH", v+"/sobjects/Account/Ext__c/k%2F1", `{"Name":"One"}`)
	id := a.id(t)
	a.want(t, 201, fmt.Sprintf(`{"id":%q,"success":true,"errors":[],"created":true}`, id))
	r.do("PATCH", v+"/sobjects/Account/Ext__c/K%2F1", `{"Name":"Two"}`).want(t, 200, fmt.Sprintf(`{"id":%q,"success":true,"errors":[],"created":false}`, id))
	r.do("PATCH", v+"/sobjects/Account/Id/"+id, `{"Name":"Three"}`).want(t, 200, fmt.Sprintf(`{"id":%q,"success":true,"errors":[],"created":false}`, id))
	r.do("GET", v+"/sobjects/Account/Ext__c/k%2F1?fields=Name", "").want(t, 200, fmt.Sprintf(`{"attributes":{"type":"Account","url":"%s/sobjects/Account/%s"},"Name":"Three","Id":%q}`, v, id, id))
	r.do("POST", v+"/sobjects/Account", `{"Name":"x","Ext__c":"K/1"}`).
		want(t, 400, fmt.Sprintf(`[{"message":"duplicate value found: Ext__c duplicates value on record with id: %s","errorCode":"DUPLICATE_VALUE","fields":[]}]`, id[:15]))
	one := r.insert("Contact", map[string]any{"LastName": "a", "Email": "x@x.example"})
	two := r.insert("Contact", map[string]any{"LastName": "b", "Email": "X@x.example"})
	r.do("PATCH", v+"/sobjects/Contact/Email/x@x.example", `{"LastName":"c"}`).
		want(t, 300, fmt.Sprintf(`["%s/sobjects/Contact/%s","%s/sobjects/Contact/%s"]`, v, one, v, two))
	r.do("POST", v+"/sobjects/Contact", `{"LastName":"d","Account":{"Ext__c":"k/1"}}`)
	if got := r.column("SELECT AccountId FROM Contact WHERE LastName = 'd'", "AccountId"); len(got) != 1 || got[0] != id {
		t.Errorf("the parent by external id is %v", got)
	}
}

func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.account("Acme")
	contact := r.insert("Contact", map[string]any{"LastName": "Doe"})
	path := v + "/sobjects/Account/" + id
	tag := r.do("GET", path, "").header.Get("ETag")
	if tag == "" || r.do("GET", v+"/sobjects/Contact/"+contact, "").header.Get("ETag") != "" {
		t.Fatalf("accounts have entity tags and contacts do not; got %q", tag)
	}
	r.do("GET", path, "", "If-None-Match", tag).want(t, 304, "")
	r.do("PATCH", path, `{"Name":"B"}`, "If-Match", tag).want(t, 204, "")
	if a := r.do("PATCH", path, `{"Name":"C"}`, "If-Match", tag); a.status != 412 || !strings.Contains(a.body, "PRECONDITION_FAILED") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if got := r.column("SELECT Name FROM Account", "Name"); got[0] != "B" {
		t.Errorf("a failed precondition wrote: %v", got)
	}
	r.do("PATCH", v+"/sobjects/Contact/"+contact, `{"LastName":"E"}`, "If-Match", `"stale"`).want(t, 204, "")
	if a := r.do("PATCH", path, `{"Name":"D"}`, "If-Unmodified-Since", "yesterday"); a.status != 400 {
		t.Errorf("status %d, want 400", a.status)
	}
	if a := r.do("PATCH", path, `{"Name":"D"}`, "If-Unmodified-Since", "Sun, 22 Nov 2026 12:00:00 GMT"); a.status != 412 {
		t.Errorf("status %d, want 412", a.status)
	}
	r.do("PATCH", path, `{"Name":"D"}`, "If-Unmodified-Since", "Mon, 23 Nov 2026 12:00:00 GMT").want(t, 204, "")
}

func TestDeleteTakesChildrenAlong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.account("Acme")
	contact := r.insert("Contact", map[string]any{"LastName": "Doe", "AccountId": id})
	task := r.insert("Task", map[string]any{"Subject": "Call", "WhatId": id})
	r.do("DELETE", v+"/sobjects/Account/"+id, "").want(t, 204, "")
	for _, child := range []string{contact, task} {
		if _, ok := r.s.Get(child); ok {
			t.Errorf("%s is still there", child)
		}
	}
	if a := r.do("POST", "/_sandbox/undelete", `{"id":"`+id+`"}`); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for _, child := range []string{id, contact, task} {
		if _, ok := r.s.Get(child); !ok {
			t.Errorf("%s did not come back", child)
		}
	}
	r.insert("Opportunity", map[string]any{"Name": "Big", "AccountId": id, "StageName": "Closed Won", "CloseDate": "2026-01-01"})
	r.do("DELETE", v+"/sobjects/Account/"+id, "").want(t, 400,
		`[{"message":"Your attempt to delete Acme could not be completed because some opportunities in that account were closed won.","errorCode":"DELETE_FAILED","fields":[]}]`)
}
