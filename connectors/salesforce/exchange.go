package salesforce

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/simpleforce/simpleforce"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// request is one exchange with the org.
type request struct {
	endpoint string // stable name for counting
	method   string
	path     string // from /services on, query included
	body     []byte // nil for none
	// idempotent: sending it again does no harm.
	idempotent bool
	priority   transport.Priority
	timeout    time.Duration
	attempts   int
	header     http.Header
	consume    func(*http.Response) error
}

// reply is what came back of a success.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// fault is a failed exchange: its error, and whether the work may have been
// done all the same.
type fault struct {
	err       *connectors.Error
	uncertain bool
}

// Error is the vendor's error.
func (f *fault) Error() string { return f.err.Error() }

// Unwrap gives the vendor's error.
func (f *fault) Unwrap() error { return f.err }

// uncertain tells whether err came of a request that may have been carried out.
func uncertain(err error) bool {
	var f *fault
	return errors.As(err, &f) && f.uncertain
}

// A query may run for two minutes (Salesforce Developer Limits, "SOQL and
// SOSL Limits"). One that takes longer each time is too big, not unlucky.
const (
	queryTimeout  = 130 * time.Second
	queryAttempts = 3
)

// send makes one exchange. simpleforce gets a client of its own for it, since
// it keeps state and knows neither contexts nor headers; what truly happened
// is read from the chain, not from the library's text.
func (c *Client) send(ctx context.Context, r request) (reply, error) {
	client, seen := c.chain.Client(ctx, transport.Call{
		Endpoint: r.endpoint, Idempotent: r.idempotent, Timeout: r.timeout, Attempts: r.attempts,
		Priority: r.priority, Header: r.header, Consume: r.consume,
	})
	client.Transport = quiet{client.Transport}
	carrier := simpleforce.NewClient("https://"+placeholderHost, simpleforce.DefaultClientID, c.cfg.APIVersion)
	carrier.SetSidLoc("placeholder", "https://"+placeholderHost)
	carrier.SetHttpClient(client)
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	text, err := carrier.ApexREST(r.method, strings.TrimPrefix(r.path, "/"), body)
	if seen.Err != nil {
		return reply{}, &fault{err: seen.Err, uncertain: seen.Uncertain}
	}
	if err != nil {
		// The path holds conditions and with them people's data, and the
		// library's error repeats it.
		return reply{}, fmt.Errorf("calling %s: the request could not be made", r.endpoint)
	}
	return reply{status: seen.Status, header: seen.Header, body: text}, nil
}

// quiet shows the library a success whatever came: it prints the URL and the
// body of every failure to the global log.
type quiet struct{ chain http.RoundTripper }

// RoundTrip makes the exchange and hides its failure.
func (q quiet) RoundTrip(r *http.Request) (*http.Response, error) {
	got, err := q.chain.RoundTrip(r)
	if err == nil && got.StatusCode/100 == 2 {
		return got, nil
	}
	if err == nil {
		// Nothing is lost: the chain keeps the true body in Seen.
		_ = got.Body.Close()
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header), Body: io.NopCloser(strings.NewReader("{}")), ContentLength: 2, Request: r,
	}, nil
}

// get makes an idempotent GET and decodes its JSON into out.
func (c *Client) get(ctx context.Context, endpoint, path string, priority transport.Priority, out any) error {
	r := request{endpoint: endpoint, method: http.MethodGet, path: path, idempotent: true, priority: priority}
	if endpoint == "query" {
		r.timeout, r.attempts = queryTimeout, queryAttempts
	}
	got, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	return decode(got.body, out)
}

// decode reads JSON; a body of another shape than documented is an error of
// the exchange, without its content.
func decode(body []byte, out any) error {
	if err := json.Unmarshal(body, out); err != nil {
		return &connectors.Error{
			System: connectors.Salesforce, Class: connectors.Retry, Code: string(transport.FaultMalformed),
			Message: "the reply has an unexpected shape",
		}
	}
	return nil
}

// data is a path under /services/data/vNN.0.
func (c *Client) data(path string) string { return "/services/data/v" + c.cfg.APIVersion + path }

// queryPath is the path of a SOQL query; all adds deleted and archived rows.
func (c *Client) queryPath(q query, all bool) string {
	resource := "/query"
	if all {
		resource = "/queryAll"
	}
	return c.data(resource) + "?q=" + url.QueryEscape(q.String())
}
