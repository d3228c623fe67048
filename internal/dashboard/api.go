package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"handoffd/internal/engine"
)

// month is how far back handoffs are listed if nobody asks for more.
const month = 30 * 24 * time.Hour

// status answers with the engine's Summary.
func (s *server) status(w http.ResponseWriter, r *http.Request) {
	summary, err := s.summary(r.Context())
	s.answer(w, r, summary, err)
}

// problems lists everything that is parked, by system, object, id and field.
func (s *server) problems(w http.ResponseWriter, r *http.Request) {
	var list []problem
	err := s.o.Store.View(r.Context(), func(tx engine.Tx) (err error) {
		list, err = readProblems(tx)
		return err
	})
	s.answer(w, r, list, err)
}

// handoffs lists the handoffs opened at or after ?since (RFC 3339; 30 days
// ago if absent), newest first. The frozen summary is not among what it tells:
// it names contacts.
func (s *server) handoffs(w http.ResponseWriter, r *http.Request) {
	since := s.o.Clock.Now().Add(-month)
	if text := r.URL.Query().Get("since"); text != "" {
		var err error
		if since, err = time.Parse(time.RFC3339, text); err != nil {
			s.encode(w, r, http.StatusBadRequest, refusal{Error: "since is not a time; write for example 2026-10-01T00:00:00Z"})
			return
		}
	}
	var list []handoff
	err := s.o.Store.View(r.Context(), func(tx engine.Tx) (err error) {
		list, err = readHandoffs(tx, since)
		return err
	})
	s.answer(w, r, list, err)
}

// refusal is an answer that is none.
type refusal struct {
	Error string `json:"error"`
}

// answer sends what was read, or says that it could not be.
func (s *server) answer(w http.ResponseWriter, r *http.Request, what any, err error) {
	if err != nil {
		s.encode(w, r, http.StatusServiceUnavailable, refusal{Error: s.excuse(r, err)})
		return
	}
	s.encode(w, r, http.StatusOK, what)
}

// excuse logs why something could not be read and returns what the caller is
// told.
func (s *server) excuse(r *http.Request, err error) string {
	if errors.Is(err, errStarting) {
		return errStarting.Error()
	}
	if !errors.Is(r.Context().Err(), context.Canceled) { // else the caller has gone
		s.log.Error("answering", "path", r.URL.Path, "error", err)
	}
	return "the daemon's state cannot be read; its log says why"
}

func (s *server) encode(w http.ResponseWriter, r *http.Request, code int, what any) {
	data, err := json.MarshalIndent(what, "", "  ")
	if err != nil {
		s.log.Error("encoding an answer", "path", r.URL.Path, "error", err)
		plain(w, http.StatusInternalServerError, "the answer cannot be encoded")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(append(data, '\n')) // an error means that the caller has gone
}
