package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// call is one request on its way through the sandbox.
type call struct {
	r       *http.Request
	id      string // correlation id
	version string // v1, v3, v4 or a date such as 2026-09
	params  []string
	query   url.Values
	body    []byte
	grant   *grant
	// fail are the places of batch inputs that a fault makes fail.
	fail []int
}

// dated tells whether the path carries a release date.
func (c *call) dated() bool { return strings.HasPrefix(c.version, "20") }

// reply is what a handler answers.
type reply struct {
	status  int
	body    any // nil: none
	header  http.Header
	raw     []byte // instead of body
	noLimit bool   // without rate-limit headers
}

func ok(body any) (reply, error)      { return reply{status: http.StatusOK, body: body}, nil }
func created(body any) (reply, error) { return reply{status: http.StatusCreated, body: body}, nil }
func noContent() (reply, error)       { return reply{status: http.StatusNoContent}, nil }

// createdAs is a create's reply, which says where the new thing is.
func (c *call) createdAs(name string, body any) (reply, error) {
	out, err := created(body)
	out.header = http.Header{"Location": {"https://api.hubapi.com" + strings.TrimSuffix(c.r.URL.Path, "/") + "/" + name}}
	return out, err
}

// errorBody is HubSpot's error object in the key order of recorded replies.
type errorBody struct {
	Status        string               `json:"status"`
	Message       string               `json:"message"`
	ErrorType     string               `json:"errorType,omitempty"`
	CorrelationID string               `json:"correlationId,omitempty"`
	PolicyName    string               `json:"policyName,omitempty"`
	GroupName     string               `json:"groupName,omitempty"`
	RequestID     string               `json:"requestId,omitempty"`
	Errors        []portal.ErrorDetail `json:"errors,omitempty"`
	Context       map[string][]string  `json:"context,omitempty"`
	Links         map[string]string    `json:"links,omitempty"`
	Category      string               `json:"category,omitempty"`
	SubCategory   string               `json:"subCategory,omitempty"`
}

// refuse words a portal's refusal as a reply.
func (c *call) refuse(e *portal.Error) reply {
	return reply{status: e.Status, body: errorBody{
		Status: "error", Message: e.Message, CorrelationID: c.id, Errors: e.Errors,
		Context: e.Context, Links: e.Links, Category: e.Category, SubCategory: e.SubCategory,
	}}
}

// refusal is a refusal that a portal.Error has no room for.
type refusal struct {
	status int
	body   errorBody
	raw    string // instead of body
	kind   string // content type of raw
	header http.Header
}

// Error gives the vendor's message.
func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.status, r.body.Message) }

func (r *refusal) reply(id string) reply {
	out := reply{status: r.status, header: r.header.Clone()}
	if r.raw != "" {
		if out.header == nil {
			out.header = http.Header{}
		}
		out.header.Set("Content-Type", r.kind)
		out.raw = []byte(r.raw)
		return out
	}
	b := r.body
	b.Status = orDefault(b.Status, "error")
	b.CorrelationID = id
	out.body = b
	return out
}

// marshal writes JSON as HubSpot does: no HTML escapes, no final newline.
func marshal(v any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("writing reply: %w", err)
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}

// list splits the comma-separated and repeated values of a query parameter.
func (c *call) list(name string) []string {
	var out []string
	for _, value := range c.query[name] {
		for _, item := range strings.Split(value, ",") {
			if item = strings.TrimSpace(item); item != "" {
				out = append(out, item)
			}
		}
	}
	return out
}

// flag reads a boolean query parameter. Its first value counts, "true" in any
// case is true, and whatever else stands there is false, without a refusal.
func (c *call) flag(name string) bool { return strings.EqualFold(c.query.Get(name), "true") }

// limit reads a page size between 1 and most.
func (c *call) limit(fallback, most int) (int, error) {
	text := c.query.Get("limit")
	if text == "" {
		return min(fallback, most), nil
	}
	n := 0
	for _, d := range text {
		if d < '0' || d > '9' || n > 1_000_000 {
			return 0, portal.Invalid("Invalid integer for parameter limit: %s", text)
		}
		n = n*10 + int(d-'0')
	}
	if n < 1 || n > most {
		return 0, portal.Invalid("Invalid limit %d: it must be between 1 and %d", n, most)
	}
	return n, nil
}
