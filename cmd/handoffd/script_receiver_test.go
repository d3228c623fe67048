package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"handoffd/internal/channels"
)

// hookSecret is what the scripts sign with.
const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// receiver is a webhook's other end: it takes what is signed well, and once
// each.
type receiver struct {
	mu     sync.Mutex
	status int
	taken  map[string]message // by webhook-id
	first  string
	bad    []string
}

type message struct {
	Title string `json:"title"`
	Kind  string `json:"kind"`
}

type receiverKey struct{}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(q.Body)
	if q.Method != http.MethodPost || err != nil || r.status != http.StatusOK {
		w.WriteHeader(r.status)
		return
	}
	id := q.Header.Get("webhook-id")
	var m message
	if err := json.Unmarshal(body, &m); err != nil || q.Header.Get("webhook-signature") != channels.Sign(hookSecret, id, q.Header.Get("webhook-timestamp"), body) {
		r.bad = append(r.bad, fmt.Sprint(id, err))
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if len(r.taken) == 0 {
		r.first = m.Title
	}
	r.taken[id] = m
}

// receive starts a receiver at $HOOK, whose secret is $HOOK_SECRET; with a
// status it answers with that from now on.
func receive(ts *testscript.TestScript, neg bool, args []string) {
	if r, ok := ts.Value(receiverKey{}).(*receiver); ok && r.taken != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		_, err := fmt.Sscan(args[0], &r.status)
		ts.Check(err)
		return
	}
	r, _ := ts.Value(receiverKey{}).(*receiver)
	r.status, r.taken = http.StatusOK, map[string]message{}
	s := httptest.NewServer(r)
	ts.Defer(s.Close)
	ts.Setenv("HOOK", s.URL+"/in")
	ts.Setenv("HOOK_SECRET", hookSecret)
}

// received compares how many messages were taken (a number, or a number less
// another one: 17-3), and how the first begins.
func received(ts *testscript.TestScript, neg bool, args []string) {
	r, _ := ts.Value(receiverKey{}).(*receiver)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.bad) > 0 {
		ts.Fatalf("badly signed: %v", r.bad)
	}
	var want, less int
	if n, err := fmt.Sscanf(args[0], "%d-%d", &want, &less); n == 0 {
		ts.Check(err)
	}
	if got := len(r.taken); got != want-less {
		ts.Fatalf("%d messages were received, want %s", got, args[0])
	}
	if len(args) > 1 && (len(r.first) < len(args[1]) || r.first[:len(args[1])] != args[1]) {
		ts.Fatalf("the first is %q", r.first)
	}
}
