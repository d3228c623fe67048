package hubspot

import (
	"context"
	"net/http"

	gohubspot "github.com/belong-inc/go-hubspot"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// request is one exchange with HubSpot.
type request struct {
	transport.Call
	method, path string
	body         any // nil for none
	into         any // where the reply's JSON goes; nil if none is wanted
}

// refusal is a failed exchange: the classified error, and HubSpot's own body
// for those who must find out which record of a batch is meant.
type refusal struct {
	*connectors.Error
	body vendorError
}

// of names the object that was asked for, unless the failure has nothing to do
// with it.
func (r *refusal) of(k kind) *refusal {
	if r.Object == "" && !concernsAll(r.Error) {
		r.Object = k.object
	}
	return r
}

// do makes one exchange. go-hubspot builds the request and decodes the reply;
// what it says of failures is not listened to, since the chain saw more.
func (c *Client) do(ctx context.Context, r request) *refusal {
	r.Buckets = append(r.Buckets, bucketBurst)
	httpClient, seen := c.chain.Client(ctx, r.Call)
	// The library's own token is a placeholder: the chain sets the true one.
	library, err := gohubspot.NewClient(
		gohubspot.SetPrivateAppToken("placeholder"),
		gohubspot.WithHTTPClient(httpClient),
		gohubspot.WithBaseURL(c.base),
	)
	if err == nil {
		err = library.CreateAndDo(r.method, r.path, gohubspot.MIMETypeJSON, r.body, nil, r.into)
	}
	switch {
	case seen.Err != nil:
		return &refusal{Error: seen.Err, body: readVendorError(seen.Body)}
	case err != nil:
		return &refusal{Error: unreadable(r, seen)}
	}
	return nil
}

// unreadable: the exchange succeeded but its JSON has another shape than
// HubSpot documents. The decoder's text may quote the record, so it is not
// passed on.
func unreadable(r request, seen *transport.Seen) *connectors.Error {
	e := &connectors.Error{
		System: connectors.HubSpot, Class: connectors.Retry, Code: "UNEXPECTED_REPLY", Status: seen.Status,
		Message: "the reply has another shape than HubSpot documents",
		Request: transport.OneLine(seen.Header.Get(requestHeader), 64),
	}
	if seen.Attempts > 0 && !r.Idempotent {
		e.Class = connectors.UnknownOutcome
	}
	return e
}

// get reads one resource.
func (c *Client) get(ctx context.Context, endpoint string, p transport.Priority, path string, into any) *refusal {
	return c.do(ctx, request{
		Call:   transport.Call{Endpoint: endpoint, Idempotent: true, Priority: p},
		method: http.MethodGet, path: path, into: into,
	}).unknownPath()
}

// post makes a POST that does no harm when it is repeated: a search, a batch
// read, a batch update.
func (c *Client) post(ctx context.Context, call transport.Call, path string, body, into any) *refusal {
	call.Idempotent = true
	return c.do(ctx, request{Call: call, method: http.MethodPost, path: path, body: body, into: into})
}

// unknownPath: a 404 on a path without a record's id says nothing of records;
// the server does not have the path.
func (r *refusal) unknownPath() *refusal {
	if r != nil && r.Class == connectors.Gone {
		r.Class = connectors.Stop
		r.Fix = "check connectors.hubspot.base_url and api_version: this server does not know the path"
	}
	return r
}
