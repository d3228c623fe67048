package hubspot

import (
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"time"

	"handoffd/connectors"
)

// isoMillis is how HubSpot writes a datetime.
const isoMillis = "2006-01-02T15:04:05.000Z"

// parseTime reads a HubSpot stamp: ISO-8601 with or without a fraction, a
// plain date, or epoch milliseconds (HubSpot developer docs, "Properties").
func parseTime(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, false
	}
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.UnixMilli(ms).UTC(), true
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// stamp reads a time where none at all means zero.
func stamp(candidates ...string) time.Time {
	for _, s := range candidates {
		if t, ok := parseTime(s); ok {
			return t
		}
	}
	return time.Time{}
}

// text is a row's property as text, "" for null and absent.
func (r row) text(property string) string {
	v, ok := r.Properties[property]
	if !ok || v.IsNull() {
		return ""
	}
	return v.String()
}

// modifiedMillis is the row's change stamp, 0 if it has none.
func (r row) modifiedMillis(k kind) int64 {
	t := stamp(r.text(k.modified), r.UpdatedAt)
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// sum is a checksum of the row's values of the named properties.
func (r row) sum(names []string) uint32 {
	h := crc32.NewIEEE()
	for _, name := range names {
		v := r.Properties[name]
		fmt.Fprintf(h, "%d%s\x00", v.Kind(), v.Value)
	}
	return h.Sum32()
}

// encode writes a value as HubSpot takes it: always a text, "" to clear
// (HubSpot developer docs, "Properties"). Times have the vendor's own grain of
// a millisecond. A date property takes a day only, so a time of day is refused
// here and not cut off (I3).
func encode(v connectors.Value, propertyType string) (string, error) {
	switch v.Kind() {
	case connectors.Bool, connectors.Number, connectors.Text:
		return v.String(), nil
	case connectors.Time:
		t := v.Time()
		if propertyType != "date" {
			return t.Format(isoMillis), nil
		}
		if !t.Equal(t.Truncate(24 * time.Hour)) {
			return "", fmt.Errorf("encoding a time: the property takes a day, the value has a time of day")
		}
		return t.Format(time.DateOnly), nil
	default:
		return "", nil
	}
}

// same tells whether the vendor's present value is what want says. HubSpot
// keeps texts only, and shows numbers, bools and times in its own manner, so
// those are compared by what they mean. Null and "" are both "nothing".
func same(current, want connectors.Value) bool {
	text := current.String()
	if current.IsNull() {
		text = ""
	}
	switch want.Kind() {
	case connectors.Null:
		return text == ""
	case connectors.Bool:
		return strings.EqualFold(text, want.String())
	case connectors.Number:
		n, err := connectors.NumberValue(text)
		return err == nil && n == want
	case connectors.Time:
		t, ok := parseTime(text)
		return ok && t.Equal(want.Time().Truncate(time.Millisecond))
	default:
		return text == want.Text()
	}
}
