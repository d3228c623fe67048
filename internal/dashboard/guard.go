package dashboard

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// guard sets the headers that keep a browser from doing anything with an
// answer but show it, and refuses what has no business here. policy is the
// Content-Security-Policy.
func guard(next http.Handler, listen, policy string) http.Handler {
	names := namesOf(listen)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		switch {
		case names != nil && !slices.Contains(names, nameOf(r.Host)):
			http.Error(w, "this address answers only to localhost, 127.0.0.1, [::1] and the host it listens on", http.StatusForbidden)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD: this daemon is steered by its commands", http.StatusMethodNotAllowed)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// namesOf lists the names by which a listener on a loopback address may be
// called, nil if it is not on one. A page somewhere in the web can make a name
// of its own point at 127.0.0.1 (DNS rebinding) and then read, in the browser
// of somebody on this machine, what is meant for this machine only; but its
// requests carry that name. Elsewhere the operator's own names are unknown.
func namesOf(listen string) []string {
	host := nameOf(listen)
	if listen != "" && host != "localhost" {
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			return nil
		}
	}
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host != "" {
		names = append(names, host)
	}
	return names
}

// nameOf takes the port and the brackets off a host. The port is no secret,
// and another one after an SSH tunnel.
func nameOf(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	}
	return strings.ToLower(host)
}
