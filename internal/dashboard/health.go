package dashboard

import (
	"fmt"
	"net/http"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// healthz tells whether the process can do its work at all: 200 and "ok", or
// 503 and why the store cannot be read. A CRM that is down is no reason to
// restart the daemon, and has no say here.
func (s *server) healthz(w http.ResponseWriter, r *http.Request) {
	err := s.o.Store.View(r.Context(), func(tx engine.Tx) error {
		_, err := tx.Cursors(connectors.Salesforce)
		return err
	})
	if err != nil {
		plain(w, http.StatusServiceUnavailable, "the store cannot be read: "+err.Error())
		return
	}
	plain(w, http.StatusOK, "ok")
}

// readyz tells whether both first loads are complete, before which nothing is
// decided (I13): 200 and "ready", or 503 and what is still missing. What a
// person has to look at, and writes that wait for somebody to act, are named
// after "ready": another start of the daemon would not cure them.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.o.Engine() == nil {
		plain(w, http.StatusServiceUnavailable, errStarting.Error())
		return
	}
	var list []reading
	var held []engine.HeldWrites
	err := s.o.Store.View(r.Context(), func(tx engine.Tx) (err error) {
		if list, err = s.readings(tx); err != nil {
			return err
		}
		held, err = engine.ReadHeld(tx)
		return err
	})
	if err != nil {
		plain(w, http.StatusServiceUnavailable, "the store cannot be read: "+err.Error())
		return
	}
	if missing := missing(list); missing != "" {
		plain(w, http.StatusServiceUnavailable, "still to be loaded: "+missing)
		return
	}
	attention, err := s.o.Engine().Attention(r.Context())
	if err != nil {
		plain(w, http.StatusServiceUnavailable, "the store cannot be read: "+err.Error())
		return
	}
	text := strings.Join(append([]string{"ready"}, attention...), "; ")
	for _, h := range held {
		text += "; " + h.String()
	}
	plain(w, http.StatusOK, text)
}

// missing names what is not loaded yet, by system.
func missing(list []reading) string {
	var parts []string
	for _, system := range connectors.Systems() {
		var objects []string
		for _, r := range list {
			if r.System == system && !r.Loaded {
				objects = append(objects, string(r.Object))
			}
		}
		if len(objects) > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", system, strings.Join(objects, ", ")))
		}
	}
	return strings.Join(parts, "; ")
}

// plain answers with one line of text.
func plain(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	// An error here means that the caller has gone.
	_, _ = fmt.Fprintln(w, strings.Join(strings.Fields(text), " "))
}
