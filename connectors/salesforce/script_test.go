package salesforce

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

var start = time.Date(2026, 11, 22, 10, 0, 30, 0, time.UTC)

// step is one exchange of a scripted conversation: what must be asked, and
// the answer.
type step struct {
	ask     string // "METHOD /path?query", query unescaped
	body    string // JSON that must be sent, compared by meaning; "" = not looked at
	headers map[string]string
	status  int // 0 = 200
	reply   string
	with    map[string]string // reply headers
	drop    bool              // the connection ends without an answer
}

// script plays a conversation in its exact order. Token and describe requests
// are answered on the side, so that a conversation shows what it is about.
type script struct {
	t     *testing.T
	steps []step
	extra map[string]string // more fields per object: "Name:type"

	mu   sync.Mutex
	at   int
	side []string // the requests answered on the side
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	query, err := url.QueryUnescape(r.URL.RawQuery)
	if err != nil {
		s.t.Error(err)
	}
	asked := r.Method + " " + r.URL.Path
	if query != "" {
		asked += "?" + query
	}
	planned := s.at < len(s.steps) && s.steps[s.at].ask == asked
	if !planned && s.onTheSide(w, r, asked) {
		return
	}
	if s.at >= len(s.steps) {
		s.t.Errorf("unexpected request %d: %s\n%s", s.at+1, asked, body)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	want := s.steps[s.at]
	s.at++
	if want.ask != asked {
		s.t.Errorf("request %d:\n got %s\nwant %s", s.at, asked, want.ask)
	}
	if want.body != "" {
		compareJSON(s.t, fmt.Sprintf("body of request %d", s.at), want.body, string(body))
	}
	for name, value := range want.headers {
		if got := r.Header.Get(name); got != value {
			s.t.Errorf("request %d: header %s is %q, want %q", s.at, name, got, value)
		}
	}
	if want.drop {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	for name, value := range want.with {
		w.Header().Set(name, value)
	}
	if want.status != 0 {
		w.WriteHeader(want.status)
	}
	_, _ = io.WriteString(w, want.reply) // the client's absence shows elsewhere
}

func (s *script) onTheSide(w http.ResponseWriter, r *http.Request, asked string) bool {
	switch {
	case r.URL.Path == "/services/oauth2/token":
		s.side = append(s.side, "token")
		writeJSON(w, map[string]string{
			"access_token": fmt.Sprintf("token-%d", len(s.side)), "instance_url": "https://acme.my.salesforce.com",
			"id": "https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA", "token_type": "Bearer",
		})
	case strings.HasSuffix(r.URL.Path, "/describe"):
		name := strings.Split(r.URL.Path, "/")[5]
		s.side = append(s.side, "describe "+name)
		writeJSON(w, describeReply(name, s.extra[name]))
	default:
		return false
	}
	if r.URL.Path != "/services/oauth2/token" && r.Host != "acme.my.salesforce.com" {
		s.t.Errorf("%s went to %s", asked, r.Host)
	}
	return true
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client's absence shows elsewhere
}

// describeReply is a describe of the standard fields that the tests use.
func describeReply(name, extra string) any {
	fields := "Id:id SystemModstamp:datetime CreatedDate:datetime IsDeleted:boolean Name:string Subject:combobox Description:textarea OwnerId:reference=User/Owner"
	if name == "Account" || name == "Contact" {
		fields += " MasterRecordId:reference"
	}
	if name != "Account" {
		fields += " AccountId:reference=Account/Account"
	}
	var list []map[string]any
	for _, f := range strings.Fields(fields + " " + extra) {
		fieldName, fieldType, _ := strings.Cut(f, ":")
		fieldType, target, _ := strings.Cut(fieldType, "=")
		target, relation, _ := strings.Cut(target, "/")
		d := map[string]any{"name": fieldName, "type": fieldType, "createable": true, "updateable": true, "nillable": true, "length": 255}
		if target != "" {
			d["referenceTo"], d["relationshipName"] = strings.Split(target, ","), relation
		}
		if fieldName == DefaultTaskKeyField {
			d["unique"], d["externalId"] = true, true
		}
		if fieldType == "picklist" {
			d["picklistValues"] = []map[string]any{{"value": "High", "active": true}, {"value": "Completed", "active": true}}
		}
		list = append(list, d)
	}
	return map[string]any{"name": name, "fields": list}
}

func (s *script) done() {
	s.t.Helper()
	if s.at != len(s.steps) {
		s.t.Errorf("%d of %d requests were made; next is missing: %s", s.at, len(s.steps), s.steps[s.at].ask)
	}
}

func compareJSON(t *testing.T, what, want, got string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(want), &a); err != nil {
		t.Fatalf("%s: wanted text is no JSON: %v", what, err)
	}
	if err := json.Unmarshal([]byte(got), &b); err != nil {
		t.Errorf("%s is no JSON: %s", what, got)
		return
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// converse returns a client that talks to a script.
func converse(t *testing.T, change func(*Config), extra map[string]string, steps ...step) (*Client, *script, *clock.Fake) {
	t.Helper()
	s := &script{t: t, steps: steps, extra: extra}
	fake := clock.NewFake(start).AutoAdvance()
	cfg := Config{
		Auth:      Auth{JWT: &JWT{ClientID: "app", Username: "sync@acme.example", PrivateKey: testKey()}},
		Selection: connectors.Selection{Fields: map[connectors.Object][]string{connectors.Account: {"Name"}}},
		Clock:     fake, HTTP: transport.Handler(s),
	}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.done)
	return c, s, fake
}
