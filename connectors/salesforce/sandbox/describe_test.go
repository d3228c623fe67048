package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.do("GET", v+"/sobjects/Account/describe", "")
	var d struct {
		Name, KeyPrefix    string
		Replicateable      bool
		Fields             []map[string]any
		ChildRelationships []map[string]any
	}
	if err := json.Unmarshal([]byte(a.body), &d); err != nil || a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if d.Name != "Account" || d.KeyPrefix != "001" || !d.Replicateable {
		t.Errorf("got %+v", d)
	}
	field := func(name string) map[string]any {
		i := slices.IndexFunc(d.Fields, func(f map[string]any) bool { return f["name"] == name })
		if i < 0 {
			t.Fatalf("no field %s", name)
		}
		return d.Fields[i]
	}
	if n := len(field("Id")); n != 57 {
		t.Errorf("a field has %d keys, the vendor sends 57", n)
	}
	for _, tc := range []struct {
		field, key string
		want       any
	}{
		{"Name", "length", 255.0}, {"Name", "nillable", false}, {"Name", "byteLength", 765.0}, {"Name", "updateable", true}, {"Name", "permissionable", false},
		{"AnnualRevenue", "type", "currency"}, {"AnnualRevenue", "precision", 18.0}, {"AnnualRevenue", "groupable", false}, {"AnnualRevenue", "soapType", "xsd:double"},
		{"NumberOfEmployees", "digits", 8.0}, {"Description", "filterable", false}, {"Description", "sortable", false}, {"Industry", "restrictedPicklist", false},
		{"CleanStatus", "restrictedPicklist", true}, {"SystemModstamp", "updateable", false}, {"SystemModstamp", "filterable", true}, {"LastActivityDate", "createable", false},
		{"OwnerId", "relationshipName", "Owner"}, {"OwnerId", "defaultedOnCreate", true}, {"IsDeleted", "defaultValue", false}, {"BillingStreet", "compoundFieldName", "BillingAddress"},
	} {
		if got := field(tc.field)[tc.key]; got != tc.want {
			t.Errorf("%s.%s is %v, want %v", tc.field, tc.key, got, tc.want)
		}
	}
	if n := len(field("Industry")["picklistValues"].([]any)); n != 32 {
		t.Errorf("Industry has %d values", n)
	}
	if !slices.ContainsFunc(d.ChildRelationships, func(c map[string]any) bool {
		return c["relationshipName"] == "Contacts" && c["field"] == "AccountId" && c["cascadeDelete"] == true
	}) {
		t.Errorf("no Contacts among %v", d.ChildRelationships)
	}
}

func TestDescribeNotModified(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := v + "/sobjects/Account/describe"
	first := r.do("GET", path, "")
	r.do("GET", path, "", "If-None-Match", first.header.Get("ETag")).want(t, 304, "")
	r.do("GET", path, "", "If-Modified-Since", first.header.Get("Last-Modified")).want(t, 304, "")
	r.clock.Advance(time.Minute)
	if err := r.s.AddField("Account", Field{Name: "X__c", Type: "string"}); err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{"If-None-Match", first.header.Get("ETag"), "If-Modified-Since", first.header.Get("Last-Modified")} {
		if header != "If-None-Match" && header != "If-Modified-Since" {
			continue
		}
		value := map[string]string{"If-None-Match": first.header.Get("ETag"), "If-Modified-Since": first.header.Get("Last-Modified")}[header]
		if a := r.do("GET", path, "", header, value); a.status != 200 || !strings.Contains(a.body, `"name":"X__c"`) {
			t.Errorf("%s: %d", header, a.status)
		}
	}
}

// A field made over the Tooling API is invisible until a permission set
// grants it, to its maker too.
func TestFieldLevelSecurity(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.do("POST", v+"/tooling/sobjects/CustomField", `{"FullName":"Account.New__c","Metadata":{"type":"Text","label":"New","length":20,"unique":true,"externalId":true}}`)
	field := a.id(t)
	a.want(t, 201, `{"id":"`+field+`","success":true,"errors":[],"warnings":[],"infos":[]}`)
	seen := func() (query, save bool, describe bool) {
		return r.query("SELECT New__c FROM Account").status == 200,
			r.do("POST", v+"/sobjects/Account", `{"Name":"x","New__c":"`+time.Duration(r.s.next()).String()+`"}`).status == 201,
			strings.Contains(r.do("GET", v+"/sobjects/Account/describe", "").body, "New__c")
	}
	if q, s, d := seen(); q || s || d {
		t.Errorf("without rights: query %t, save %t, describe %t", q, s, d)
	}
	set := r.do("POST", v+"/sobjects/PermissionSet", `{"Name":"Sync","Label":"Sync"}`).id(t)
	grant := `{"ParentId":"` + set + `","SobjectType":"Account","Field":"Account.New__c","PermissionsRead":true,"PermissionsEdit":false}`
	permission := r.do("POST", v+"/sobjects/FieldPermissions", grant).id(t)
	if q, _, _ := seen(); q {
		t.Error("a set that nobody has grants a field")
	}
	assign := `{"AssigneeId":"005Hf0000000001IAA","PermissionSetId":"` + set + `"}`
	r.do("POST", v+"/sobjects/PermissionSetAssignment", assign).id(t)
	if q, s, d := seen(); !q || s || !d {
		t.Errorf("with read: query %t, save %t, describe %t", q, s, d)
	}
	r.do("PATCH", v+"/sobjects/FieldPermissions/"+permission, `{"PermissionsEdit":true}`).want(t, 204, "")
	if q, s, d := seen(); !q || !s || !d {
		t.Errorf("with edit: query %t, save %t, describe %t", q, s, d)
	}
	r.do("POST", v+"/sobjects/PermissionSetAssignment", assign).want(t, 400, `[{"message":"Duplicate PermissionSetAssignment.  Assignee: 005Hf0000000001; Permission Set: `+set[:15]+`","errorCode":"DUPLICATE_VALUE","fields":["AssigneeId","PermissionSetId"]}]`)
	for _, bad := range []string{"Account.Nope__c", "Account.Name"} {
		if a := r.do("POST", v+"/sobjects/FieldPermissions", strings.Replace(grant, "Account.New__c", bad, 1)); a.status != 400 || !strings.Contains(a.body, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST") {
			t.Errorf("%s: %d %s", bad, a.status, a.body)
		}
	}
	r.do("DELETE", v+"/tooling/sobjects/CustomField/"+field, "").want(t, 204, "")
	if q, _, d := seen(); q || d {
		t.Error("the deleted field is still there")
	}
}

