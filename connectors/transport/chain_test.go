package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

var start = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// byChain leaves every judgement to the chain.
func byChain(int, http.Header, []byte, error) *connectors.Error { return nil }

func newChain(t *testing.T, h http.HandlerFunc, change func(*transport.Options)) (*transport.Chain, *clock.Fake) {
	t.Helper()
	fake := clock.NewFake(start).AutoAdvance()
	o := transport.Options{
		System: connectors.Salesforce, Base: transport.Handler(h), Clock: fake, Classify: byChain,
	}
	if change != nil {
		change(&o)
	}
	return transport.New(o), fake
}

// send does what a library does: one request, body read, status looked at.
func send(t *testing.T, c *transport.Chain, call transport.Call, method, body string) (string, *transport.Seen) {
	t.Helper()
	return sendWith(t.Context(), c, call, method, strings.NewReader(body))
}

func sendWith(ctx context.Context, c *transport.Chain, call transport.Call, method string, body io.Reader) (string, *transport.Seen) {
	client, seen := c.Client(ctx, call)
	r, err := http.NewRequest(method, "https://example.invalid/services/data?q=SELECT+secret", body)
	if err != nil {
		panic(err)
	}
	r.Header.Set("Authorization", "Bearer placeholder")
	reply, err := client.Do(r)
	if err != nil {
		return "", seen
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		return "", seen
	}
	return string(text), seen
}

