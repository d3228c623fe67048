package salesforce

import (
	"context"
	"net/url"
	"sort"
	"sync"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

const (
	// blindLag is how far behind now the watermark stays where getUpdated
	// cannot be asked: a REST or Apex transaction may run ten minutes.
	blindLag = 15 * time.Minute
	// longestUpdated bounds the span that getUpdated is asked about, since
	// it lists every id in it; its watermark does not depend on the span.
	longestUpdated = time.Hour
	// deletedEvery is how often hard deletes are looked for. Rows in the
	// recycle bin are seen at once, by queryAll.
	deletedEvery = time.Hour
	// deletedPage is how many deleted ids are looked at in one page.
	deletedPage = 1000
	// deletedKept is how far back getDeleted can look, with a day to spare.
	deletedKept = 14 * 24 * time.Hour
	// soonest is the least time between two questions for the watermark:
	// getUpdated counts in whole minutes.
	soonest = time.Minute
)

// settled remembers when each object's watermark was last asked for.
type settled struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (s *settled) since(from string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, asked := s.at[from]
	if !asked {
		return 1 << 62
	}
	return now.Sub(at)
}

func (s *settled) mark(from string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil {
		s.at = make(map[string]time.Time)
	}
	s.at[from] = at
}

// watermark asks up to when every change of an object is committed and can be
// seen. While a long transaction runs, Salesforce holds it at that
// transaction's start (SOAP API Developer Guide, GetUpdatedResult).
func (c *Client) watermark(ctx context.Context, from string, since time.Time) (time.Time, error) {
	now := c.now()
	end := now.Truncate(time.Minute)
	start := end.Add(-longestUpdated)
	if since.After(start) {
		start = since.Truncate(time.Minute)
	}
	if !start.Before(end) {
		start = end.Add(-soonest)
	}
	var answer struct {
		Covered string `json:"latestDateCovered"`
	}
	err := c.get(ctx, "updated", c.span(from, "updated", start, end), transport.PriorityPoll, &answer)
	if slow(err) {
		err = c.get(ctx, "updated", c.span(from, "updated", end.Add(-soonest), end), transport.PriorityPoll, &answer)
	}
	if err != nil {
		if concernsAll(err) {
			return time.Time{}, err
		}
		c.log.Warn("no safe watermark from Salesforce, staying 15 minutes behind", "object", from, "error", err.Error())
		c.settled.mark(from, now)
		return now.Add(-blindLag), nil
	}
	covered, err := parseTime(answer.Covered)
	if err != nil {
		c.log.Warn("unreadable watermark from Salesforce, staying 15 minutes behind", "object", from)
		covered = now.Add(-blindLag)
	}
	c.settled.mark(from, now)
	return covered, nil
}

// span is the path of a replication resource.
func (c *Client) span(from, resource string, start, end time.Time) string {
	return c.data("/sobjects/" + from + "/" + resource + "/?" + url.Values{
		"start": {start.UTC().Format("2006-01-02T15:04:05+00:00")},
		"end":   {end.UTC().Format("2006-01-02T15:04:05+00:00")},
	}.Encode())
}

// deletedRow is one entry of getDeleted.
type deletedRow struct {
	ID   string `json:"id"`
	Date string `json:"deletedDate"`
}

// purged finds rows that vanished without going through the recycle bin. It
// returns them and up to when it has looked; full tells that there are more.
func (c *Client) purged(ctx context.Context, cols *columns, since time.Time) (gone []connectors.Record, until time.Time, full bool, err error) {
	now := c.now()
	end := now.Truncate(time.Minute)
	if oldest := end.Add(-deletedKept); since.Before(oldest) {
		c.log.Warn("hard deletes from before the last 14 days can only be found by a reconcile", "object", cols.from)
		since = oldest
	}
	start := since.Truncate(time.Minute)
	if !start.Before(end) {
		return nil, since, false, nil
	}
	var answer struct {
		Rows    []deletedRow `json:"deletedRecords"`
		Covered string       `json:"latestDateCovered"`
	}
	if err := c.get(ctx, "deleted", c.span(cols.from, "deleted", start, end), transport.PriorityPoll, &answer); err != nil {
		return nil, since, false, err
	}
	sort.Slice(answer.Rows, func(i, j int) bool { return answer.Rows[i].Date < answer.Rows[j].Date })
	until = end
	if covered, err := parseTime(answer.Covered); err == nil && covered.Before(until) {
		until = covered
	}
	if len(answer.Rows) > deletedPage {
		answer.Rows, full = answer.Rows[:deletedPage], true
		if last, err := parseTime(answer.Rows[deletedPage-1].Date); err == nil && last.After(since) {
			until = last
		}
	}
	gone, err = c.vanished(ctx, cols, answer.Rows)
	return gone, until, full, err
}

// vanished keeps those of the rows that not even queryAll finds: the others
// are in the bin, and seen as changes, or were taken out of it again.
func (c *Client) vanished(ctx context.Context, cols *columns, rows []deletedRow) ([]connectors.Record, error) {
	var asks []*ask
	for first := 0; first < len(rows); first += 200 {
		ids := make([]string, 0, 200)
		for _, row := range rows[first:min(first+200, len(rows))] {
			ids = append(ids, lenientID(row.ID))
		}
		asks = append(asks, &ask{path: c.queryPath(query{
			fields: []string{fieldID}, from: cols.from, where: []string{in(fieldID, ids)},
		}, true)})
	}
	if err := c.ask(ctx, asks); err != nil {
		return nil, err
	}
	found := make(map[string]bool)
	for _, a := range asks {
		if a.err != nil {
			return nil, a.err
		}
		for _, row := range a.result.Records {
			id, err := decodeValue(row[fieldID], kindID)
			if err != nil {
				return nil, err
			}
			found[id.Text()] = true
		}
	}
	var out []connectors.Record
	for _, row := range rows {
		id := lenientID(row.ID)
		if found[id] {
			continue
		}
		at, _ := parseTime(row.Date) // zero if unreadable: the stamp is only for show
		out = append(out, connectors.Record{
			Ref:      connectors.Ref{System: connectors.Salesforce, Object: cols.object, ID: id},
			Modified: at, Deleted: true,
		})
	}
	return out, nil
}
