package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"handoffd/workflows"
)

// value shows a figure's value, "-" if there is none.
func value(kind workflows.Kind, v *float64) string {
	switch {
	case v == nil:
		return "-"
	case kind == workflows.Share:
		return percent(*v)
	case kind == workflows.Time:
		return days(*v)
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// percent rounds to a tenth. A whole number without a point is exact: 80.0 %
// may be a little less than 80 %.
func percent(v float64) string {
	text := strconv.FormatFloat(v*100, 'f', 1, 64)
	if math.Abs(v*100-math.Round(v*100)) < 1e-9 {
		text = strings.TrimSuffix(text, ".0")
	}
	return text + " %"
}

func days(v float64) string {
	hours := v * 24
	switch {
	case v == 0:
		return "0"
	case hours < 1:
		return fmt.Sprintf("%.0f min", math.Ceil(hours*60))
	case hours < 48:
		return trim(hours) + " h"
	}
	return trim(v) + " days"
}

func trim(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }

// outOf says what a value rests on.
func outOf(f workflows.Figure) string {
	var parts []string
	switch {
	case f.Unknown != "":
		return f.Unknown
	case f.Kind == workflows.Share && f.N > 0:
		parts = append(parts, fmt.Sprintf("%d of %d", f.Hits, f.N))
	case f.Kind == workflows.Time && f.N > 0:
		parts = append(parts, fmt.Sprintf("%d, median %s", f.N, value(f.Kind, f.Median)))
	}
	switch {
	case f.Early > 0 && f.Kind == workflows.Time:
		parts = append(parts, fmt.Sprintf("%d not yet", f.Early))
	case f.Early > 0:
		parts = append(parts, fmt.Sprintf("too early for %d, %d so far", f.Early, f.EarlyHits))
	case f.N == 0 && f.Kind != workflows.Count:
		parts = append(parts, "nothing to count")
	}
	return strings.Join(parts, "; ")
}

func before(f workflows.Figure) string {
	if f.Before == nil {
		return "-"
	}
	return value(f.Kind, f.Before.Value)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// span is the period as people write it, its last day included.
func span(r workflows.Report) string {
	return r.From.Format(time.DateOnly) + " to " + r.To.Add(-time.Nanosecond).Format(time.DateOnly)
}

func maturity(r workflows.Report) string {
	switch {
	case r.Frozen:
		return "final, frozen"
	case r.Final && r.To.Sub(r.From) < 28*24*time.Hour: // a week is never frozen
		return "over"
	case r.Final:
		return "over, frozen a week after its end"
	}
	return "so far"
}

// headline leads every report: handed off, worked, converted.
func headline(r workflows.Report) string {
	n := func(measure string) string {
		f := r.Figure(measure)
		if f == nil {
			return "-"
		}
		text := value(f.Kind, f.Value)
		if f.Before != nil && f.Before.Value != nil {
			text += " (before " + value(f.Kind, f.Before.Value) + ")"
		}
		return text
	}
	return "Handed off " + n("handed_off") + ", worked " + n("worked") + ", converted " + n("converted")
}

// clean shows what stands in a CRM on one line: no controls, nothing that
// turns the direction of the text, at most n letters.
func clean(s string, n int) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || unicode.Is(unicode.Zl, c) || unicode.Is(unicode.Zp, c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "�"))
	if letters := []rune(s); len(letters) > n {
		return string(letters[:n-1]) + "…"
	}
	return s
}

// columns are the measures by which groups are compared.
func columns() []string {
	return []string{
		"handed_off", "worked", "converted", "handoff_quality", "return_rate", "responsive_rate", "call_rate",
		"mqa_to_opportunity", "time_to_first_activity", "first_touch_in_time",
	}
}

// GroupsBy are the groups of one kind.
func GroupsBy(r workflows.Report, by string) (out []workflows.Group) {
	for _, g := range r.Groups {
		if g.By == by {
			out = append(out, g)
		}
	}
	return out
}

// cells are a group's figures, in the order of columns.
func cells(g workflows.Group) []string {
	out := make([]string, 0, len(columns()))
	for _, name := range columns() {
		cell := "-"
		for _, f := range g.Figures {
			if f.Measure == name {
				cell = value(f.Kind, f.Value)
			}
		}
		out = append(out, cell)
	}
	return out
}
