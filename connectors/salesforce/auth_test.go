package salesforce

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// login is a login server and org that keeps the forms it was sent.
type login struct {
	forms  []url.Values
	hosts  []string
	status int
	reply  string
}

func (l *login) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path != "/services/oauth2/token" {
		l.hosts = append(l.hosts, r.Host+" "+r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, `[{"version":"67.0"}]`)
		return
	}
	_ = r.ParseForm() // a bad form shows as a missing grant
	l.forms = append(l.forms, r.PostForm)
	if l.status != 0 {
		w.WriteHeader(l.status)
	}
	_, _ = io.WriteString(w, l.reply)
}

const tokenReply = `{"access_token":"tok","instance_url":"https://acme.my.salesforce.com","id":"https://login.salesforce.com/id/00D000000000001/005000000000001"}`

func signInClient(t *testing.T, l *login, change func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		Auth:  Auth{JWT: &JWT{ClientID: "app", Username: "sync@acme.example", PrivateKey: testKey()}},
		Clock: clock.NewFake(start).AutoAdvance(), HTTP: transport.Handler(l),
	}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestJWTBearer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ login, configured, audience string }{
		{"", "", "https://login.salesforce.com"},
		{"https://test.salesforce.com", "", "https://test.salesforce.com"},
		{"https://acme--dev.sandbox.my.salesforce.com/", "", "https://test.salesforce.com"},
		{"https://acme.my.salesforce.com", "", "https://login.salesforce.com"},
		{"http://127.0.0.1:8081", "https://site.example", "https://site.example"},
	} {
		l := &login{reply: tokenReply}
		c := signInClient(t, l, func(cfg *Config) { cfg.LoginURL, cfg.Auth.JWT.Audience = tt.login, tt.configured })
		if err := c.checkVersion(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(l.forms) != 1 || l.forms[0].Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || len(l.forms[0]) != 2 {
			t.Fatalf("forms: %v", l.forms)
		}
		parts := strings.Split(l.forms[0].Get("assertion"), ".")
		digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
		if err := rsa.VerifyPKCS1v15(&testKey().PublicKey, crypto.SHA256, digest[:], signature); err != nil {
			t.Error(err)
		}
		text, _ := base64.RawURLEncoding.DecodeString(parts[1])
		var claims map[string]any
		if err := json.Unmarshal(text, &claims); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{
			"iss": "app", "sub": "sync@acme.example", "aud": tt.audience, "exp": float64(start.Add(2 * time.Minute).Unix()),
		}
		if diff := cmp.Diff(want, claims); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"acme.my.salesforce.com Bearer tok"}, l.hosts); diff != "" {
			t.Error(diff)
		}
		if c.signIn.user() != "005000000000001AAA" {
			t.Errorf("user %q", c.signIn.user())
		}
	}
}

