package sandbox

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
)

const form = "application/x-www-form-urlencoded"

func assertion(t *testing.T, alg string, c map[string]any) string {
	t.Helper()
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	signed := part(map[string]string{"alg": alg}) + "." + part(c)
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(rand.Reader, testKey(), crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func appRig(t *testing.T) *rig {
	r := newRig(t)
	r.s.AddApp(App{ClientID: "cid", ClientSecret: "sec", PublicKey: &testKey().PublicKey, Username: "integration@sandbox.example", RefreshToken: "rt"})
	r.s.AddApp(App{ClientID: "bare", ClientSecret: "sec"})
	return r
}

func TestJWTBearer(t *testing.T) {
	t.Parallel()
	good := func() map[string]any {
		return map[string]any{"iss": "cid", "sub": "integration@sandbox.example", "aud": "https://login.salesforce.com", "exp": start.Add(2 * time.Minute).Unix()}
	}
	for _, tc := range []struct {
		name   string
		alg    string
		change map[string]any
		want   string
	}{
		{name: "good"},
		{name: "sandbox audience", change: map[string]any{"aud": "https://test.salesforce.com"}},
		{name: "own audience", change: map[string]any{"aud": "https://acme.my.salesforce.com"}},
		{name: "prn wins", change: map[string]any{"sub": "x", "prn": "integration@sandbox.example"}},
		{name: "algorithm", alg: "RS512", want: `{"error":"invalid_grant","error_description":"invalid assertion"}`},
		{name: "unknown app", change: map[string]any{"iss": "other"}, want: `{"error":"invalid_client_id","error_description":"client identifier invalid"}`},
		{name: "app without key", change: map[string]any{"iss": "bare"}, want: `{"error":"invalid_grant","error_description":"invalid assertion"}`},
		{name: "wrong audience", change: map[string]any{"aud": "https://evil.example"}, want: `{"error":"invalid_grant","error_description":"audience is invalid"}`},
		{name: "expired", change: map[string]any{"exp": start.Unix()}, want: `{"error":"invalid_grant","error_description":"expired authorization code"}`},
		{name: "in milliseconds, as Salesforce CLI has it", change: map[string]any{"exp": start.UnixMilli() + 300}},
		{name: "too far ahead", change: map[string]any{"exp": start.Add(6 * time.Minute).Unix()}, want: `{"error":"invalid_grant","error_description":"expired authorization code"}`},
		{name: "unapproved user", change: map[string]any{"sub": "other@x.example"}, want: `{"error":"invalid_grant","error_description":"user hasn't approved this consumer"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := appRig(t)
			c := good()
			for k, x := range tc.change {
				c[k] = x
			}
			alg := "RS256"
			if tc.alg != "" {
				alg = tc.alg
			}
			body := url.Values{"grant_type": {jwtBearer}, "assertion": {assertion(t, alg, c)}}.Encode()
			a := r.do("POST", "/services/oauth2/token", body, "Content-Type", form)
			if tc.want != "" {
				a.want(t, 400, tc.want)
				return
			}
			var tok map[string]string
			if err := json.Unmarshal([]byte(a.body), &tok); err != nil || a.status != 200 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if _, refresh := tok["refresh_token"]; refresh || tok["token_type"] != "Bearer" || tok["instance_url"] != "https://acme.my.salesforce.com" {
				t.Errorf("got %v", tok)
			}
			r.token = tok["access_token"]
			if got := r.do("GET", v+"/limits", ""); got.status != 200 {
				t.Errorf("the token does not work: %d %s", got.status, got.body)
			}
		})
	}
}

func TestTamperedAssertion(t *testing.T) {
	t.Parallel()
	r := appRig(t)
	a := assertion(t, "RS256", map[string]any{"iss": "cid", "sub": "x", "aud": "https://login.salesforce.com", "exp": start.Add(time.Minute).Unix()})
	parts := strings.Split(a, ".")
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"cid","sub":"integration@sandbox.example","aud":"https://login.salesforce.com","exp":1795436460}`))
	r.do("POST", "/services/oauth2/token", url.Values{"grant_type": {jwtBearer}, "assertion": {strings.Join(parts, ".")}}.Encode(), "Content-Type", form).
		want(t, 400, `{"error":"invalid_grant","error_description":"invalid assertion"}`)
}

func TestOtherGrants(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, want string }{
		{"client credentials", "grant_type=client_credentials&client_id=cid&client_secret=sec", ""},
		{"refresh token", "grant_type=refresh_token&client_id=cid&client_secret=sec&refresh_token=rt", ""},
		{"bad secret", "grant_type=client_credentials&client_id=cid&client_secret=no", `{"error":"invalid_client","error_description":"invalid client credentials"}`},
		{"no run-as user", "grant_type=client_credentials&client_id=bare&client_secret=sec", `{"error":"invalid_grant","error_description":"no client credentials user enabled"}`},
		{"bad refresh token", "grant_type=refresh_token&client_id=cid&client_secret=sec&refresh_token=no", `{"error":"invalid_grant","error_description":"expired access/refresh token"}`},
		{"password", "grant_type=password&client_id=cid&client_secret=sec&username=u&password=p", `{"error":"invalid_grant","error_description":"authentication failure"}`},
		{"unknown grant", "grant_type=x", `{"error":"unsupported_grant_type","error_description":"grant type not supported"}`},
		{"none", "", `{"error":"invalid_request","error_description":"grant_type is required"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a := appRig(t).do("POST", "/services/oauth2/token", tc.body, "Content-Type", form)
			if tc.want != "" {
				a.want(t, 400, tc.want)
			} else if a.status != 200 || !strings.Contains(a.body, `"access_token":"00DHf0000000001!`) {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	const dead = `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`
	r := newRig(t)
	for range 3 { // use keeps it alive
		r.clock.Advance(119 * time.Minute)
		if a := r.do("GET", v+"/limits", ""); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	r.clock.Advance(2 * time.Hour)
	r.do("GET", v+"/limits", "").want(t, 401, dead)

	r = newRig(t)
	if a := r.do("POST", "/services/oauth2/revoke", "token="+url.QueryEscape(r.token), "Content-Type", form); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	r.do("GET", v+"/limits", "").want(t, 401, dead)
}

func TestIdentityResources(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var who map[string]any
	if err := json.Unmarshal([]byte(r.do("GET", "/services/oauth2/userinfo", "").body), &who); err != nil {
		t.Fatal(err)
	}
	if who["organization_id"] != "00DHf0000000001MAA" || who["preferred_username"] != "integration@sandbox.example" || who["zoneinfo"] != "America/Los_Angeles" || who["utcOffset"] != -28800000.0 {
		t.Errorf("got %v", who)
	}
	if a := r.do("GET", "/id/00DHf0000000001MAA/005Hf0000000001IAA", ""); a.status != 200 || !strings.Contains(a.body, `"display_name":"Integration User"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	r.token = "x"
	if a := r.do("GET", "/services/oauth2/userinfo", ""); a.status != 403 || a.body != "Bad_OAuth_Token" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestSOAPLogin(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.s.SetPassword("integration@sandbox.example", "p&w")
	login := func(version, password string) answered {
		return r.do("POST", "/services/Soap/u/"+version, `<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Body><login xmlns="urn:partner.soap.sforce.com"><username>integration@sandbox.example</username><password>`+password+`</password></login></se:Body></se:Envelope>`, "Content-Type", "text/xml")
	}
	a := login("64.0", "p&amp;w")
	_, after, ok := strings.Cut(a.body, "<sessionId>")
	if !ok || a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	r.token, _, _ = strings.Cut(after, "<")
	if a := r.do("GET", v+"/limits", ""); a.status != 200 {
		t.Errorf("the session does not work: %d", a.status)
	}
	for name, a := range map[string]answered{"INVALID_LOGIN": login("64.0", "no"), "INVALID_OPERATION": login("65.0", "p&amp;w")} {
		if a.status != 500 || !strings.Contains(a.body, "<faultcode>"+name) {
			t.Errorf("want %s, got %d %s", name, a.status, a.body)
		}
	}
}
