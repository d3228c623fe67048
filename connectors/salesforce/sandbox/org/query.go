package org

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"handoffd/connectors/salesforce/sandbox/soql"
)

// maxOffset is the largest OFFSET (SOQL and SOSL Reference, "OFFSET").
const maxOffset = 2000

// maxSemiJoins is the most IN (SELECT …) of one query (SOQL and SOSL
// Reference, "Semi-Joins with IN and Anti-Joins with NOT IN").
const maxSemiJoins = 2

func semiJoins(where soql.Expr) int {
	n := 0
	soql.Walk(where, func(x soql.Expr) {
		if in, ok := x.(*soql.In); ok && in.Sub != nil {
			n++
		}
	})
	return n
}

// maxQuery is the longest SOQL text, in characters (Salesforce Developer
// Limits and Allocations Quick Reference, "SOQL and SOSL Limits").
const maxQuery = 100_000

// Result is what a query found. The rows are those of its moment; fields of
// parents are read when a page is rendered.
type Result struct {
	comp *compiler
	rows []*Row
	proj projection
	// groups are the rows of an aggregate query, rendered at once; measures
	// and names are its columns.
	groups   []group
	measures []measure
	names    []string
	grouped  bool
	// CountOnly: SELECT COUNT(), which has a size and no records.
	CountOnly bool
	// Total is the number of rows, all pages together.
	Total int
	// Long: a long text area was selected, for which the server makes its
	// pages smaller.
	Long bool
	// Object is the object that was queried.
	Object *Object
}

// Query runs a SOQL text for a user. all asks for binned and archived rows
// too, as the queryAll resource does.
func (o *Org) Query(user ID, text string, all bool) (*Result, *Error) {
	return o.parsed(user, text, all, false)
}

// Tooling runs a SOQL text on the Tooling API, which has objects and fields of
// its own and gives some fields of one row only (Tooling API, "ValidationRule",
// FullName; the message is recorded).
func (o *Org) Tooling(user ID, text string) (*Result, *Error) {
	res, err := o.parsed(user, text, false, true)
	if err != nil || len(res.rows) <= 1 {
		return res, err
	}
	for _, n := range res.proj.nodes {
		if n.leaf && n.col.field != nil && n.col.field.oneRow {
			return nil, refuse("MALFORMED_QUERY", fmt.Sprintf("When retrieving results with Metadata or FullName fields, the query qualifications must specify no more than one row for retrieval. Result size: %d", len(res.rows)))
		}
	}
	return res, nil
}

func (o *Org) parsed(user ID, text string, all, tool bool) (*Result, *Error) {
	if len([]rune(text)) > maxQuery {
		return nil, refuse("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.")
	}
	q, err := soql.Parse(text)
	if err != nil {
		var fault *soql.Error
		if errors.As(err, &fault) {
			return nil, queryError(text, min(fault.Pos, len(text)), "MALFORMED_QUERY", "%s", fault.Message)
		}
		return nil, refuse("MALFORMED_QUERY", err.Error())
	}
	c := &compiler{org: o, access: o.Access(user), user: user, text: text, now: o.ms(), zone: o.Zone(user), all: all, tool: tool}
	if c.obj, c.alias = o.Object(q.From), q.Alias; c.obj != nil && !c.obj.served(tool) {
		return nil, c.fail(q.FromPos, "INVALID_TYPE", "sObject type '%s' is not supported.", c.obj.Name)
	}
	return o.run(c, q)
}

