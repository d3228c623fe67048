package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"handoffd/internal/clock"
)

func (r *rig) fault(f object) { r.t.Helper(); r.call("POST", "/_sandbox/faults", f, 200) }

// aborts tells whether a request ends without a reply.
func (r *rig) aborts(method, path string, body any) (aborted bool) {
	defer func() {
		if e := recover(); e != nil {
			err, _ := e.(error)
			aborted = errors.Is(err, http.ErrAbortHandler)
		}
	}()
	r.send(method, path, body)
	return false
}

func TestFaultAnswers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		fault  object
		status int
		body   string
		header string // a header that must be there
	}{
		{"status", object{"kind": "status", "status": 503, "message": "down"}, 503, `"message":"down"`, ""},
		{"own body", object{"kind": "status", "status": 500, "response": "oops"}, 500, "oops", ""},
		{"locked", object{"kind": "locked"}, 423, `"category":"OBJECT_LOCKED"`, ""},
		{"rate limit", object{"kind": "rate_limit", "policy": "DAILY", "retry_after": 7}, 429, `"policyName":"DAILY"`, "Retry-After"},
		{"moving", object{"kind": "moving"}, 477, "migrated", "Retry-After"},
		{"edge", object{"kind": "html", "status": 524}, 524, "<!DOCTYPE html>", ""},
		{"malformed", object{"kind": "malformed"}, 200, `{"results":[{"id":"40`, ""},
		{"expired", object{"kind": "expired_token"}, 401, "EXPIRED_AUTHENTICATION", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.fault(tc.fault)
			w := r.send("GET", v3+"companies", nil)
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.body) {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
			if tc.header != "" && w.Header().Get(tc.header) == "" {
				t.Errorf("no %s", tc.header)
			}
			r.call("GET", v3+"companies", nil, 200) // the fault is used up
		})
	}
}

func TestFaultMatching(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.fault(object{"kind": "status", "status": 500, "method": "POST", "path": "/companies/search$", "body": "needle", "skip": 1, "count": 2})
	hit := func() int { return r.send("POST", v3+"companies/search", object{"query": "needle"}).Code }
	r.call("POST", v3+"companies/search", object{"query": "hay"}, 200)
	r.call("POST", v3+"contacts/search", object{"query": "needle"}, 200)
	for i, want := range []int{200, 500, 500, 200} {
		if got := hit(); got != want {
			t.Errorf("call %d: %d, want %d", i, got, want)
		}
	}
	list := r.call("GET", "/_sandbox/faults", nil, 200)["faults"].([]any)
	if met := list[0].(object)["met"]; met != json.Number("2") {
		t.Errorf("met %v times", met)
	}
	r.call("DELETE", "/_sandbox/faults", nil, 204)
	if list := r.call("GET", "/_sandbox/faults", nil, 200)["faults"].([]any); len(list) != 0 {
		t.Errorf("faults left: %v", list)
	}
	r.call("POST", "/_sandbox/faults", object{"kind": "explode"}, 400)
	r.call("POST", "/_sandbox/faults", object{"kind": "locked", "pth": "x"}, 400)
	r.call("POST", "/_sandbox/faults", object{"kind": "status"}, 400)
}

func TestDropsBeforeAndAfterTheWork(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := object{"properties": object{"name": "Acme"}}
	r.fault(object{"kind": "drop_before"})
	if !r.aborts("POST", v3+"companies", body) || r.s.Count("companies") != 0 {
		t.Errorf("drop_before: %d companies", r.s.Count("companies"))
	}
	r.fault(object{"kind": "drop_after"})
	if !r.aborts("POST", v3+"companies", body) || r.s.Count("companies") != 1 {
		t.Errorf("drop_after: %d companies", r.s.Count("companies"))
	}
	r.fault(object{"kind": "status", "status": 502, "after_commit": true})
	r.call("POST", v3+"companies", body, 502)
	if n := r.s.Count("companies"); n != 2 {
		t.Errorf("a 502 after the work left %d companies", n)
	}
}

