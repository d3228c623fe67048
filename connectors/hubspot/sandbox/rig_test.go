package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/clock"
)

const (
	testToken = "pat-na1-11111111-2222-3333-4444-555555555555"
	v3        = "/crm/v3/objects/"
	dated     = "/crm/objects/2026-09/"
)

// rig is a sandbox on a fake clock that stands at 12 March 2026, 07:30 UTC.
type rig struct {
	t     *testing.T
	s     *Server
	clock *clock.Fake
	owner string
	token string
}

func newRig(t *testing.T, edit ...func(*Options)) *rig {
	t.Helper()
	o := Options{Clock: clock.NewFake(time.Date(2026, 3, 12, 7, 30, 0, 0, time.UTC)), SearchPerSecond: 1 << 20, BurstLimit: 1 << 20}
	for _, f := range edit {
		f(&o)
	}
	r := &rig{t: t, s: New(o), clock: o.Clock.(*clock.Fake), token: testToken}
	r.s.AddToken(Token{Value: testToken})
	r.owner = r.s.AddOwner(Owner{Email: "sam@acme.example", FirstName: "Sam"})
	return r
}

// send makes a request; body may be nil, a string that is sent as it is, or
// anything that becomes JSON.
func (r *rig) send(method, path string, body any) *httptest.ResponseRecorder {
	r.t.Helper()
	text, isText := body.(string)
	if body != nil && !isText {
		data, err := json.Marshal(body)
		if err != nil {
			r.t.Fatal(err)
		}
		text = string(data)
	}
	req := httptest.NewRequest(method, path, strings.NewReader(text))
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	r.s.ServeHTTP(w, req)
	return w
}

type object = map[string]any

// call makes a request, checks the status and decodes the reply.
func (r *rig) call(method, path string, body any, status int) object {
	r.t.Helper()
	w := r.send(method, path, body)
	if w.Code != status {
		r.t.Fatalf("%s %s: got %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	if w.Body.Len() == 0 {
		return nil
	}
	return decoded(r.t, w.Body.String())
}

func decoded(t *testing.T, text string) object {
	t.Helper()
	out := object{}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&out); err != nil {
		t.Fatalf("reading %q: %v", text, err)
	}
	return out
}

// create makes a record over the API and returns its id.
func (r *rig) create(kind string, properties object, links ...object) string {
	r.t.Helper()
	return r.call("POST", v3+kind, object{"properties": properties, "associations": links}, http.StatusCreated)["id"].(string)
}

func link(to string, kind int) object {
	return object{"to": object{"id": to}, "types": []object{{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}}}
}

// props are the properties of a record as read.
func (r *rig) props(kind, id string, names ...string) object {
	r.t.Helper()
	return r.call("GET", v3+kind+"/"+id+"?properties="+strings.Join(names, ","), nil, http.StatusOK)["properties"].(object)
}

// same compares a reply with JSON text, correlation ids and stamps of batches
// left out.
func same(t *testing.T, got object, want string) {
	t.Helper()
	for _, key := range []string{"correlationId", "startedAt", "completedAt"} {
		delete(got, key)
	}
	if diff := cmp.Diff(decoded(t, want), got); diff != "" {
		t.Errorf("reply differs (-want +got):\n%s", diff)
	}
}

func ids(list any) []string {
	var out []string
	for _, item := range list.([]any) {
		out = append(out, item.(object)["id"].(string))
	}
	return out
}

func filter(property, operator, value string) object {
	return object{"propertyName": property, "operator": operator, "value": value}
}

func groups(filters ...object) []object { return []object{{"filters": filters}} }

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }
