package hubspot

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// longestSearch is the size of a search body beyond which the properties are
// batch-read instead: HubSpot refuses bodies of more than 3,000 characters
// (HubSpot developer docs, "CRM search").
const longestSearch = 2900

// offsetTries is how often an instant is begun anew because rows left it while
// it was paged.
const offsetTries = 3

// window makes one call for the window under way and moves the cursor on.
func (r reader) window(ctx context.Context, cur *cursor) (rowSet, *refusal) {
	w := cur.Pass.top()
	switch {
	case w.Mode == modeList:
		return r.listWindow(ctx, cur)
	case w.Mode == modeOffset:
		return r.instant(ctx, cur)
	case cur.TextIDs:
		return r.wholeWindow(ctx, cur)
	default:
		return r.byID(ctx, cur)
	}
}

// byID reads the page above the last id. Each page is a fresh search: "after"
// is an offset, and a row that is edited while we page leaves the window and
// lets one slip by.
func (r reader) byID(ctx context.Context, cur *cursor) (rowSet, *refusal) {
	p, w := cur.Pass, cur.Pass.top()
	set, reply, refused := r.search(ctx, *w, searchPage)
	if refused != nil {
		return r.narrow(cur, refused)
	}
	if r.tooMany(cur, reply.Total) {
		return r.fastOnly(cur, set), nil
	}
	agree := ascending(reply.Results, w.After) && (len(reply.Results) > 0 || reply.Total == 0)
	if agree && p.Kind == passSettled && reply.Total < w.Left {
		if agree, refused = r.noneBelow(ctx, *w); refused != nil {
			return rowSet{}, refused
		}
	}
	if p.Whole && reply.Total < w.Left { // nothing leaves an open window: something was not shown
		p.Whole = false
	}
	switch {
	case !agree:
		r.log.Info("search sorts ids otherwise than it compares them, windows are halved", "object", r.object)
		cur.TextIDs = true
		r.split(cur)
	case reply.Total <= len(reply.Results):
		p.done()
	default:
		w.After = string(reply.Results[len(reply.Results)-1].ID)
		w.Seen += len(reply.Results)
		w.Left = reply.Total - len(reply.Results)
	}
	return set, nil
}

// ascending tells whether ids rise as numbers from after on, which is how the
// filter "GT" is documented to compare them.
func ascending(rows []row, after string) bool {
	for _, r := range rows {
		if after != "" && !idLess(after, string(r.ID)) {
			return false
		}
		after = string(r.ID)
	}
	return true
}

