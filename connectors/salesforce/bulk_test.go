package salesforce

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

const (
	jobAsk    = "POST /services/data/v67.0/jobs/query"
	jobPath   = "/services/data/v67.0/jobs/query/750000000000001AAA"
	csvHeader = "\"Id\",\"SystemModstamp\",\"CreatedDate\",\"IsDeleted\",\"MasterRecordId\",\"Name\",\"ACV__c\",\"MQA__c\",\"Seen__c\"\n"
)

func csvRow(id, name, rest string) string {
	return `"` + id + `","2026-11-22T09:00:00.000Z","2020-01-01T00:00:00.000Z","false","","` + name + `",` + rest + "\n"
}

func jobState(state string) string {
	return `{"id":"750000000000001AAA","operation":"queryAll","object":"Account","state":"` + state + `","errorMessage":"Field name not found : X"}`
}

// bulkClient loads three accounts in scope, and as many out of it as said.
func bulkClient(t *testing.T, outside int, steps ...step) *Client {
	t.Helper()
	minute := start.Truncate(time.Minute)
	opening := []step{
		{ask: updatedAsk("Account", minute.Add(-time.Minute), minute), reply: coveredReply(minute)},
		{ask: "POST /services/data/v67.0/composite", body: `{"allOrNone":false,"compositeRequest":[
			{"method":"GET","referenceId":"r0","url":"` + escaped("/services/data/v67.0/queryAll?q=", "SELECT COUNT() FROM Account WHERE IsDeleted = false AND (Type != 'Partner')") + `"},
			{"method":"GET","referenceId":"r1","url":"` + escaped("/services/data/v67.0/queryAll?q=", "SELECT COUNT() FROM Account WHERE IsDeleted = false AND (NOT (Type != 'Partner'))") + `"}]}`,
			reply: fmt.Sprintf(`{"compositeResponse":[
			{"referenceId":"r0","httpStatusCode":200,"body":{"totalSize":3,"done":true,"records":[]}},
			{"referenceId":"r1","httpStatusCode":200,"body":{"totalSize":%d,"done":true,"records":[]}}]}`, outside)},
	}
	c, _, _ := converse(t, func(cfg *Config) {
		cfg.BulkAbove, cfg.Where = 2, "Type != 'Partner'"
		cfg.Selection.Fields[connectors.Account] = []string{"Name", "ACV__c", "MQA__c", "Seen__c"}
		cfg.Selection.Outside = map[connectors.Object][]string{connectors.Account: {"Name"}}
	}, map[string]string{"Account": "ACV__c:currency MQA__c:boolean Seen__c:datetime"}, append(opening, steps...)...)
	return c
}

func drain(t *testing.T, c *Client, most int) (rows []string, last connectors.Page) {
	t.Helper()
	var cursor connectors.Cursor
	for range most {
		last = readOne(t, c, connectors.Account, cursor)
		rows = append(rows, names(last)...)
		cursor = last.Next
		if last.Loaded {
			return rows, last
		}
		if !last.More {
			t.Fatal("a first load that is not complete has more")
		}
	}
	t.Fatalf("not loaded after %d pages", most)
	return nil, last
}