func TestTruncatedReplyOverARealConnection(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	server := httptest.NewServer(r.s)
	defer server.Close()
	r.fault(object{"kind": "truncated"})
	req, _ := http.NewRequest("GET", server.URL+v3+"companies", nil)
	req.Header.Set("Authorization", "Bearer "+testToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(data) == 0 {
		t.Errorf("read %q, %v", data, err)
	}
}

func TestPartialFailure(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.fault(object{"kind": "partial", "inputs": []int{1}})
	in := func(name, trace string) object {
		return object{"properties": object{"name": name}, "objectWriteTraceId": trace}
	}
	got := r.call("POST", v3+"companies/batch/create", inputs(in("a", "x"), in("b", "y"), in("c", "z")), 207)
	if len(got["results"].([]any)) != 2 || r.s.Count("companies") != 2 {
		t.Errorf("results: %v", got["results"])
	}
	if trace := got["errors"].([]any)[0].(object)["context"].(object)["objectWriteTraceId"]; trace.([]any)[0] != "y" {
		t.Errorf("failed input: %v", trace)
	}
}

func TestExpiredTokenFaultEndsAnOAuthToken(t *testing.T) {
	t.Parallel()
	r := oauthRig(t)
	r.token = decoded(t, r.form("/oauth/v3/token", refresh("r1")).Body.String())["access_token"].(string)
	r.fault(object{"kind": "expired_token"})
	r.call("GET", v3+"companies", nil, 401)
	r.call("GET", v3+"companies", nil, 401)
	r.token = decoded(t, r.form("/oauth/v3/token", refresh("r1")).Body.String())["access_token"].(string)
	r.call("GET", v3+"companies", nil, 200)
}

func TestLatencyRunsOnTheClock(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.fault(object{"kind": "latency", "latency_ms": 60000})
	done := make(chan int)
	go func() { done <- r.send("GET", v3+"companies", nil).Code }()
	if err := r.clock.BlockUntil(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(time.Minute)
	if code := <-done; code != 200 {
		t.Errorf("got %d", code)
	}
}

func TestIndexLagFault(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.fault(object{"kind": "index_lag", "method": "POST", "path": "/companies$", "lag_ms": 30000})
	r.create("companies", object{"name": "Acme"})
	if _, total := r.search("companies", object{}); total != 0 {
		t.Errorf("found %d at once", total)
	}
	r.clock.Advance(30 * time.Second)
	if _, total := r.search("companies", object{}); total != 1 {
		t.Errorf("found %d after the lag", total)
	}
}

func TestClockEndpoint(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]clock.Clock{"fake": clock.NewFake(time.Date(2026, 3, 12, 7, 30, 0, 0, time.UTC)), "system": clock.System{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &rig{t: t, s: New(Options{Clock: c})}
			before := r.s.clock.Now()
			r.call("POST", "/_sandbox/clock", object{"advance": "48h", "advance_ms": 5}, 200)
			if moved := r.s.clock.Now().Sub(before); moved < 48*time.Hour+5*time.Millisecond || moved > 49*time.Hour {
				t.Errorf("moved by %s", moved)
			}
			r.call("POST", "/_sandbox/clock", object{"set": "2031-01-02T03:04:05Z"}, 200)
			got := r.call("GET", "/_sandbox/clock", nil, 200)
			if !strings.HasPrefix(got["now"].(string), "2031-01-02T03:04:05") || got["fake"] != (name == "fake") {
				t.Errorf("clock: %v", got)
			}
			r.call("POST", "/_sandbox/clock", object{"set": "2001-01-01T00:00:00Z"}, 400)
		})
	}
}

func TestShiftedSleepEndsWithAnAdvance(t *testing.T) {
	t.Parallel()
	c := newShifted(clock.System{})
	done := make(chan error)
	go func() { done <- c.sleep(t.Context(), 24*time.Hour) }()
	for {
		if err := c.advance(25 * time.Hour); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}

func TestCallsCountEndpointsAndRecords(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("companies", object{"name": "Acme"})
	for range 2 {
		r.call("PATCH", v3+"companies/"+id, object{"properties": object{"city": "Rome"}}, 200)
	}
	r.call("GET", dated+"companies/77", nil, 404)
	if err := r.s.Set("companies", id, map[string]string{"city": "Oslo"}); err != nil {
		t.Fatal(err)
	}
	same(t, r.call("GET", "/_sandbox/calls", nil, 200), `{"total":4,"endpoints":[
		{"endpoint":"GET /crm/objects/2026-09/companies/{id}","count":1,"statuses":{"404":1}},
		{"endpoint":"PATCH /crm/v3/objects/companies/{id}","count":2,"statuses":{"200":2}},
		{"endpoint":"POST /crm/v3/objects/companies","count":1,"statuses":{"201":1}}],
		"records":[{"object":"companies","id":"`+id+`","writes":3}]}`)
	r.call("DELETE", "/_sandbox/calls", nil, 204)
	if got := r.call("GET", "/_sandbox/calls", nil, 200); got["total"] != json.Number("0") {
		t.Errorf("after a reset: %v", got)
	}
}

func TestSettingsAndRestore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	got := r.call("POST", "/_sandbox/settings", object{"index_lag": "90s", "portal": object{"neq_skips_unset": true}}, 200)
	if got["index_lag"] != "1m30s" || got["portal"].(object)["neq_skips_unset"] != true || got["daily_limit"] != json.Number("650000") {
		t.Errorf("settings: %v", got)
	}
	r.call("POST", "/_sandbox/settings", object{"index_lg": "90s"}, 400)
	r.call("POST", "/_sandbox/settings", object{"index_lag": "0s"}, 200)
	id := r.create("companies", object{"name": "Acme"})
	if got, _ := r.search("companies", object{"filterGroups": groups(filter("industry", "NEQ", "BANKING"))}); len(got) != 0 {
		t.Errorf("NEQ with neq_skips_unset: %v", got)
	}
	r.call("DELETE", v3+"companies/"+id, nil, 204)
	r.call("POST", "/_sandbox/restore", object{"object": "companies", "id": id}, 204)
	r.call("GET", v3+"companies/"+id, nil, 200)
	r.call("GET", "/_sandbox/nothing", nil, 404)
	r.call("PUT", "/_sandbox/clock", nil, 405)
}
