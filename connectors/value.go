package connectors

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Kind says what a Value holds.
type Kind uint8

// The kinds of Value. Null is the zero Value: the vendor says "nothing here".
const (
	Null Kind = iota
	Bool
	Number
	Text
	Time
)

// String names the kind as it stands in messages to ops people.
func (k Kind) String() string {
	switch k {
	case Bool:
		return "bool"
	case Number:
		return "number"
	case Text:
		return "text"
	case Time:
		return "time"
	default:
		return "nothing"
	}
}

// Value is one field's content, immutable and comparable with ==. A number
// keeps its exact decimal text beside the float used for comparing, so that
// money never drifts. Two numbers of one value are == only in canonical form,
// which every constructor produces.
type Value struct {
	kind Kind
	bits uint64 // bool, float bits, or unix microseconds
	text string // text, or the canonical decimal text of a number
}

// BoolValue holds b.
func BoolValue(b bool) Value {
	v := Value{kind: Bool}
	if b {
		v.bits = 1
	}
	return v
}

// TextValue holds s as it is. An empty text is a Text, not Null: whether a
// vendor's "" means nothing is the mapping's to say.
func TextValue(s string) Value { return Value{kind: Text, text: s} }

// TimeValue holds t to the microsecond, in UTC.
func TimeValue(t time.Time) Value { return Value{kind: Time, bits: uint64(t.UnixMicro())} }

// FloatValue holds f in its shortest decimal form. NaN and infinities give Null.
func FloatValue(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e15 { // exact, and without an allocation when small
		return Value{kind: Number, bits: math.Float64bits(f + 0), text: strconv.FormatInt(int64(f), 10)}
	}
	v, _ := NumberValue(strconv.FormatFloat(f, 'f', -1, 64))
	return v
}

// NumberValue holds the decimal number s exactly, in canonical form: no plus
// sign, no leading or trailing zeros, no exponent. It refuses anything else.
func NumberValue(s string) (Value, error) {
	if plainDecimal(s) { // as nearly all are, and what the rest below would return
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return Value{kind: Number, bits: math.Float64bits(f + 0), text: s}, nil
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || strings.ContainsAny(s, "xX_pP") {
		return Value{}, fmt.Errorf("reading number: %q is not a decimal number", clip(s))
	}
	text := s
	if strings.ContainsAny(s, "eE") {
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return Value{kind: Number, bits: math.Float64bits(f + 0), text: canonicalDecimal(text)}, nil
}

// plainDecimal tells whether s is in canonical form already.
func plainDecimal(s string) bool {
	digits, point := strings.TrimPrefix(s, "-"), -1
	for i := range len(digits) {
		switch c := digits[i]; {
		case c == '.' && point < 0:
			point = i
		case c < '0' || c > '9':
			return false
		}
	}
	switch {
	case digits == "" || point == 0 || digits == "0" && digits != s:
		return false
	case point > 0 && (digits[len(digits)-1] == '0' || point == len(digits)-1):
		return false
	}
	return digits[0] != '0' || len(digits) == 1 || point == 1
}

func canonicalDecimal(s string) string {
	s, negative := strings.CutPrefix(strings.TrimPrefix(s, "+"), "-")
	whole, fraction, _ := strings.Cut(s, ".")
	whole = strings.TrimLeft(whole, "0")
	fraction = strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	out := whole
	if fraction != "" {
		out += "." + fraction
	}
	if negative && out != "0" {
		out = "-" + out
	}
	return out
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// Kind says what v holds.
func (v Value) Kind() Kind { return v.kind }

// IsNull tells whether v holds nothing.
func (v Value) IsNull() bool { return v.kind == Null }

// Bool returns the bool that v holds, false for any other kind.
func (v Value) Bool() bool { return v.kind == Bool && v.bits == 1 }

// Float returns the number that v holds, 0 for any other kind.
func (v Value) Float() float64 {
	if v.kind != Number {
		return 0
	}
	return math.Float64frombits(v.bits)
}

// Time returns the time that v holds in UTC, the zero time for any other kind.
func (v Value) Time() time.Time {
	if v.kind != Time {
		return time.Time{}
	}
	return time.UnixMicro(int64(v.bits)).UTC()
}

// Text returns the text that v holds, or for a number its exact decimal form;
// "" for any other kind.
func (v Value) Text() string { return v.text }

// String shows v to a person.
func (v Value) String() string {
	switch v.kind {
	case Bool:
		return strconv.FormatBool(v.bits == 1)
	case Time:
		return v.Time().Format(time.RFC3339Nano)
	case Number, Text:
		return v.text
	default:
		return "nothing"
	}
}

// MarshalJSON writes null, true, 12.5, "text" or {"time":"2026-11-22T…Z"}.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case Bool:
		return strconv.AppendBool(nil, v.bits == 1), nil
	case Number:
		return []byte(v.text), nil
	case Text:
		return json.Marshal(v.text)
	case Time:
		return []byte(`{"time":"` + v.Time().Format(time.RFC3339Nano) + `"}`), nil
	default:
		return []byte("null"), nil
	}
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(data []byte) error {
	switch {
	case len(data) == 0 || data[0] == 'n':
		*v = Value{}
	case data[0] == 't' || data[0] == 'f':
		*v = BoolValue(data[0] == 't')
	case data[0] == '"':
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		*v = TextValue(s)
	case data[0] == '{':
		var t struct{ Time time.Time }
		if err := json.Unmarshal(data, &t); err != nil {
			return fmt.Errorf("reading time value: %w", err)
		}
		*v = TimeValue(t.Time)
	default:
		n, err := NumberValue(string(data))
		if err != nil {
			return err
		}
		*v = n
	}
	return nil
}
