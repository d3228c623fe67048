package hubspot

import (
	"context"
	"strconv"
	"time"

	"handoffd/connectors"
)

// bulk is how many rows make a bulk edit. Reading it at once, again behind the
// index lag and once more for the overlap would cost every call three times.
// So the fast pass leaves it alone, and the settled pass reads it once, when
// it has aged by lag and overlap together.
const bulk = 10 * searchPage

// emptyMost bounds the calls that one Read makes without bringing a row.
const emptyMost = 12

// backInTime is by how much the clock may stand before the settled edge.
const backInTime = time.Minute

// patience is how long bulk edits that never end may keep rows that are
// edited all the time out of both passes; then a fast pass reads them all.
const patience = time.Hour

// changes reads one page of what changed since the cursor. A round of passes
// is: settled (if due), sweep (if due), fast; after it no more page waits.
func (r reader) changes(ctx context.Context, cur *cursor) (connectors.Page, *refusal) {
	now := r.millis()
	if cur.Low > now+backInTime.Milliseconds() {
		return connectors.Page{}, &refusal{Error: &connectors.Error{
			System: connectors.HubSpot, Class: connectors.Restart, Code: "CLOCK",
			Message: "the clock stands before the time up to which changes were read",
		}}
	}
	if cur.Pass == nil {
		cur.Pass = r.firstPass(cur, now)
	}
	var page connectors.Page
	for range emptyMost {
		records, refused := r.walk(ctx, cur)
		if refused != nil {
			return connectors.Page{}, refused
		}
		page.Records = records
		if len(records) > 0 || cur.Pass == nil {
			break
		}
	}
	page.More = cur.Pass != nil
	return page, nil
}

// walk makes one step of the pass under way and, at its end, chooses the next.
func (r reader) walk(ctx context.Context, cur *cursor) ([]connectors.Record, *refusal) {
	p := cur.Pass
	if p.Kind == passSweep {
		records, refused := r.sweep(ctx, cur)
		if refused == nil && p.After == "" {
			r.swept(cur)
		}
		return records, refused
	}
	set, refused := r.window(ctx, cur)
	if refused != nil {
		return nil, refused
	}
	set.rows = r.fresh(cur, set.rows)
	records, refused := r.records(ctx, set)
	if refused != nil {
		return nil, refused
	}
	if len(p.Windows) == 0 {
		r.finish(cur)
	}
	return records, nil
}

// fresh drops rows that went out already as they are, and notes the others.
func (r reader) fresh(cur *cursor, rows []row) []row {
	var out []row
	for _, row := range rows {
		if !cur.delivered(string(row.ID), r.version(row)) {
			out = append(out, row)
		}
	}
	cur.trim(cur.Sure)
	return out
}

func (r reader) version(row row) version {
	return version{At: row.modifiedMillis(r.kind), Sum: row.sum(r.properties)}
}

// edges are how near to now a settled pass comes, and a deep one.
func (r reader) edges(now int64) (settled, deep int64) {
	settled = now - r.config.IndexLag.Milliseconds()
	return settled, settled - r.config.Overlap.Milliseconds()
}

// firstPass opens a round.
func (r reader) firstPass(cur *cursor, now int64) *pass {
	edge, deep := r.edges(now)
	due := now-cur.Settled >= r.config.SettleEvery.Milliseconds()
	if cur.Backlog > 0 && deep >= cur.Backlog {
		due = true
	}
	if !due || edge <= cur.Low {
		return r.fastPass(cur, now)
	}
	return &pass{Kind: passSettled, Began: now, To: edge, Windows: []window{{From: cur.Sure, To: edge}}}
}

// fastPass covers what came since the last one, and reaches back by the index
// lag for what the index showed late; what went out already is not sent again.
// The first one behind a settled pass begins at the settled edge: it brings the
// rows that the settled pass did not see because they have changed since.
func (r reader) fastPass(cur *cursor, now int64) *pass {
	from := max(cur.Low, cur.High-r.config.IndexLag.Milliseconds())
	if cur.Backlog > 0 {
		from = max(cur.Low, cur.High)
	}
	if cur.Thru < cur.Low && (cur.Backlog == 0 || r.waitedLong(cur, now)) {
		from = cur.Low
	}
	to := max(from, now)
	return &pass{
		Kind: passFast, Began: now, To: to, Whole: from == cur.Low,
		Windows: []window{{From: from, To: to, Open: true}},
	}
}

func (r reader) waitedLong(cur *cursor, now int64) bool {
	return cur.Gap > 0 && now-cur.Gap >= patience.Milliseconds()
}

// finish closes a fast or settled pass. Only the settled one moves the edge
// below which everything is known.
func (r reader) finish(cur *cursor) {
	p := cur.Pass
	if p.Kind == passFast {
		cur.High, cur.Pass = p.To, nil
		if p.Whole {
			cur.Thru, cur.Gap = cur.Low, 0
		}
		return
	}
	cur.Low, cur.Settled = max(cur.Low, p.To), p.Began
	if _, deep := r.edges(p.Began); deep > cur.Sure {
		cur.Sure = deep
	}
	if cur.Backlog <= cur.Sure {
		cur.Backlog = 0
	}
	cur.trim(cur.Sure)
	now := r.millis()
	cur.Pass = r.fastPass(cur, now)
	if r.sweepDue(cur, now) {
		cur.Pass = &pass{Kind: passSweep, Began: now}
	}
}

// tooMany is asked after each search with its total. A fast pass that has met
// a bulk edit ends; a settled one starts again behind the overlap. It returns
// false if the pass can go on as it is.
func (r reader) tooMany(cur *cursor, total int) bool {
	p := cur.Pass
	_, deep := r.edges(p.Began)
	switch {
	case total <= bulk || p.Deep:
		return false
	case p.Kind == passFast && p.Whole && r.waitedLong(cur, p.Began):
		return false
	case p.Kind == passFast:
		r.log.Info("bulk edit left to the settled pass", "object", r.object, "rows", total)
		p.Windows, p.Whole = nil, false
		if cur.Gap == 0 {
			cur.Gap = p.Began
		}
		// The first mark stays, or a bulk edit that goes on would put the
		// settled pass off for ever.
		if cur.Backlog == 0 {
			cur.Backlog = p.To
		}
	default:
		p.Deep, p.To, p.Windows = true, deep, nil
		if deep > cur.Sure {
			p.Windows = []window{{From: cur.Sure, To: deep}}
		}
	}
	return true
}

func millisText(ms int64) string { return strconv.FormatInt(ms, 10) }
