package salesforce

import (
	"context"
	"time"

	"handoffd/connectors"
)

// ahead is how far a window reaches past our own clock, which may be behind
// Salesforce's.
const ahead = time.Minute

// manyRows is from how many rows on a window is worth a watermark of its own:
// then its rows are settled, and are not read a second time.
const manyRows = pageRows

// changesTurn reads one page of a window of changes. Two passes share it: the
// fast one goes from the last row that was seen up to now; the settled one,
// every Config.SettleEvery, goes from the durable edge and catches what
// committed late behind the fast one.
type changesTurn struct {
	c      *Client
	cols   *columns
	at     position
	cursor connectors.Cursor // the request's
	in     *ask              // rows in scope
	out    *ask              // rows out of scope
	gone   []connectors.Record
	more   bool
}

func (c *Client) beginChanges(ctx context.Context, cols *columns, at position, cursor connectors.Cursor) (turn, error) {
	t := &changesTurn{c: c, cols: cols, at: at, cursor: cursor}
	if at.Lo.IsZero() {
		if err := t.open(ctx); err != nil {
			return nil, err
		}
	}
	switch {
	case t.at.Fresh:
		t.in = &ask{path: c.queryPath(t.query(cols.selected, false), true)}
		if c.where(cols.object) != "" {
			t.out = &ask{path: c.queryPath(t.query(c.beyond(cols).selected, true), true)}
		}
	case t.at.In != "":
		t.in = &ask{path: t.at.In}
	case t.at.Out != "":
		t.out = &ask{path: t.at.Out}
	}
	return t, nil
}

// open chooses the next window, and asks for the watermark if it is due.
func (t *changesTurn) open(ctx context.Context) error {
	c, now := t.c, t.c.now()
	settle := c.settled.since(t.cols.from, now) >= c.cfg.SettleEvery
	if settle {
		edge, err := c.watermark(ctx, t.cols.from, t.at.Thru)
		if err != nil {
			return err
		}
		t.at.Edge = edge
		if err := t.lookForPurged(ctx, now); err != nil {
			return err
		}
	}
	t.at.window(t.low(settle), now.Add(ahead))
	return nil
}

// low is where the next window begins. The settled pass goes back behind the
// durable edge by the overlap, and the fast one reads the second of its last
// row again. Both are only a second net: the watermark is what guarantees
// that nothing is missed, so the net is left out where it would cost pages.
func (t *changesTurn) low(settle bool) time.Time {
	many := func(from, to time.Time) bool {
		return t.c.delivered.count(t.cols.from, t.cursor, from, to) > manyRows
	}
	if settle {
		if lo := t.at.Thru.Add(-t.c.cfg.Overlap); !many(lo, t.at.Thru) {
			return lo
		}
		return t.at.Thru
	}
	if !t.at.Fast.After(t.at.Thru) {
		return t.at.Thru
	}
	if next := t.at.Fast.Add(time.Second); many(t.at.Fast, next) {
		return next
	}
	return t.at.Fast
}

func (t *changesTurn) lookForPurged(ctx context.Context, now time.Time) error {
	if t.at.Gone.IsZero() {
		t.at.Gone = t.at.Thru
	}
	if now.Sub(t.at.Gone) < deletedEvery {
		return nil
	}
	gone, until, full, err := t.c.purged(ctx, t.cols, t.at.Gone)
	if err != nil {
		if concernsAll(err) {
			return err
		}
		t.c.log.Warn("hard deletes cannot be looked for", "object", t.cols.from, "error", err.Error())
		return nil
	}
	t.gone, t.at.Gone = gone, until
	if full {
		// The rest at the next settle, which is due at once.
		t.c.settled.mark(t.cols.from, now.Add(-t.c.cfg.SettleEvery))
		t.more = true
	}
	return nil
}

// query is the window's query: the rows in scope, or those out of it, which a
// second query must find: they are matched too, and a row that leaves the
// scope is no longer an answer to the first.
func (t *changesTurn) query(fields []string, outOfScope bool) query {
	q := query{
		fields: fields, from: t.cols.from, where: []string{window(t.at.Lo, t.at.Hi)},
		order: fieldStamp + "," + fieldID,
	}
	q.where = append(q.where, t.c.scoped(t.cols.object, outOfScope)...)
	return q
}

