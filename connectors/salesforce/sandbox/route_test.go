package sandbox

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestVersions(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.do("GET", "/services/data", "", "Authorization", "")
	if a.status != 200 || !strings.Contains(a.body, `{"label":"Spring '26","url":"/services/data/v66.0","version":"66.0"}`) ||
		!strings.HasPrefix(a.body, `[{"label":"Summer '14","url":"/services/data/v31.0"`) || a.header.Get("Sforce-Limit-Info") != "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	r.do("GET", "/services/data/v30.0/limits", "").want(t, 410, `[{"message":"The requested API version 30.0 is retired.","errorCode":"UNSUPPORTED_API_VERSION"}]`)
	const none = `[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]`
	r.do("GET", "/services/data/v99.0/limits", "").want(t, 404, none)
	r.do("GET", v+"/nothing", "").want(t, 404, none)
	r.do("GET", "/elsewhere", "").want(t, 404, none)
	if a := r.do("GET", v, ""); a.status != 200 || !strings.Contains(a.body, `"identity":"https://acme.my.salesforce.com/id/00DHf0000000001MAA/005Hf0000000001IAA"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestMethodsAndTypes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, tc := range []struct {
		method, path, body, kind, code string
		status                         int
	}{
		{"POST", "/query", "{}", "application/json", "METHOD_NOT_ALLOWED", 405},
		{"PUT", "/sobjects/Account", "{}", "application/json", "METHOD_NOT_ALLOWED", 405},
		{"POST", "/sobjects/Account", "{}", "text/plain", "UNSUPPORTED_MEDIA_TYPE", 415},
		{"POST", "/sobjects/Account", "{", "application/json", "JSON_PARSER_ERROR", 400},
		{"POST", "/sobjects/Account", "[]", "application/json", "JSON_PARSER_ERROR", 400},
		{"POST", "/sobjects/Account", `{"Name":"a"} x`, "application/json", "JSON_PARSER_ERROR", 400},
		{"POST", "/sobjects/Account", "", "application/json", "JSON_PARSER_ERROR", 400},
	} {
		a := r.do(tc.method, v+tc.path, tc.body, "Content-Type", tc.kind)
		if a.status != tc.status || !strings.Contains(a.body, `"errorCode":"`+tc.code+`"`) {
			t.Errorf("%s %s %q: %d %s", tc.method, tc.path, tc.body, a.status, a.body)
		}
	}
}

func TestLengthOfRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	long := "SELECT Id FROM Account WHERE Name = '" + strings.Repeat("x", 3900) + "'"
	if a := r.query(long); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := r.query("SELECT Id FROM Account WHERE Name = '" + strings.Repeat("x", 4001) + "'"); a.status != 400 {
		t.Errorf("a literal of 4,001 characters passed: %d", a.status)
	}
	if a := r.do("GET", v+"/query?q="+strings.Repeat("x", 16384), ""); a.status != 414 {
		t.Errorf("status %d, want 414", a.status)
	}
	if a := r.do("GET", v+"/query?q="+strings.Repeat("x", 12000), "", "X-Long", strings.Repeat("y", 5000)); a.status != 431 {
		t.Errorf("status %d, want 431", a.status)
	}
	if a := r.do("GET", v+"/query?q="+url.QueryEscape("SELECT Id FROM Account"), ""); a.status != 200 {
		t.Errorf("status %d", a.status)
	}
}

func TestDailyLimit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.s.usage.limit = 3
	for i, want := range []string{"api-usage=1/3", "api-usage=2/3", "api-usage=3/3"} {
		if a := r.do("GET", v+"/limits", ""); a.status != 200 || a.header.Get("Sforce-Limit-Info") != want {
			t.Fatalf("call %d: %d %s", i, a.status, a.header.Get("Sforce-Limit-Info"))
		}
		r.clock.Advance(time.Hour)
		r.token, _ = r.s.Token("integration@sandbox.example")
	}
	r.do("GET", v+"/limits", "").want(t, 403, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`)
	r.clock.Advance(21*time.Hour + time.Minute) // the first call is 24 hours old now
	r.token, _ = r.s.Token("integration@sandbox.example")
	if a := r.do("GET", v+"/limits", ""); a.status != 200 || !strings.Contains(a.body, `"DailyApiRequests":{"Max":3,"Remaining":0}`) {
		t.Errorf("%d %s", a.status, a.body)
	}
}
