package sandbox

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func (r *rig) form(path string, values url.Values) *httptest.ResponseRecorder {
	req := httptest.NewRequest("POST", path, strings.NewReader(values.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	r.s.ServeHTTP(w, req)
	return w
}

func refresh(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "client_id": {"cid"}, "client_secret": {"sec"}, "refresh_token": {token}}
}

func oauthRig(t *testing.T) *rig {
	r := newRig(t)
	r.s.AddApp(App{ClientID: "cid", ClientSecret: "sec", RefreshToken: "r1", AppID: 7, Scopes: []string{"crm.objects.companies.read"}})
	return r
}

func TestOAuthTokens(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2026-09", "2026-03", "v3", "v1"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			r := oauthRig(t)
			w := r.form("/oauth/"+version+"/token", refresh("r1"))
			got := decoded(t, w.Body.String())
			r.token = got["access_token"].(string)
			delete(got, "access_token")
			same(t, got, `{"token_type":"bearer","token_use":"access_token","refresh_token":"r1","hub_id":147893286,"scopes":["oauth","crm.objects.companies.read"],"expires_in":1800}`)
			if w.Header().Get("X-HubSpot-RateLimit-Max") != "" {
				t.Error("the token endpoint sends rate-limit headers")
			}
			r.call("GET", v3+"companies", nil, 200)
			r.clock.Advance(1799 * time.Second)
			r.call("GET", v3+"companies", nil, 200)
			r.clock.Advance(3 * time.Second)
			same(t, r.call("GET", v3+"companies", nil, 401), `{"status":"error","message":"The OAuth token used to make this call expired 2 second(s) ago.",
				"context":{"expire time":["2026-03-12T08:00:00Z"]},"category":"EXPIRED_AUTHENTICATION"}`)
		})
	}
}

func TestOAuthRefusals(t *testing.T) {
	t.Parallel()
	r := oauthRig(t)
	edit := func(name, value string) url.Values {
		v := refresh("r1")
		v.Set(name, value)
		return v
	}
	for _, tc := range []struct {
		name, status, code string
		form               url.Values
	}{
		{"refresh token", "BAD_REFRESH_TOKEN", "invalid_grant", edit("refresh_token", "x")},
		{"client", "BAD_CLIENT_ID", "invalid_client", edit("client_id", "x")},
		{"secret", "BAD_CLIENT_SECRET", "invalid_client", edit("client_secret", "x")},
		{"grant type", "BAD_GRANT_TYPE", "unsupported_grant_type", edit("grant_type", "x")},
		{"code", "BAD_AUTH_CODE", "invalid_grant", edit("grant_type", "authorization_code")},
	} {
		w := r.form("/oauth/2026-09/token", tc.form)
		got := decoded(t, w.Body.String())
		if w.Code != 400 || got["status"] != tc.status || got["error"] != tc.code {
			t.Errorf("%s: %d %v", tc.name, w.Code, got)
		}
	}
	if w := r.form("/oauth/2026-09/token?"+refresh("r1").Encode(), nil); w.Code == 200 {
		t.Error("the dated endpoint takes its parameters from the query")
	}
	if w := r.form("/oauth/v1/token?"+refresh("r1").Encode(), nil); w.Code != 200 {
		t.Errorf("v1 does not: %d %s", w.Code, w.Body)
	}
	req := httptest.NewRequest("POST", "/oauth/2026-09/token", strings.NewReader(`{}`))
	req.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	r.s.ServeHTTP(w, req)
	if w.Code != 415 {
		t.Errorf("a JSON body gets %d", w.Code)
	}
}

func TestOAuthIntrospectAndRevoke(t *testing.T) {
	t.Parallel()
	r := oauthRig(t)
	r.token = decoded(t, r.form("/oauth/v3/token", refresh("r1")).Body.String())["access_token"].(string)
	ask := url.Values{"client_id": {"cid"}, "client_secret": {"sec"}, "token": {r.token}}
	if got := decoded(t, r.form("/oauth/2026-09/token/introspect", ask).Body.String()); got["active"] != true || got["token_use"] != "access_token" {
		t.Errorf("introspect: %v", got)
	}
	if got := r.call("GET", "/oauth/v1/access-tokens/"+r.token, nil, 200); got["token_type"] != "access" || got["app_id"].(interface{ String() string }).String() != "7" {
		t.Errorf("token info: %v", got)
	}
	if w := r.form("/oauth/2026-09/token/revoke", ask); w.Code != 204 {
		t.Errorf("revoke: %d", w.Code)
	}
	r.call("GET", v3+"companies", nil, 401)
	if got := decoded(t, r.form("/oauth/v3/token/introspect", ask).Body.String()); got["active"] != false {
		t.Errorf("introspect after revoke: %v", got)
	}
	r.call("GET", "/oauth/v1/access-tokens/"+r.token, nil, 404)
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, tc := range []struct {
		name, token string
		status      int
	}{
		{"good", testToken, 200},
		{"unknown but well formed", "pat-eu1-11111111-2222-3333-4444-555555555556", 401},
		{"not a token at all", "secret", 530},
		{"none", "", 401},
	} {
		r.token = tc.token
		w := r.send("GET", v3+"companies", nil)
		if w.Code != tc.status {
			t.Errorf("%s: %d %s", tc.name, w.Code, w.Body)
		}
		if tc.status == 401 && decoded(t, w.Body.String())["category"] != "INVALID_AUTHENTICATION" {
			t.Errorf("%s: %s", tc.name, w.Body)
		}
	}
	lenient := newRig(t, func(o *Options) { o.MalformedToken401 = true })
	lenient.token = "secret"
	lenient.call("GET", v3+"companies", nil, 401)
}

func TestScopes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.s.AddToken(Token{Value: "pat-na1-narrow-0000-0000-0000-000000000000", Scopes: []string{"crm.objects.contacts.read", "crm.objects.contacts.write", "crm.objects.companies.read"}})
	r.token = "pat-na1-narrow-0000-0000-0000-000000000000"
	r.call("GET", v3+"companies", nil, 200)
	r.call("POST", v3+"tasks", object{"properties": object{"hs_timestamp": "1773300000000"}}, 201) // tasks hide behind contacts
	r.call("GET", "/crm/v3/properties/deals", nil, 200)
	same(t, r.call("POST", v3+"companies", object{"properties": object{"name": "x"}}, 403), `{"status":"error",
		"message":"This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
		"errors":[{"message":"One or more of the following scopes are required.","context":{"requiredGranularScopes":["crm.objects.companies.write"]}}],
		"links":{"scopes":"https://developers.hubspot.com/scopes"},"category":"MISSING_SCOPES"}`)
	r.call("GET", v3+"deals", nil, 403)
	r.call("GET", "/crm/owners/2026-09", nil, 403)
	r.call("POST", "/crm/v3/properties/companies", object{}, 403)
	r.call("GET", "/crm-object-schemas/v3/schemas", nil, 403)
}
