package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// The kinds of Fault.
const (
	// Status answers with Fault.Status and an error body, before the work or,
	// with AfterCommit, after it.
	Status = "status"
	// Latency only delays.
	Latency = "latency"
	// DropBefore closes the connection before any work, DropAfter when the
	// work is done.
	DropBefore = "drop_before"
	DropAfter  = "drop_after"
	// Partial makes the batch inputs at the places Inputs (from 0) fail.
	Partial = "partial"
	// ExpiredToken ends the caller's OAuth token, so that this and all later
	// calls with it get 401; other credentials get one 401.
	ExpiredToken = "expired_token"
	// Locked is the 423 of a record under heavy writes.
	Locked = "locked"
	// RateLimit is a 429 by Fault.Policy.
	RateLimit = "rate_limit"
	// Moving is the 477 of an account that moves between data centres.
	Moving = "moving"
	// Malformed answers 200 with broken JSON after the work, HTML with an
	// edge's error page (502 unless Status says otherwise), Truncated with
	// half of the true reply before the connection closes.
	Malformed = "malformed"
	HTML      = "html"
	Truncated = "truncated"
	// IndexLag sets how long writes stay invisible to search, from the
	// matching request on.
	IndexLag = "index_lag"
)

// Fault is one way to go wrong, for the requests that match.
type Fault struct {
	ID string `json:"id"`
	// Method, if set, must be equal; Path and Body are regular expressions
	// that must match somewhere.
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	Body   string `json:"body,omitempty"`
	// Skip lets so many matching requests pass first; Count is how many then
	// meet the fault (0: one, negative: all).
	Skip  int    `json:"skip,omitempty"`
	Count int    `json:"count,omitempty"`
	Kind  string `json:"kind"`
	// LatencyMS delays the request on the sandbox's clock, with any kind.
	LatencyMS int64 `json:"latency_ms,omitempty"`
	Status    int   `json:"status,omitempty"`
	// Response, if set, replaces the body; Message and Category word it.
	Response string            `json:"response,omitempty"`
	Message  string            `json:"message,omitempty"`
	Category string            `json:"category,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
	// AfterCommit: the work is done before the bad answer.
	AfterCommit bool   `json:"after_commit,omitempty"`
	Policy      string `json:"policy,omitempty"` // TEN_SECONDLY_ROLLING, SECONDLY, DAILY
	RetryAfter  int    `json:"retry_after,omitempty"`
	Inputs      []int  `json:"inputs,omitempty"`
	LagMS       int64  `json:"lag_ms,omitempty"`
	// Met counts the requests that met the fault so far.
	Met int `json:"met"`

	path, body *regexp.Regexp
	seen       int
}

type faults struct {
	mu   sync.Mutex
	list []*Fault
	made int
}

func newFaults() *faults { return &faults{} }

func kinds() []string {
	return []string{
		Status, Latency, DropBefore, DropAfter, Partial, ExpiredToken, Locked,
		RateLimit, Moving, Malformed, HTML, Truncated, IndexLag,
	}
}

// add checks and stores a fault; it returns its id.
func (f *faults) add(in Fault) (string, error) {
	if !slices.Contains(kinds(), in.Kind) {
		return "", fmt.Errorf("adding fault: unknown kind %q, want one of %v", in.Kind, kinds())
	}
	if in.Kind == Status && (in.Status < 100 || in.Status > 599) {
		return "", fmt.Errorf("adding fault: kind status needs a status between 100 and 599, not %d", in.Status)
	}
	var err error
	if in.path, err = regexp.Compile(in.Path); err != nil {
		return "", fmt.Errorf("adding fault: reading path: %w", err)
	}
	if in.body, err = regexp.Compile(in.Body); err != nil {
		return "", fmt.Errorf("adding fault: reading body: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made++
	in.ID = orDefault(in.ID, "fault-"+strconv.Itoa(f.made))
	in.Count = orDefault(in.Count, 1)
	f.list = append(f.list, &in)
	return in.ID, nil
}

// all lists the faults with their counters.
func (f *faults) all() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := []Fault{}
	for _, x := range f.list {
		out = append(out, *x)
	}
	return out
}

// remove drops one fault, or all when id is empty.
func (f *faults) remove(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = slices.DeleteFunc(f.list, func(x *Fault) bool { return id == "" || x.ID == id })
}

// pick finds the first fault that this request meets.
func (f *faults) pick(c *call) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, x := range f.list {
		if x.Method != "" && x.Method != c.r.Method || !x.path.MatchString(c.r.URL.RequestURI()) || !x.body.Match(c.body) {
			continue
		}
		if x.Count > 0 && x.Met >= x.Count {
			continue
		}
		x.seen++
		if x.seen <= x.Skip {
			continue
		}
		x.Met++
		met := *x
		return &met
	}
	return nil
}

// before does what a fault wants ahead of the work; done tells that there
// will be none.
func (s *Server) before(c *call, f *Fault) (out reply, done bool) {
	if f.LatencyMS > 0 {
		if err := s.clock.sleep(c.r.Context(), time.Duration(f.LatencyMS)*time.Millisecond); err != nil {
			panic(http.ErrAbortHandler) // the caller has gone
		}
	}
	switch f.Kind {
	case DropBefore:
		panic(http.ErrAbortHandler)
	case Partial:
		c.fail = f.Inputs
	case IndexLag:
		set := s.portal.Settings()
		set.IndexLag = time.Duration(f.LagMS) * time.Millisecond
		s.portal.SetSettings(set)
	case ExpiredToken:
		return s.expireNow(c), true
	case Locked:
		f.Status, f.Message = orDefault(f.Status, http.StatusLocked), orDefault(f.Message, "This object is locked by another process. Try again in a moment.")
		f.Category = orDefault(f.Category, "OBJECT_LOCKED")
	case RateLimit:
		out = tooMany(orDefault(f.Policy, "TEN_SECONDLY_ROLLING")).reply(c.id)
		return f.dress(out), true
	case Moving:
		f.Status, f.Message = 477, orDefault(f.Message, "This account is being migrated between data centers.")
		f.RetryAfter = orDefault(f.RetryAfter, 24*60*60)
	case HTML:
		f.Status = orDefault(f.Status, http.StatusBadGateway)
	}
	if f.answers() && !f.AfterCommit {
		return f.reply(c), true
	}
	return reply{}, false
}

// answers tells whether the fault has an answer of its own.
func (f *Fault) answers() bool {
	return f.Kind == Status || f.Kind == Locked || f.Kind == Moving || f.Kind == HTML
}

func (f *Fault) reply(c *call) reply {
	out := reply{status: f.Status}
	switch {
	case f.Response != "":
		out.raw = []byte(f.Response)
	case f.Kind == HTML:
		out.raw = []byte(edgePage(f.Status))
		out.header = http.Header{"Content-Type": {"text/html; charset=UTF-8"}}
	default:
		out.body = errorBody{
			Status: "error", Message: orDefault(f.Message, http.StatusText(f.Status)), CorrelationID: c.id, Category: f.Category,
		}
	}
	return f.dress(out)
}

// dress adds the fault's headers to a reply.
func (f *Fault) dress(out reply) reply {
	if out.header == nil {
		out.header = http.Header{}
	}
	if f.RetryAfter > 0 {
		out.header.Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	for name, value := range f.Headers {
		out.header.Set(name, value)
	}
	return out
}

func edgePage(status int) string {
	return fmt.Sprintf("<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>hubapi.com | %d: %s</title></head>\n<body><h1>Error %d</h1><p>Cloudflare</p></body>\n</html>\n", status, orDefault(http.StatusText(status), "Error"), status)
}

func (s *Server) expireNow(c *call) reply {
	now := s.clock.Now()
	if _, token, ok := cutBearer(c.r.Header.Get("Authorization")); ok {
		s.vault.expire(token, now)
	}
	return c.refuse(expired(now, now))
}

// after bends the reply of a request whose work is done.
func (s *Server) after(c *call, f *Fault, out *reply, data []byte) (status int, body []byte) {
	switch {
	case f.Kind == DropAfter:
		panic(http.ErrAbortHandler)
	case f.Kind == Malformed:
		return orDefault(f.Status, http.StatusOK), []byte(orDefault(f.Response, `{"results":[{"id":"40`))
	case f.answers() && f.AfterCommit:
		bent := f.reply(c)
		out.header = bent.header
		if bent.raw == nil {
			bent.raw, _ = marshal(bent.body) // an errorBody always marshals
		}
		return bent.status, bent.raw
	}
	return out.status, data
}
