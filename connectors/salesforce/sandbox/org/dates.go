package org

import (
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/soql"
)

// rangeTest compiles a comparison with a date literal: = means within the
// range, < before its start, > after its end (SOQL and SOSL Reference, "Date
// Formats and Date Literals"). Days begin at midnight in the user's zone.
func (c *compiler) rangeTest(col column, op soql.Op, lit soql.Literal) (func(Value) bool, *Error) {
	kind := col.describeType()
	if kind != "date" && kind != "datetime" {
		return nil, c.fail(lit.Pos, "INVALID_FIELD", "value of filter criterion for field '%s' must be of type %s", col.name(), queryType(kind))
	}
	now := time.UnixMilli(c.now).In(c.zone)
	first, last := dateRange(lit.Text, lit.N, now)
	from, to := first.UnixMilli(), last.UnixMilli()
	if kind == "date" {
		from, to = dateValue(first).n, dateValue(last).n
	}
	return func(v Value) bool {
		if v.kind == Null {
			return op == soql.Ne
		}
		switch op {
		case soql.Eq:
			return v.n >= from && v.n < to
		case soql.Ne:
			return v.n < from || v.n >= to
		case soql.Lt:
			return v.n < from
		case soql.Le:
			return v.n < to
		case soql.Gt:
			return v.n >= to
		}
		return v.n >= from
	}, nil
}

// dateRange returns the first day of a date literal and the day after its
// last, both at midnight.
func dateRange(name string, n int, now time.Time) (from, to time.Time) {
	day := midnight(now)
	switch name {
	case "TODAY":
		return day, day.AddDate(0, 0, 1)
	case "YESTERDAY":
		return day.AddDate(0, 0, -1), day
	case "TOMORROW":
		return day.AddDate(0, 0, 1), day.AddDate(0, 0, 2)
	case "LAST_90_DAYS":
		return day.AddDate(0, 0, -90), day.AddDate(0, 0, 1)
	case "NEXT_90_DAYS":
		return day.AddDate(0, 0, 1), day.AddDate(0, 0, 91)
	case "LAST_N_DAYS":
		return day.AddDate(0, 0, -n), day.AddDate(0, 0, 1)
	case "NEXT_N_DAYS":
		return day.AddDate(0, 0, 1), day.AddDate(0, 0, n+1)
	case "N_DAYS_AGO":
		return day.AddDate(0, 0, -n), day.AddDate(0, 0, 1-n)
	}
	start, step := unitOf(name, day)
	switch {
	case strings.HasPrefix(name, "THIS_"):
		return start, step(1)
	case strings.HasPrefix(name, "LAST_N_"):
		return step(-n), start
	case strings.HasPrefix(name, "NEXT_N_"):
		return step(1), step(n + 1)
	case strings.HasSuffix(name, "_AGO"):
		return step(-n), step(1 - n)
	case strings.HasPrefix(name, "LAST_"):
		return step(-1), start
	}
	return step(1), step(2)
}

// unitOf returns the start of the present week, month, quarter or year, and a
// function that goes k of them on. The fiscal year begins in January, as in a
// new org.
func unitOf(name string, day time.Time) (time.Time, func(k int) time.Time) {
	y, m, _ := day.Date()
	zone := day.Location()
	switch {
	case strings.Contains(name, "WEEK"):
		start := day.AddDate(0, 0, -int(day.Weekday()))
		return start, func(k int) time.Time { return start.AddDate(0, 0, 7*k) }
	case strings.Contains(name, "MONTH"):
		start := time.Date(y, m, 1, 0, 0, 0, 0, zone)
		return start, func(k int) time.Time { return start.AddDate(0, k, 0) }
	case strings.Contains(name, "QUARTER"):
		start := time.Date(y, (m-1)/3*3+1, 1, 0, 0, 0, 0, zone)
		return start, func(k int) time.Time { return start.AddDate(0, 3*k, 0) }
	}
	start := time.Date(y, 1, 1, 0, 0, 0, 0, zone)
	return start, func(k int) time.Time { return start.AddDate(k, 0, 0) }
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}
