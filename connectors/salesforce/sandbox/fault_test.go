package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"handoffd/internal/clock"
)

func (r *rig) fault(body string) {
	r.t.Helper()
	if a := r.do("POST", "/_sandbox/faults", body); a.status != 201 {
		r.t.Fatalf("%d %s", a.status, a.body)
	}
}

func TestFaultsOnRequests(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, fault string
		status      int // of the first POST
		body        string
		written     bool // whether the first POST wrote
	}{
		{"status", `{"action":"status","method":"POST","path":"/sobjects"}`, 503, `[{"message":"server temporarily unavailable","errorCode":"SERVER_UNAVAILABLE"}]`, false},
		{"limit", `{"action":"status","status":403}`, 403, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, false},
		{"own body", `{"action":"status","status":500,"body":"[]"}`, 500, `[]`, false},
		{"html", `{"action":"html_body"}`, 503, "<html>", false},
		{"drop before", `{"action":"drop_before"}`, 0, "", false},
		{"drop after", `{"action":"drop_after"}`, 0, "", true},
		{"truncated", `{"action":"truncated_body"}`, 0, "", true},
		{"malformed", `{"action":"malformed_body"}`, 201, `{"oops":`, true},
		{"expired token", `{"action":"expired_token"}`, 401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`, false},
		{"row lock", `{"action":"row_lock"}`, 400, `[{"message":"unable to obtain exclusive access to this record or 1 records","errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}]`, false},
		{"another path", `{"action":"status","path":"/query"}`, 201, `{"id":`, true},
		{"another method", `{"action":"status","method":"PATCH"}`, 201, `{"id":`, true},
		{"skipped", `{"action":"status","skip":1}`, 201, `{"id":`, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.fault(tc.fault)
			a := r.do("POST", v+"/sobjects/Account", `{"Name":"x"}`)
			if a.status != tc.status || !strings.HasPrefix(a.body, tc.body) {
				t.Errorf("%d %s", a.status, a.body)
			}
			_, rows, err := r.s.Query("SELECT Id FROM Account", false)
			if err != nil || (len(rows) == 1) != tc.written {
				t.Errorf("%d rows, %v", len(rows), err)
			}
		})
	}
}

func TestFaultCountsItsHits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.fault(`{"id":"x","action":"status","skip":1,"count":2,"path":"/limits"}`)
	got := ""
	for range 4 {
		if r.do("GET", v+"/limits", "").status == 503 {
			got += "x"
		} else {
			got += "."
		}
	}
	if got != ".xx." {
		t.Errorf("struck %s", got)
	}
	if a := r.do("GET", "/_sandbox/faults", ""); !strings.Contains(a.body, `"seen":4,"hits":2`) {
		t.Errorf("%s", a.body)
	}
	r.do("DELETE", "/_sandbox/faults?id=x", "").want(t, 204, "")
	r.do("GET", "/_sandbox/faults", "").want(t, 200, `[]`)
	for _, bad := range []string{`{"action":"nope"}`, `{"action":"status","path":"("}`, `{"action":"latency"}`, `{"action":"status","typo":1}`, `{"action":"record_lock"}`, `x`} {
		if a := r.do("POST", "/_sandbox/faults", bad); a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

func TestPartialFailure(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.fault(`{"action":"partial_failure","record":2,"code":"ENTITY_IS_LOCKED","message":"locked","path":"/composite"}`)
	record := `{"attributes":{"type":"Account"},"Name":"x"}`
	r.do("POST", v+"/composite/sobjects", `{"records":[`+record+","+record+","+record+`]}`).want(t, 200,
		`[{"id":"001Hf0000000001IAA","success":true,"errors":[]},{"success":false,"errors":[{"statusCode":"ENTITY_IS_LOCKED","message":"locked","fields":[]}]},{"id":"001Hf0000000002IAA","success":true,"errors":[]}]`)
}

func TestOrgRules(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.account("Acme")
	r.fault(`[{"id":"v","action":"validation_rule","object":"Account","field":"Industry","equals":"Banking","message":"No banks."},
		{"action":"duplicate_rule","object":"Account","field":"Name","allow_save":true}]`)
	r.do("PATCH", v+"/sobjects/Account/"+id, `{"Industry":"Banking"}`).want(t, 400, `[{"message":"No banks.","errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","fields":["Industry"]}]`)
	a := r.do("POST", v+"/sobjects/Account", `{"Name":"ACME"}`)
	var got []struct {
		ErrorCode       string
		DuplicateResult struct {
			AllowSave    bool
			MatchResults []struct {
				MatchRecords []struct{ Record struct{ ID string } }
			}
		}
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != 400 || got[0].ErrorCode != "DUPLICATES_DETECTED" || !got[0].DuplicateResult.AllowSave ||
		got[0].DuplicateResult.MatchResults[0].MatchRecords[0].Record.ID != id {
		t.Errorf("%d %s", a.status, a.body)
	}
	r.do("POST", v+"/sobjects/Account", `{"Name":"ACME"}`, "Sforce-Duplicate-Rule-Header", "allowSave=true").id(t)
	r.do("DELETE", "/_sandbox/faults?id=v", "").want(t, 204, "")
	r.do("PATCH", v+"/sobjects/Account/"+id, `{"Industry":"Banking"}`).want(t, 204, "")
	r.fault(`{"action":"record_lock","record_id":"` + id + `"}`)
	if a := r.do("PATCH", v+"/sobjects/Account/"+id, `{"Industry":"Retail"}`); !strings.Contains(a.body, "ENTITY_IS_LOCKED") {
		t.Errorf("%s", a.body)
	}
}

func TestLatencyRunsOnTheClock(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.clock.AutoAdvance()
	r.fault(`[{"action":"latency","delay":"20s"},{"action":"latency_after","delay":"10s"}]`)
	if a := r.do("GET", v+"/limits", ""); a.status != 200 || !r.clock.Now().Equal(start.Add(30*time.Second)) {
		t.Errorf("%d at %s", a.status, r.clock.Now())
	}
}

func TestControlClock(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do("POST", "/_sandbox/clock", `{"advance":"24h"}`).want(t, 200, `{"now":"2026-11-24T12:00:00Z"}`)
	r.do("POST", "/_sandbox/clock", `{"set":"2027-01-01T00:00:00Z"}`).want(t, 200, `{"now":"2027-01-01T00:00:00Z"}`)
	r.do("GET", "/_sandbox/clock", "").want(t, 200, `{"now":"2027-01-01T00:00:00Z"}`)
	for _, bad := range []string{`{"set":"2026-01-01T00:00:00Z"}`, `{"advance":"x"}`, `{}`, `x`} {
		if a := r.do("POST", "/_sandbox/clock", bad); a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

// On a clock that cannot be set, the control plane adds an offset, and who
// waits wakes up when it moves.
func TestOffsetClock(t *testing.T) {
	t.Parallel()
	base := clock.NewFake(start)
	c := makeMovable(struct{ clock.Clock }{base})
	woken := make(chan error, 1)
	go func() { woken <- c.Sleep(context.Background(), time.Hour) }()
	if err := base.BlockUntil(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	if err := c.moveTo(start.Add(2 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := <-woken; err != nil || !c.Now().Equal(start.Add(2*time.Hour)) || !base.Now().Equal(start) {
		t.Errorf("%v, %s, %s", err, c.Now(), base.Now())
	}
	if err := c.moveTo(start); err == nil {
		t.Error("the clock went back")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.Sleep(ctx, time.Hour); err == nil {
		t.Error("a wait outlived its context")
	}
}

func TestCallsAreCounted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.do("POST", v+"/sobjects/Account", `{"Name":"x"}`).id(t)
	r.do("PATCH", v+"/sobjects/Account/"+id, `{"Name":"y"}`)
	r.do("PATCH", v+"/composite/sobjects", `{"records":[{"attributes":{"type":"Account"},"id":"`+id+`","Name":"z"}]}`)
	r.do("GET", v+"/sobjects/Account/"+id, "")
	r.do("GET", "/_sandbox/calls", "").want(t, 200, `{"total":4,"endpoints":{"POST /sobjects/Account":1,"PATCH /sobjects/Account/{id}":1,"GET /sobjects/Account/{id}":1,"PATCH /composite/sobjects":1},
		"records":{"`+id+`":{"inserts":1,"updates":2,"deletes":0}}}`)
	r.do("DELETE", "/_sandbox/calls", "").want(t, 204, "")
	r.do("GET", "/_sandbox/calls", "").want(t, 200, `{"total":0,"endpoints":{},"records":{}}`)
	if a := r.do("GET", "/_sandbox/nope", ""); a.status != 404 {
		t.Errorf("%d", a.status)
	}
}

// Over a real connection a dropped answer is a transport error.
func TestDropOverTheNetwork(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	server := httptest.NewServer(r.s)
	defer server.Close()
	for _, action := range []string{"drop_after", "truncated_body"} {
		r.fault(`{"action":"` + action + `"}`)
		req, err := http.NewRequestWithContext(context.Background(), "POST", server.URL+v+"/sobjects/Account", strings.NewReader(`{"Name":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+r.token)
		req.Header.Set("Content-Type", "application/json")
		resp, err := server.Client().Do(req)
		if err == nil {
			err = json.NewDecoder(resp.Body).Decode(&map[string]any{})
			_ = resp.Body.Close()
		}
		if err == nil {
			t.Errorf("%s: the answer arrived whole", action)
		}
	}
	if _, rows, _ := r.s.Query("SELECT Id FROM Account", false); len(rows) != 2 {
		t.Errorf("%d rows, want the two that were committed", len(rows))
	}
}
