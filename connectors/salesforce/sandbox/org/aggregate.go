package org

import (
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors/salesforce/sandbox/soql"
)

// maxGroups is the most rows of an aggregate query, which has no further
// pages (SOQL and SOSL Reference, "GROUP BY").
const maxGroups = 2000

// group is one row of an aggregate query: names and values in order.
type group struct {
	names  []string
	values []Value
}

func (g group) appendJSON(b []byte) []byte {
	b = append(b, `{"attributes":{"type":"AggregateResult"}`...)
	for i, name := range g.names {
		b = append(b, ',')
		b = AppendQuoted(b, name)
		b = append(b, ':')
		b = g.values[i].appendJSON(b)
	}
	return append(b, '}')
}

// NoQueryMore refuses an aggregate query with more groups than one page holds.
func NoQueryMore() *Error {
	return refuse("EXCEEDED_ID_LIMIT", "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch")
}

func isAggregate(q *soql.Query) bool {
	if len(q.GroupBy) > 0 {
		return true
	}
	return slices.ContainsFunc(q.Items, func(i soql.Item) bool { return aggregates(i.Func) })
}

func aggregates(fn string) bool {
	return slices.Contains([]string{"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"}, fn)
}

// measure is one output or sort key of an aggregate query.
type measure struct {
	fn   string // "" for a grouped field
	col  column
	path string // lower case, to tell measures apart
	// shown is the path as the query wrote it.
	shown string
}

func (c *compiler) aggregate(res *Result, q *soql.Query, match predicate) *Error {
	if len(q.Items) == 1 && q.Items[0].Func == "COUNT" && len(q.Items[0].Path.Names) == 0 {
		if len(q.GroupBy) > 0 || len(q.OrderBy) > 0 {
			return c.fail(q.Items[0].Pos, "MALFORMED_QUERY", "COUNT() cannot be used with GROUP BY or ORDER BY, use COUNT(fieldName)")
		}
		c.scan(c.plan(q.Where), match, func(*Row) bool { res.Total++; return res.Total != q.Limit })
		res.CountOnly = true
		return nil
	}
	keys, err := c.groupKeys(q)
	if err != nil {
		return err
	}
	outputs, names, err := c.outputs(q, keys)
	if err != nil {
		return err
	}
	buckets := c.bucket(c.plan(q.Where), match, keys)
	if len(keys) == 0 && len(buckets) == 0 {
		buckets = append(buckets, nil)
	}
	if q.Having != nil {
		if buckets, err = c.having(q, keys, buckets); err != nil {
			return err
		}
	}
	if err := c.sortGroups(q, keys, buckets); err != nil {
		return err
	}
	buckets = page(buckets, max(q.Offset, 0), q.Limit)
	if len(buckets) > maxGroups {
		return NoQueryMore()
	}
	res.groups, res.measures, res.names, res.grouped = []group{}, outputs, names, len(keys) > 0
	for _, rows := range buckets {
		g := group{names: names}
		for _, m := range outputs {
			g.values = append(g.values, c.evaluate(m, rows))
		}
		res.groups = append(res.groups, g)
	}
	res.Total = len(res.groups)
	return nil
}

func (c *compiler) groupKeys(q *soql.Query) ([]column, *Error) {
	var keys []column
	for _, path := range q.GroupBy {
		col, err := c.resolve(path)
		if err != nil {
			return nil, err
		}
		if col.field != nil && !col.field.Groupable() {
			return nil, c.fail(path.Pos, "MALFORMED_QUERY", "field '%s' can not be grouped in a query call", col.field.Name)
		}
		keys = append(keys, col)
	}
	return keys, nil
}

