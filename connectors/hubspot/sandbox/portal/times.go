package portal

import (
	"strconv"
	"strings"
	"time"
)

// FormatTime writes unix milliseconds as HubSpot does: ISO-8601 in UTC with
// milliseconds, and without a fraction when they are zero
// ("2026-03-12T10:00:00Z"), both seen in recorded replies.
func FormatTime(ms int64) string {
	t := time.UnixMilli(ms).UTC()
	if ms%1000 == 0 {
		return t.Format("2006-01-02T15:04:05Z")
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}

// ParseTime reads what HubSpot takes for a datetime: unix milliseconds, an
// ISO-8601 instant with a zone, or a date, which means midnight UTC.
func ParseTime(s string) (ms int64, ok bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if n < -62135596800000 || n > 253402300799999 {
			return 0, false
		}
		return n, true
	}
	if len(s) < 10 {
		return 0, false
	}
	if ms, ok := parseCanonical(s); ok {
		return ms, true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999Z0700", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMilli(), true
		}
	}
	return 0, false
}

// parseCanonical reads the form that FormatTime writes, without the cost of a
// layout: searches parse many of them.
func parseCanonical(s string) (int64, bool) {
	if (len(s) != 20 && len(s) != 24) || s[len(s)-1] != 'Z' || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	part := func(from, to int) int {
		n := 0
		for _, c := range []byte(s[from:to]) {
			if c < '0' || c > '9' {
				return -1 << 40
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	millis := 0
	if len(s) == 24 {
		if s[19] != '.' {
			return 0, false
		}
		millis = part(20, 23)
	}
	y, mo, d, h, mi, sec := part(0, 4), part(5, 7), part(8, 10), part(11, 13), part(14, 16), part(17, 19)
	if y < 0 || mo < 1 || mo > 12 || d < 1 || d > daysIn(y, mo) || h < 0 || h > 23 || mi < 0 || mi > 59 || sec < 0 || sec > 59 || millis < 0 {
		return 0, false
	}
	return time.Date(y, time.Month(mo), d, h, mi, sec, millis*1e6, time.UTC).UnixMilli(), true
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// dayMillis is the length of a day.
const dayMillis = 24 * 60 * 60 * 1000

// formatDate writes a day as date properties are read back.
func formatDate(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.DateOnly) }

// clockOfDay words the time of day as the vendor's INVALID_DATE message does.
func clockOfDay(ms int64) string {
	t := time.UnixMilli(ms).UTC()
	var b strings.Builder
	for _, n := range []int{t.Hour(), t.Minute(), t.Second()} {
		b.WriteString(strconv.Itoa(n))
		b.WriteByte(':')
	}
	return strings.TrimSuffix(b.String(), ":") + "." + strconv.Itoa(t.Nanosecond()/1e6)
}
