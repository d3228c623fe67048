package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"handoffd/connectors/salesforce/sandbox/org"
)

// Writes counts what was done to one record.
type Writes struct {
	Inserts int `json:"inserts"`
	Updates int `json:"updates"`
	Deletes int `json:"deletes"`
}

// ledger counts calls by endpoint and saves by record.
type ledger struct {
	total     int
	endpoints map[string]int
	records   map[org.ID]*Writes
}

func newLedger() ledger {
	return ledger{endpoints: map[string]int{}, records: map[org.ID]*Writes{}}
}

func (l *ledger) count(mu *sync.Mutex, endpoint string) {
	mu.Lock()
	defer mu.Unlock()
	l.total++
	l.endpoints[endpoint]++
}

func (l *ledger) wrote(mu *sync.Mutex, id org.ID, op string) {
	mu.Lock()
	defer mu.Unlock()
	w := l.records[id]
	if w == nil {
		w = &Writes{}
		l.records[id] = w
	}
	switch op {
	case "insert":
		w.Inserts++
	case "delete", "merge":
		w.Deletes++
	default:
		w.Updates++
	}
}

var looksLikeID = regexp.MustCompile(`^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$`)

// endpoint is the method and the resource with ids taken out.
func (c *call) endpoint() string {
	parts := make([]string, 0, len(c.segments))
	for i, p := range c.segments {
		switch {
		case i > 0 && looksLikeID.MatchString(p) && strings.ContainsAny(p, "0123456789"):
			p = "{id}"
		case i > 0 && strings.HasPrefix(strings.ToLower(c.segments[0]), "query"):
			p = "{locator}"
		case i == 3 && c.segments[0] == "sobjects":
			p = "{value}"
		}
		parts = append(parts, p)
	}
	return c.method + " /" + strings.Join(parts, "/")
}

// Calls is how often each endpoint was called and each record was written
// since the start or the last DELETE /_sandbox/calls.
type Calls struct {
	Total     int               `json:"total"`
	Endpoints map[string]int    `json:"endpoints"`
	Records   map[string]Writes `json:"records"`
}

// Calls returns the counts.
func (s *Server) Calls() Calls {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Calls{Total: s.ledger.total, Endpoints: map[string]int{}, Records: map[string]Writes{}}
	for k, n := range s.ledger.endpoints {
		out.Endpoints[k] = n
	}
	for id, w := range s.ledger.records {
		out.Records[id.String()] = *w
	}
	return out
}

// ResetCalls sets the counts back to nothing. The daily allowance stays used.
func (s *Server) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger = newLedger()
}

func (s *Server) controlCalls(method string) reply {
	switch method {
	case http.MethodGet:
		return answer(http.StatusOK, s.Calls())
	case http.MethodDelete:
		s.ResetCalls()
		return empty(http.StatusNoContent)
	}
	return controlRefused(http.StatusMethodNotAllowed, fmt.Errorf("use GET or DELETE"))
}
