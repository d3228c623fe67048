package salesforce

import (
	"context"

	"handoffd/connectors"
)

// pageRows is how many rows a query page holds at most (REST API Developer
// Guide, "Query Options Header"); the server may send fewer.
const pageRows = 2000

// startTurn opens a first load: it counts the rows to choose the way, and
// remembers the watermark from which changes will be read afterwards.
type startTurn struct {
	c       *Client
	cols    *columns
	begun   position
	count   ask
	outside *ask // the count of rows out of scope, nil without a where clause
}

func (c *Client) beginStart(ctx context.Context, cols *columns) (turn, error) {
	covered, err := c.watermark(ctx, cols.from, c.now())
	if err != nil {
		return nil, err
	}
	t := &startTurn{c: c, cols: cols, begun: position{
		From: cols.from, Phase: phaseLoad, Print: cols.print, Begun: covered,
	}}
	counting := query{fields: []string{"COUNT()"}, from: cols.from, where: c.living(cols.object, false)}
	t.count.path = c.queryPath(counting, true)
	if c.where(cols.object) != "" {
		counting.where = c.living(cols.object, true)
		t.outside = &ask{path: c.queryPath(counting, true)}
	}
	return t, nil
}

// living selects what a first load delivers: the rows in scope, or those out
// of it. It asks queryAll without the deleted rows, since query would leave
// out archived tasks and events.
func (c *Client) living(object connectors.Object, outside bool) []string {
	return append([]string{fieldDeleted + " = false"}, c.scoped(object, outside)...)
}

// scoped is the where clause, or its opposite; nothing if there is none. The
// opposite rests on an assumption: NOT over a condition that is false for an
// empty field is true, so that each row is in one of the two.
func (c *Client) scoped(object connectors.Object, outside bool) []string {
	condition := c.where(object)
	switch {
	case condition == "":
		return nil
	case outside:
		return []string{"(NOT " + parenthesised(condition) + ")"}
	default:
		return []string{parenthesised(condition)}
	}
}

func (t *startTurn) asks() []*ask {
	if t.outside == nil {
		return []*ask{&t.count}
	}
	return []*ask{&t.count, t.outside}
}

func (t *startTurn) page(context.Context) connectors.Page {
	next := t.begun
	var err error
	if next.Phase, err = t.way(&t.count); err != nil {
		return connectors.Page{Err: err}
	}
	if t.outside != nil && (t.outside.err != nil || t.outside.result.TotalSize > 0) {
		if next.Beyond, err = t.way(t.outside); err != nil {
			return connectors.Page{Err: err}
		}
	}
	return connectors.Page{Next: next.cursor(), More: true}
}

// way chooses how to read that many rows. Too many to count in time is too
// many for REST.
func (t *startTurn) way(count *ask) (phase, error) {
	switch {
	case slow(count.err):
		return phaseBulk, nil
	case count.err != nil:
		return "", count.err
	case count.result.TotalSize > t.c.cfg.BulkAbove:
		return phaseBulk, nil
	}
	return phaseLoad, nil
}

// loadTurn reads a first load page by page over REST, in the order of ids.
type loadTurn struct {
	c    *Client
	cols *columns
	at   position
	rows ask
}

func (c *Client) beginLoad(cols *columns, at position) turn {
	t := &loadTurn{c: c, cols: cols, at: at}
	if at.Next != "" {
		t.rows.path = at.Next
		return t
	}
	q := query{fields: cols.selected, from: cols.from, where: c.living(cols.object, at.Outside), order: fieldID, limit: at.Limit}
	if at.After != "" {
		q.where = append(q.where, fieldID+" > "+quote(at.After))
	}
	t.rows.path = c.queryPath(q, true)
	return t
}

func (t *loadTurn) asks() []*ask { return []*ask{&t.rows} }

func (t *loadTurn) page(context.Context) connectors.Page {
	next := t.at
	if t.rows.err != nil {
		return t.recover(t.rows.err)
	}
	records, err := t.cols.records(t.rows.result.Records)
	if err != nil {
		return connectors.Page{Err: err}
	}
	locator, err := t.rows.result.locator()
	if err != nil {
		return connectors.Page{Err: err}
	}
	if len(records) > 0 {
		next.After = records[len(records)-1].Ref.ID
		next.Pages++
	}
	next.Next = locator
	more := locator != "" || (t.at.Limit > 0 && len(records) >= t.at.Limit)
	loaded := false
	if !more {
		next, loaded = next.ended()
	}
	return connectors.Page{Records: records, Next: next.cursor(), More: true, Loaded: loaded}
}

// recover begins the query again where the last page ended, or with fewer
// rows, if that is what its failure asks for.
func (t *loadTurn) recover(err error) connectors.Page {
	next := t.at
	switch {
	case connectors.ClassOf(err) == connectors.Restart && t.at.Next != "":
		next.Next = ""
	case slow(err) && (t.at.Limit == 0 || t.at.Limit > 1):
		next.Next, next.Limit = "", max(1, min(pageRows, valueOr(t.at.Limit, pageRows))/2)
	default:
		return connectors.Page{Err: err}
	}
	return connectors.Page{Next: next.cursor(), More: true}
}

func valueOr(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

// ended is the position after the last page of a part of a first load: where
// the rows out of scope begin, or behind the whole of it.
func (p position) ended() (next position, loaded bool) {
	if p.Beyond == "" {
		return p.loaded(), true
	}
	return position{
		From: p.From, Phase: p.Beyond, Pages: p.Pages, Print: p.Print, Begun: p.Begun, Outside: true,
	}, false
}

// loaded is the position after the last page of a first load: changes are
// read from where the watermark stood when the load began.
func (p position) loaded() position {
	return position{
		From: p.From, Phase: phaseChanges, Pages: p.Pages, Print: p.Print, Thru: p.Begun, Gone: p.Begun,
	}
}
