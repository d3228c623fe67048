package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors/transport"
)

// TestHandlerIsLikeASocket plays the same handlers in process and over a
// socket and compares what the client sees.
func TestHandlerIsLikeASocket(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		method string
		serve  http.HandlerFunc
	}{
		{"echo", "POST", func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("X-Saw", r.Method+" "+r.URL.String()+" "+r.RequestURI+" "+r.URL.Host+" "+r.Header.Get("Content-Length"))
			w.Write(body)
		}},
		{"status and no body", "GET", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }},
		{"nothing at all", "GET", func(http.ResponseWriter, *http.Request) {}},
		{"HEAD", "HEAD", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "7") }},
		{"second status is ignored", "GET", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); w.Write([]byte("x")) }},
		{"late header is ignored", "GET", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "{}")
			w.(http.Flusher).Flush()
			w.Header().Set("X-Saw", "late")
		}},
		{"early hint is skipped", "GET", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(404) }},
		{"dropped", "GET", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"dropped later", "GET", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}},
		{"too short", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			_, _ = io.WriteString(w, "half")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(tt.serve)
			defer server.Close()
			socket := look(t, http.DefaultTransport, tt.method, server.URL)
			inside := look(t, transport.Handler(tt.serve), tt.method, server.URL)
			if diff := cmp.Diff(socket, inside); diff != "" {
				t.Errorf("socket and in-process differ (-socket +inside):\n%s", diff)
			}
		})
	}
}

type view struct {
	Failed, Broken    bool
	Status            int
	Body, Saw, Length string
}

func look(t *testing.T, base http.RoundTripper, method, url string) view {
	t.Helper()
	var body io.Reader
	if method == "POST" {
		body = strings.NewReader(`{"a":1}`)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url+"/p/a%2Fb?q=x+y", body)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := base.RoundTrip(r)
	if err != nil {
		return view{Failed: true}
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	return view{Broken: err != nil, Status: reply.StatusCode, Body: string(text), Saw: reply.Header.Get("X-Saw")}
}

func TestHandlerStreams(t *testing.T) {
	t.Parallel()
	read := make(chan struct{})
	base := transport.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "one")
		w.(http.Flusher).Flush()
		<-read
		_, _ = io.WriteString(w, "two")
	}))
	r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://x/", nil)
	reply, err := base.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 3)
	if _, err := io.ReadFull(reply.Body, first); err != nil || string(first) != "one" {
		t.Fatalf("%q %v", first, err)
	}
	close(read)
	if rest, err := io.ReadAll(reply.Body); err != nil || string(rest) != "two" {
		t.Fatalf("%q %v", rest, err)
	}
}

func TestHandlerHonoursContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	seen := make(chan error, 1)
	base := transport.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
		seen <- r.Context().Err()
	}))
	r, _ := http.NewRequestWithContext(ctx, "GET", "http://x/", nil)
	if _, err := base.RoundTrip(r); !errors.Is(err, context.Canceled) {
		t.Errorf("client got %v", err)
	}
	if err := <-seen; !errors.Is(err, context.Canceled) {
		t.Errorf("handler saw %v", err)
	}
}
