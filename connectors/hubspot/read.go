package hubspot

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// HubSpot's page and batch sizes (HubSpot developer docs, "CRM search" and
// "Objects"; OpenAPI 2026-09 for the smaller page with history).
const (
	searchPage  = 200
	searchReach = 10_000
	listPage    = 100
	historyPage = 50
	batchSize   = 100
)

// reader reads one object under the client's Selection.
type reader struct {
	*Client
	kind
	properties []string // everything to ask for
	history    []string // those of which earlier values are wanted
}

// Objects lists the objects of the Selection, accounts first.
func (c *Client) Objects() []connectors.Object {
	var out []connectors.Object
	for _, k := range kinds() {
		if _, ok := c.config.Selection.Fields[k.object]; ok {
			out = append(out, k.object)
		}
	}
	return out
}

func (c *Client) reader(o connectors.Object) (reader, bool) {
	k, ok := kindOf(o)
	fields, selected := c.config.Selection.Fields[o]
	if !ok || !selected {
		return reader{}, false
	}
	r := reader{Client: c, kind: k, history: c.config.Selection.History[o]}
	r.properties = slices.Concat(k.always(), fields, r.history)
	if o == connectors.Account {
		for _, f := range c.config.Where {
			r.properties = append(r.properties, f.Property)
		}
	}
	slices.Sort(r.properties)
	r.properties = slices.Compact(r.properties)
	return r, true
}

// Read brings one page per request, one after the other: the pace that
// HubSpot allows leaves nothing to win by reading at once.
func (c *Client) Read(ctx context.Context, requests []connectors.ReadRequest) ([]connectors.Page, error) {
	pages := make([]connectors.Page, len(requests))
	for i, request := range requests {
		pages[i] = c.readPage(ctx, request)
		var failed *connectors.Error
		if !errors.As(pages[i].Err, &failed) || !concernsAll(failed) {
			continue
		}
		if i == 0 {
			return nil, failed
		}
		for j := i + 1; j < len(requests); j++ {
			pages[j] = failedPage(requests[j], failed)
		}
		break
	}
	return pages, nil
}

// concernsAll: the next request would fail in the same way.
func concernsAll(e *connectors.Error) bool {
	switch e.Class {
	case connectors.Reauth:
		return true
	case connectors.Stop:
		return e.Status != http.StatusForbidden && e.Status != http.StatusNotFound && e.Object == ""
	case connectors.Retry, connectors.UnknownOutcome:
		return e.Status == 0 || e.Status == http.StatusTooManyRequests || e.Status == 477
	}
	return false
}

func failedPage(r connectors.ReadRequest, err *connectors.Error) connectors.Page {
	return connectors.Page{Object: r.Object, Next: r.Cursor, Err: err}
}

func (c *Client) readPage(ctx context.Context, request connectors.ReadRequest) connectors.Page {
	r, ok := c.reader(request.Object)
	if !ok {
		return failedPage(request, &connectors.Error{
			System: connectors.HubSpot, Class: connectors.Stop, Object: request.Object,
			Message: "the object is not in the selection", Fix: "map a field of it",
		})
	}
	cur, err := parseCursor(request.Cursor, c.millis())
	if err != nil {
		return failedPage(request, &connectors.Error{
			System: connectors.HubSpot, Class: connectors.Restart, Object: request.Object,
			Message: "the cursor cannot be read", Err: err,
		})
	}
	refused := r.checkProperties(ctx)
	var page connectors.Page
	if refused == nil {
		page, refused = r.page(ctx, &cur)
	}
	if refused != nil {
		return failedPage(request, refused.of(r.kind).reading())
	}
	page.Object, page.Next = request.Object, cur.text()
	if cur.Load == nil {
		page.Through = stamp(millisText(cur.Thru))
		page.Behind = cur.Backlog > 0
	}
	return page
}

// reading gives a refusal the class that makes sense for a read: there is no
// record to park, and nothing mends itself.
func (r *refusal) reading() *connectors.Error {
	switch r.Class {
	case connectors.ParkRecord, connectors.ParkField, connectors.SplitBatch, connectors.Gone:
		r.Class = connectors.Stop
		r.Fix = or(r.Fix, "HubSpot refuses the read; check the mapped properties, base_url and api_version")
	}
	return r.Error
}

func (r reader) page(ctx context.Context, cur *cursor) (connectors.Page, *refusal) {
	if cur.Load != nil {
		return r.load(ctx, cur)
	}
	return r.changes(ctx, cur)
}

// checkProperties refuses a Selection that names what the portal does not
// know: HubSpot itself would leave such a property out without a word.
func (r reader) checkProperties(ctx context.Context) *refusal {
	schema, refused := r.schema(ctx, r.kind, transport.PriorityPoll)
	if refused != nil {
		return refused
	}
	free := append(r.always(), r.config.Selection.Optional[r.object]...)
	unknown := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			_, ok := schema.Fields[name]
			return ok || slices.Contains(free, name)
		})
	}
	missing := unknown(r.properties)
	if len(missing) > 0 { // it may have been made since
		if schema, refused = r.fetchSchema(ctx, r.kind, transport.PriorityPoll); refused != nil {
			return refused
		}
		missing = unknown(missing)
	}
	if len(missing) == 0 {
		return nil
	}
	return &refusal{Error: &connectors.Error{
		System: connectors.HubSpot, Class: connectors.Stop, Code: "PROPERTY_DOESNT_EXIST",
		Object: r.object, Field: missing[0],
		Message: "the portal has no property " + strings.Join(missing, ", ") + " on " + r.plural,
		Fix:     "create it in HubSpot, grant the token access to it, or correct the mapping",
	}}
}
