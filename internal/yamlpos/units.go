package yamlpos

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration reads an elapsed time, see ParseDuration.
func (n Node) Duration(dst *time.Duration) bool {
	return n.DurationIn(dst, 0, 0)
}

// DurationIn is Duration with the shortest and the longest time allowed; a
// longest of 0 is no limit.
func (n Node) DurationIn(dst *time.Duration, shortest, longest time.Duration) bool {
	const what = `a time such as 30s, 90m, 24h, 8d or 2w`
	text, ok := n.plain(what)
	if !ok {
		return false
	}
	d, err := ParseDuration(text)
	switch {
	case err != nil && strings.Trim(text, "0123456789") == "":
		return n.expected(CheckValue, "a time with its unit (s, m, h, d or w)")
	case err != nil:
		return n.expected(CheckValue, what)
	case d < shortest && longest == 0:
		return n.expected(CheckValue, "a time of at least "+FormatDuration(shortest))
	case d < shortest || longest != 0 && d > longest:
		return n.expected(CheckValue, fmt.Sprintf("a time from %s to %s", FormatDuration(shortest), FormatDuration(longest)))
	}
	*dst = d
	return true
}

// plain returns the text of a scalar of whatever YAML type.
func (n Node) plain(what string) (text string, ok bool) {
	switch n.Kind() {
	case Absent:
		return "", false
	case Scalar:
		return n.n.Value, true
	default:
		return "", n.expected(CheckType, what)
	}
}

type unit struct {
	suffix string
	length time.Duration
}

func units() []unit {
	return []unit{
		{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour},
		{"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond},
	}
}

// ParseDuration reads whole numbers with the units w, d, h, m, s and ms, from
// the greatest unit to the smallest: 8d, 24h, 1d12h, 90m. A day is always 24
// elapsed hours, a week seven of them. A lone 0 needs no unit; negative times
// and fractions are refused.
func ParseDuration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	rest, total, next := s, time.Duration(0), 0
	all := units()
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("reading time %q: expected a number with a unit, as in 24h or 8d", clip(s))
		}
		rest = rest[digits:]
		word := rest[:len(rest)-len(strings.TrimLeft(rest, "wdhms"))]
		i := next
		for i < len(all) && all[i].suffix != word {
			i++
		}
		if i == len(all) {
			return 0, fmt.Errorf("reading time %q: expected one of the units w, d, h, m, s, ms, the greatest first", clip(s))
		}
		if n > int64((1<<63-1-total)/all[i].length) {
			return 0, fmt.Errorf("reading time %q: longer than 292 years", clip(s))
		}
		total += time.Duration(n) * all[i].length
		rest, next = rest[len(word):], i+1
	}
	if s == "" {
		return 0, errors.New("reading time: it is empty")
	}
	return total, nil
}

// FormatDuration writes d so that ParseDuration reads the same; parts below a
// millisecond are dropped, and weeks are written as days.
func FormatDuration(d time.Duration) string {
	var b strings.Builder
	for _, u := range units()[1:] {
		if n := d / u.length; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10) + u.suffix)
			d -= n * u.length
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}

// Percent reads a share such as 20% as the fraction 0.2. More than 100% and a
// bare number are refused, so that 0.2 and 20 cannot be mixed up.
func (n Node) Percent(dst *float64) bool {
	const what = "a share from 0% to 100%"
	text, ok := n.plain(what)
	if !ok {
		return false
	}
	digits, marked := strings.CutSuffix(text, "%")
	digits = strings.TrimSpace(digits)
	v, err := strconv.ParseFloat(digits, 64)
	switch {
	case err != nil || !decimal(digits) || v < 0 || v > 100:
		return n.expected(CheckValue, what)
	case !marked:
		return n.expected(CheckValue, "a share with a percent sign, such as 20%")
	}
	*dst = v / 100
	return true
}

// Date reads a day such as 2026-10-01 as midnight UTC.
func (n Node) Date(dst *time.Time) bool {
	const what = "a date such as 2026-10-01"
	text, ok := n.plain(what)
	if !ok {
		return false
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return n.expected(CheckValue, what)
	}
	*dst = t
	return true
}

// TimeOfDay reads 00:00 to 24:00 as the time since midnight on a clock's face.
func (n Node) TimeOfDay(dst *time.Duration) bool {
	const what = "a time of day from 00:00 to 24:00"
	text, ok := n.plain(what)
	if !ok {
		return false
	}
	d, ok := ParseTimeOfDay(text)
	if !ok {
		return n.expected(CheckValue, what)
	}
	*dst = d
	return true
}

// ParseTimeOfDay reads hours and minutes of two digits each, 00:00 to 24:00.
func ParseTimeOfDay(s string) (time.Duration, bool) {
	if s == "24:00" {
		return 24 * time.Hour, true
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}
