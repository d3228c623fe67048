package salesforce

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// messageLimit bounds what is kept of a vendor's text.
const messageLimit = 300

// vendorError is one error as Salesforce writes it. Plain REST says errorCode,
// collections and actions say statusCode.
type vendorError struct {
	ErrorCode  string   `json:"errorCode"`
	StatusCode string   `json:"statusCode"`
	Message    string   `json:"message"`
	Fields     []string `json:"fields"`
	// Duplicate tells what a duplicate rule found.
	Duplicate duplicates `json:"duplicateResult"`
}

func (v vendorError) code() string {
	if v.StatusCode != "" {
		return v.StatusCode
	}
	return v.ErrorCode
}

// classify is the chain's table for whole replies.
func (c *Client) classify(status int, h http.Header, body []byte, err error) *connectors.Error {
	if err != nil {
		return nil
	}
	found := parseErrors(body)
	if len(found) == 0 {
		return byStatusAlone(status, body)
	}
	e := explain(found[0], c.now())
	e.Status = status
	if _, known := meaningOf(e.Code); !known {
		plain := byStatusAlone(status, body)
		if plain == nil {
			plain = transport.ByStatus(status)
		}
		e.Class, e.Fix = plain.Class, plain.Fix
	}
	if at := transport.RetryAfter(h, c.now()); at.After(e.RetryAt) {
		e.RetryAt = at
	}
	if dayIsUsedUp(found[0]) && c.budget != nil {
		stop := *e
		stop.RetryAt = c.now().Add(dayStop)
		c.budget.Stop(stop)
	}
	return e
}

// parseErrors reads an error body in any of its shapes: an array of errors,
// an array of an action's answers with errors inside, or one object. Anything
// else gives none.
func parseErrors(body []byte) []vendorError {
	var list []struct {
		vendorError
		Inner []vendorError `json:"errors"`
	}
	if json.Unmarshal(body, &list) == nil {
		var out []vendorError
		for _, e := range list {
			if e.code() != "" {
				out = append(out, e.vendorError)
			}
			out = append(out, e.Inner...)
		}
		return out
	}
	var single vendorError
	if json.Unmarshal(body, &single) == nil && single.code() != "" {
		return []vendorError{single}
	}
	return nil
}

// byStatusAlone judges what came without a code; nil leaves it to the chain.
func byStatusAlone(status int, body []byte) *connectors.Error {
	if strings.TrimSpace(string(body)) == "Bad_OAuth_Token" {
		// How the identity resources say that a session has ended.
		return &connectors.Error{Class: connectors.Reauth, Code: "Bad_OAuth_Token"}
	}
	switch status {
	case http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge:
		return &connectors.Error{Class: connectors.Narrow, Message: "the request is too long"}
	case http.StatusGone:
		return &connectors.Error{Class: connectors.Stop, Message: "this API version is retired", Fix: "set api_version to a version that the org offers"}
	case http.StatusConflict:
		return &connectors.Error{Class: connectors.Restart, Message: "the job was made with another API version"}
	case 420: // "Salesforce Edge doesn't have routing information" (REST guide, "Status Codes")
		return &connectors.Error{Class: connectors.Stop, Message: "Salesforce does not know where this org lives", Fix: "check login_url; if it is right, ask Salesforce support about My Domain routing"}
	case http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType, http.StatusPreconditionRequired:
		return &connectors.Error{Class: connectors.Stop, Message: "the server does not take this kind of request", Fix: "check login_url, api_version, and whether a proxy in between changes requests"}
	default:
		return nil
	}
}

// dayStop is how long nothing but handoffs asks once the day is used up. The 24
// hours roll, so room may come at any time.
const dayStop = 5 * time.Minute

// dayIsUsedUp tells the limit of the day from that of long requests at one
// time, which has the same code.
func dayIsUsedUp(v vendorError) bool {
	return v.code() == "REQUEST_LIMIT_EXCEEDED" && !strings.Contains(v.Message, "oncurrent")
}

// explain turns one of Salesforce's errors into ours.
func explain(v vendorError, now time.Time) *connectors.Error {
	e := &connectors.Error{System: connectors.Salesforce, Code: v.code(), Message: scrub(v)}
	if ids := v.Duplicate.ids(); len(ids) > 0 {
		e.Message = transport.OneLine(e.Message+" ("+strings.Join(ids, ", ")+")", messageLimit)
	}
	m, known := meaningOf(v.code())
	if !known {
		m = meaning{class: connectors.ParkRecord, fix: "handoffd does not know this error; its code is in the Salesforce documentation"}
	}
	if v.code() == "REQUEST_LIMIT_EXCEEDED" && !dayIsUsedUp(v) {
		m = meaning{class: connectors.Retry, wait: 10 * time.Second}
	}
	e.Class, e.Fix = m.class, m.fix
	if m.class == connectors.ParkField {
		if len(v.Fields) == 1 {
			e.Field = v.Fields[0]
		} else if len(v.Fields) == 0 {
			e.Field = fieldInMessage(v.Message)
		}
	}
	if m.wait > 0 {
		e.RetryAt = now.Add(m.wait)
	}
	return e
}

var (
	noSuchColumn = regexp.MustCompile(`[Nn]o such column '([A-Za-z0-9_.]+)'`)
	emailInText  = regexp.MustCompile(`[^\s:;,<>()"']+@[^\s:;,<>()"']+`)
	quotedText   = regexp.MustCompile(`'(?:[^'\\]|\\.)*'`)
	afterValue   = regexp.MustCompile(`(data value too large|from VALUE_\w+ value)(:?) .*`)
)

// fieldInMessage finds the field that "No such column" names.
func fieldInMessage(message string) string {
	if m := noSuchColumn.FindStringSubmatch(message); m != nil {
		return m[1]
	}
	return ""
}

// scrub takes the content of records out of a vendor's message: Salesforce
// repeats the refused value, and a refused query with its literals.
func scrub(v vendorError) string {
	message := transport.OneLine(v.Message, 4*messageLimit)
	if v.code() == "MALFORMED_QUERY" || v.code() == "INVALID_TYPE" {
		message = quotedText.ReplaceAllStringFunc(message, func(literal string) string {
			if nameForm.MatchString(strings.Trim(literal, "'")) {
				return literal
			}
			return "'…'"
		})
	}
	message = afterValue.ReplaceAllString(message, "$1$2 …")
	message = emailInText.ReplaceAllString(message, "…")
	return transport.OneLine(message, messageLimit)
}
