package salesforce

import (
	"testing"
	"time"

	"handoffd/connectors"
)

// bulkAt is where a reader stands whose job was made so long ago.
func bulkAt(c *Client, t *testing.T, age time.Duration) position {
	t.Helper()
	cols, err := c.columns(t.Context(), connectors.Account)
	if err != nil {
		t.Fatal(err)
	}
	return position{
		From: "Account", Phase: phaseBulk, Print: cols.print, Begun: start, Job: "750000000000001AAA", Since: start.Add(-age),
	}
}

// TestBulkJobGoesOnAfterARestart: another process asks for the same job and
// makes none of its own.
func TestBulkJobGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	first := bulkClient(t, 0, step{ask: jobAsk, reply: jobState("UploadComplete")})
	page := readOne(t, first, connectors.Account, readOne(t, first, connectors.Account, "").Next)
	second, _, _ := converse(t, func(cfg *Config) {
		cfg.BulkAbove, cfg.Where = 2, "Type != 'Partner'"
		cfg.Selection.Fields[connectors.Account] = []string{"Name", "ACV__c", "MQA__c", "Seen__c"}
		cfg.Selection.Outside = map[connectors.Object][]string{connectors.Account: {"Name"}}
	}, map[string]string{"Account": "ACV__c:currency MQA__c:boolean Seen__c:datetime"},
		step{ask: "GET " + jobPath, reply: jobState("JobComplete")},
		step{ask: "GET " + jobPath + "/results?maxRecords=10000", with: map[string]string{"Content-Type": "text/csv", "Sforce-Locator": "null", "Sforce-NumberOfRecords": "1"}, reply: csvHeader + csvRow(idA, "A", `"","true",""`)},
		step{ask: "DELETE " + jobPath, status: 204},
	)
	if page = readOne(t, second, connectors.Account, page.Next); len(page.Records) != 1 || !page.Loaded {
		t.Errorf("page %+v, want the job's row", page)
	}
}

// TestBulkJobThatNeverEnds is aborted, and another one made.
func TestBulkJobThatNeverEnds(t *testing.T) {
	t.Parallel()
	running := step{ask: "GET " + jobPath, reply: jobState("InProgress")}
	c, _, _ := converse(t, nil, nil,
		running, running, running, running, running, running,
		step{ask: "PATCH " + jobPath, body: `{"state":"Aborted"}`, reply: jobState("Aborted")},
		step{ask: "DELETE " + jobPath, status: 204},
		step{ask: jobAsk, reply: jobState("UploadComplete")},
	)
	page := readOne(t, c, connectors.Account, bulkAt(c, t, bulkPatience).cursor())
	at, err := parseCursor(page.Next, "Account")
	if err != nil || at.Job != "" || at.Tries != 1 || at.Phase != phaseBulk {
		t.Fatalf("after the job was given up: %+v, %v", at, err)
	}
	readOne(t, c, connectors.Account, page.Next)
}

// TestBulkJobOfAnotherSelection is aborted: nobody will fetch its rows.
func TestBulkJobOfAnotherSelection(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, nil,
		step{ask: "PATCH " + jobPath, body: `{"state":"Aborted"}`, reply: jobState("Aborted")},
		step{ask: "DELETE " + jobPath, status: 204},
		step{ask: jobAsk, reply: jobState("UploadComplete")},
	)
	at := bulkAt(c, t, time.Minute)
	at.Print = "another"
	readOne(t, c, connectors.Account, at.cursor())
}

// TestAbandon asks no more than it must, and tells what is worth another try.
func TestAbandon(t *testing.T) {
	t.Parallel()
	abort := func(status int, reply string) step {
		return step{ask: "PATCH " + jobPath, body: `{"state":"Aborted"}`, status: status, reply: reply}
	}
	remove := func(status int, reply string) step {
		return step{ask: "DELETE " + jobPath, status: status, reply: reply}
	}
	const ended, lost, down = `[{"errorCode":"INVALIDJOBSTATE","message":"m"}]`, `[{"errorCode":"NOT_FOUND","message":"m"}]`, `[{"errorCode":"SERVER_UNAVAILABLE","message":"m"}]`
	tests := []struct {
		name  string
		steps []step
		want  connectors.Class
	}{
		{"running", []step{abort(200, jobState("Aborted")), remove(204, "")}, ""},
		{"running, and cleared by somebody", []step{abort(200, jobState("Aborted")), remove(404, lost)}, ""},
		{"running, and cannot be cleared yet", []step{abort(200, jobState("Aborted")), remove(503, down)}, ""},
		{"complete", []step{abort(400, ended), remove(204, "")}, ""},
		{"complete, and cannot be cleared yet", []step{abort(400, ended), remove(503, down)}, connectors.Retry},
		{"gone", []step{abort(404, lost)}, ""},
		{"down", []step{abort(503, down)}, connectors.Retry},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, _ := converse(t, nil, nil, tt.steps...)
			err := c.Abandon(t.Context(), connectors.Account, bulkAt(c, t, time.Minute).cursor())
			if got := connectors.ClassOf(err); got != tt.want || (err != nil) != (tt.want != "") {
				t.Errorf("error %v of class %q, want class %q", err, got, tt.want)
			}
		})
	}
}

// TestAbandonOfNothing makes no call.
func TestAbandonOfNothing(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, nil)
	at := bulkAt(c, t, time.Minute)
	at.Job = ""
	for _, cursor := range []connectors.Cursor{"", "no cursor", `{"v":99,"j":"750000000000001AAA"}`, at.cursor()} {
		if err := c.Abandon(t.Context(), connectors.Account, cursor); err != nil {
			t.Errorf("%s: %v", cursor, err)
		}
	}
}
