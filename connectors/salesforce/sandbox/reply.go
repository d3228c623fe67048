package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"handoffd/connectors/salesforce/sandbox/org"
)

// reply is what a resource answers, to the network or to a composite request.
type reply struct {
	status int
	header http.Header
	body   []byte // JSON unless a Content-Type is set
}

func (r reply) with(key, value string) reply {
	if r.header == nil {
		r.header = http.Header{}
	}
	r.header.Set(key, value)
	return r
}

func (r reply) failed() bool { return r.status >= 400 || r.status == http.StatusMultipleChoices }

// encode writes v as JSON without escaping <, > and &, as the vendor does.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte("null")
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func answer(status int, v any) reply { return reply{status: status, body: encode(v)} }

func raw(status int, body []byte) reply { return reply{status: status, body: body} }

func empty(status int) reply { return reply{status: status} }

// apiError is one entry of the array that a failed REST call answers.
type apiError struct {
	Duplicate *duplicateResult `json:"duplicateResult,omitempty"`
	Message   string           `json:"message"`
	Code      string           `json:"errorCode"`
	Fields    *[]string        `json:"fields,omitempty"`
}

func refused(status int, code, message string) reply {
	return answer(status, []apiError{{Message: message, Code: code}})
}

func notFound() reply {
	return refused(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
}

// notAllowed is a 405. The vendor names what would have been right.
func notAllowed(method string, allowed string) reply {
	return refused(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED",
		"HTTP Method '"+method+"' not allowed. Allowed are "+allowed).with("Allow", allowed)
}

// rowError is the reply to a failed save or query of one record.
func rowError(e *org.Error) reply {
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	a := apiError{Message: e.Message, Code: e.Code}
	if e.Code == "DUPLICATES_DETECTED" {
		a.Duplicate = newDuplicateResult(e)
		return answer(status, []apiError{a})
	}
	if e.Reading {
		return answer(status, []apiError{a})
	}
	fields := e.Fields
	if fields == nil {
		fields = []string{}
	}
	a.Fields = &fields
	return answer(status, []apiError{a})
}

// queryFailed is the reply to a refused query, which names no fields.
func queryFailed(e *org.Error) reply {
	return refused(http.StatusBadRequest, e.Code, e.Message)
}

// duplicateResult tells what a duplicate rule found (SOAP API Developer Guide,
// "DuplicateResult"; the JSON layout is recorded).
type duplicateResult struct {
	AllowSave    bool          `json:"allowSave"`
	Rule         string        `json:"duplicateRule"`
	EntityType   string        `json:"duplicateRuleEntityType"`
	ErrorMessage string        `json:"errorMessage"`
	MatchResults []matchResult `json:"matchResults"`
}

type matchResult struct {
	EntityType  string        `json:"entityType"`
	Errors      []string      `json:"errors"`
	MatchEngine string        `json:"matchEngine"`
	Records     []matchRecord `json:"matchRecords"`
	Rule        string        `json:"rule"`
	Size        int           `json:"size"`
	Success     bool          `json:"success"`
}

type matchRecord struct {
	Additional []string      `json:"additionalInformation"`
	Diffs      []string      `json:"fieldDiffs"`
	Confidence json.Number   `json:"matchConfidence"`
	Record     matchedRecord `json:"record"`
}

type matchedRecord struct {
	Attributes recordAttributes `json:"attributes"`
	ID         string           `json:"Id"`
}

type recordAttributes struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

func newDuplicateResult(e *org.Error) *duplicateResult {
	m := matchResult{EntityType: e.Entity, Errors: []string{}, MatchEngine: "ExactMatchEngine", Rule: "Sandbox_Matching_Rule", Size: len(e.Matches), Success: true}
	for _, id := range e.Matches {
		found := matchedRecord{Attributes: recordAttributes{Type: e.Entity, URL: e.Root + "/sobjects/" + e.Entity + "/" + id.String()}, ID: id.String()}
		m.Records = append(m.Records, matchRecord{Additional: []string{}, Diffs: []string{}, Confidence: "100.0", Record: found})
	}
	return &duplicateResult{AllowSave: e.AllowSave, EntityType: e.Entity, Rule: "Sandbox_Duplicate_Rule", ErrorMessage: e.Message, MatchResults: []matchResult{m}}
}

// write sends the reply with the headers that every REST answer has.
func (r reply) write(w http.ResponseWriter) {
	h := w.Header()
	for k, v := range r.header {
		h[k] = v
	}
	h.Set("Cache-Control", "no-cache,must-revalidate,max-age=0,no-store,private")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	if len(r.body) > 0 && h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json;charset=UTF-8")
	}
	if r.status != http.StatusNoContent && r.status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(r.body)))
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // the client has gone if this fails
}
