package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestCollections(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := r.s.AddField("Account", Field{Name: "Ext__c", Type: "string", Unique: true, ExternalID: true}); err != nil {
		t.Fatal(err)
	}
	one := r.insert("Account", map[string]any{"Name": "One", "Ext__c": "e1"})
	for _, tc := range []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"empty", "POST", "", `{"records":[]}`, 400, `[{"message":"At least 1 record is required","errorCode":"REQUIRED_FIELD_MISSING"}]`},
		{"no ids", "PATCH", "", `{"records":[{"attributes":{"type":"Contact"},"LastName":"x"}]}`, 200,
			`[{"success":false,"errors":[{"statusCode":"MISSING_ARGUMENT","message":"Id not specified in an update call","fields":[]}]}]`},
		{"other org's id", "PATCH", "", `{"records":[{"attributes":{"type":"Account"},"id":"001xx000003DHP0AAO","Name":"x"}],"allOrNone":false}`, 200,
			`[{"success":false,"errors":[{"statusCode":"INVALID_CROSS_REFERENCE_KEY","message":"invalid cross reference id","fields":[]}]}]`},
		{"all or none", "POST", "", `{"allOrNone":true,"records":[{"attributes":{"type":"Contact"},"FirstName":"Siena"},{"LastName":"B","attributes":{"type":"Contact"}}]}`, 200,
			`[{"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [LastName]","fields":["LastName"]}]},
			  {"success":false,"errors":[{"statusCode":"ALL_OR_NONE_OPERATION_ROLLED_BACK","message":"Record rolled back because not all records were valid and the request was using AllOrNone header","fields":[]}]}]`},
		{"unknown column", "PATCH", "", `{"records":[{"attributes":{"type":"Account"},"id":"` + one + `","Foo":"x"}]}`, 200,
			`[{"success":false,"errors":[{"statusCode":"INVALID_FIELD","message":"No such column 'Foo' on sobject of type Account","fields":[]}]}]`},
		{"upsert without attributes", "PATCH", "/Account/Id", `{"records":[{"Id":"001000000000000000","Name":"x"}],"allOrNone":false}`, 200,
			`[{"success":false,"errors":[{"statusCode":"JSON_PARSER_ERROR","message":"Nested object for polymorphic foreign key must have an attributes field before any other fields.","fields":[]}],"created":false}]`},
		{"upsert", "PATCH", "/Account/Ext__c", `{"records":[{"attributes":{"type":"Account"},"Ext__c":"E1","Name":"x"},{"attributes":{"type":"Account"},"Ext__c":"e2"}]}`, 200,
			`[{"id":"` + one + `","success":true,"errors":[],"created":false},{"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [Name]","fields":["Name"]}],"created":false}]`},
		{"upsert of one key twice", "PATCH", "/Account/Ext__c", `{"records":[{"attributes":{"type":"Account"},"Ext__c":"n","Name":"x"},{"attributes":{"type":"Account"},"Ext__c":"N","Name":"y"}]}`, 200,
			`[{"success":false,"errors":[{"statusCode":"DUPLICATE_VALUE","message":"Duplicate external id specified: n","fields":["Ext__c"]}],"created":false},
			  {"success":false,"errors":[{"statusCode":"DUPLICATE_VALUE","message":"Duplicate external id specified: N","fields":["Ext__c"]}],"created":false}]`},
		{"malformed delete", "DELETE", "?ids=001RM000003oLrB000", ``, 200,
			`[{"success":false,"errors":[{"statusCode":"MALFORMED_ID","message":"malformed id 001RM000003oLrB000","fields":[]}]}]`},
		{"retrieve", "POST", "/Account", `{"ids":["` + one + `","001dM00003kRs59QAC"],"fields":["Name"]}`, 200,
			`[{"attributes":{"type":"Account","url":"` + v + `/sobjects/Account/` + one + `"},"Name":"x","Id":"` + one + `"},null]`},
		{"delete", "DELETE", "?ids=" + one + "&allOrNone=true", ``, 200, `[{"id":"` + one + `","success":true,"errors":[]}]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r.do(tc.method, v+"/composite/sobjects"+tc.path, tc.body).want(t, tc.status, tc.want)
		})
	}
	if got := r.column("SELECT Id FROM Contact", "Id"); len(got) != 0 {
		t.Errorf("rolled-back contacts are there: %v", got)
	}
}

func TestCollectionBounds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := func(n int, kind func(int) string) string {
		var records []string
		for i := range n {
			records = append(records, fmt.Sprintf(`{"attributes":{"type":%q},"Name":"x","LastName":"x"}`, kind(i)))
		}
		return `{"records":[` + strings.Join(records, ",") + `]}`
	}
	account := func(int) string { return "Account" }
	if a := r.do("POST", v+"/composite/sobjects", strings.ReplaceAll(body(200, account), `,"LastName":"x"`, "")); a.status != 200 || strings.Contains(a.body, `"success":false`) {
		t.Errorf("%d %.200s", a.status, a.body)
	}
	if a := r.do("POST", v+"/composite/sobjects", body(201, account)); a.status != 400 || !strings.Contains(a.body, "EXCEEDED_ID_LIMIT") {
		t.Errorf("%d %.200s", a.status, a.body)
	}
	if a := r.do("POST", v+"/composite/sobjects", body(11, func(i int) string { return []string{"Account", "Contact"}[i%2] })); a.status != 400 || !strings.Contains(a.body, "10 chunks") {
		t.Errorf("%d %.200s", a.status, a.body)
	}
	if used, _ := r.s.Usage(); used != 3 {
		t.Errorf("three requests cost %d calls", used)
	}
}

type composed struct {
	CompositeResponse []struct {
		Body           json.RawMessage
		HTTPStatusCode int
		HTTPHeaders    map[string]string
		ReferenceID    string
	}
}

func (r *rig) composite(body string) composed {
	r.t.Helper()
	a := r.do("POST", v+"/composite", body)
	var out composed
	if err := json.Unmarshal([]byte(a.body), &out); err != nil || a.status != 200 {
		r.t.Fatalf("%d %s", a.status, a.body)
	}
	return out
}

func (c composed) statuses() string {
	var out []string
	for _, r := range c.CompositeResponse {
		out = append(out, fmt.Sprint(r.HTTPStatusCode))
	}
	return strings.Join(out, ",")
}

func TestComposite(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.composite(`{"compositeRequest":[
		{"method":"POST","url":"` + v + `/sobjects/Account","referenceId":"acc","body":{"Name":"Acme"}},
		{"method":"POST","url":"` + v + `/sobjects/Contact","referenceId":"con","body":{"LastName":"of @{acc.id}","AccountId":"@{acc.id}"}},
		{"method":"GET","url":"` + v + `/query?q=SELECT+LastName+FROM+Contact+WHERE+AccountId='@{acc.id}'","referenceId":"q"},
		{"method":"PATCH","url":"` + v + `/sobjects/Account/@{acc.id}","referenceId":"upd","body":{"Site":"@{q.records[0].LastName}"}},
		{"method":"POST","url":"` + v + `/sobjects/Account","referenceId":"bad","body":{}},
		{"method":"GET","url":"` + v + `/sobjects/Account/@{bad.id}","referenceId":"dep"},
		{"method":"GET","url":"` + v + `/limits","referenceId":"no"}]}`)
	if got := c.statuses(); got != "201,201,200,204,400,400,400" {
		t.Fatalf("statuses %s", got)
	}
	if got := c.CompositeResponse[0].HTTPHeaders["Location"]; !strings.HasPrefix(got, v+"/sobjects/Account/001") {
		t.Errorf("Location %q", got)
	}
	if string(c.CompositeResponse[3].Body) != "null" {
		t.Errorf("the body of a 204 is %s", c.CompositeResponse[3].Body)
	}
	if got := string(c.CompositeResponse[5].Body); got != `[{"message":"Invalid reference specified. No value for bad.id found","errorCode":"PROCESSING_HALTED"}]` {
		t.Errorf("dependent: %s", got)
	}
	if used, _ := r.s.Usage(); used != 1 {
		t.Errorf("one composite request cost %d calls", used)
	}
	if got := r.column("SELECT Site FROM Account", "Site"); len(got) != 1 || !strings.HasPrefix(got[0], "of 001") {
		t.Errorf("got %v", got)
	}
}

func TestCompositeAllOrNone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.composite(`{"allOrNone":true,"compositeRequest":[
		{"method":"POST","url":"` + v + `/sobjects/Account","referenceId":"a","body":{"Name":"Acme"}},
		{"method":"POST","url":"` + v + `/sobjects/Account","referenceId":"b","body":{}},
		{"method":"POST","url":"` + v + `/sobjects/Account","referenceId":"c","body":{"Name":"C"}}]}`)
	const undone = `[{"message":"The transaction was rolled back since another operation in the same transaction failed.","errorCode":"PROCESSING_HALTED"}]`
	if c.statuses() != "400,400,400" || string(c.CompositeResponse[0].Body) != undone || string(c.CompositeResponse[2].Body) != undone ||
		!strings.Contains(string(c.CompositeResponse[1].Body), "REQUIRED_FIELD_MISSING") {
		t.Errorf("got %+v", c)
	}
	if got := r.column("SELECT Id FROM Account", "Id"); len(got) != 0 {
		t.Errorf("rolled-back rows are there: %v", got)
	}
	if n := len(r.s.Calls().Records); n != 0 {
		t.Errorf("%d rolled-back writes were counted", n)
	}
}

func TestCompositeConditionalWrite(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.account("Acme")
	tag := r.do("GET", v+"/sobjects/Account/"+id, "").header.Get("ETag")
	quoted, _ := json.Marshal(tag)
	part := `{"method":"PATCH","url":"` + v + `/sobjects/Account/` + id + `","referenceId":"%s","httpHeaders":{"If-Match":` + string(quoted) + `},"body":{"Site":"s"}}`
	c := r.composite(`{"compositeRequest":[` + fmt.Sprintf(part, "a") + "," + fmt.Sprintf(part, "b") + `]}`)
	if c.statuses() != "204,412" {
		t.Errorf("got %s", c.statuses())
	}
}

func TestCompositeBounds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	many := func(n int, url string) string {
		var parts []string
		for i := range n {
			parts = append(parts, fmt.Sprintf(`{"method":"GET","url":%q,"referenceId":"r%d"}`, v+url, i))
		}
		return `{"compositeRequest":[` + strings.Join(parts, ",") + `]}`
	}
	for _, tc := range []struct {
		name, body string
		status     int
	}{
		{"25 records", many(25, "/sobjects/Account/001000000000000"), 200},
		{"26 records", many(26, "/sobjects/Account/001000000000000"), 400},
		{"5 queries", many(5, "/query?q=SELECT+Id+FROM+Account"), 200},
		{"6 queries", many(6, "/query?q=SELECT+Id+FROM+Account"), 400},
		{"same reference", `{"compositeRequest":[{"method":"GET","url":"` + v + `/sobjects","referenceId":"a"},{"method":"GET","url":"` + v + `/sobjects","referenceId":"a"}]}`, 400},
		{"none", `{"compositeRequest":[]}`, 400},
	} {
		if a := r.do("POST", v+"/composite", tc.body); a.status != tc.status {
			t.Errorf("%s: %d %.200s", tc.name, a.status, a.body)
		}
	}
}

func TestBatchGraphTree(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.do("POST", v+"/composite/batch", `{"haltOnError":true,"batchRequests":[{"method":"GET","url":"v67.0/sobjects/Account/nope"},{"method":"GET","url":"v67.0/limits"}]}`)
	a.want(t, 200, `{"hasErrors":true,"results":[{"statusCode":404,"result":[{"message":"Provided external ID field does not exist or is not accessible: nope","errorCode":"NOT_FOUND"}]},
		{"statusCode":412,"result":[{"message":"Batch processing halted per request","errorCode":"BATCH_PROCESSING_HALTED"}]}]}`)
	r.do("POST", v+"/composite/batch", `{"batchRequests":[{"method":"POST","url":"v67.0/sobjects/Account","richInput":{"Name":"B"}},{"method":"GET","url":"v67.0/limits"}]}`)
	if used, _ := r.s.Usage(); used != 3 {
		t.Errorf("a batch of one and one of two cost %d calls", used)
	}

	r = newRig(t)
	r.do("POST", v+"/composite/graph", `{"graphs":[
		{"graphId":"1","compositeRequest":[{"method":"POST","url":"`+v+`/sobjects/Account","referenceId":"n","body":{"Name":"G"}}]},
		{"graphId":"2","compositeRequest":[{"method":"POST","url":"`+v+`/sobjects/Account","referenceId":"n","body":{}}]}]}`).
		want(t, 200, `{"graphs":[{"graphId":"1","graphResponse":{"compositeResponse":[{"body":{"id":"001Hf0000000001IAA","success":true,"errors":[]},"httpHeaders":{"Location":"`+v+`/sobjects/Account/001Hf0000000001IAA"},"httpStatusCode":201,"referenceId":"n"}]},"isSuccessful":true},
		{"graphId":"2","graphResponse":{"compositeResponse":[{"body":[{"message":"Required fields are missing: [Name]","errorCode":"REQUIRED_FIELD_MISSING","fields":["Name"]}],"httpHeaders":{},"httpStatusCode":400,"referenceId":"n"}]},"isSuccessful":false}]}`)

	r = newRig(t)
	r.do("POST", v+"/composite/tree/Account", `{"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":"T","Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"c"},"LastName":"L"}]}}]}`).
		want(t, 201, `{"hasErrors":false,"results":[{"referenceId":"a","id":"001Hf0000000001IAA"},{"referenceId":"c","id":"003Hf0000000001IAA"}]}`)
	r.do("POST", v+"/composite/tree/Account", `{"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":"T2"},{"attributes":{"type":"Account","referenceId":"b"}}]}`).
		want(t, 400, `{"hasErrors":true,"results":[{"referenceId":"b","errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [Name]","fields":["Name"]}]}]}`)
	if got := r.column("SELECT Name FROM Account", "Name"); len(got) != 1 {
		t.Errorf("the failed tree left rows: %v", got)
	}
}
