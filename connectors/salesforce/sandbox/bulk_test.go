package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func (r *rig) state(path string) string {
	r.t.Helper()
	var x struct{ State string }
	a := r.do("GET", path, "")
	if err := json.Unmarshal([]byte(a.body), &x); err != nil {
		r.t.Fatalf("%d %s", a.status, a.body)
	}
	return x.State
}

func TestBulkQuery(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for i := range 5 {
		r.insert("Account", map[string]any{"Name": fmt.Sprintf(`A "%d", Ltd`, i), "AnnualRevenue": 1.5e7})
	}
	a := r.do("POST", v+"/jobs/query", `{"operation":"query","query":"SELECT Id, Name, AnnualRevenue, Site, Owner.Name, CreatedDate FROM Account"}`)
	id := a.id(t)
	a.want(t, 200, `{"id":"`+id+`","operation":"query","object":"Account","createdById":"005Hf0000000001IAA","createdDate":"2026-11-23T12:00:00.000+0000","systemModstamp":"2026-11-23T12:00:00.000+0000",
		"state":"UploadComplete","concurrencyMode":"Parallel","contentType":"CSV","apiVersion":67.0,"lineEnding":"LF","columnDelimiter":"COMMA"}`)
	job := v + "/jobs/query/" + id
	if a := r.do("GET", job+"/results", ""); a.status != 400 {
		t.Errorf("results of an unfinished job: %d %s", a.status, a.body)
	}
	if s := r.state(job) + "," + r.state(job); s != "InProgress,JobComplete" {
		t.Fatalf("states %s", s)
	}
	r.account("too late")
	const header = `"Id","Name","AnnualRevenue","Site","Owner.Name","CreatedDate"` + "\n"
	row := func(i int) string {
		return fmt.Sprintf(`"001Hf000000000%dIAA","A ""%d"", Ltd","1.5E7","","Integration User","2026-11-23T12:00:00.000Z"`+"\n", i+1, i)
	}
	a = r.do("GET", job+"/results?maxRecords=3", "")
	if want := header + row(0) + row(1) + row(2); a.body != want || a.header.Get("Sforce-NumberOfRecords") != "3" || a.header.Get("Content-Type") != "text/csv;charset=UTF-8" {
		t.Errorf("got %s\nwant %s", a.body, want)
	}
	a = r.do("GET", job+"/results?maxRecords=3&locator="+a.header.Get("Sforce-Locator"), "")
	if a.body != header+row(3)+row(4) || a.header.Get("Sforce-Locator") != "null" {
		t.Errorf("got %s %s", a.header.Get("Sforce-Locator"), a.body)
	}
	if a := r.do("GET", strings.Replace(job, "v67.0", "v66.0", 1)+"/results", ""); a.status != 409 {
		t.Errorf("other version: %d", a.status)
	}
	r.do("DELETE", job, "").want(t, 204, "")
	if a := r.do("GET", job, ""); a.status != 404 {
		t.Errorf("deleted job: %d", a.status)
	}
}

func TestBulkQueryRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, soql := range []string{"SELECT COUNT() FROM Account", "SELECT Name, COUNT(Id) FROM Account GROUP BY Name", "SELECT (SELECT Id FROM Contacts) FROM Account",
		"SELECT BillingAddress FROM Account", "SELECT Id FROM Account OFFSET 1", "SELECT Foo FROM Account"} {
		if a := r.do("POST", v+"/jobs/query", `{"operation":"query","query":"`+soql+`"}`); a.status != 400 {
			t.Errorf("%s: %d %s", soql, a.status, a.body)
		}
	}
	id := r.do("POST", v+"/jobs/query", `{"operation":"queryAll","query":"SELECT Id FROM Account"}`).id(t)
	if a := r.do("PATCH", v+"/jobs/query/"+id, `{"state":"Aborted"}`); a.status != 200 || !strings.Contains(a.body, `"state":"Aborted"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := r.do("PATCH", v+"/jobs/query/"+id, `{"state":"Aborted"}`); a.status != 400 {
		t.Errorf("aborted twice: %d", a.status)
	}
	r.clock.Advance(7 * 24 * time.Hour)
	r.token, _ = r.s.Token("integration@sandbox.example")
	if a := r.do("GET", v+"/jobs/query/"+id, ""); a.status != 404 {
		t.Errorf("a week-old job is still there: %d", a.status)
	}
}

func (r *rig) ingest(job, csv string) string {
	r.t.Helper()
	a := r.do("POST", v+"/jobs/ingest", job)
	path := v + "/jobs/ingest/" + a.id(r.t)
	if a := r.do("PUT", path+"/batches", csv, "Content-Type", "text/csv"); a.status != 201 || a.body != "" {
		r.t.Fatalf("upload: %d %s", a.status, a.body)
	}
	if a := r.do("PATCH", path, `{"state":"UploadComplete"}`); a.status != 200 {
		r.t.Fatalf("%d %s", a.status, a.body)
	}
	r.clock.Advance(time.Minute)
	r.state(path)
	return path
}

func TestBulkIngest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := r.s.AddField("Account", Field{Name: "Ext__c", Type: "string", Unique: true, ExternalID: true}); err != nil {
		t.Fatal(err)
	}
	id := r.insert("Account", map[string]any{"Name": "Old", "Ext__c": "a", "Site": "s", "Phone": "1"})
	path := r.ingest(`{"object":"Account","operation":"upsert","externalIdFieldName":"Ext__c","contentType":"CSV","lineEnding":"LF"}`,
		"Ext__c,Name,NumberOfEmployees,Site,Phone\na,New,5,#N/A,\nb,B,x,,\nc,\"C, \"\"Inc\"\"\",7,,\n")
	a := r.do("GET", path, "")
	var info struct {
		State                  string
		NumberRecordsProcessed int
		NumberRecordsFailed    int
	}
	if err := json.Unmarshal([]byte(a.body), &info); err != nil || info.State != "JobComplete" || info.NumberRecordsProcessed != 3 || info.NumberRecordsFailed != 1 {
		t.Fatalf("%s", a.body)
	}
	if got, want := r.do("GET", path+"/successfulResults", "").body, `"sf__Id","sf__Created",Ext__c,Name,NumberOfEmployees,Site,Phone
"`+id+`","false","a","New","5","#N/A",""
"001Hf0000000002IAA","true","c","C, ""Inc""","7","",""
`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got, want := r.do("GET", path+"/failedResults", "").body, `"sf__Id","sf__Error",Ext__c,Name,NumberOfEmployees,Site,Phone
"","INVALID_FIELD:Failed to deserialize field at col 2. Due to, 'x' is not a valid value for the type xsd:int:NumberOfEmployees --","b","B","x","",""
`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	got := r.fields(id, "Name", "Site", "Phone")
	if got["Name"] != "New" || got["Site"] != "" || got["Phone"] != "1" { // #N/A clears, an empty cell does not
		t.Errorf("got %v", got)
	}
	path = r.ingest(`{"object":"Account","operation":"delete","contentType":"CSV"}`, "Id\n"+id+"\n"+id+"\n")
	if body := r.do("GET", path+"/failedResults", "").body; !strings.Contains(body, "ENTITY_IS_DELETED:entity is deleted: --") {
		t.Errorf("%s", body)
	}
}

// A cell that is no value of its column's type is refused in the words of a
// recorded reply; the header stands as the upload wrote it.
func TestBulkIngestBadCells(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.ingest(`{"object":"Opportunity","operation":"insert","contentType":"CSV","lineEnding":"LF"}`,
		"Name,\"StageName\",Amount,CloseDate\nNoemi Miller,GENERATED,1,2003-04-987654321987654321\nB,GENERATED,much,2003-04-01\n")
	if a := r.do("GET", path, ""); !strings.Contains(a.body, `"apiVersion":67.0,`) {
		t.Errorf("%s", a.body)
	}
	want := `"sf__Id","sf__Error",Name,"StageName",Amount,CloseDate
"","INVALID_FIELD:Failed to deserialize field at col 3. Due to, '2003-04-987654321987654321' is not a valid value for the type xsd:date:CloseDate --","Noemi Miller","GENERATED","1","2003-04-987654321987654321"
"","INVALID_FIELD:Failed to deserialize field at col 2. Due to, 'much' is not a valid value for the type xsd:double:Amount --","B","GENERATED","much","2003-04-01"
`
	if got := r.do("GET", path+"/failedResults", "").body; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestBulkIngestFailures(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, tc := range []struct{ name, csv, message string }{
		{"unknown column", "Name,Foo\na,b\n", "InvalidBatch : Field name not found : Foo"},
		{"line ending", "Name\r\na\r\n", "InvalidBatch : LineEnding is invalid on user data. Current LineEnding setting is LF"},
		{"ragged", "Name,Site\na\n", "InvalidBatch : Unable to parse CSV"},
	} {
		path := r.ingest(`{"object":"Account","operation":"insert","contentType":"CSV","lineEnding":"LF"}`, tc.csv)
		if a := r.do("GET", path, ""); !strings.Contains(a.body, `"state":"Failed"`) || !strings.Contains(a.body, tc.message) {
			t.Errorf("%s: %s", tc.name, a.body)
		}
		if a := r.do("GET", path+"/unprocessedrecords", ""); a.body != tc.csv {
			t.Errorf("%s: unprocessed %q", tc.name, a.body)
		}
	}
	for _, job := range []string{`{"object":"Nope","operation":"insert"}`, `{"object":"Account","operation":"upsert"}`, `{"object":"Account","operation":"merge"}`,
		`{"object":"Account","operation":"hardDelete"}`, `{"object":"Account","operation":"insert","columnDelimiter":"X"}`} {
		if a := r.do("POST", v+"/jobs/ingest", job); a.status != 400 {
			t.Errorf("%s: %d", job, a.status)
		}
	}
}
