package sandbox

import (
	"testing"
	"time"
)

func TestBurstLimitAndHeaders(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.BurstLimit = 3; o.DailyLimit = 100 })
	w := r.send("GET", v3+"companies", nil)
	for name, want := range map[string]string{
		"X-HubSpot-RateLimit-Max": "3", "X-HubSpot-RateLimit-Remaining": "2", "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
		"X-HubSpot-RateLimit-Daily": "100", "X-HubSpot-RateLimit-Daily-Remaining": "99",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s = %q, want %s", name, got, want)
		}
	}
	r.clock.Advance(4 * time.Second)
	r.call("GET", v3+"companies", nil, 200)
	r.call("GET", v3+"companies", nil, 200)
	same(t, r.call("GET", v3+"companies", nil, 429), `{"status":"error","message":"You have reached your ten_secondly_rolling limit.","errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING","category":"RATE_LIMITS"}`)
	r.clock.Advance(6 * time.Second) // the first call is ten seconds old
	r.call("GET", v3+"companies", nil, 200)
	r.call("GET", v3+"companies", nil, 429)
	r.s.AddToken(Token{Value: "pat-na1-other-0000-0000-0000-000000000000"})
	r.token = "pat-na1-other-0000-0000-0000-000000000000"
	r.call("GET", v3+"companies", nil, 200) // each app has its own burst
}

func TestSearchLimitIsPerAccountAndWithoutHeaders(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.SearchPerSecond = 2 })
	r.s.AddToken(Token{Value: "pat-na1-other-0000-0000-0000-000000000000"})
	w := r.send("POST", v3+"companies/search", object{})
	for name := range w.Header() {
		if len(name) > 19 && name[:19] == "X-Hubspot-Ratelimit" {
			t.Errorf("a search sends %s", name)
		}
	}
	if w.Header().Get("X-HubSpot-Correlation-Id") == "" {
		t.Error("a search sends no correlation id")
	}
	r.token = "pat-na1-other-0000-0000-0000-000000000000"
	r.call("POST", v3+"deals/search", object{}, 200)
	same(t, r.call("POST", v3+"companies/search", object{}, 429), `{"status":"error","message":"You have reached your secondly limit.","category":"RATE_LIMITS"}`)
	r.clock.Advance(time.Second)
	r.call("POST", v3+"companies/search", object{}, 200)
}

func TestDailyLimitStartsAnewAtTheAccountsMidnight(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.DailyLimit = 2 })
	r.call("GET", v3+"companies", nil, 200)
	r.call("GET", v3+"companies", nil, 200)
	if got := r.call("GET", v3+"companies", nil, 429); got["policyName"] != "DAILY" {
		t.Errorf("policy %v", got["policyName"])
	}
	r.clock.Set(time.Date(2026, 3, 13, 3, 59, 0, 0, time.UTC)) // 23:59 in New York
	r.call("GET", v3+"companies", nil, 429)
	r.clock.Advance(2 * time.Minute)
	got := r.call("GET", "/account-info/2026-09/api-usage/daily/private-apps", nil, 200)["results"].([]any)[0].(object)
	if got["currentUsage"].(interface{ String() string }).String() != "1" || got["resetsAt"] != "2026-03-14T04:00:00Z" {
		t.Errorf("usage: %v", got)
	}
}

func TestOAuthHasNoDailyLimit(t *testing.T) {
	t.Parallel()
	r := oauthRig(t)
	r.token = decoded(t, r.form("/oauth/v3/token", refresh("r1")).Body.String())["access_token"].(string)
	w := r.send("GET", v3+"companies", nil)
	if w.Header().Get("X-HubSpot-RateLimit-Max") != "110" || w.Header().Get("X-HubSpot-RateLimit-Daily") != "" {
		t.Errorf("headers: %v", w.Header())
	}
}