func TestHeadersAndSuccess(t *testing.T) {
	t.Parallel()
	var got http.Header
	c, _ := newChain(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"ok":true}`)
	}, func(o *transport.Options) { o.Tokens = transport.StaticToken("real") })
	body, seen := send(t, c, transport.Call{
		Endpoint: "query", Header: http.Header{"content-type": {"text/csv"}},
	}, "POST", "x")
	if seen.Err != nil || body != `{"ok":true}` || seen.Status != 200 || seen.Attempts != 1 {
		t.Fatalf("body %q, seen %+v", body, seen)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer real", "Content-Type": "text/csv", "Accept": "application/json", "User-Agent": "handoffd",
	} {
		if got.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, got.Get(name), want)
		}
	}
	if diff := cmp.Diff([]connectors.Calls{{Endpoint: "query", Count: 1}}, c.Calls()); diff != "" {
		t.Error(diff)
	}
}

func TestRetrying(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		statuses   []int // one per attempt, the last one repeats
		retryAfter string
		idempotent bool
		most       int
		class      connectors.Class
		attempts   int
		waited     func(time.Duration) bool
	}{
		{name: "503 then fine", statuses: []int{503, 200}, attempts: 2, waited: func(d time.Duration) bool { return d > 0 && d < 2*time.Second }},
		{name: "503 for ever", statuses: []int{503}, class: connectors.Retry, attempts: 4},
		{name: "Retry-After is honoured", statuses: []int{429, 200}, retryAfter: "17", attempts: 2, waited: func(d time.Duration) bool { return d == 17*time.Second }},
		{name: "too long a Retry-After is the caller's", statuses: []int{429}, retryAfter: "3600", class: connectors.Retry, attempts: 1, waited: func(d time.Duration) bool { return d == 0 }},
		{name: "500 of a create is unknown", statuses: []int{500}, class: connectors.UnknownOutcome, attempts: 1},
		{name: "500 of a read is tried again", statuses: []int{500, 200}, idempotent: true, attempts: 2},
		{name: "500 of a read for ever is a retry", statuses: []int{500}, idempotent: true, class: connectors.Retry, attempts: 4},
		{name: "the call bounds its attempts", statuses: []int{503}, most: 2, class: connectors.Retry, attempts: 2},
		{name: "a redirect is not followed", statuses: []int{302}, class: connectors.Stop, attempts: 1},
		{name: "not modified is fine", statuses: []int{304}, attempts: 1},
		{name: "a refusal is final", statuses: []int{400}, class: connectors.ParkRecord, attempts: 1},
		{name: "gone is final", statuses: []int{404}, class: connectors.Gone, attempts: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n := 0
			c, fake := newChain(t, func(w http.ResponseWriter, r *http.Request) {
				if body, _ := io.ReadAll(r.Body); string(body) != "the body" {
					t.Errorf("attempt %d had body %q", n, body)
				}
				status := tt.statuses[min(n, len(tt.statuses)-1)]
				n++
				if tt.retryAfter != "" {
					w.Header().Set("Retry-After", tt.retryAfter)
				}
				if status == 302 {
					w.Header().Set("Location", "https://elsewhere.invalid/")
				}
				w.WriteHeader(status)
			}, nil)
			_, seen := send(t, c, transport.Call{Endpoint: "e", Idempotent: tt.idempotent, Attempts: tt.most}, "POST", "the body")
			var class connectors.Class
			if seen.Err != nil {
				class = seen.Err.Class
			}
			if class != tt.class || seen.Attempts != tt.attempts || n != tt.attempts {
				t.Errorf("class %q attempts %d (server saw %d), want %q %d", class, seen.Attempts, n, tt.class, tt.attempts)
			}
			if uncertain := tt.class != "" && tt.statuses[0] == 500; seen.Uncertain != uncertain {
				t.Errorf("uncertain = %v", seen.Uncertain)
			}
			if waited := fake.Now().Sub(start); tt.waited != nil && !tt.waited(waited) {
				t.Errorf("waited %s", waited)
			}
			if tt.retryAfter == "3600" && !seen.Err.RetryAt.Equal(start.Add(time.Hour)) {
				t.Errorf("RetryAt = %s", seen.Err.RetryAt)
			}
		})
	}
}

func TestRefusalIsHiddenFromTheLibrary(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`[]`, `<html>secret</html>`, ``, `{"message":"secret"}`} {
		c, _ := newChain(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			_, _ = io.WriteString(w, body)
		}, nil)
		got, seen := send(t, c, transport.Call{Endpoint: "e"}, "GET", "")
		if got != `[{"message":"refused","errorCode":"REFUSED"}]` {
			t.Errorf("library saw %q", got)
		}
		if string(seen.Body) != body {
			t.Errorf("Seen.Body = %q, want %q", seen.Body, body)
		}
		if strings.Contains(seen.Err.Error(), "secret") {
			t.Errorf("error shows the body: %v", seen.Err)
		}
	}
}

// tokenQueue gives out its tokens one after the other, the last one for ever.
type tokenQueue struct {
	tokens []string
	n      int
}

func (q *tokenQueue) Token(context.Context) (*oauth2.Token, error) {
	return &oauth2.Token{AccessToken: q.tokens[min(q.n, len(q.tokens)-1)]}, nil
}

func (q *tokenQueue) Invalidate(string) { q.n++ }

func TestFreshCredentialOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		tokens   []string
		good     string
		class    connectors.Class
		attempts int
	}{
		{"second token is good", []string{"old", "new"}, "new", "", 2},
		{"no token is good", []string{"old", "new", "newer"}, "none", connectors.Reauth, 2},
		{"there is only one token", []string{"same"}, "none", connectors.Reauth, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := newChain(t, func(w http.ResponseWriter, r *http.Request) {
				if body, _ := io.ReadAll(r.Body); string(body) != "b" {
					t.Errorf("body %q", body)
				}
				if r.Header.Get("Authorization") != "Bearer "+tt.good {
					w.WriteHeader(401)
				}
			}, func(o *transport.Options) { o.Tokens = &tokenQueue{tokens: tt.tokens} })
			_, seen := send(t, c, transport.Call{Endpoint: "e"}, "POST", "b")
			var class connectors.Class
			if seen.Err != nil {
				class = seen.Err.Class
			}
			if class != tt.class || seen.Attempts != tt.attempts {
				t.Errorf("class %q attempts %d, want %q %d", class, seen.Attempts, tt.class, tt.attempts)
			}
		})
	}
}

func TestStreamedBodyIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 503} {
		var n atomic.Int32
		c, _ := newChain(t, func(w http.ResponseWriter, r *http.Request) {
			n.Add(1)
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(status)
		}, func(o *transport.Options) { o.Tokens = &tokenQueue{tokens: []string{"a", "b"}} })
		pipe, writer := io.Pipe()
		go func() { _, _ = io.WriteString(writer, "stream"); _ = writer.Close() }()
		_, seen := sendWith(t.Context(), c, transport.Call{Endpoint: "e", Idempotent: true}, "PUT", pipe)
		if n.Load() != 1 || seen.Err == nil {
			t.Errorf("status %d: sent %d times, err %v", status, n.Load(), seen.Err)
		}
	}
}

func TestConsume(t *testing.T) {
	t.Parallel()
	broken := errors.New("reader gave up")
	tests := []struct {
		name     string
		read     bool
		fail     error
		class    connectors.Class
		attempts int
	}{
		{"streamed", true, nil, "", 1},
		{"reader fails after reading", true, broken, connectors.Retry, 1},
		{"reader fails before reading", false, broken, connectors.Retry, 4},
		{"reader classifies", true, &connectors.Error{Class: connectors.Restart}, connectors.Restart, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := newChain(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/csv")
				_, _ = io.WriteString(w, "Id\n1\n")
			}, nil)
			var got string
			body, seen := send(t, c, transport.Call{Endpoint: "e", Idempotent: true, Consume: func(r *http.Response) error {
				if tt.read {
					text, _ := io.ReadAll(r.Body)
					got = string(text)
				}
				return tt.fail
			}}, "GET", "")
			if seen.Attempts != tt.attempts {
				t.Errorf("attempts = %d, want %d", seen.Attempts, tt.attempts)
			}
			if tt.fail == nil {
				if seen.Err != nil || body != "{}" || got != "Id\n1\n" {
					t.Errorf("library saw %q, reader %q, err %v", body, got, seen.Err)
				}
				return
			}
			if seen.Err == nil || seen.Err.Class != tt.class {
				t.Errorf("err = %v, want class %s", seen.Err, tt.class)
			}
		})
	}
}

func TestVendorTableDecides(t *testing.T) {
	t.Parallel()
	c, _ := newChain(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) }, func(o *transport.Options) {
		o.Classify = func(status int, _ http.Header, _ []byte, err error) *connectors.Error {
			return &connectors.Error{Class: connectors.Narrow, Code: "TOO_BIG"}
		}
	})
	_, seen := send(t, c, transport.Call{Endpoint: "e"}, "GET", "")
	want := &connectors.Error{System: connectors.Salesforce, Class: connectors.Narrow, Code: "TOO_BIG", Status: 400}
	if diff := cmp.Diff(want, seen.Err); diff != "" {
		t.Error(diff)
	}
}

func TestObservation(t *testing.T) {
	t.Parallel()
	var got transport.Observation
	n := 0
	c, _ := newChain(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n == 1 {
			w.Header().Set("Retry-After", "10")
			w.WriteHeader(503)
		}
	}, func(o *transport.Options) { o.Observe = func(seen transport.Observation) { got = seen } })
	send(t, c, transport.Call{Endpoint: "e"}, "GET", "")
	want := transport.Observation{
		System: connectors.Salesforce, Endpoint: "e", Status: 200, Attempts: 2, Duration: 10 * time.Second,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNoCredentialCrossesHosts(t *testing.T) {
	t.Parallel()
	var leaked atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked.Store(true) }))
	defer other.Close()
	first := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer first.Close()
	c := transport.New(transport.Options{Clock: clock.System{}, Classify: byChain, Tokens: transport.StaticToken("real")})
	client, seen := c.Client(t.Context(), transport.Call{Endpoint: "e"})
	reply, err := client.Get(first.URL)
	if err != nil {
		t.Fatal(err)
	}
	reply.Body.Close()
	if leaked.Load() || seen.Err == nil || seen.Err.Class != connectors.Stop {
		t.Errorf("leaked %v, err %v", leaked.Load(), seen.Err)
	}
}