// idLess compares two ids as numbers of any length.
func idLess(a, b string) bool {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// noneBelow is asked when fewer rows are left above the last id than there
// should be: either some were edited and left the window, or the filter
// compares ids in another order than the sort. In the second case rows that
// we never saw lie below the last id.
func (r reader) noneBelow(ctx context.Context, w window) (bool, *refusal) {
	body := r.query(w, 1, r.always())
	filters := body.Groups[0].Filters
	filters[len(filters)-1].Operator = "LTE"
	var reply rowsReply
	if refused := r.postSearch(ctx, body, &reply); refused != nil {
		return false, refused
	}
	return reply.Total <= w.Seen, nil
}

// split makes the window under way smaller; a single instant is paged by
// offset instead.
func (r reader) split(cur *cursor) {
	p := cur.Pass
	if p.halve() {
		return
	}
	w := p.top()
	open := w.Open
	*w = window{From: w.From, To: w.To, Mode: modeOffset}
	if open {
		rest := window{From: w.To + 1, To: max(w.To, r.millis()) + backInTime.Milliseconds(), Open: true}
		p.Windows = slices.Insert(p.Windows, 1, rest)
	}
}

// narrow does the same when HubSpot refused the search as too big.
func (r reader) narrow(cur *cursor, refused *refusal) (rowSet, *refusal) {
	if refused.Class != connectors.Narrow {
		return rowSet{}, refused
	}
	if cur.Pass.top().Mode == modeOffset {
		r.listRest(cur)
		return rowSet{}, nil
	}
	r.split(cur)
	return rowSet{}, nil
}

// wholeWindow reads a window that must fit on one page, since pages cannot
// follow each other by id here; else it is halved.
func (r reader) wholeWindow(ctx context.Context, cur *cursor) (rowSet, *refusal) {
	p, w := cur.Pass, cur.Pass.top()
	w.After = ""
	set, reply, refused := r.search(ctx, *w, searchPage)
	if refused != nil {
		return r.narrow(cur, refused)
	}
	if r.tooMany(cur, reply.Total) {
		return r.fastOnly(cur, set), nil
	}
	if reply.Total > len(reply.Results) {
		r.split(cur)
		return rowSet{}, nil
	}
	p.done()
	return set, nil
}

// fastOnly keeps the rows that a fast pass has paid for; a settled pass will
// read them again.
func (r reader) fastOnly(cur *cursor, set rowSet) rowSet {
	if cur.Pass.Kind == passFast {
		return set
	}
	return rowSet{}
}

// instant pages by offset through the rows of one millisecond. If their number
// changes on the way, it begins anew; if there are more than search can reach,
// or it never holds still, the list endpoint is read instead.
func (r reader) instant(ctx context.Context, cur *cursor) (rowSet, *refusal) {
	p, w := cur.Pass, cur.Pass.top()
	set, reply, refused := r.search(ctx, *w, searchPage)
	if refused != nil {
		return r.narrow(cur, refused)
	}
	if w.After == "" {
		w.Total = reply.Total
	}
	w.Seen += len(reply.Results)
	next := reply.Paging.Next.After
	switch {
	case reply.Total > searchReach:
		r.listRest(cur)
	case reply.Total != w.Total || next == "" && w.Seen < w.Total:
		tries := w.Tries + 1
		if *w = (window{From: w.From, To: w.To, Mode: modeOffset, Tries: tries}); tries >= offsetTries {
			r.listRest(cur)
		}
	case next == "":
		p.done()
	default:
		w.After = next
	}
	return set, nil
}

// listRest gives the search up for what is left of the pass.
func (r reader) listRest(cur *cursor) {
	r.log.Info("search cannot reach these changes, the list is read instead", "object", r.object)
	cur.Pass.listRest()
}

// listWindow reads the list endpoint and keeps the rows of the window.
func (r reader) listWindow(ctx context.Context, cur *cursor) (rowSet, *refusal) {
	w := cur.Pass.top()
	set, next, refused := r.list(ctx, w.After)
	if refused != nil {
		return rowSet{}, refused
	}
	var kept []row
	for _, row := range set.rows {
		if at := row.modifiedMillis(r.kind); at >= w.From && (at <= w.To || w.Open) {
			kept = append(kept, row)
		}
	}
	set.rows = kept
	if w.After = next; next == "" {
		cur.Pass.done()
	}
	return set, nil
}

// query builds the search of one window, sorted by id.
func (r reader) query(w window, limit int, properties []string) searchRequest {
	filters := []filter{{Property: r.modified, Operator: "GTE", Value: millisText(w.From)}}
	if !w.Open {
		filters = append(filters, filter{Property: r.modified, Operator: "LTE", Value: millisText(w.To)})
	}
	request := searchRequest{Sorts: []sortBy{{Property: propID, Direction: "ASCENDING"}}, Properties: properties, Limit: limit}
	switch {
	case w.Mode == modeOffset:
		request.After = w.After
	case w.After != "":
		filters = append(filters, filter{Property: propID, Operator: "GT", Value: w.After})
	}
	request.Groups = []filterGroup{{Filters: filters}}
	return request
}

// search asks for one page of a window.
func (r reader) search(ctx context.Context, w window, limit int) (rowSet, rowsReply, *refusal) {
	var set rowSet
	body := r.query(w, limit, r.properties)
	if text, err := json.Marshal(body); err != nil || len(text) > longestSearch {
		set.bare = true
		body.Properties = r.always()
	}
	var reply rowsReply
	refused := r.postSearch(ctx, body, &reply)
	set.rows = reply.Results
	return set, reply, refused
}

func (r reader) postSearch(ctx context.Context, body searchRequest, into *rowsReply) *refusal {
	call := transport.Call{Endpoint: r.plural + "/search", Priority: transport.PriorityPoll, Buckets: []string{bucketSearch}}
	return r.post(ctx, call, r.paths.objects(r.plural, "search"), body, into).unknownPath()
}