// run executes a query whose compiler has been set to its object.
func (o *Org) run(c *compiler, q *soql.Query) (*Result, *Error) {
	if c.obj == nil {
		return nil, c.fail(q.FromPos, "INVALID_TYPE", "sObject type '%s' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.", q.From)
	}
	if q.Offset > maxOffset {
		return nil, refuse("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
	}
	if semiJoins(q.Where) > maxSemiJoins {
		return nil, c.fail(q.FromPos, "EXCEEDED_MAX_SEMIJOIN_SUBSELECTS", "Maximum 2 semi join sub-selects are allowed")
	}
	match, err := c.condition(q.Where)
	if err != nil {
		return nil, err
	}
	res := &Result{comp: c, Object: c.obj}
	if isAggregate(q) {
		return res, c.aggregate(res, q, match)
	}
	if res.proj, err = c.project(q); err != nil {
		return nil, err
	}
	res.Long = res.proj.long
	keys, err := c.orderKeys(q)
	if err != nil {
		return nil, err
	}
	res.rows = c.sorted(q, match, keys)
	res.rows = page(res.rows, max(q.Offset, 0), q.Limit)
	res.Total = len(res.rows)
	return res, nil
}

func page[T any](rows []T, offset, limit int) []T {
	rows = rows[min(offset, len(rows)):]
	if limit >= 0 && limit < len(rows) {
		rows = rows[:limit]
	}
	return rows
}

// shows tells whether the query sees the row at all.
func (c *compiler) shows(r *Row) bool {
	switch {
	case r.purged:
		return false
	case c.all:
		return true
	case r.deleted:
		return false
	}
	return c.obj.Name != "Task" && c.obj.Name != "Event" || !c.org.archived(r)
}

// scan calls yield for every row that matches, by an index if there is one.
func (c *compiler) scan(p plan, match predicate, yield func(*Row) bool) {
	each := func(r *Row) bool {
		if c.shows(r) && match(r) {
			return yield(r)
		}
		return true
	}
	switch {
	case c.obj.dynamic != nil:
		for _, r := range c.obj.dynamic(c.org) {
			if !each(r) {
				return
			}
		}
	case p.each != nil:
		p.each(each)
	default:
		for seq := range c.obj.table.rows {
			if r := c.obj.table.seen(seq, c.now); r != nil && !each(r) {
				return
			}
		}
	}
}

type orderKey struct {
	col       column
	desc      bool
	nullsLast bool
}

func (c *compiler) orderKeys(q *soql.Query) ([]orderKey, *Error) {
	var out []orderKey
	for _, k := range q.OrderBy {
		if k.Func != "" {
			return nil, c.fail(k.Path.Pos, "MALFORMED_QUERY", "aggregate function is not allowed in ORDER BY without GROUP BY")
		}
		col, err := c.resolve(k.Path)
		if err != nil {
			return nil, err
		}
		if col.field != nil && !col.field.Sortable() {
			return nil, c.fail(k.Path.Pos, "MALFORMED_QUERY", "field '%s' can not be sorted in a query call", col.field.Name)
		}
		out = append(out, orderKey{col, k.Desc, k.NullsLast})
	}
	return out, nil
}

// naturalOrder tells whether rows in order of stamp and id are already in the
// order that the query asks for.
func naturalOrder(keys []orderKey) bool {
	for i, k := range keys {
		sys := sysNone
		if k.col.field != nil && len(k.col.hops) == 0 {
			sys = k.col.field.sys
		}
		if k.desc || i == 0 && sys != sysStamp || i == 1 && sys != sysID || i > 1 {
			return false
		}
	}
	return len(keys) > 0
}

func (c *compiler) sorted(q *soql.Query, match predicate, keys []orderKey) []*Row {
	p := c.plan(q.Where)
	natural := naturalOrder(keys)
	if natural && p.each == nil && c.obj.dynamic == nil {
		p = c.window(math.MinInt64, math.MaxInt64)
	}
	stop := -1
	if q.Limit >= 0 && (len(keys) == 0 && !p.byStamp || natural && p.byStamp) {
		stop = q.Limit + max(q.Offset, 0)
	}
	var rows []*Row
	if stop != 0 {
		c.scan(p, match, func(r *Row) bool {
			rows = append(rows, r)
			return len(rows) != stop
		})
	}
	switch {
	case natural && p.byStamp:
	case len(keys) == 0:
		slices.SortFunc(rows, func(a, b *Row) int { return compareIDs(a.id, b.id) })
	default:
		rows = c.sortBy(rows, keys)
	}
	return rows
}

func compareIDs(a, b ID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// sortBy sorts by the keys, rows with equal keys by id. Nulls come first
// unless the query says otherwise, whatever the direction.
func (c *compiler) sortBy(rows []*Row, keys []orderKey) []*Row {
	type keyed struct {
		row  *Row
		vals []Value
	}
	list := make([]keyed, len(rows))
	for i, r := range rows {
		vals := make([]Value, len(keys))
		for j, k := range keys {
			vals[j] = k.col.value(c.org, r)
			vals[j].s = strings.ToLower(vals[j].s)
		}
		list[i] = keyed{r, vals}
	}
	slices.SortFunc(list, func(a, b keyed) int {
		for j, k := range keys {
			if d := compareKeyed(a.vals[j], b.vals[j], k.desc, k.nullsLast); d != 0 {
				return d
			}
		}
		return compareIDs(a.row.id, b.row.id)
	})
	for i := range list {
		rows[i] = list[i].row
	}
	return rows
}

func compareKeyed(a, b Value, desc, nullsLast bool) int {
	if a.kind == Null || b.kind == Null {
		if a.kind == b.kind {
			return 0
		}
		if (a.kind == Null) != nullsLast {
			return -1
		}
		return 1
	}
	d := 0
	switch {
	case a.kind == Text && b.kind == Text:
		d = strings.Compare(a.s, b.s)
	default:
		d = compare(a, b)
	}
	if desc {
		return -d
	}
	return d
}