func (t *changesTurn) asks() []*ask {
	var asks []*ask
	if t.in != nil {
		asks = append(asks, t.in)
	}
	if t.out != nil {
		asks = append(asks, t.out)
	}
	return asks
}

func (t *changesTurn) page(context.Context) connectors.Page {
	for _, a := range t.asks() {
		if a.err != nil {
			return t.recover(a.err)
		}
	}
	next, first := t.at, t.at.Fresh
	next.Fresh = false
	records, err := t.take(&next)
	if err != nil {
		return connectors.Page{Err: err}
	}
	if first && t.worthSettling(&next) {
		// These rows are good, but would be read again: ask for the
		// watermark now, and read the window under it.
		t.c.settled.mark(t.cols.from, t.c.now().Add(-t.c.cfg.SettleEvery))
		next.advance()
		next.Lo, next.Hi, next.In, next.Out = time.Time{}, time.Time{}, "", ""
		return t.finish(next, records, true)
	}
	if next.In != "" || next.Out != "" {
		return t.finish(next, records, true)
	}
	more := next.close(t.c.now())
	return t.finish(next, records, more || t.more)
}

// take reads the answers into records and notes what of the window remains.
func (t *changesTurn) take(next *position) ([]connectors.Record, error) {
	records := t.gone
	for _, part := range []struct {
		ask     *ask
		locator *string
		last    *time.Time
		cols    *columns
	}{{t.in, &next.In, &next.InLast, t.cols}, {t.out, &next.Out, &next.OutLast, t.c.beyond(t.cols)}} {
		if part.ask == nil {
			continue
		}
		rows, err := part.cols.records(part.ask.result.Records)
		if err != nil {
			return nil, err
		}
		if *part.locator, err = part.ask.result.locator(); err != nil {
			return nil, err
		}
		for _, r := range rows {
			*part.last = r.Modified
			records = append(records, r)
		}
	}
	return records, nil
}

// worthSettling: the window has many rows, none of them under a fresh
// watermark, and one may be asked for.
func (t *changesTurn) worthSettling(next *position) bool {
	rows := 0
	for _, a := range t.asks() {
		rows = max(rows, a.result.TotalSize)
	}
	return next.Edge.IsZero() && next.In+next.Out != "" && rows > manyRows &&
		t.c.settled.since(t.cols.from, t.c.now()) >= soonest
}

// finish drops what was delivered before, and makes the page.
func (t *changesTurn) finish(next position, records []connectors.Record, more bool) connectors.Page {
	records = t.c.delivered.news(t.cols.from, t.cursor, records)
	if len(records) > 0 {
		next.Pages++
	}
	cursor := next.cursor()
	t.c.delivered.note(t.cols.from, cursor, ripe(records, t.c.cfg.Clock.Now()), next.Thru.Add(-t.c.cfg.Overlap-time.Minute))
	return connectors.Page{Records: records, Next: cursor, More: more, Through: next.Thru}
}

// recover goes on after a failed query: an ended locator is replaced by a
// query from the last row on, a window that is too big is halved.
func (t *changesTurn) recover(err error) connectors.Page {
	next := t.at
	switch {
	case connectors.ClassOf(err) == connectors.Restart && !t.at.Fresh:
		next.again()
	case slow(err) && next.Hi.Sub(next.Lo) > time.Second:
		next.Span = (next.Hi.Sub(next.Lo) / 2).Truncate(time.Second)
		next.window(next.Lo, next.Hi)
	default:
		return connectors.Page{Err: err}
	}
	// Hard deletes were found on the way, but are not part of this page.
	next.Gone = t.goneBefore()
	return connectors.Page{Next: next.cursor(), More: true, Through: next.Thru}
}

// goneBefore is the request's own Gone.
func (t *changesTurn) goneBefore() time.Time {
	before, err := parseCursor(t.cursor, t.cols.from)
	if err != nil || before == nil {
		return t.at.Gone
	}
	return before.Gone
}
