package org

import (
	"slices"

	"handoffd/connectors/salesforce/sandbox/soql"
)

// semiJoin runs the subquery of an IN and returns its values.
func (c *compiler) semiJoin(col column, x *soql.In) (map[string]bool, *Error) {
	if err := c.semiJoinForm(x); err != nil {
		return nil, err
	}
	sub := c.child(x.Sub)
	if sub.obj == nil {
		_, err := c.org.run(sub, x.Sub) // says which object there is not
		return nil, err
	}
	inner, err := sub.resolve(x.Sub.Items[0].Path)
	if err != nil {
		return nil, err
	}
	if err := c.semiJoinFields(col, inner, sub.obj, x); err != nil {
		return nil, err
	}
	res, err := c.org.run(sub, x.Sub)
	if err != nil {
		return nil, err
	}
	set := make(map[string]bool, len(res.rows))
	for _, r := range res.rows {
		if v := inner.value(c.org, r); v.kind != Null {
			set[setKey(v)] = true
		}
	}
	return set, nil
}

// semiJoinForm refuses subqueries in places and shapes that SOQL has not (SOQL
// and SOSL Reference, "Comparison Operators", semi-joins and anti-joins). That
// parentheses alone already nest is assumed: it is the strict reading.
func (c *compiler) semiJoinForm(x *soql.In) *Error {
	sub := x.Sub
	switch {
	case x.Nested:
		return c.fail(x.Pos, "MALFORMED_QUERY", "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions")
	case len(sub.Items) != 1 || sub.Items[0].Func != "" || sub.Items[0].Sub != nil:
		return c.fail(x.Pos, "MALFORMED_QUERY", "semi join sub-selects can only select one field")
	case sub.Limit >= 0 || sub.Offset >= 0 || len(sub.OrderBy) > 0 || len(sub.GroupBy) > 0:
		return c.fail(x.Pos, "MALFORMED_QUERY", "semi join sub-selects cannot have ORDER BY, LIMIT or GROUP BY")
	case semiJoins(sub.Where) > 0:
		return c.fail(x.Pos, "MALFORMED_QUERY", "Nesting of semi join sub-selects is not supported")
	}
	return nil
}

// semiJoinFields makes sure that the subquery is of another object and that
// both fields are ids of one kind of record, without a way through parents.
func (c *compiler) semiJoinFields(col, inner column, obj *Object, x *soql.In) *Error {
	switch {
	case !isID(col.describeType()) || len(col.hops) > 0:
		return c.fail(x.Path.Pos, "MALFORMED_QUERY", "The left operand field in the where expression for outer query should be an id field, cannot use: '%s'", x.Path)
	case !isID(inner.describeType()) || len(inner.hops) > 0:
		return c.fail(x.Pos, "MALFORMED_QUERY", "Semi join sub-selects can only query id fields, cannot use: '%s'", x.Sub.Items[0].Path)
	case obj == c.obj:
		return c.fail(x.Pos, "MALFORMED_QUERY", "The inner and outer selects should not be on the same object type")
	case obj.Name == "Task" || obj.Name == "Event":
		return c.fail(x.Pos, "MALFORMED_QUERY", "Entity '%s' is not supported for semi join inner selects", obj.Name)
	}
	outer := col.targets()
	if !slices.ContainsFunc(inner.targets(), func(name string) bool { return slices.Contains(outer, name) }) {
		return c.fail(x.Pos, "MALFORMED_QUERY", "The selected field '%s' in the subquery and the left operand field in the where expression in the outer query '%s' should point to the same object type", inner.name(), col.name())
	}
	return nil
}

// noSemiJoin refuses subqueries among alternatives.
func (c *compiler) noSemiJoin(x soql.Or) *Error {
	for _, part := range x {
		if in, ok := part.(*soql.In); ok && in.Sub != nil {
			return c.fail(in.Pos, "MALFORMED_QUERY", "Semi join sub-selects are not allowed with the 'OR' operator")
		}
	}
	return nil
}

// targets are the objects whose ids a field of the queried object may hold.
func (c *column) targets() []string {
	if c.field.sys == sysID {
		return []string{c.field.object.Name}
	}
	return c.field.References
}

func isID(kind string) bool { return kind == "id" || kind == "reference" }

// child is the compiler for a subquery of the same request.
func (c *compiler) child(q *soql.Query) *compiler {
	sub := *c
	sub.obj, sub.alias = c.org.Object(q.From), q.Alias
	return &sub
}
