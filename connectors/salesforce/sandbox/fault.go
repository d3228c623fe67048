package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/org"
)

// Fault is something that goes wrong on purpose. Method and Path choose the
// requests, Skip and Count which of them.
type Fault struct {
	ID string `json:"id"`
	// Method and Path match the request; Path is a regular expression over
	// the path and query. Empty matches all.
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	// Skip lets that many matching requests pass first. Count is how many are
	// hit then: 1 if 0, all of them if negative.
	Skip  int `json:"skip,omitempty"`
	Count int `json:"count,omitempty"`
	// Action is one of the names below.
	Action string `json:"action"`
	// Status, Code, Message and Body shape the answer of "status" and
	// "html_body"; Code and Message also that of record failures.
	Status  int    `json:"status,omitempty"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Body    string `json:"body,omitempty"`
	// Delay is the time of latency, latency_after and late_commit ("3s").
	Delay string `json:"delay,omitempty"`
	// Record is which record of a request fails, counted from 1; 0 is all.
	Record int `json:"record,omitempty"`
	// Object, Field, Equals, RecordID and AllowSave describe org rules.
	Object    string `json:"object,omitempty"`
	Field     string `json:"field,omitempty"`
	Equals    string `json:"equals,omitempty"`
	RecordID  string `json:"record_id,omitempty"`
	AllowSave bool   `json:"allow_save,omitempty"`

	pattern *regexp.Regexp
	delay   time.Duration
	seen    int // matching requests so far
	hit     int // of them, how many were struck
	record  int // in the copy that a request gets: its records so far
}

// The actions. Before the work: status, html_body, drop_before, latency,
// expired_token. In it: partial_failure, row_lock, late_commit. After it, with
// the work done: drop_after, latency_after, malformed_body, truncated_body.
// Org rules, which hold until they are removed and match no request:
// validation_rule, duplicate_rule, record_lock.
var actions = []string{"status", "html_body", "drop_before", "latency", "expired_token", "partial_failure", "row_lock", "late_commit",
	"drop_after", "latency_after", "malformed_body", "truncated_body", "validation_rule", "duplicate_rule", "record_lock"}

func (f *Fault) isRule() bool { return slices.Contains(actions[12:], f.Action) }

// check completes a fault and says what is wrong with it.
func (f *Fault) check() error {
	if !slices.Contains(actions, f.Action) {
		return fmt.Errorf("reading fault: there is no action %q, only %s", f.Action, strings.Join(actions, ", "))
	}
	var err error
	if f.pattern, err = regexp.Compile(f.Path); err != nil {
		return fmt.Errorf("reading fault: %w", err)
	}
	if f.Delay != "" {
		if f.delay, err = time.ParseDuration(f.Delay); err != nil || f.delay < 0 {
			return fmt.Errorf("reading fault: delay %q is no duration", f.Delay)
		}
	}
	if f.delay == 0 && slices.Contains([]string{"latency", "latency_after", "late_commit"}, f.Action) {
		return fmt.Errorf("reading fault: %s needs a delay", f.Action)
	}
	if f.Action == "record_lock" {
		if _, ok := org.ParseID(f.RecordID); !ok {
			return fmt.Errorf("reading fault: record_lock needs a record_id")
		}
	}
	if f.Count == 0 {
		f.Count = 1
	}
	return nil
}

type faultList []*Fault

// AddFault puts a fault in place and returns its id.
func (s *Server) AddFault(f Fault) (string, error) {
	if err := f.check(); err != nil {
		return "", err
	}
	if f.ID == "" {
		f.ID = fmt.Sprintf("f%d", s.next())
	}
	s.mu.Lock()
	s.faults = append(s.faults, &f)
	s.mu.Unlock()
	s.applyRules()
	return f.ID, nil
}

// RemoveFaults takes the fault with this id away, or all of them if id is "".
func (s *Server) RemoveFaults(id string) {
	s.mu.Lock()
	s.faults = slices.DeleteFunc(s.faults, func(f *Fault) bool { return id == "" || f.ID == id })
	s.mu.Unlock()
	s.applyRules()
}

// applyRules hands the org rules among the faults to the org.
func (s *Server) applyRules() {
	s.mu.Lock()
	var rules []org.Rule
	for _, f := range s.faults {
		if !f.isRule() {
			continue
		}
		id, _ := org.ParseID(f.RecordID)
		rules = append(rules, org.Rule{Kind: org.RuleKind(f.Action), Object: f.Object, Field: f.Field, Equals: f.Equals,
			Message: f.Message, Code: f.Code, Record: id, AllowSave: f.AllowSave})
	}
	s.mu.Unlock()
	s.org.Lock()
	defer s.org.Unlock()
	s.org.SetRules(rules)
}

// hits are the faults that one request runs into.
type hits []*Fault

// faultsFor counts the request against every fault it matches and returns
// those that strike.
func (s *Server) faultsFor(r *http.Request) hits {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out hits
	for _, f := range s.faults {
		if f.isRule() || f.Method != "" && !strings.EqualFold(f.Method, r.Method) || !f.pattern.MatchString(r.URL.RequestURI()) {
			continue
		}
		f.seen++
		if f.seen > f.Skip && (f.Count < 0 || f.hit < f.Count) {
			f.hit++
			copied := *f
			out = append(out, &copied)
		}
	}
	return out
}
