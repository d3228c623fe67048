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
	c     *Client
	cols  *columns
	begun position
	count ask
}

func (c *Client) beginStart(ctx context.Context, cols *columns) (turn, error) {
	covered, err := c.watermark(ctx, cols.from, c.now())
	if err != nil {
		return nil, err
	}
	t := &startTurn{c: c, cols: cols, begun: position{
		From: cols.from, Phase: phaseLoad, Print: cols.print, Begun: covered,
	}}
	t.count.path = c.queryPath(query{fields: []string{"COUNT()"}, from: cols.from, where: c.living(cols.object)}, true)
	return t, nil
}

// living selects what a first load delivers. It asks queryAll without the
// deleted rows, since query would leave out archived tasks and events.
func (c *Client) living(object connectors.Object) []string {
	where := []string{fieldDeleted + " = false"}
	if condition := c.where(object); condition != "" {
		where = append(where, parenthesised(condition))
	}
	return where
}

func (t *startTurn) asks() []*ask { return []*ask{&t.count} }

func (t *startTurn) page(context.Context) connectors.Page {
	next := t.begun
	switch {
	case slow(t.count.err):
		// Too many to count in time is too many for REST.
		next.Phase = phaseBulk
	case t.count.err != nil:
		return connectors.Page{Err: t.count.err}
	case t.count.result.TotalSize > t.c.cfg.BulkAbove:
		next.Phase = phaseBulk
	}
	return connectors.Page{Next: next.cursor(), More: true}
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
	q := query{fields: cols.selected, from: cols.from, where: c.living(cols.object), order: fieldID, limit: at.Limit}
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
	if !more {
		next = next.loaded()
	}
	return connectors.Page{Records: records, Next: next.cursor(), More: true, Loaded: !more}
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

// loaded is the position after the last page of a first load: changes are
// read from where the watermark stood when the load began.
func (p position) loaded() position {
	return position{
		From: p.From, Phase: phaseChanges, Pages: p.Pages, Print: p.Print, Thru: p.Begun, Gone: p.Begun,
	}
}