// outputs names what each record shows: the alias, the grouped field's name,
// or expr0, expr1 and so on.
func (c *compiler) outputs(q *soql.Query, keys []column) ([]measure, []string, *Error) {
	var out []measure
	var names []string
	unnamed := 0
	for _, item := range q.Items {
		if item.Sub != nil || item.Func != "" && !aggregates(item.Func) {
			return nil, nil, c.fail(item.Pos, "MALFORMED_QUERY", "aggregate queries select fields and aggregate functions only")
		}
		m, err := c.measure(item.Path, item.Func, keys)
		if err != nil {
			return nil, nil, err
		}
		name := item.Alias
		switch {
		case name != "":
		case item.Func == "":
			name = m.col.name()
		default:
			name = fmt.Sprintf("expr%d", unnamed)
			unnamed++
		}
		if slices.Contains(names, name) {
			return nil, nil, c.fail(item.Pos, "MALFORMED_QUERY", "duplicate alias: %s", name)
		}
		out, names = append(out, m), append(names, name)
	}
	return out, names, nil
}

func (c *compiler) measure(path soql.Path, fn string, keys []column) (measure, *Error) {
	m := measure{fn: fn, path: strings.ToLower(path.String()), shown: path.String()}
	if fn == "COUNT" && len(path.Names) == 0 {
		return m, c.fail(path.Pos, "MALFORMED_QUERY", "COUNT() must be the only element in the SELECT list")
	}
	var err *Error
	if m.col, err = c.resolve(path); err != nil {
		return m, err
	}
	grouped := slices.ContainsFunc(keys, func(k column) bool { return sameColumn(k, m.col) })
	if fn == "" && !grouped {
		return m, c.fail(path.Pos, "MALFORMED_QUERY", "Field must be grouped or aggregated: %s", path)
	}
	kind := m.col.describeType()
	if (fn == "SUM" || fn == "AVG") && !slices.Contains([]string{"int", "double", "currency", "percent"}, kind) || fn != "" && !m.col.aggregable() {
		return m, c.fail(path.Pos, "MALFORMED_QUERY", "field %s does not support aggregate operator %s", path, fn)
	}
	return m, nil
}

// aggregable tells whether any aggregate function takes the field (SOQL and
// SOSL Reference, "Support for Field Types in Aggregate Functions").
func (c *column) aggregable() bool {
	kind := c.describeType()
	return !slices.Contains([]string{"boolean", "address", "multipicklist", "complexvalue"}, kind) && (c.field == nil || !c.field.isLong())
}

func sameColumn(a, b column) bool {
	return a.field == b.field && a.loose == b.loose && slices.Equal(a.hops, b.hops)
}

func (c *compiler) bucket(p plan, match predicate, keys []column) [][]*Row {
	index := map[string]int{}
	var buckets [][]*Row
	c.scan(p, match, func(r *Row) bool {
		var key strings.Builder
		for _, k := range keys {
			key.WriteString(setKey(k.value(c.org, r)))
			key.WriteByte(0)
		}
		i, ok := index[key.String()]
		if !ok {
			i = len(buckets)
			index[key.String()] = i
			buckets = append(buckets, nil)
		}
		buckets[i] = append(buckets[i], r)
		return true
	})
	return buckets
}

// evaluate works a measure out over the rows of one group.
func (c *compiler) evaluate(m measure, rows []*Row) Value {
	if m.fn == "" {
		if len(rows) == 0 {
			return Value{}
		}
		return m.col.value(c.org, rows[0])
	}
	var best Value
	sum, n := 0.0, 0
	distinct := map[string]bool{}
	for _, r := range rows {
		v := m.col.value(c.org, r)
		if v.IsNull() {
			continue
		}
		n++
		sum += v.Float()
		distinct[setKey(v)] = true
		if d := compare(v, best); best.IsNull() || m.fn == "MIN" && d < 0 || m.fn == "MAX" && d > 0 {
			best = v
		}
	}
	switch {
	case m.fn == "COUNT":
		return intValue(int64(n))
	case m.fn == "COUNT_DISTINCT":
		return intValue(int64(len(distinct)))
	case n == 0:
		return Value{}
	case m.fn == "SUM":
		return doubleValue(sum)
	case m.fn == "AVG":
		return doubleValue(sum / float64(n))
	}
	return best
}
