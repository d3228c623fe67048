package connectortest

import (
	"net/http"
	"strings"
	"sync"
)

// Wire is the transport between a connector and the vendor. It counts the
// requests, notes which access tokens were used and where, and lets a check
// step in. It is safe for concurrent use.
type Wire struct {
	base http.RoundTripper

	mu       sync.Mutex
	requests int
	token    string
	host     string
	tokens   map[string]bool
	before   func(*http.Request) error
	after    func(*http.Request) error
}

// NewWire returns a Wire that sends by base.
func NewWire(base http.RoundTripper) *Wire {
	return &Wire{base: base, tokens: make(map[string]bool)}
}

// RoundTrip sends r, unless a check steps in. As net/http does, it sends
// nothing whose context has ended.
func (w *Wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	before, after := w.note(r)
	if before != nil {
		if err := before(r); err != nil {
			return nil, err
		}
	}
	reply, err := w.base.RoundTrip(r)
	if err != nil || after == nil {
		return reply, err
	}
	if err := after(r); err != nil {
		_ = reply.Body.Close() // the check wants this reply lost
		return nil, err
	}
	return reply, nil
}

func (w *Wire) note(r *http.Request) (before, after func(*http.Request) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		w.token, w.host = token, r.URL.Scheme+"://"+r.URL.Host
		w.tokens[token] = true
	}
	return w.before, w.after
}

// Requests is how many requests went out, those for a token included.
func (w *Wire) Requests() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests
}

// Session is the access token that was used last and the address
// (https://host) at which it was; empty before the first request. It lets an
// Org of a real vendor act with the rights of the connector's own user.
func (w *Wire) Session() (token, address string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.token, w.host
}

// stepIn calls before ahead of each request and after behind each reply. An
// error takes the place of the reply.
func (w *Wire) stepIn(before, after func(*http.Request) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before, w.after = before, after
}

func (w *Wire) usedTokens() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for token := range w.tokens {
		out = append(out, token)
	}
	return out
}
