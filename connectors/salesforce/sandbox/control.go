package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/org"
)

// control serves /_sandbox, which needs no session and costs no call.
func (s *Server) control(r *http.Request, path string) reply {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return controlRefused(http.StatusBadRequest, fmt.Errorf("reading the body: %w", err))
	}
	switch strings.TrimSuffix(path, "/") {
	case "/faults":
		return s.controlFaults(r.Method, r.URL.Query().Get("id"), body)
	case "/clock":
		return s.controlClock(r.Method, body)
	case "/calls":
		return s.controlCalls(r.Method)
	case "/alerts":
		if r.Method == http.MethodGet {
			return answer(http.StatusOK, s.Alerts())
		}
	case "/merge", "/undelete", "/purge", "/touch":
		if r.Method == http.MethodPost {
			return s.controlRecord(path[1:], body)
		}
	}
	return controlRefused(http.StatusNotFound, fmt.Errorf("there is no %s %s here", r.Method, r.URL.Path))
}

// controlRefused answers a mistake on the control plane, in our own form.
func controlRefused(status int, err error) reply {
	return answer(status, map[string]string{"error": err.Error()})
}

func (s *Server) controlFaults(method, id string, body []byte) reply {
	switch method {
	case http.MethodGet:
		s.mu.Lock()
		defer s.mu.Unlock()
		out := make([]any, 0, len(s.faults))
		for _, f := range s.faults {
			out = append(out, struct {
				*Fault
				Seen int `json:"seen"`
				Hits int `json:"hits"`
			}{f, f.seen, f.hit})
		}
		return answer(http.StatusOK, out)
	case http.MethodDelete:
		s.RemoveFaults(id)
		return empty(http.StatusNoContent)
	case http.MethodPost:
		return s.addFaults(body)
	}
	return controlRefused(http.StatusMethodNotAllowed, fmt.Errorf("use GET, POST or DELETE"))
}

// addFaults takes one fault or a list of them.
func (s *Server) addFaults(body []byte) reply {
	if text := strings.TrimSpace(string(body)); !strings.HasPrefix(text, "[") {
		body = []byte("[" + text + "]")
	}
	var list []Fault
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return controlRefused(http.StatusBadRequest, fmt.Errorf("reading faults: %w", err))
	}
	for i := range list {
		if err := list[i].check(); err != nil {
			return controlRefused(http.StatusBadRequest, err)
		}
	}
	ids := []string{}
	for _, f := range list {
		id, err := s.AddFault(f)
		if err != nil {
			return controlRefused(http.StatusBadRequest, err)
		}
		ids = append(ids, id)
	}
	return answer(http.StatusCreated, map[string][]string{"ids": ids})
}

func (s *Server) controlClock(method string, body []byte) reply {
	if method == http.MethodPost {
		var in struct {
			Set     string `json:"set"`
			Advance string `json:"advance"`
		}
		if err := json.Unmarshal(body, &in); err != nil {
			return controlRefused(http.StatusBadRequest, fmt.Errorf("reading the clock request: %w", err))
		}
		to, err := time.Parse(time.RFC3339Nano, in.Set)
		if in.Advance != "" {
			var d time.Duration
			if d, err = time.ParseDuration(in.Advance); err == nil {
				to = s.clock.Now().Add(d)
			}
		}
		if err == nil {
			err = s.clock.moveTo(to)
		}
		if err != nil {
			return controlRefused(http.StatusBadRequest, err)
		}
	}
	return answer(http.StatusOK, map[string]string{"now": s.clock.Now().Format(time.RFC3339Nano)})
}

// controlRecord does what the REST API has no resource for.
func (s *Server) controlRecord(action string, body []byte) reply {
	var in struct {
		Object string `json:"object"`
		Master string `json:"master"`
		Loser  string `json:"loser"`
		ID     string `json:"id"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return controlRefused(http.StatusBadRequest, fmt.Errorf("reading the request: %w", err))
	}
	var err error
	switch action {
	case "merge":
		err = s.Merge(in.Object, in.Master, in.Loser)
	case "undelete":
		err = s.Undelete(in.ID)
	case "purge":
		err = s.Purge(in.ID)
	case "touch":
		err = s.Touch(in.ID)
	}
	if err != nil {
		return controlRefused(http.StatusBadRequest, err)
	}
	return answer(http.StatusOK, map[string]bool{"success": true})
}

// Merge makes one record of two, as the merge button does: the loser goes to
// the bin with MasterRecordId set, its children move to the master.
func (s *Server) Merge(object, master, loser string) error {
	return s.direct(master, func(tx *org.Tx, obj *org.Object, id org.ID) *org.Error {
		other, ok := org.ParseID(loser)
		if !ok || !strings.EqualFold(obj.Name, object) {
			return &org.Error{Code: "MALFORMED_ID", Message: "master and loser must be ids of " + object}
		}
		return tx.Merge(obj, id, other)
	})
}

// Undelete takes a record out of the bin, with what was deleted along.
func (s *Server) Undelete(id string) error {
	return s.direct(id, func(tx *org.Tx, obj *org.Object, id org.ID) *org.Error { return tx.Undelete(obj, id) })
}

// Purge empties a deleted record from the bin.
func (s *Server) Purge(id string) error {
	return s.direct(id, func(tx *org.Tx, obj *org.Object, id org.ID) *org.Error { return tx.Purge(obj, id) })
}

// Touch moves only the record's SystemModstamp, as the platform does.
func (s *Server) Touch(id string) error {
	return s.direct(id, func(tx *org.Tx, obj *org.Object, id org.ID) *org.Error { return tx.Touch(obj, id) })
}
