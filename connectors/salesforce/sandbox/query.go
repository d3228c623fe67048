package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/org"
)

const (
	// defaultBatch, minBatch and maxBatch bound a page (REST API Developer
	// Guide, "Query Options Header").
	defaultBatch, minBatch, maxBatch = 2000, 200, 2000
	// longBatch is what the server makes of a page that holds long text
	// areas: the batch size is advice, as recorded traffic shows.
	longBatch = 1000
	// locatorLife and maxLocators bound open queries per user (Salesforce
	// Help 000004410; SOAP API Developer Guide, "QueryLocator").
	locatorLife = 48 * time.Hour
	maxLocators = 10
)

// cursor is an open query.
type cursor struct {
	id     string
	user   org.ID
	opened time.Time
	batch  int
	result *org.Result
}

// soql serves /query and /queryAll, first pages and later ones.
func (c *call) soql(all bool) reply {
	if len(c.segments) == 2 {
		return c.queryMore(c.segments[1])
	}
	if len(c.segments) > 2 {
		return notFound()
	}
	if c.query.Has("explain") {
		return refused(http.StatusBadRequest, "NOT_IMITATED", "The sandbox does not imitate query plans: explain has no answer here")
	}
	q := c.query.Get("q")
	if q == "" {
		return refused(http.StatusBadRequest, "MALFORMED_QUERY", "A query string has to be specified")
	}
	res, err := c.s.org.Query(c.session.user, q, all)
	if err != nil {
		return queryFailed(err)
	}
	return c.queried(res)
}

// queried answers a query with its first page, or with what it selects.
func (c *call) queried(res *org.Result) reply {
	if strings.EqualFold(c.query.Get("columns"), "true") {
		return answer(http.StatusOK, res.ColumnSet())
	}
	return c.firstPage(res)
}

func (c *call) firstPage(res *org.Result) reply {
	if res.CountOnly {
		return raw(http.StatusOK, append(c.pageHead(&cursor{result: res}, 0), `,"records":[]}`...))
	}
	cur := &cursor{user: c.session.user, opened: c.s.clock.Now(), batch: c.batchSize(), result: res}
	if res.Long && cur.batch > longBatch {
		cur.batch = longBatch
	}
	switch {
	case res.Rows() > cur.batch && res.Aggregate():
		return queryFailed(org.NoQueryMore())
	case res.Rows() > cur.batch:
		c.s.keep(cur)
	}
	return c.page(cur, 0)
}

// batchSize reads Sforce-Query-Options: batchSize=500, bringing it into range.
func (c *call) batchSize() int {
	for _, part := range strings.FieldsFunc(c.header.Get("Sforce-Query-Options"), func(r rune) bool { return r == ',' || r == ';' }) {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if strings.EqualFold(strings.TrimSpace(key), "batchSize") && err == nil {
			return max(minBatch, min(n, maxBatch))
		}
	}
	return defaultBatch
}

// keep opens a locator. The user's oldest one goes when there are too many.
func (s *Server) keep(cur *cursor) {
	cur.id = fmt.Sprintf("0r8Hf%010dHf", s.next())
	cur.id += "A"
	s.mu.Lock()
	defer s.mu.Unlock()
	open, oldest := 0, cur
	for _, other := range s.cursors {
		if other.user != cur.user {
			continue
		}
		open++
		if other.opened.Before(oldest.opened) || other.opened.Equal(oldest.opened) && other.id < oldest.id {
			oldest = other
		}
	}
	if open >= maxLocators {
		delete(s.cursors, oldest.id)
	}
	s.cursors[cur.id] = cur
}

// queryMore serves a later page: {locator}-{offset}.
func (c *call) queryMore(locator string) reply {
	bad := refused(http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
	id, offset, ok := strings.Cut(locator, "-")
	from, err := strconv.Atoi(offset)
	if !ok || err != nil || from < 0 {
		return bad
	}
	c.s.mu.Lock()
	cur := c.s.cursors[id]
	if cur != nil && c.s.clock.Now().Sub(cur.opened) >= locatorLife {
		delete(c.s.cursors, id)
		cur = nil
	}
	c.s.mu.Unlock()
	if cur == nil || cur.user != c.session.user || from >= cur.result.Rows() {
		return bad
	}
	return c.page(cur, from)
}

// page writes one page of a query.
func (c *call) page(cur *cursor, from int) reply {
	to := min(from+cur.batch, cur.result.Rows())
	b := append(c.pageHead(cur, to), `,"records":[`...)
	b = cur.result.Append(b, from, to, c.root())
	return raw(http.StatusOK, append(b, "]}"...))
}

// pageHead writes what stands before the records of a page that ends at to.
// The Tooling API says more than the REST API, the name of the records' type
// only where there are records (recorded).
func (c *call) pageHead(cur *cursor, to int) []byte {
	res, more := cur.result, to < cur.result.Rows()
	b := fmt.Appendf(nil, `{"totalSize":%d,"done":%t`, res.Total, !more)
	if c.tool {
		b = fmt.Appendf(nil, `{"size":%d,"totalSize":%d,"done":%t`, res.Total, res.Total, !more)
	}
	locator := "null"
	if more {
		// The url says query after a queryAll too; either resource takes the
		// locator (REST API Developer Guide, "QueryAll More Results").
		b = fmt.Appendf(b, `,"nextRecordsUrl":"%s/query/%s-%d"`, c.root(), cur.id, to)
		locator = fmt.Sprintf(`"%s-%d"`, cur.id, to)
	}
	if !c.tool {
		return b
	}
	kind := "null"
	switch {
	case res.Rows() > 0 && res.Aggregate():
		kind = `"AggregateResult"`
	case res.Rows() > 0:
		kind = `"` + res.Object.Name + `"`
	}
	return fmt.Appendf(b, `,"queryLocator":%s,"entityTypeName":%s`, locator, kind)
}
