package org

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
)

// Kind says what a Value holds.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	Boolean
	Integer  // whole numbers
	Double   // numbers with a fraction, currency, percent
	Text     // every kind of text and picklist
	Date     // days since 1970-01-01
	DateTime // milliseconds since 1970, whole seconds
	Ref      // an ID
)

// Value is one field's content. The zero Value is Null. It is kept at 32
// bytes, the slot included, because rows are lists of them.
type Value struct {
	kind Kind
	slot uint16 // the field within its object, once the value is in a row
	n    int64  // booleans, numbers (doubles as bits), times and ids
	s    string
}

// Kind says what v holds.
func (v Value) Kind() Kind { return v.kind }

// IsNull tells whether v holds nothing.
func (v Value) IsNull() bool { return v.kind == Null }

// Bool is v as a boolean, false unless it is one.
func (v Value) Bool() bool { return v.kind == Boolean && v.n == 1 }

// Text is v as text, "" unless it is one.
func (v Value) Text() string { return v.s }

// ID is v as an id, 0 unless it is one.
func (v Value) ID() ID {
	if v.kind != Ref {
		return 0
	}
	return ID(v.n)
}

// Float is v as a number, 0 unless it is one.
func (v Value) Float() float64 {
	if v.kind == Integer {
		return float64(v.n)
	}
	if v.kind == Double {
		return math.Float64frombits(uint64(v.n))
	}
	return 0
}

// Time is v as an instant, the zero time unless it is a date or datetime.
func (v Value) Time() time.Time {
	switch v.kind {
	case Date:
		return time.Unix(v.n*86400, 0).UTC()
	case DateTime:
		return time.UnixMilli(v.n).UTC()
	}
	return time.Time{}
}

func boolValue(b bool) Value {
	if b {
		return Value{kind: Boolean, n: 1}
	}
	return Value{kind: Boolean}
}

func intValue(n int64) Value      { return Value{kind: Integer, n: n} }
func doubleValue(f float64) Value { return Value{kind: Double, n: int64(math.Float64bits(f))} }

func textValue(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: Text, s: s}
}

func refValue(id ID) Value {
	if id == 0 {
		return Value{}
	}
	return Value{kind: Ref, n: int64(id)}
}

func timeValue(t time.Time) Value { return Value{kind: DateTime, n: t.Unix() * 1000} }

func dateValue(t time.Time) Value {
	y, m, d := t.Date()
	return Value{kind: Date, n: time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400}
}

// compare orders two values of one kind: texts without regard to case, as
// SOQL does. Null comes before everything.
func compare(a, b Value) int {
	switch {
	case a.kind == Null || b.kind == Null:
		return cmp.Compare(a.kind, b.kind)
	case a.kind == Text && b.kind == Text:
		if c := cmp.Compare(strings.ToLower(a.s), strings.ToLower(b.s)); c != 0 {
			return c
		}
		return 0
	case a.kind == Double || b.kind == Double:
		return cmp.Compare(a.Float(), b.Float())
	}
	return cmp.Compare(a.n, b.n)
}

// appendJSON writes v as the REST API does: numbers with a fraction in Java's
// notation, datetimes in UTC with milliseconds and an offset without colon.
func (v Value) appendJSON(b []byte) []byte {
	switch v.kind {
	case Boolean:
		return strconv.AppendBool(b, v.n == 1)
	case Integer:
		return strconv.AppendInt(b, v.n, 10)
	case Double:
		return append(b, javaDouble(v.Float())...)
	case Text:
		return AppendQuoted(b, v.s)
	case Null:
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = append(b, v.text(restTime)...)
	return append(b, '"')
}

const (
	restTime = "2006-01-02T15:04:05.000-0700"
	bulkTime = "2006-01-02T15:04:05.000Z"
)

// text is v as plain text with datetimes in the given layout: a CSV cell.
func (v Value) text(layout string) string {
	switch v.kind {
	case Boolean:
		return strconv.FormatBool(v.n == 1)
	case Integer:
		return strconv.FormatInt(v.n, 10)
	case Double:
		return javaDouble(v.Float())
	case Text:
		return v.s
	case Date:
		return v.Time().Format(time.DateOnly)
	case DateTime:
		return v.Time().Format(layout)
	case Ref:
		return ID(v.n).String()
	}
	return ""
}

// String shows v the way the REST API writes it, without quotes.
func (v Value) String() string { return v.text(restTime) }

// javaDouble writes f as Java's Double.toString, which is what the vendor's
// JSON shows: 15000.0, 1.39E8.
func javaDouble(f float64) string {
	abs := f
	if abs < 0 {
		abs = -abs
	}
	if abs != 0 && (abs < 1e-3 || abs >= 1e7) {
		s := strconv.FormatFloat(f, 'E', -1, 64)
		mantissa, exponent, _ := strings.Cut(s, "E")
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		n, _ := strconv.Atoi(exponent)
		return mantissa + "E" + strconv.Itoa(n)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