func TestOtherFlows(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		auth Auth
		want []url.Values
	}{
		{"client credentials", Auth{ClientCredentials: &ClientCredentials{"id", "hush"}}, []url.Values{
			{"grant_type": {"client_credentials"}, "client_id": {"id"}, "client_secret": {"hush"}},
			{"grant_type": {"client_credentials"}, "client_id": {"id"}, "client_secret": {"hush"}},
		}},
		{"refresh, rotated", Auth{Refresh: &Refresh{"id", "hush", "first"}}, []url.Values{
			{"grant_type": {"refresh_token"}, "client_id": {"id"}, "client_secret": {"hush"}, "refresh_token": {"first"}},
			{"grant_type": {"refresh_token"}, "client_id": {"id"}, "client_secret": {"hush"}, "refresh_token": {"second"}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := &login{reply: strings.Replace(tokenReply, "{", `{"refresh_token":"second",`, 1)}
			c := signInClient(t, l, func(cfg *Config) {
				cfg.Auth, cfg.LoginURL = tt.auth, "https://acme.my.salesforce.com"
			})
			if err := c.checkVersion(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.tokens.Invalidate("tok")
			if err := c.checkVersion(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, l.forms); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSignInErrorsTellTheAdmin(t *testing.T) {
	t.Parallel()
	jwt := Auth{JWT: &JWT{ClientID: "app", Username: "u", PrivateKey: testKey()}}
	tests := []struct {
		name   string
		auth   Auth
		status int
		reply  string
		class  connectors.Class
		fix    string
	}{
		{"not approved", jwt, 400, `{"error":"invalid_grant","error_description":"user hasn't approved this consumer"}`, connectors.Stop, "admin-approved"},
		{"app access", jwt, 400, `{"error":"invalid_app_access","error_description":"user is not admin approved to access this app"}`, connectors.Stop, "admin-approved"},
		{"audience", jwt, 400, `{"error":"invalid_grant","error_description":"audience is invalid"}`, connectors.Stop, "auth.jwt.audience"},
		{"clock", jwt, 400, `{"error":"invalid_grant","error_description":"expired authorization code"}`, connectors.Stop, "clock"},
		{"wrong key", jwt, 400, `{"error":"invalid_grant","error_description":"invalid assertion"}`, connectors.Stop, "certificate"},
		{"wrong secret", Auth{ClientCredentials: &ClientCredentials{"a", "b"}}, 400, `{"error":"invalid_client","error_description":"invalid client credentials"}`, connectors.Stop, "client_secret"},
		{"inactive org", jwt, 400, `{"error":"inactive_org","error_description":"organization is inactive"}`, connectors.Stop, "suspended"},
		{"grant not supported", jwt, 400, `{"error":"unsupported_grant_type","error_description":"grant type not supported"}`, connectors.Stop, "enable the flow"},
		{"not installed by an admin", jwt, 400, `{"error":"invalid_grant","error_description":"authentication failure"}`, connectors.Stop, "login history"},
		{"unknown app", jwt, 400, `{"error":"invalid_client_id","error_description":"client identifier invalid"}`, connectors.Stop, "client_id"},
		{"inactive user", jwt, 400, `{"error":"inactive_user","error_description":"user is inactive"}`, connectors.Stop, "activate"},
		{"login host", Auth{ClientCredentials: &ClientCredentials{"a", "b"}}, 400, `{"error":"invalid_grant","error_description":"request not supported on this domain"}`, connectors.Stop, "own domain"},
		{"flow is off", Auth{ClientCredentials: &ClientCredentials{"a", "b"}}, 400, `{"error":"invalid_grant","error_description":"no client credentials user enabled"}`, connectors.Stop, "run-as"},
		{"refresh token is dead", Auth{Refresh: &Refresh{"a", "b", "c"}}, 400, `{"error":"invalid_grant","error_description":"expired access/refresh token"}`, connectors.Stop, "refresh_token"},
		{"something new", jwt, 400, `{"error":"invalid_grant","error_description":"moon phase"}`, connectors.Stop, "login history"},
		{"too often", jwt, 400, `{"error":"rate_limit_exceeded"}`, connectors.Retry, ""},
		{"web page", jwt, 503, `<html>down`, connectors.Retry, ""},
		{"no instance", jwt, 200, `{"access_token":"tok"}`, connectors.Stop, "login_url"},
		{"instance without TLS", jwt, 200, `{"access_token":"tok","instance_url":"http://evil.example"}`, connectors.Stop, "login_url"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := &login{status: tt.status, reply: tt.reply}
			c := signInClient(t, l, func(cfg *Config) { cfg.Auth, cfg.LoginURL = tt.auth, "https://acme.my.salesforce.com" })
			_, err := c.Identify(t.Context())
			var e *connectors.Error
			if connectors.ClassOf(err) != tt.class {
				t.Fatalf("%v is %s, want %s", err, connectors.ClassOf(err), tt.class)
			}
			if !strings.Contains(err.Error(), tt.fix) {
				t.Errorf("%v does not speak of %q", err, tt.fix)
			}
			if len(l.hosts) > 0 {
				t.Errorf("sent on without a credential: %v, %v", l.hosts, e)
			}
			if !concernsAll(err) {
				t.Error("a failed sign-in must fail the whole read")
			}
		})
	}
}

func TestConfigMistakesAreAllNamed(t *testing.T) {
	t.Parallel()
	_, err := New(Config{
		LoginURL: "ftp://x", APIVersion: "latest", Where: "(a", DailyShare: 2, TaskKeyField: "a b", NotificationType: "x'y",
		Auth: Auth{JWT: &JWT{}, ClientCredentials: &ClientCredentials{}},
		Selection: connectors.Selection{
			Fields:  map[connectors.Object][]string{connectors.Email: {"Subject"}, connectors.Account: {"Name FROM User--"}},
			History: map[connectors.Object][]string{connectors.Account: {"Name"}},
		},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{
		"login_url", "api_version", "where.salesforce", "daily_calls", "task_key_field", "notification_type", "exactly one of",
		`no object "email"`, "no field name", "history", "private_key_file",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("nothing about %q in:\n%v", part, err)
		}
	}
	_, err = New(Config{Auth: Auth{ClientCredentials: &ClientCredentials{"a", "b"}}})
	if err == nil || !strings.Contains(err.Error(), "my domain") {
		t.Errorf("client credentials on the login host: %v", err)
	}
}
