package sandbox

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/clock"
)

const v = "/services/data/v67.0"

// rig is a sandbox on a fake clock with an open session.
type rig struct {
	t     *testing.T
	s     *Server
	clock *clock.Fake
	token string
}

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newRig(t *testing.T) *rig {
	t.Helper()
	c := clock.NewFake(start)
	s := New(Options{Clock: c})
	s.SetBaseURL("https://acme.my.salesforce.com")
	token, err := s.Token("integration@sandbox.example")
	if err != nil {
		t.Fatal(err)
	}
	return &rig{t, s, c, token}
}

type answered struct {
	status int // 0: the connection was dropped
	header http.Header
	body   string
}

// do sends a request; extra are header names and values in turn.
func (r *rig) do(method, path, body string, extra ...string) (out answered) {
	r.t.Helper()
	req := httptest.NewRequest(method, "https://acme.my.salesforce.com"+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+r.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(extra); i += 2 {
		req.Header.Set(extra[i], extra[i+1])
	}
	w := httptest.NewRecorder()
	defer func() {
		if e := recover(); e != nil {
			if err, ok := e.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(e)
			}
			out = answered{}
		}
	}()
	r.s.ServeHTTP(w, req)
	return answered{w.Code, w.Header(), w.Body.String()}
}

func (r *rig) query(soql string) answered {
	r.t.Helper()
	return r.do("GET", v+"/query?q="+url.QueryEscape(soql), "")
}

// ids runs a query and returns one column of it.
func (r *rig) column(soql, name string) []string {
	r.t.Helper()
	a := r.query(soql)
	var page struct{ Records []map[string]any }
	if err := json.Unmarshal([]byte(a.body), &page); err != nil || a.status != 200 {
		r.t.Fatalf("query %s: %d %s", soql, a.status, a.body)
	}
	out := []string{}
	for _, rec := range page.Records {
		text, _ := rec[name].(string)
		out = append(out, text)
	}
	return out
}

func (r *rig) insert(object string, fields map[string]any) string {
	r.t.Helper()
	id, err := r.s.Insert(object, fields)
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

func (r *rig) account(name string) string {
	r.t.Helper()
	return r.insert("Account", map[string]any{"Name": name})
}

// want compares status and JSON body; "" means no body.
func (a answered) want(t *testing.T, status int, body string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %s", a.status, status, a.body)
	}
	if body == "" || a.body == "" {
		if a.body != body {
			t.Errorf("body %q, want %q", a.body, body)
		}
		return
	}
	var got, wanted any
	if err := json.Unmarshal([]byte(a.body), &got); err != nil {
		t.Fatalf("body is no JSON: %s", a.body)
	}
	if err := json.Unmarshal([]byte(body), &wanted); err != nil {
		t.Fatalf("the test's own body is no JSON: %s", body)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func (a answered) id(t *testing.T) string {
	t.Helper()
	var x struct{ ID string }
	if err := json.Unmarshal([]byte(a.body), &x); err != nil || x.ID == "" {
		t.Fatalf("no id in %d %s", a.status, a.body)
	}
	return x.ID
}

// testKey is made once: generating RSA keys is slow.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})