func TestFirstLoadByBulk(t *testing.T) {
	t.Parallel()
	c := bulkClient(t, 1,
		step{ask: jobAsk, body: `{"operation":"queryAll","contentType":"CSV","lineEnding":"LF","columnDelimiter":"COMMA",
			"query":"SELECT Id,SystemModstamp,CreatedDate,IsDeleted,MasterRecordId,Name,ACV__c,MQA__c,Seen__c FROM Account WHERE IsDeleted = false AND (Type != 'Partner')"}`, reply: jobState("UploadComplete")},
		step{ask: "GET " + jobPath, reply: jobState("InProgress")},
		step{ask: "GET " + jobPath, reply: jobState("JobComplete")},
		step{ask: "GET " + jobPath + "/results?maxRecords=10000", headers: map[string]string{"Accept": "text/csv"},
			with:  map[string]string{"Content-Type": "text/csv", "Sforce-Locator": "MTAw", "Sforce-NumberOfRecords": "2"},
			reply: csvHeader + csvRow(idA, "A \"\"quoted\"\", with comma\nand line", `"250000.10","true","2026-11-22T08:00:00.000Z"`) + csvRow(idB, "B", `"","false",""`)},
		// The next page may come without a header row.
		step{ask: "GET " + jobPath + "/results?locator=MTAw&maxRecords=10000",
			with: map[string]string{"Content-Type": "text/csv", "Sforce-Locator": "null", "Sforce-NumberOfRecords": "1"}, reply: csvRow(idC, "C", `"1.0E7","true",""`)},
		step{ask: "DELETE " + jobPath, status: 204},
		// What is out of scope is little, and comes by REST.
		step{ask: "GET /services/data/v67.0/queryAll?q=SELECT Id,SystemModstamp,IsDeleted,MasterRecordId,Name FROM Account WHERE IsDeleted = false AND (NOT (Type != 'Partner')) ORDER BY Id",
			reply: pageOf("", `{"Id":"`+idD+`","SystemModstamp":"2026-11-22T09:00:00.000+0000","IsDeleted":false,"MasterRecordId":null,"Name":"D"}`)},
	)
	var cursor connectors.Cursor
	var records []connectors.Record
	for {
		page := readOne(t, c, connectors.Account, cursor)
		records, cursor = append(records, page.Records...), page.Next
		if page.Loaded {
			break
		}
	}
	want := []map[string]connectors.Value{
		{"Name": connectors.TextValue("A \"quoted\", with comma\nand line"), "ACV__c": number("250000.1"), "MQA__c": connectors.BoolValue(true),
			"Seen__c": connectors.TimeValue(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))},
		{"Name": connectors.TextValue("B"), "ACV__c": {}, "MQA__c": connectors.BoolValue(false), "Seen__c": {}},
		{"Name": connectors.TextValue("C"), "ACV__c": number("10000000"), "MQA__c": connectors.BoolValue(true), "Seen__c": {}},
	}
	same := cmp.Comparer(func(a, b connectors.Value) bool { return a == b })
	for i, w := range want {
		if diff := cmp.Diff(w, records[i].Fields, same); diff != "" {
			t.Errorf("row %d: %s", i, diff)
		}
	}
	out := connectors.Record{
		Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: idD}, Modified: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		OutOfScope: true, Fields: map[string]connectors.Value{"Name": connectors.TextValue("D")},
	}
	if diff := cmp.Diff([]connectors.Record{out}, records[3:], same); diff != "" {
		t.Errorf("out of scope: %s", diff)
	}
	if r := records[0]; r.Ref.ID != idA || !r.Modified.Equal(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)) || r.Deleted {
		t.Errorf("%+v", r)
	}
	at, err := parseCursor(cursor, "Account")
	if err != nil || at.Phase != phaseChanges || at.Job != "" || !at.Thru.Equal(start.Truncate(time.Minute)) {
		t.Errorf("after the load: %+v %v", at, err)
	}
}

// TestBulkJobLost: a job that failed, expired or was made with another API
// version is made anew; after three the load goes by REST.
func TestBulkJobLost(t *testing.T) {
	t.Parallel()
	create := step{ask: jobAsk, reply: jobState("UploadComplete")}
	c := bulkClient(t, 0,
		create, step{ask: "GET " + jobPath, reply: jobState("Failed")}, step{ask: "DELETE " + jobPath, status: 204},
		create, step{ask: "GET " + jobPath, status: 404, reply: `[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]`},
		create, step{ask: "GET " + jobPath, reply: jobState("JobComplete")},
		step{ask: "GET " + jobPath + "/results?maxRecords=10000", status: 409, reply: `[{"errorCode":"API_ERROR_VERSION","message":"m"}]`},
		step{ask: "PATCH " + jobPath, body: `{"state":"Aborted"}`, status: 400, reply: `[{"errorCode":"INVALIDJOBSTATE","message":"m"}]`},
		step{ask: "DELETE " + jobPath, status: 204},
		step{ask: "GET /services/data/v67.0/queryAll?q=SELECT Id,SystemModstamp,CreatedDate,IsDeleted,MasterRecordId,Name,ACV__c,MQA__c,Seen__c FROM Account WHERE IsDeleted = false AND (Type != 'Partner') ORDER BY Id",
			reply: pageOf("", rowOf(idA, "A", start, ""))},
	)
	rows, _ := drain(t, c, 12)
	if diff := cmp.Diff([]string{"A"}, rows); diff != "" {
		t.Error(diff)
	}
}

func TestBulkNotAllowed(t *testing.T) {
	t.Parallel()
	c := bulkClient(t, 0,
		step{ask: jobAsk, status: 403, reply: `[{"errorCode":"FUNCTIONALITY_NOT_ENABLED","message":"The Bulk API is not enabled"}]`},
		step{ask: "GET /services/data/v67.0/queryAll?q=SELECT Id,SystemModstamp,CreatedDate,IsDeleted,MasterRecordId,Name,ACV__c,MQA__c,Seen__c FROM Account WHERE IsDeleted = false AND (Type != 'Partner') ORDER BY Id",
			reply: pageOf("", rowOf(idA, "A", start, ""))},
	)
	if rows, _ := drain(t, c, 4); len(rows) != 1 {
		t.Errorf("rows: %v", rows)
	}
}

func TestReadCSV(t *testing.T) {
	t.Parallel()
	cols := &columns{object: connectors.Account, from: "Account", selected: []string{"Id", "SystemModstamp", "CreatedDate", "IsDeleted", "Name"},
		wanted: []column{{name: "Name", path: "Name", kind: kindText}}}
	row := func(name string) string {
		return `"` + idA + `","2026-11-22T09:00:00.000Z","","false","` + name + `"` + "\n"
	}
	tests := []struct {
		name, text, count, want string
		bad                     bool
	}{
		{"empty", "", "", "", false},
		{"header only", "\"Id\",\"SystemModstamp\",\"CreatedDate\",\"IsDeleted\",\"Name\"\n", "0", "", false},
		{"other order of columns", "\"Id\",\"Name\",\"IsDeleted\",\"SystemModstamp\",\"CreatedDate\"\n\"" + idA + "\",\"A\",\"false\",\"\",\"\"\n", "1", "A", false},
		{"CRLF", strings.ReplaceAll(row("A"), "\n", "\r\n"), "1", "A", false},
		{"cut between rows", row("A"), "2", "", true},
		{"cut inside a row", strings.TrimSuffix(row("A"), "\"\n"), "", "", true},
		{"too few columns", `"` + idA + `","x"` + "\n", "", "", true},
		{"no id", `"","","","false","A"` + "\n", "", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rows, err := cols.readCSV(strings.NewReader(tt.text), tt.count)
			got := strings.Join(names(connectors.Page{Records: rows}), ",")
			if got != tt.want || (err != nil) != tt.bad {
				t.Errorf("got %q, %v", got, err)
			}
			if err != nil && strings.Contains(err.Error(), idA) {
				t.Errorf("error shows content: %v", err)
			}
		})
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("\"Id\",\"Name\"\n\"001000000000001AAA\",\"A\"\n", "1")
	f.Add("\"a", "x")
	f.Fuzz(func(t *testing.T, text, count string) {
		cols := &columns{object: connectors.Account, selected: []string{"Id", "Name"}, wanted: []column{{name: "Name", path: "Name", kind: kindNumber}}}
		rows, err := cols.readCSV(strings.NewReader(text), count)
		if err == nil {
			for _, r := range rows {
				if r.Ref.ID == "" {
					t.Error("a row without an id")
				}
			}
		}
	})
}
