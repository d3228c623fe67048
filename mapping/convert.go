package mapping

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"handoffd/connectors"
)

// Read turns a vendor's value into the field's common form. Null and empty
// text are Null. The error says in a person's words why a value does not fit;
// it is never bent to fit (I3).
func (f *Field) Read(side Side, v connectors.Value) (connectors.Value, error) {
	if v.IsNull() || (v.Kind() == connectors.Text && strings.TrimSpace(v.Text()) == "") {
		return connectors.Value{}, nil
	}
	switch f.Type {
	case Bool:
		return readBool(v)
	case Number, Money:
		return f.readNumber(v)
	case Date:
		return readDate(v)
	case DateTime:
		return readDateTime(v)
	case Enum:
		return f.readEnum(side, v)
	case Multi:
		return f.readMulti(side, v)
	default:
		return readText(v)
	}
}

func misfit(v connectors.Value, want string) error {
	return fmt.Errorf("%s %q where %s is expected", v.Kind(), Clip(v.String(), 40), want)
}

func readBool(v connectors.Value) (connectors.Value, error) {
	switch {
	case v.Kind() == connectors.Bool:
		return v, nil
	case v.Kind() == connectors.Text && strings.EqualFold(v.Text(), "true"):
		return connectors.BoolValue(true), nil
	case v.Kind() == connectors.Text && strings.EqualFold(v.Text(), "false"):
		return connectors.BoolValue(false), nil
	}
	return connectors.Value{}, misfit(v, "yes/no")
}

func readAsNumber(v connectors.Value) (connectors.Value, error) {
	n := v
	if v.Kind() == connectors.Text {
		parsed, err := connectors.NumberValue(strings.TrimSpace(v.Text()))
		if err != nil {
			return connectors.Value{}, misfit(v, "a number")
		}
		n = parsed
	}
	if n.Kind() != connectors.Number {
		return connectors.Value{}, misfit(v, "a number")
	}
	return n, nil
}

func (f *Field) readNumber(v connectors.Value) (connectors.Value, error) {
	n, err := readAsNumber(v)
	if err != nil {
		return n, err
	}
	if f.Ranged && (n.Float() < f.Min || n.Float() > f.Max) {
		return connectors.Value{}, fmt.Errorf("%s is outside the range %s to %s", n.Text(), plain(f.Min), plain(f.Max))
	}
	return n, nil
}

func plain(x float64) string {
	if x == math.Trunc(x) {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// The layouts in which the two CRMs write times (Salesforce omits the colon in
// the offset; HubSpot sometimes the fraction).
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.000-0700", "2006-01-02T15:04:05-0700"}

// ParseTime reads a vendor's date-time: ISO text, or epoch milliseconds.
func ParseTime(v connectors.Value) (time.Time, bool) {
	if v.Kind() == connectors.Time {
		return v.Time(), true
	}
	text := strings.TrimSpace(v.Text())
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms > 1e10 {
		return time.UnixMilli(ms).UTC(), true
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, true
	}
	return time.Time{}, false
}

func readDateTime(v connectors.Value) (connectors.Value, error) {
	t, ok := ParseTime(v)
	if !ok {
		return connectors.Value{}, misfit(v, "a date and time")
	}
	return connectors.TimeValue(t), nil
}

func readDate(v connectors.Value) (connectors.Value, error) {
	t, ok := ParseTime(v)
	if !ok {
		return connectors.Value{}, misfit(v, "a date")
	}
	if !t.Equal(t.Truncate(24 * time.Hour)) {
		return connectors.Value{}, misfit(v, "a date without a time of day")
	}
	return connectors.TimeValue(t), nil
}

func readText(v connectors.Value) (connectors.Value, error) {
	if v.Kind() == connectors.Text {
		return v, nil
	}
	return connectors.TextValue(v.String()), nil
}

func (f *Field) readEnum(side Side, v connectors.Value) (connectors.Value, error) {
	if f.Values == nil {
		return readText(v)
	}
	if common, ok := f.reverse[side][v.String()]; ok {
		return connectors.TextValue(common), nil
	}
	return connectors.Value{}, fmt.Errorf("%q is none of the mapped values", Clip(v.String(), 40))
}

// Write turns a common value into the vendor's form: HubSpot takes texts,
// Salesforce typed JSON. Null clears.
func (f *Field) Write(side Side, v connectors.Value) (connectors.Value, error) {
	if v.IsNull() {
		if side == HubSpotSide {
			return connectors.TextValue(""), nil
		}
		if f.Type == Bool {
			return connectors.BoolValue(false), nil // a Salesforce checkbox knows no "unknown"
		}
		return v, nil
	}
	word, err := f.word(side, v)
	if err != nil {
		return connectors.Value{}, err
	}
	if f.To[side] != nil {
		return f.transformed(side, v, word)
	}
	return f.format(side, word), nil
}

// word turns a common value into the side's own words, if it is a word.
func (f *Field) word(side Side, v connectors.Value) (connectors.Value, error) {
	switch {
	case f.Type == Multi:
		return f.writeMulti(side, v)
	case f.Type != Enum || f.Values == nil:
		return v, nil
	}
	texts, ok := f.Values[v.Text()]
	if !ok {
		return connectors.Value{}, fmt.Errorf("%q has no text for %s", v.Text(), side.System())
	}
	return connectors.TextValue(texts[side]), nil
}

// format gives a value the form in which the side takes values of its kind.
func (f *Field) format(side Side, v connectors.Value) connectors.Value {
	switch {
	case v.Kind() == connectors.Time && f.Type == Date:
		return connectors.TextValue(v.Time().Format(time.DateOnly))
	case v.Kind() == connectors.Time:
		return connectors.TextValue(v.Time().Format("2006-01-02T15:04:05.000Z"))
	case side == HubSpotSide && v.Kind() != connectors.Text:
		return connectors.TextValue(v.String())
	}
	return v
}

// Clip shortens s to at most n runes on one line, for messages. What does not
// print (control characters, overrides of the writing direction) becomes a
// space, so that CRM text cannot play with a terminal or a log.
func Clip(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	runes := []rune(s)
	if len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return s
}
