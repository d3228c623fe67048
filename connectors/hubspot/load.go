package hubspot

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// longestQuery is where a list's query stops naming properties: HubSpot
// answers 414 to long URLs, so the values are batch-read then.
const longestQuery = 6000

// load reads one page of the first load from the list endpoint, which has no
// cap and no lag. When it ends, changes are read from the time it began.
func (r reader) load(ctx context.Context, cur *cursor) (connectors.Page, *refusal) {
	rows, next, refused := r.list(ctx, cur.Load.After)
	if refused != nil {
		return connectors.Page{}, refused
	}
	records, refused := r.records(ctx, rows)
	if refused != nil {
		return connectors.Page{}, refused
	}
	// What changed just before the load began comes again with the changes.
	before := cur.Load.Began - r.config.Overlap.Milliseconds()
	for _, row := range rows.rows {
		cur.delivered(string(row.ID), r.version(row))
	}
	cur.trim(before)
	page := connectors.Page{Records: records, More: true}
	if next != "" {
		cur.Load.After = next
		return page, nil
	}
	*cur = cursor{Version: cursorVersion, Low: cur.Load.Began, Thru: cur.Load.Began, Sure: before, Swept: before, Recent: cur.Recent}
	page.Loaded = true
	return page, nil
}

// rowSet is what one call brought, and what is still missing of it.
type rowSet struct {
	rows []row
	// bare: the rows have only ids and stamps.
	bare bool
	// linked: the rows carry their associations inline.
	linked bool
	// historied: the rows carry their history inline.
	historied bool
}

// list reads one page of the list endpoint, history and associations inline,
// and bare where the URL is too long for that. next is empty on the last page.
func (r reader) list(ctx context.Context, after string) (rowSet, string, *refusal) {
	query := url.Values{"properties": {strings.Join(r.properties, ",")}, "archived": {"false"}}
	set := rowSet{linked: r.linked(), historied: len(r.history) > 0}
	if set.historied {
		query.Set("propertiesWithHistory", strings.Join(r.history, ","))
	}
	if set.linked {
		query.Set("associations", companyPlural)
	}
	if after != "" {
		query.Set("after", after)
	}
	if len(query.Encode()) <= longestQuery {
		full, next, refused := r.listed(ctx, set, query)
		if refused == nil || refused.Class != connectors.Narrow {
			return full, next, refused
		}
	}
	set.bare, set.historied = true, false
	query.Set("properties", strings.Join(r.always(), ","))
	query.Del("propertiesWithHistory")
	return r.listed(ctx, set, query)
}

// listed makes the call of one page.
func (r reader) listed(ctx context.Context, set rowSet, query url.Values) (rowSet, string, *refusal) {
	limit := listPage
	if set.historied {
		limit = historyPage
	}
	query.Set("limit", strconv.Itoa(limit))
	var reply rowsReply
	refused := r.get(ctx, r.plural+"/list", transport.PriorityPoll, withQuery(r.paths.objects(r.plural), query), &reply)
	if refused != nil {
		return rowSet{}, "", refused
	}
	set.rows = reply.Results
	return set, reply.Paging.Next.After, nil
}
