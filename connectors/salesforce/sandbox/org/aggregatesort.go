package org

import (
	"slices"

	"handoffd/connectors/salesforce/sandbox/soql"
)

// having keeps the groups that satisfy the HAVING condition.
func (c *compiler) having(q *soql.Query, keys []column, buckets [][]*Row) ([][]*Row, *Error) {
	test, err := c.groupCondition(q.Having, keys)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(buckets, func(rows []*Row) bool { return !test(rows) }), nil
}

func (c *compiler) groupCondition(x soql.Expr, keys []column) (func([]*Row) bool, *Error) {
	switch x := x.(type) {
	case soql.And:
		return c.groupChain(x, keys, true)
	case soql.Or:
		return c.groupChain(x, keys, false)
	case soql.Not:
		test, err := c.groupCondition(x.X, keys)
		return func(rows []*Row) bool { return !test(rows) }, err
	case *soql.Compare:
		m, err := c.measure(x.Path, x.Func, keys)
		if err != nil {
			return nil, err
		}
		col := m.col
		if m.fn == "COUNT" || m.fn == "COUNT_DISTINCT" {
			col = column{field: &Field{Name: m.fn, Type: "int"}}
		}
		test, err := c.test(col, x.Op, x.Value)
		return func(rows []*Row) bool { return test(c.evaluate(m, rows)) }, err
	}
	return nil, c.fail(0, "MALFORMED_QUERY", "only comparisons are supported in HAVING")
}

// groupChain joins conditions: all of them must hold, or any.
func (c *compiler) groupChain(xs []soql.Expr, keys []column, all bool) (func([]*Row) bool, *Error) {
	var tests []func([]*Row) bool
	for _, x := range xs {
		test, err := c.groupCondition(x, keys)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	return func(rows []*Row) bool {
		for _, test := range tests {
			if test(rows) != all {
				return !all
			}
		}
		return all
	}, nil
}

// sortGroups orders the groups by ORDER BY, else by their keys.
func (c *compiler) sortGroups(q *soql.Query, keys []column, buckets [][]*Row) *Error {
	type key struct {
		m               measure
		desc, nullsLast bool
	}
	var order []key
	for _, o := range q.OrderBy {
		m, err := c.measure(o.Path, o.Func, keys)
		if err != nil {
			return err
		}
		order = append(order, key{m, o.Desc, o.NullsLast})
	}
	for _, col := range keys {
		order = append(order, key{m: measure{col: col}})
	}
	slices.SortStableFunc(buckets, func(a, b []*Row) int {
		for _, k := range order {
			if d := compareKeyed(c.evaluate(k.m, a), c.evaluate(k.m, b), k.desc, k.nullsLast); d != 0 {
				return d
			}
		}
		return 0
	})
	return nil
}
