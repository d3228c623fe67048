package calendar

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"handoffd/internal/yamlpos"
)

// Span is how long a promise runs. Exactly one field of a Span that was parsed
// is set; a Span is comparable and its zero value means none.
type Span struct {
	// Elapsed runs day and night.
	Elapsed time.Duration
	// BusinessDays end at the close of business, see Calendar.AddDays.
	BusinessDays int
	// SameDay ends at the close of business of the day of the beginning.
	SameDay bool
	// BusinessHours run while the team is open.
	BusinessHours time.Duration
}

// maxDays keeps a slip of the finger from becoming a deadline in a century.
const maxDays = 5000

// ParseSpan reads "48h", "30d", "1d12h" (elapsed, see yamlpos.ParseDuration),
// "3 business days", "4 business hours", "90 business minutes" or "same day".
// Nothing at all (0) is refused.
func ParseSpan(s string) (Span, error) {
	words := strings.Fields(s)
	if len(words) == 2 && words[0] == "same" && words[1] == "day" {
		return Span{SameDay: true}, nil
	}
	if len(words) == 3 && words[1] == "business" {
		return parseBusiness(s, words[0], strings.TrimSuffix(words[2], "s"))
	}
	d, err := yamlpos.ParseDuration(s)
	switch {
	case err != nil:
		return Span{}, fmt.Errorf("reading time span %q: expected a time such as 48h, 30d, 3 business days, 4 business hours or same day", clip(s))
	case d == 0:
		return Span{}, errors.New("reading time span: it must be longer than nothing")
	}
	return Span{Elapsed: d}, nil
}

func parseBusiness(s, number, unit string) (Span, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxDays*24*60 {
		return Span{}, fmt.Errorf("reading time span %q: expected a whole number of 1 or more before \"business\"", clip(s))
	}
	switch {
	case unit == "day" && n <= maxDays:
		return Span{BusinessDays: n}, nil
	case unit == "day":
		return Span{}, fmt.Errorf("reading time span %q: more than %d business days", clip(s), maxDays)
	case unit == "hour" && n <= maxDays*24:
		return Span{BusinessHours: time.Duration(n) * time.Hour}, nil
	case unit == "minute":
		return Span{BusinessHours: time.Duration(n) * time.Minute}, nil
	default:
		return Span{}, fmt.Errorf("reading time span %q: expected business days, hours or minutes", clip(s))
	}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// MustSpan is ParseSpan for texts that stand in the program. It panics on a
// wrong one.
func MustSpan(s string) Span {
	span, err := ParseSpan(s)
	if err != nil {
		panic(err)
	}
	return span
}

// IsZero tells whether the Span is none.
func (s Span) IsZero() bool { return s == Span{} }

// String writes the Span so that ParseSpan reads the same; "none" for zero.
func (s Span) String() string {
	switch {
	case s.BusinessDays > 0:
		return plural(s.BusinessDays, "business day")
	case s.SameDay:
		return "same day"
	case s.BusinessHours > 0 && s.BusinessHours%time.Hour == 0:
		return plural(int(s.BusinessHours/time.Hour), "business hour")
	case s.BusinessHours > 0:
		return plural(int(s.BusinessHours/time.Minute), "business minute")
	case s.Elapsed > 0:
		return yamlpos.FormatDuration(s.Elapsed)
	default:
		return "none"
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// MarshalText writes what String gives, "" for zero.
func (s Span) MarshalText() ([]byte, error) {
	if s.IsZero() {
		return nil, nil
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (s *Span) UnmarshalText(text []byte) (err error) {
	*s = Span{}
	if len(text) > 0 {
		*s, err = ParseSpan(string(text))
	}
	return err
}
