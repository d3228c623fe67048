package sandbox

import (
	"net/http"
	"strconv"
	"time"

	"handoffd/connectors/salesforce/sandbox/org"
)

// before applies what happens ahead of the work. done means that the reply
// stands and the work is not to be done.
func (h hits) before(s *Server, r *http.Request) (answer reply, done bool) {
	for _, f := range h {
		switch f.Action {
		case "latency":
			if s.clock.Sleep(r.Context(), f.delay) != nil {
				drop()
			}
		case "drop_before":
			drop()
		case "expired_token":
			s.closeSession(bearer(r))
		case "status":
			return f.answer(), true
		case "html_body":
			return f.html(), true
		}
	}
	return reply{}, false
}

// drop ends the connection without an answer. A handler that is called
// without a connection sees the panic of net/http for this.
func drop() { panic(http.ErrAbortHandler) }

func (f *Fault) answer() reply {
	status := f.Status
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	if f.Body != "" {
		return raw(status, []byte(f.Body))
	}
	code, message := f.Code, f.Message
	if code == "" {
		code = map[int]string{401: "INVALID_SESSION_ID", 403: "REQUEST_LIMIT_EXCEEDED", 500: "UNKNOWN_EXCEPTION"}[status]
	}
	if code == "" {
		code = "SERVER_UNAVAILABLE"
	}
	if message == "" {
		message = map[string]string{"INVALID_SESSION_ID": "Session expired or invalid", "REQUEST_LIMIT_EXCEEDED": "TotalRequests Limit exceeded.",
			"UNKNOWN_EXCEPTION": "An unexpected error occurred. Please include this ErrorId if you contact support: 1234567890-12345 (123456789)"}[code]
	}
	if message == "" {
		message = "server temporarily unavailable"
	}
	return refused(status, code, message)
}

func (f *Fault) html() reply {
	status := f.Status
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	body := f.Body
	if body == "" {
		body = "<html><head><title>Down for maintenance</title></head><body><h1>We are down for maintenance.</h1></body></html>"
	}
	return reply{status: status, body: []byte(body), header: http.Header{"Content-Type": {"text/html;charset=UTF-8"}}}
}

// late is the longest delay of the commits of this request.
func (h hits) late() time.Duration {
	var d time.Duration
	for _, f := range h {
		if f.Action == "late_commit" {
			d = max(d, f.delay)
		}
	}
	return d
}

// record refuses the records of a request that a fault names. It counts the
// records as they are saved, over all parts of a composite request.
func (h hits) record(string, org.ID) *org.Error {
	for _, f := range h {
		if f.Action != "partial_failure" && f.Action != "row_lock" {
			continue
		}
		f.record++
		if f.Record != 0 && f.Record != f.record {
			continue
		}
		e := &org.Error{Code: f.Code, Message: f.Message}
		if e.Code == "" {
			e.Code = "UNABLE_TO_LOCK_ROW"
		}
		if e.Message == "" && e.Code == "UNABLE_TO_LOCK_ROW" {
			e.Message = "unable to obtain exclusive access to this record or 1 records"
		}
		return e
	}
	return nil
}

// after sends the reply, spoilt if a fault says so.
func (h hits) after(s *Server, r *http.Request, w http.ResponseWriter, answer reply) {
	for _, f := range h {
		switch f.Action {
		case "latency_after":
			if s.clock.Sleep(r.Context(), f.delay) != nil {
				drop()
			}
		case "drop_after":
			drop()
		case "malformed_body":
			answer.body = append([]byte(`{"oops":`), answer.body[:len(answer.body)/2]...)
		case "truncated_body":
			w.Header().Set("Content-Type", "application/json;charset=UTF-8")
			w.Header().Set("Content-Length", strconv.Itoa(len(answer.body)+1))
			w.WriteHeader(answer.status)
			_, _ = w.Write(answer.body[:len(answer.body)/2])
			drop()
		}
	}
	answer.write(w)
}
