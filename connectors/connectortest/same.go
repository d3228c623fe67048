package connectortest

import (
	"strconv"
	"strings"
	"time"

	"handoffd/connectors"
)

// holds tells whether a value that was read means the text that the vendor
// shows for the field.
func (w Words) holds(got connectors.Value, text string) bool {
	if text == "" {
		return got.IsNull() || w.KeepsEmpty && got == connectors.TextValue("")
	}
	switch got.Kind() {
	case connectors.Number:
		n, err := connectors.NumberValue(text)
		return err == nil && n == got
	case connectors.Bool:
		return text == strconv.FormatBool(got.Bool())
	case connectors.Time:
		t, ok := instant(text)
		return ok && t.Equal(got.Time())
	default:
		return got.Text() == text
	}
}

// exactly tells whether got is want: the same kind, unless the vendor keeps
// texts only, and the same content.
func (w Words) exactly(got, want connectors.Value) bool {
	if got == want {
		return true
	}
	if want.IsNull() || !w.TextOnly || got.Kind() != connectors.Text {
		return want.IsNull() && w.holds(got, "")
	}
	switch want.Kind() {
	case connectors.Number:
		n, err := connectors.NumberValue(got.Text())
		return err == nil && n == want
	case connectors.Bool:
		return got.Text() == want.String()
	case connectors.Time:
		t, ok := instant(got.Text())
		return ok && t.Equal(want.Time())
	default:
		return false
	}
}

// instant reads a time as vendors write one: RFC 3339, the same without a
// colon in the offset, or milliseconds since 1970.
func instant(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999-0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	return time.UnixMilli(ms), err == nil
}

// textLike tells whether two texts are the same but for markup and line ends,
// which a vendor may add to a body.
func textLike(body, part string) bool {
	fold := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return strings.Contains(fold(body), fold(part))
}
