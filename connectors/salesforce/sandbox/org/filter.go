package org

import (
	"strconv"
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/soql"
)

// predicate is a compiled condition.
type predicate func(*Row) bool

func (c *compiler) condition(x soql.Expr) (predicate, *Error) {
	switch x := x.(type) {
	case nil:
		return func(*Row) bool { return true }, nil
	case soql.And:
		list, err := c.conditions(x)
		return func(r *Row) bool {
			for _, p := range list {
				if !p(r) {
					return false
				}
			}
			return true
		}, err
	case soql.Or:
		if err := c.noSemiJoin(x); err != nil {
			return nil, err
		}
		list, err := c.conditions(x)
		return func(r *Row) bool {
			for _, p := range list {
				if p(r) {
					return true
				}
			}
			return false
		}, err
	case soql.Not:
		p, err := c.condition(x.X)
		return func(r *Row) bool { return !p(r) }, err
	case *soql.Compare:
		return c.comparison(x)
	case *soql.In:
		return c.membership(x)
	}
	return nil, c.fail(0, "MALFORMED_QUERY", "unexpected condition")
}

func (c *compiler) conditions(xs []soql.Expr) ([]predicate, *Error) {
	var out []predicate
	for _, x := range xs {
		p, err := c.condition(x)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// filterable resolves the path of a condition and refuses fields that cannot
// stand there.
func (c *compiler) filterable(path soql.Path, fn string) (column, *Error) {
	if fn != "" {
		return column{}, c.fail(path.Pos, "MALFORMED_QUERY", "aggregate function is not allowed in WHERE: %s", fn)
	}
	col, err := c.resolve(path)
	if err != nil {
		return col, err
	}
	if col.field != nil && !col.field.Filterable() {
		return col, c.fail(path.Pos, "INVALID_FIELD", "field '%s' can not be filtered in a query call", col.field.Name)
	}
	return col, nil
}

func (c *compiler) comparison(x *soql.Compare) (predicate, *Error) {
	col, err := c.filterable(x.Path, x.Func)
	if err != nil {
		return nil, err
	}
	test, err := c.test(col, x.Op, x.Value)
	if err != nil {
		return nil, err
	}
	return func(r *Row) bool { return test(col.value(c.org, r)) }, nil
}

// test compiles "field op literal" into a function of the field's value. A
// null field satisfies only = null, != and nothing else.
func (c *compiler) test(col column, op soql.Op, lit soql.Literal) (func(Value) bool, *Error) {
	if op == soql.Like {
		if t := (&Field{Type: col.describeType()}); !t.IsText() || t.Type == "multipicklist" {
			return nil, c.fail(lit.Pos, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on %s field", col.describeType())
		}
		match := like(lit.Pattern)
		return func(v Value) bool { return v.kind == Text && match(v.s) }, nil
	}
	if lit.Kind == soql.DateRange {
		return c.rangeTest(col, op, lit)
	}
	want, err := c.typed(col, lit)
	if err != nil {
		return nil, err
	}
	if want.kind == Null && col.describeType() == "boolean" {
		return booleanNullTest(op), nil
	}
	if want.kind == Null {
		switch op {
		case soql.Eq:
			return func(v Value) bool { return v.kind == Null }, nil
		case soql.Ne:
			return func(v Value) bool { return v.kind != Null }, nil
		}
		return func(Value) bool { return false }, nil
	}
	if want.kind == Boolean && op != soql.Eq && op != soql.Ne {
		return nil, c.fail(lit.Pos, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on boolean field")
	}
	return orderTest(op, want), nil
}

// booleanNullTest compares a boolean with null, which stands for false there
// (SOQL and SOSL Reference, "Filter on Boolean Fields").
func booleanNullTest(op soql.Op) func(Value) bool {
	return func(v Value) bool {
		set := v.kind == Boolean && v.n != 0
		return op == soql.Eq && !set || op == soql.Ne && set
	}
}

func orderTest(op soql.Op, want Value) func(Value) bool {
	return func(v Value) bool {
		if v.kind == Null {
			return op == soql.Ne
		}
		d := compareForFilter(v, want)
		switch op {
		case soql.Eq:
			return d == 0
		case soql.Ne:
			return d != 0
		case soql.Lt:
			return d < 0
		case soql.Le:
			return d <= 0
		case soql.Gt:
			return d > 0
		}
		return d >= 0
	}
}

// compareForFilter also compares ids with the texts of other orgs' ids.
func compareForFilter(v, want Value) int {
	if v.kind == Ref || want.kind == Ref {
		return strings.Compare(idText(v), idText(want))
	}
	return compare(v, want)
}

func idText(v Value) string {
	if v.kind == Ref {
		return ID(v.n).Short()
	}
	return v.s[:min(15, len(v.s))]
}

// typed reads a literal as a value of the column's type, refusing texts
// without quotes, dates for datetimes and so on.
func (c *compiler) typed(col column, lit soql.Literal) (Value, *Error) {
	if lit.Kind == soql.Null {
		return Value{}, nil
	}
	kind := col.describeType()
	mismatch := func(quotes string) *Error {
		return c.fail(lit.Pos, "INVALID_FIELD", "value of filter criterion for field '%s' must be of type %s and should %sbe enclosed in quotes", col.name(), queryType(kind), quotes)
	}
	switch kind {
	case "boolean":
		if lit.Kind == soql.Bool {
			return boolValue(lit.Bool), nil
		}
		return Value{}, mismatch("not ")
	case "int", "double", "currency", "percent":
		if lit.Kind == soql.Number {
			f, err := strconv.ParseFloat(lit.Text, 64)
			if err == nil {
				return doubleValue(f), nil
			}
		}
		return Value{}, mismatch("not ")
	case "date":
		if t, err := time.Parse(time.DateOnly, lit.Text); lit.Kind == soql.Date && err == nil {
			return dateValue(t), nil
		}
		return Value{}, mismatch("not ")
	case "datetime":
		if t, ok := parseDateTime(lit.Text); lit.Kind == soql.DateTime && ok {
			return timeValue(t), nil
		}
		return Value{}, mismatch("not ")
	case "id", "reference":
		return c.typedID(lit, mismatch)
	}
	if lit.Kind != soql.String {
		return Value{}, mismatch("")
	}
	if len(lit.Text) > 4000 {
		return Value{}, c.fail(lit.Pos, "INVALID_QUERY_FILTER_OPERATOR", "value too long: a filter value may have at most 4000 characters")
	}
	return textValue(lit.Text), nil
}

func (c *compiler) typedID(lit soql.Literal, mismatch func(string) *Error) (Value, *Error) {
	if lit.Kind != soql.String {
		return Value{}, mismatch("")
	}
	if lit.Text == "" {
		return Value{}, nil
	}
	id, ok := ParseID(lit.Text)
	if !ok {
		return Value{}, c.fail(lit.Pos, "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: %s", lit.Text)
	}
	if id.Seq() == 0 || id.Short() != lit.Text[:15] {
		return textValue(lit.Text[:15]), nil
	}
	return refValue(id), nil
}

func queryType(kind string) string {
	switch kind {
	case "id", "reference":
		return "ID"
	case "datetime":
		return "dateTime"
	case "currency", "percent":
		return "double"
	case "boolean", "int", "double", "date":
		return kind
	}
	return "string"
}
