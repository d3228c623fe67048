package salesforce

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// The limits of one composite call (REST API Developer Guide, "Composite"):
// subrequests in all, and how many of them may be queries or collections.
const (
	compositeMost    = 25
	compositeQueries = 5
)

// compositeQuery is the endpoint name of a composite call of queries.
const compositeQuery = "composite/query"

// subrequest is one part of a composite call, which counts as one API call.
type subrequest struct {
	Method      string            `json:"method"`
	URL         string            `json:"url"`
	ReferenceID string            `json:"referenceId"`
	HTTPHeaders map[string]string `json:"httpHeaders,omitempty"`
	Body        json.RawMessage   `json:"body,omitempty"`
}

// subreply is the answer to one subrequest.
type subreply struct {
	Body        json.RawMessage   `json:"body"`
	HTTPHeaders map[string]string `json:"httpHeaders"`
	Status      int               `json:"httpStatusCode"`
	ReferenceID string            `json:"referenceId"`
}

// composite makes one composite call and returns the replies in the order of
// the subrequests. allOrNone is false: each stands for itself.
func (c *Client) composite(ctx context.Context, endpoint string, subs []subrequest, idempotent bool, p transport.Priority) ([]subreply, error) {
	for i := range subs {
		subs[i].ReferenceID = "r" + strconv.Itoa(i)
	}
	body, err := json.Marshal(struct {
		AllOrNone bool         `json:"allOrNone"`
		Requests  []subrequest `json:"compositeRequest"`
	}{false, subs})
	if err != nil {
		return nil, fmt.Errorf("writing composite call: %w", err)
	}
	r := request{
		endpoint: endpoint, method: http.MethodPost, path: c.data("/composite"), body: body,
		idempotent: idempotent, priority: p,
	}
	if endpoint == compositeQuery {
		r.timeout, r.attempts = queryTimeout, queryAttempts
	}
	got, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	var parsed struct {
		Replies []subreply `json:"compositeResponse"`
	}
	if err := decode(got.body, &parsed); err != nil {
		return nil, err
	}
	out := make([]subreply, len(subs))
	for _, r := range parsed.Replies {
		if i, err := strconv.Atoi(strings.TrimPrefix(r.ReferenceID, "r")); err == nil && i >= 0 && i < len(out) {
			out[i] = r
		}
	}
	return out, nil
}

// err is why the subrequest failed, nil for a success.
func (r *subreply) err(c *Client) error {
	switch {
	case r.Status/100 == 2 || r.Status == http.StatusNotModified:
		return nil
	case r.Status == 0:
		return &connectors.Error{
			System: connectors.Salesforce, Class: connectors.UnknownOutcome, Message: "the composite reply leaves out this part",
		}
	}
	if e := c.classify(r.Status, nil, r.Body, nil); e != nil {
		return e
	}
	e := transport.ByStatus(r.Status)
	e.System = connectors.Salesforce
	return e
}

// header finds a reply header, whatever its case.
func (r *subreply) header(name string) string {
	for key, value := range r.HTTPHeaders {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}
