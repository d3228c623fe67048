package org

import (
	"strings"

	"handoffd/connectors/salesforce/sandbox/soql"
)

// membership compiles IN, NOT IN, INCLUDES and EXCLUDES.
func (c *compiler) membership(x *soql.In) (predicate, *Error) {
	col, err := c.filterable(x.Path, "")
	if err != nil {
		return nil, err
	}
	if x.Op == "INCLUDES" || x.Op == "EXCLUDES" {
		return c.includes(col, x)
	}
	in := x.Op == "IN"
	if x.Sub != nil {
		set, err := c.semiJoin(col, x)
		return func(r *Row) bool { return set[setKey(col.value(c.org, r))] == in }, err
	}
	set := make(map[string]bool, len(x.List))
	var ranges []func(Value) bool
	for _, lit := range x.List {
		if lit.Kind == soql.DateRange {
			test, err := c.rangeTest(col, soql.Eq, lit)
			if err != nil {
				return nil, err
			}
			ranges = append(ranges, test)
			continue
		}
		v, err := c.typed(col, lit)
		if err != nil {
			return nil, err
		}
		set[setKey(v)] = true
		if v.kind == Null && col.describeType() == "boolean" {
			set[setKey(boolValue(false))] = true // null stands for false, as with =
		}
	}
	return func(r *Row) bool {
		v := col.value(c.org, r)
		found := set[setKey(v)]
		for _, test := range ranges {
			found = found || test(v)
		}
		return found == in
	}, nil
}

// setKey is a value as the key of a set: equal values have equal keys.
func setKey(v Value) string {
	switch v.kind {
	case Ref:
		return ID(v.n).Short()
	case Text:
		return strings.ToLower(v.s)
	case Integer:
		return javaDouble(float64(v.n))
	case Null:
		return "\x00"
	}
	return v.String()
}

// includes compiles the multi-select operators: each text is a set of values
// that must all be chosen, and one such set suffices.
func (c *compiler) includes(col column, x *soql.In) (predicate, *Error) {
	if col.describeType() != "multipicklist" {
		return nil, c.fail(x.Pos, "INVALID_QUERY_FILTER_OPERATOR", "INCLUDES and EXCLUDES work on multi-select picklists only")
	}
	var sets [][]string
	for _, lit := range x.List {
		if lit.Kind != soql.String {
			return nil, c.fail(lit.Pos, "INVALID_FIELD", "value of filter criterion for field '%s' must be of type string and should be enclosed in quotes", col.name())
		}
		sets = append(sets, strings.Split(strings.ToLower(lit.Text), ";"))
	}
	want := x.Op == "INCLUDES"
	return func(r *Row) bool {
		chosen := map[string]bool{}
		for _, s := range strings.Split(strings.ToLower(col.value(c.org, r).Text()), ";") {
			chosen[strings.TrimSpace(s)] = true
		}
		for _, set := range sets {
			all := true
			for _, s := range set {
				all = all && chosen[strings.TrimSpace(s)]
			}
			if all {
				return want
			}
		}
		return !want
	}, nil
}

// like compiles a LIKE pattern: % is any text, _ one character, a backslash
// takes the next one literally, case is ignored.
func like(pattern string) func(string) bool {
	type piece struct {
		r   rune
		one bool
		any bool
	}
	var pieces []piece
	escaped := false
	for _, r := range strings.ToLower(pattern) {
		switch {
		case escaped:
			pieces, escaped = append(pieces, piece{r: r}), false
		case r == '\\':
			escaped = true
		case r == '%':
			pieces = append(pieces, piece{any: true})
		case r == '_':
			pieces = append(pieces, piece{one: true})
		default:
			pieces = append(pieces, piece{r: r})
		}
	}
	return func(s string) bool {
		text := []rune(strings.ToLower(s))
		i, j, star, mark := 0, 0, -1, 0
		for i < len(text) {
			switch {
			case j < len(pieces) && pieces[j].any:
				star, mark = j, i
				j++
			case j < len(pieces) && (pieces[j].one || pieces[j].r == text[i]):
				i, j = i+1, j+1
			case star >= 0:
				mark++
				i, j = mark, star+1
			default:
				return false
			}
		}
		for j < len(pieces) && pieces[j].any {
			j++
		}
		return j == len(pieces)
	}
}
