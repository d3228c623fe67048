package hubspot

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// sweepDue: archived rows are in no search, so their list must be walked, from
// its start to its end, since it is in no useful order. A portal with a full
// recycle bin would make that dear; so a sweep of n pages comes only every n
// settle intervals, one call per interval at most on average.
func (r reader) sweepDue(cur *cursor, now int64) bool {
	every := r.config.SettleEvery.Milliseconds() * int64(max(cur.SweepPages, 1))
	return now-cur.Swept >= every
}

// sweep reads one page of archived rows and reports those that were archived
// since the last sweep.
func (r reader) sweep(ctx context.Context, cur *cursor) ([]connectors.Record, *refusal) {
	p := cur.Pass
	query := url.Values{
		"limit": {strconv.Itoa(listPage)}, "archived": {"true"}, "properties": {strings.Join(r.always(), ",")},
	}
	if p.After != "" {
		query.Set("after", p.After)
	}
	var reply rowsReply
	path := withQuery(r.paths.objects(r.plural), query)
	if refused := r.get(ctx, r.plural+"/archived", transport.PriorityPoll, path, &reply); refused != nil {
		return nil, refused
	}
	p.Pages++
	p.After = reply.Paging.Next.After
	return r.archived(ctx, cur, reply.Results)
}

// archived makes records of the rows that nobody has heard of yet.
func (r reader) archived(ctx context.Context, cur *cursor, rows []row) ([]connectors.Record, *refusal) {
	since := cur.Swept - r.config.Overlap.Milliseconds()
	var fresh []row
	for _, row := range rows {
		at := archivedMillis(r.kind, row)
		if at >= since && !cur.delivered(string(row.ID), version{At: at}) {
			fresh = append(fresh, row)
		}
	}
	survivors, refused := r.survivors(ctx, fresh)
	if refused != nil {
		return nil, refused
	}
	out := make([]connectors.Record, 0, len(fresh))
	for _, row := range fresh {
		out = append(out, connectors.Record{
			Ref:        r.ref(string(row.ID)),
			Modified:   stamp(row.ArchivedAt, row.text(r.modified), row.UpdatedAt),
			Deleted:    true,
			MergedInto: survivors[string(row.ID)],
		})
		for _, old := range aliases(row) { // merged into a record that nobody has read before it went
			out = append(out, connectors.Record{
				Ref: r.ref(old), Modified: stamp(row.ArchivedAt, row.text(r.modified), row.UpdatedAt),
				Deleted: true, MergedInto: string(row.ID),
			})
		}
	}
	return out, nil
}

// archivedMillis is when a row was archived; one that does not say counts as
// archived when it was last changed.
func archivedMillis(k kind, r row) int64 {
	if t := stamp(r.ArchivedAt); !t.IsZero() {
		return t.UnixMilli()
	}
	return r.modifiedMillis(k)
}

// survivors finds, for rows that are gone, the record that they were merged
// into: HubSpot answers a read of the old id with the survivor, which names
// the old ids.
func (r reader) survivors(ctx context.Context, gone []row) (map[string]string, *refusal) {
	if !r.merges || len(gone) == 0 {
		return nil, nil
	}
	out := make(map[string]string)
	ids := make([]string, len(gone))
	for i, g := range gone {
		ids[i] = string(g.ID)
	}
	rows, refused := r.readRows(ctx, r.kind, ids, r.always(), transport.PriorityPoll)
	if refused != nil {
		return nil, refused
	}
	for _, row := range rows {
		for _, old := range aliases(row) {
			out[old] = string(row.ID)
		}
	}
	return out, nil
}

// swept closes a sweep; the round ends with the fast pass.
func (r reader) swept(cur *cursor) {
	cur.Swept, cur.SweepPages = cur.Pass.Began, cur.Pass.Pages
	cur.Pass = r.fastPass(cur, r.millis())
}
