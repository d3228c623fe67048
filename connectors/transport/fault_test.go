package transport_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

type tripFunc func(*http.Request) (*http.Response, error)

func (f tripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// failing is a base that fails with err, having reported no step of its way.
func failing(err error) http.RoundTripper {
	return tripFunc(func(*http.Request) (*http.Response, error) { return nil, err })
}

func handler(h http.HandlerFunc) http.RoundTripper { return transport.Handler(h) }

// TestFaultsAreToldApart names each way in which an exchange fails, and
// whether the work may have been done by then.
func TestFaultsAreToldApart(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	drop := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(drop.Close)

	tests := []struct {
		name  string
		base  http.RoundTripper // nil: real sockets
		url   string
		fault transport.Fault
		class connectors.Class
	}{
		{"refused", nil, "http://" + closed.Addr().String(), transport.FaultRefused, connectors.Retry},
		{"untrusted certificate", nil, untrusted.URL, transport.FaultTLS, connectors.Stop},
		{"no TLS there", nil, strings.Replace(plain.URL, "http:", "https:", 1), transport.FaultTLS, connectors.Retry},
		{"real socket dropped", nil, drop.URL, transport.FaultDropped, connectors.UnknownOutcome},
		{"name does not resolve", failing(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "x"}}), "", transport.FaultDNS, connectors.Retry},
		{"no route", failing(&net.OpError{Op: "dial", Err: errors.New("no route to host")}), "", transport.FaultUnreachable, connectors.Retry},
		{"who knows", failing(errors.New("odd")), "", transport.FaultNetwork, connectors.UnknownOutcome},
		{"dropped after the work", handler(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), "", transport.FaultDropped, connectors.UnknownOutcome},
		{"dropped inside the body", handler(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"half":`)
			panic(http.ErrAbortHandler)
		}), "", transport.FaultDropped, connectors.UnknownOutcome},
		{"shorter than promised", handler(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{}`)
		}), "", transport.FaultDropped, connectors.UnknownOutcome},
		{"web page", handler(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<!DOCTYPE html><p>Log in") }), "", transport.FaultHTML, connectors.UnknownOutcome},
		{"web page that fails", handler(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(502)
			_, _ = io.WriteString(w, "<html>Bad Gateway")
		}), "", transport.FaultHTML, connectors.UnknownOutcome},
		{"bad JSON", handler(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"half":`)
		}), "", transport.FaultMalformed, connectors.UnknownOutcome},
		{"too big", handler(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `"`+strings.Repeat("x", 2000)+`"`)
		}), "", transport.FaultTooBig, connectors.UnknownOutcome},
		{"no answer in time", handler(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), "", transport.FaultTimeout, connectors.UnknownOutcome},
		{"no end of the body in time", handler(func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}), "", transport.FaultTimeout, connectors.UnknownOutcome},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fake := clock.NewFake(start)
			c := transport.New(transport.Options{
				System: connectors.HubSpot, Base: tt.base, Clock: fake, Classify: byChain, MaxAttempts: 1, MaxBody: 1000,
			})
			if tt.fault == transport.FaultTimeout {
				go func() {
					if fake.BlockUntil(context.Background(), 1) == nil {
						fake.Advance(transport.DefaultTimeout)
					}
				}()
			}
			client, seen := c.Client(t.Context(), transport.Call{Endpoint: "e"})
			url := tt.url
			if url == "" {
				url = "https://example.invalid"
			}
			reply, err := client.Post(url+"/x?q=secret", "application/json", strings.NewReader("secret"))
			if err == nil {
				reply.Body.Close()
			}
			if seen.Err == nil {
				t.Fatal("no error")
			}
			if seen.Err.Code != string(tt.fault) || seen.Err.Class != tt.class {
				t.Errorf("%s %s, want %s %s (%v)", seen.Err.Code, seen.Err.Class, tt.fault, tt.class, seen.Err.Err)
			}
			if strings.Contains(seen.Err.Error()+errText(seen.Err.Err), "secret") {
				t.Errorf("error tells too much: %v", seen.Err)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCancelledIsNotTimeout(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c, _ := newChain(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}, nil)
	_, seen := sendWith(ctx, c, transport.Call{Endpoint: "e", Idempotent: true}, "GET", nil)
	if seen.Err == nil || seen.Err.Code != string(transport.FaultCancelled) || seen.Attempts != 1 {
		t.Fatalf("%+v", seen.Err)
	}
	if !errors.Is(seen.Err, context.Canceled) {
		t.Errorf("cause = %v", seen.Err.Err)
	}
}

func TestCancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start)
	ctx, cancel := context.WithCancel(t.Context())
	c := transport.New(transport.Options{
		Clock: fake, Classify: byChain,
		Base: handler(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }),
	})
	go func() {
		// The attempt's own timeout waits too, so look for the backoff by
		// its due time.
		for {
			if at, ok := fake.NextDue(); ok && at.Before(start.Add(30*time.Second)) {
				cancel()
				return
			}
			if fake.BlockUntil(t.Context(), 1) != nil {
				return
			}
		}
	}()
	_, seen := sendWith(ctx, c, transport.Call{Endpoint: "e"}, "GET", nil)
	if seen.Attempts != 1 || seen.Err == nil || seen.Err.Class != connectors.Retry {
		t.Errorf("attempts %d, err %v", seen.Attempts, seen.Err)
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"plain", "plain"},
		{" two\r\nlines\x00and\tmore \u2028 here ", "two lines and more here"},
		{"bad \xff utf8", "bad ? utf8"},
		{"ääääääääääääääääääääääääää", "ääääääääääääääääääääääää…"},
	}
	for _, tt := range tests {
		if got := transport.OneLine(tt.in, 24); got != tt.want {
			t.Errorf("OneLine(%q, 24) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		header string
		want   time.Time
	}{
		{"", time.Time{}},
		{"5", start.Add(5 * time.Second)},
		{"0.5", start.Add(500 * time.Millisecond)},
		{"-1", time.Time{}},
		{"99999999", time.Time{}},
		{"soon", time.Time{}},
		{"Sun, 22 Nov 2026 10:01:00 GMT", start.Add(time.Minute)},
	}
	for _, tt := range tests {
		if got := transport.RetryAfter(http.Header{"Retry-After": {tt.header}}, start); !got.Equal(tt.want) {
			t.Errorf("RetryAfter(%q) = %s, want %s", tt.header, got, tt.want)
		}
	}
}

func FuzzOneLine(f *testing.F) {
	f.Add("a\nb\x1b[31m", 5)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 0 || limit > 1000 {
			return
		}
		got := transport.OneLine(text, limit)
		if strings.ContainsAny(got, "\n\r\x00\x1b") || len([]rune(got)) > limit+1 {
			t.Errorf("OneLine(%q, %d) = %q", text, limit, got)
		}
	})
}
