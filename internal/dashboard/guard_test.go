package dashboard

import (
	"net/http"
	"testing"
)

var paths = []string{"/", "/healthz", "/readyz", "/metrics", "/api/status", "/api/problems", "/api/handoffs", "/nowhere"}

func TestOnlyReadingMethods(t *testing.T) {
	t.Parallel()
	for _, path := range paths {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"} {
			w := newHouse().ask(t, method, path)
			want(t, w, http.StatusMethodNotAllowed)
			if got := w.Header().Get("Allow"); got != "GET, HEAD" {
				t.Errorf("%s %s: Allow is %q", method, path, got)
			}
		}
	}
}

func TestEveryAnswerIsHarmlessToABrowser(t *testing.T) {
	t.Parallel()
	strict := map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
	}
	for _, path := range paths {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			w := newHouse().ask(t, method, path)
			for name, value := range strict {
				if got := w.Header().Get(name); got != value {
					t.Errorf("%s %s: %s is %q, want %q", method, path, name, got, value)
				}
			}
			if got := w.Header().Get("Content-Security-Policy"); got != newPage().policy {
				t.Errorf("%s %s: the policy is %q", method, path, got)
			}
		}
	}
	want(t, newHouse().get(t, "/nowhere"), http.StatusNotFound)
	want(t, newHouse().get(t, "/index.html"), http.StatusNotFound)
}

func TestHost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, listen, host string
		code               int
	}{
		{"localhost", "127.0.0.1:8080", "localhost:8080", 200},
		{"no port", "127.0.0.1:8080", "localhost", 200},
		{"another port, as through a tunnel", "127.0.0.1:8080", "localhost:9000", 200},
		{"capitals", "127.0.0.1:8080", "LocalHost:8080", 200},
		{"IPv4", "127.0.0.1:8080", "127.0.0.1:8080", 200},
		{"IPv6", "[::1]:8080", "[::1]:8080", 200},
		{"IPv6 without port", "[::1]:8080", "[::1]", 200},
		{"the configured loopback address", "127.0.0.9:8080", "127.0.0.9:8080", 200},
		{"another loopback address", "127.0.0.1:8080", "127.0.0.9:8080", 403},
		{"a name that was rebound", "127.0.0.1:8080", "evil.example:8080", 403},
		{"one that begins well", "127.0.0.1:8080", "localhost.evil.example", 403},
		{"one that ends well", "127.0.0.1:8080", "evil-localhost", 403},
		{"a user in front", "127.0.0.1:8080", "localhost@evil.example", 403},
		{"no name", "127.0.0.1:8080", "", 403},
		{"a name on localhost", "localhost:8080", "evil.example", 403},
		{"nothing configured", "", "evil.example", 403},
		{"nothing configured, localhost", "", "localhost", 200},
		{"all interfaces", ":8080", "status.acme.example", 200},
		{"all interfaces by address", "0.0.0.0:8080", "10.0.0.7:8080", 200},
		{"an address of the network", "10.0.0.7:8080", "status.acme.example", 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, path := range paths[:7] {
				h := newHouse()
				h.options.Listen = c.listen
				want(t, h.ask(t, http.MethodGet, path, func(r *http.Request) { r.Host = c.host }), c.code)
			}
		})
	}
}
