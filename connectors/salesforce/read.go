package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// Objects lists what the Selection reads, accounts first.
func (c *Client) Objects() []connectors.Object {
	var out []connectors.Object
	for _, object := range readOrder() {
		if _, wanted := c.cfg.Selection.Fields[object]; wanted {
			out = append(out, object)
		}
	}
	return out
}

// turn is one object's part in a round of Read: the queries that it wants,
// and the page that it makes of their answers.
type turn interface {
	asks() []*ask
	page(ctx context.Context) connectors.Page
}

// ask is one query of a round and its answer.
type ask struct {
	path   string // from /services/data on
	result queryPage
	err    error
}

// Read brings one page per request. Queries that begin something ride
// together, up to five in a composite call, which counts as one; further
// pages are fetched each for itself.
func (c *Client) Read(ctx context.Context, requests []connectors.ReadRequest) ([]connectors.Page, error) {
	turns := make([]turn, len(requests))
	var asks []*ask
	for i, r := range requests {
		t, err := c.begin(ctx, r)
		if err != nil {
			if concernsAll(err) {
				return nil, err
			}
			t = failed{request: r, err: err}
		}
		turns[i] = t
		asks = append(asks, t.asks()...)
	}
	if err := c.ask(ctx, asks); err != nil {
		return nil, err
	}
	pages := make([]connectors.Page, len(requests))
	for i, t := range turns {
		pages[i] = t.page(ctx)
		pages[i].Object = requests[i].Object
		if pages[i].Err == nil {
			continue
		}
		if concernsAll(pages[i].Err) {
			return nil, pages[i].Err
		}
		pages[i] = connectors.Page{
			Object: requests[i].Object, Next: requests[i].Cursor, Err: ofObject(pages[i].Err, requests[i].Object),
		}
	}
	return pages, nil
}

// begin finds out which way of reading a request is on.
func (c *Client) begin(ctx context.Context, r connectors.ReadRequest) (turn, error) {
	from := sobject(r.Object)
	p, err := parseCursor(r.Cursor, from)
	if err != nil {
		return nil, err
	}
	cols, err := c.columns(ctx, r.Object)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return c.beginStart(ctx, cols)
	}
	if p.Print != cols.print {
		// What is under way answers to another selection.
		if p.Job != "" {
			_ = c.giveUp(ctx, p.Job) // logged where it fails
		}
		p.forget()
		p.Print = cols.print
	}
	if p.Outside {
		cols = c.beyond(cols)
	}
	switch p.Phase {
	case phaseLoad:
		return c.beginLoad(cols, *p), nil
	case phaseBulk:
		return &bulkTurn{c: c, cols: cols, at: *p}, nil
	default:
		return c.beginChanges(ctx, cols, *p, r.Cursor)
	}
}

// forget drops what is under way; the reader begins it again from the last
// durable place.
func (p *position) forget() {
	p.Next, p.Job, p.Page = "", "", ""
	if !p.Lo.IsZero() {
		p.In, p.Out, p.Fresh = "", "", true
	}
}

// failed is the turn of a request that could not even begin.
type failed struct {
	request connectors.ReadRequest
	err     error
}

func (f failed) asks() []*ask { return nil }

func (f failed) page(context.Context) connectors.Page {
	return connectors.Page{Next: f.request.Cursor, Err: f.err}
}

// concernsAll tells a failure of the credential, the network, the allowance
// or the whole service from one of a single object.
func concernsAll(err error) bool {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return true
	}
	switch {
	case e.Class == connectors.Reauth, strings.HasPrefix(e.Message, "signing in"):
		return true
	case e.Code == string(transport.FaultTimeout) || e.Code == "INVALID_FIELD" || e.Code == "BAD_CURSOR":
		return false
	case e.Class == connectors.Stop:
		return e.Status == 0 && e.Object == ""
	case e.Class == connectors.Retry:
		return e.Status == 0 || e.Status >= 500 || e.Code == string(transport.FaultHTML) || e.Code == "REQUEST_LIMIT_EXCEEDED"
	default:
		return false
	}
}

// ofObject names the object in an error that does not yet.
func ofObject(err error, object connectors.Object) error {
	var e *connectors.Error
	if !errors.As(err, &e) || e.Object != "" {
		return err
	}
	named := *e
	named.Object = object
	return &named
}

// ask sends the queries. Its error is a failure of all of them.
func (c *Client) ask(ctx context.Context, asks []*ask) error {
	var fresh []*ask
	for _, a := range asks {
		if !strings.Contains(a.path, "?q=") {
			if err := c.askAlone(ctx, a); err != nil {
				return err
			}
			continue
		}
		fresh = append(fresh, a)
	}
	for len(fresh) > 0 {
		n := min(len(fresh), compositeQueries)
		if err := c.askTogether(ctx, fresh[:n]); err != nil {
			return err
		}
		fresh = fresh[n:]
	}
	return nil
}

// longestURL is what a GET may ask by itself. Salesforce refuses a URI with
// its headers above 16,384 bytes (REST API Developer Guide, status 414, 431).
const longestURL = 12000

// askTogether sends up to five queries in one call.
func (c *Client) askTogether(ctx context.Context, asks []*ask) error {
	if len(asks) == 1 && len(asks[0].path) <= longestURL {
		return c.askAlone(ctx, asks[0])
	}
	subs := make([]subrequest, len(asks))
	for i, a := range asks {
		subs[i] = subrequest{Method: http.MethodGet, URL: a.path}
	}
	replies, err := c.composite(ctx, compositeQuery, subs, true, transport.PriorityPoll)
	if err != nil {
		if slow(err) && len(asks) > 1 {
			for _, a := range asks {
				if err := c.askAlone(ctx, a); err != nil {
					return err
				}
			}
			return nil
		}
		return err
	}
	for i := range replies {
		if asks[i].err = replies[i].err(c); asks[i].err == nil {
			asks[i].err = decode(replies[i].Body, &asks[i].result)
		}
	}
	return nil
}

// slow tells that a call was too big to be answered in time, so that it may
// go through in parts.
func slow(err error) bool {
	var e *connectors.Error
	return errors.As(err, &e) && (e.Class == connectors.Narrow || e.Code == string(transport.FaultTimeout) || e.Code == string(transport.FaultTooBig))
}

func (c *Client) askAlone(ctx context.Context, a *ask) error {
	a.err = c.get(ctx, "query", a.path, transport.PriorityPoll, &a.result)
	if a.err == nil || !concernsAll(a.err) {
		return nil
	}
	return a.err
}

// records turns a page's rows into Records.
func (cols *columns) records(rows []map[string]json.RawMessage) ([]connectors.Record, error) {
	out := make([]connectors.Record, 0, len(rows))
	for _, row := range rows {
		r, err := cols.record(row)
		if err != nil {
			return nil, &connectors.Error{
				System: connectors.Salesforce, Class: connectors.Stop, Object: cols.object, Record: r.Ref.ID,
				Message: err.Error(), Fix: "report this with the field's type",
			}
		}
		out = append(out, r)
	}
	return out, nil
}