func TestTooling(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, tc := range []struct{ name, full, meta, code string }{
		{"no length", "Account.A__c", `{"type":"Text","label":"A"}`, "FIELD_INTEGRITY_EXCEPTION"},
		{"checkbox required", "Account.A__c", `{"type":"Checkbox","label":"A","required":true,"defaultValue":false}`, "FIELD_INTEGRITY_EXCEPTION"},
		{"checkbox without default", "Account.A__c", `{"type":"Checkbox","label":"A"}`, "FIELD_INTEGRITY_EXCEPTION"},
		{"long text without lines", "Account.A__c", `{"type":"LongTextArea","label":"A","length":32000}`, "FIELD_INTEGRITY_EXCEPTION"},
		{"no suffix", "Account.A", `{"type":"Date","label":"A"}`, "INVALID_FULLNAME"},
		{"on task", "Task.A__c", `{"type":"Date","label":"A"}`, "INVALID_FULLNAME"},
		{"unknown object", "Nope.A__c", `{"type":"Date","label":"A"}`, "INVALID_FIELD"},
		{"unknown type", "Account.A__c", `{"type":"Magic","label":"A"}`, "FIELD_INTEGRITY_EXCEPTION"},
	} {
		if a := r.do("POST", v+"/tooling/sobjects/CustomField", `{"FullName":"`+tc.full+`","Metadata":`+tc.meta+`}`); a.status != 400 || !strings.Contains(a.body, tc.code) {
			t.Errorf("%s: %d %s", tc.name, a.status, a.body)
		}
	}
	create := func(body string) string { return r.do("POST", v+"/tooling/sobjects/CustomField", body).id(t) }
	pick := create(`{"FullName":"Account.Tier__c","Metadata":{"type":"Picklist","label":"Tier","valueSet":{"restricted":true,"valueSetDefinition":{"value":[{"fullName":"A","default":true,"label":"A"},{"fullName":"B","label":"B"}]}}}}`)
	create(`{"FullName":"Activity.Key__c","Metadata":{"type":"Text","label":"Key","length":255,"unique":true,"caseSensitive":true,"externalId":true}}`)
	if a := r.do("POST", v+"/tooling/sobjects/CustomField", `{"FullName":"Account.Tier__c","Metadata":{"type":"Date","label":"T"}}`); a.status != 400 || !strings.Contains(a.body, "DUPLICATE_DEVELOPER_NAME") {
		t.Errorf("%d %s", a.status, a.body)
	}
	a := r.do("GET", v+"/tooling/query?q=SELECT+Id,DeveloperName,TableEnumOrId+FROM+CustomField+ORDER+BY+DeveloperName", "")
	a.want(t, 200, `{"size":2,"totalSize":2,"done":true,"queryLocator":null,"entityTypeName":"CustomField","records":[
		{"attributes":{"type":"CustomField","url":"`+v+`/tooling/sobjects/CustomField/00NHf0000000002MAA"},"Id":"00NHf0000000002MAA","DeveloperName":"Key","TableEnumOrId":"Activity"},
		{"attributes":{"type":"CustomField","url":"`+v+`/tooling/sobjects/CustomField/`+pick+`"},"Id":"`+pick+`","DeveloperName":"Tier","TableEnumOrId":"Account"}]}`)
	r.do("PATCH", v+"/tooling/sobjects/CustomField/"+pick, `{"Metadata":{"type":"Picklist","label":"Level","valueSet":{"restricted":true,"valueSetDefinition":{"value":[{"fullName":"C","label":"C"}]}}}}`).want(t, 204, "")
	if a := r.do("GET", v+"/tooling/sobjects/CustomField/"+pick, ""); !strings.Contains(a.body, `"label":"Level"`) {
		t.Errorf("%s", a.body)
	}
	a = r.do("GET", v+"/tooling/query?q=SELECT+QualifiedApiName+FROM+FieldDefinition+WHERE+EntityDefinitionId='Task'+AND+QualifiedApiName+LIKE+'%25__c'", "")
	if !strings.Contains(a.body, `"QualifiedApiName":"Key__c"`) {
		t.Errorf("%s", a.body)
	}
}
