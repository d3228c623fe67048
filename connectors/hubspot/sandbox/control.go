package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"handoffd/internal/clock"
)

// control serves /_sandbox/*, the endpoints that HubSpot does not have. They
// need no credentials: the sandbox is for rehearsals.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		s.controlReply(w, http.StatusBadRequest, map[string]string{"error": "reading request: " + err.Error()})
		return
	}
	area, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/_sandbox/"), "/")
	handlers := map[string]func(method, rest string, body []byte) (any, error){
		"faults": s.controlFaults, "clock": s.controlClock, "calls": s.controlCalls,
		"set": s.controlSet, "settings": s.controlSettings, "restore": s.controlRestore,
	}
	handle := handlers[area]
	if handle == nil {
		s.controlReply(w, http.StatusNotFound, map[string]string{"error": "there is no /_sandbox/" + area})
		return
	}
	out, err := handle(r.Method, rest, body)
	switch {
	case errors.Is(err, errMethod):
		s.controlReply(w, http.StatusMethodNotAllowed, map[string]string{"error": err.Error()})
	case err != nil:
		s.controlReply(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
	case out == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		s.controlReply(w, http.StatusOK, out)
	}
}

type controlError string

// Error gives the text.
func (e controlError) Error() string { return string(e) }

const errMethod = controlError("this method is not served here")

func (s *Server) controlReply(w http.ResponseWriter, status int, body any) {
	data, err := marshal(body)
	if err != nil {
		s.log.Error("hubspot sandbox control", "err", err)
		status, data = http.StatusInternalServerError, []byte(`{"error":"internal error"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n')) // nobody left to tell
}

// strict reads a control body; a misspelt key is an error, because a fault
// that silently does nothing makes a rehearsal lie.
func strict(body []byte, v any) error {
	dec := json.NewDecoder(strings.NewReader(string(body)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("reading request: %w", err)
	}
	return nil
}

func (s *Server) controlFaults(method, rest string, body []byte) (any, error) {
	switch method {
	case http.MethodGet:
		return map[string][]Fault{"faults": s.faults.all()}, nil
	case http.MethodDelete:
		s.faults.remove(rest)
		return nil, nil
	case http.MethodPost:
		var list []Fault
		if trimmed := strings.TrimSpace(string(body)); strings.HasPrefix(trimmed, "[") {
			if err := strict(body, &list); err != nil {
				return nil, err
			}
		} else {
			list = make([]Fault, 1)
			if err := strict(body, &list[0]); err != nil {
				return nil, err
			}
		}
		ids := make([]string, len(list))
		for i, f := range list {
			id, err := s.faults.add(f)
			if err != nil {
				return nil, err
			}
			ids[i] = id
		}
		return map[string][]string{"ids": ids}, nil
	}
	return nil, errMethod
}

// AddFault is POST /_sandbox/faults for tests in the same process.
func (s *Server) AddFault(f Fault) (id string, err error) { return s.faults.add(f) }

// ClearFaults removes all faults.
func (s *Server) ClearFaults() { s.faults.remove("") }

func (s *Server) controlClock(method, _ string, body []byte) (any, error) {
	switch method {
	case http.MethodGet:
	case http.MethodPost:
		var in struct {
			Set       string `json:"set"`        // RFC 3339
			Advance   string `json:"advance"`    // "90m"
			AdvanceMS int64  `json:"advance_ms"` // milliseconds
		}
		if err := strict(body, &in); err != nil {
			return nil, err
		}
		by := time.Duration(in.AdvanceMS) * time.Millisecond
		if in.Advance != "" {
			d, err := time.ParseDuration(in.Advance)
			if err != nil {
				return nil, fmt.Errorf("reading advance: %w", err)
			}
			by += d
		}
		if in.Set != "" {
			at, err := time.Parse(time.RFC3339Nano, in.Set)
			if err != nil {
				return nil, fmt.Errorf("reading set: %w", err)
			}
			by = at.Sub(s.clock.Now())
		}
		if err := s.clock.advance(by); err != nil {
			return nil, err
		}
	default:
		return nil, errMethod
	}
	_, fake := s.clock.base.(*clock.Fake)
	return map[string]any{"now": s.clock.Now().Format(time.RFC3339Nano), "fake": fake}, nil
}

func (s *Server) controlCalls(method, _ string, _ []byte) (any, error) {
	switch method {
	case http.MethodGet:
		return s.Calls(), nil
	case http.MethodDelete:
		s.ResetCalls()
		return nil, nil
	}
	return nil, errMethod
}

func (s *Server) controlSet(method, _ string, body []byte) (any, error) {
	if method != http.MethodPost {
		return nil, errMethod
	}
	var in struct {
		Object     string          `json:"object"`
		ID         string          `json:"id"`
		Properties map[string]text `json:"properties"`
	}
	if err := strict(body, &in); err != nil {
		return nil, err
	}
	return nil, s.Set(in.Object, in.ID, texts(in.Properties))
}

func (s *Server) controlRestore(method, _ string, body []byte) (any, error) {
	if method != http.MethodPost {
		return nil, errMethod
	}
	var in struct {
		Object string `json:"object"`
		ID     string `json:"id"`
	}
	if err := strict(body, &in); err != nil {
		return nil, err
	}
	return nil, s.portal.Restore(in.Object, in.ID)
}

func (s *Server) controlSettings(method, _ string, body []byte) (any, error) {
	switch method {
	case http.MethodGet:
		return s.currentSettings(), nil
	case http.MethodPost:
		next := s.currentSettings()
		if err := strict(body, &next); err != nil {
			return nil, err
		}
		lag, err := time.ParseDuration(next.IndexLag)
		if err != nil {
			return nil, fmt.Errorf("reading index_lag: %w", err)
		}
		next.Portal.IndexLag = lag
		s.portal.SetSettings(next.Portal)
		s.mu.Lock()
		s.set = next
		s.mu.Unlock()
		return s.currentSettings(), nil
	}
	return nil, errMethod
}

func (s *Server) currentSettings() settings {
	set := s.settings()
	set.Portal = s.portal.Settings()
	set.IndexLag = set.Portal.IndexLag.String()
	return set
}

// SetIndexLag changes how long writes stay invisible to search.
func (s *Server) SetIndexLag(d time.Duration) {
	set := s.portal.Settings()
	set.IndexLag = d
	s.portal.SetSettings(set)
}
