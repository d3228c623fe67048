package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"handoffd/internal/yamlpos"
)

// timeForms says how a time may be written.
const timeForms = `a time: "2026-03-02 09:00", "09:00" (on the first day), "+1d 10:00", "+3 business days 10:00", or "+36h" after the start`

// relative is "+2d 10:00", "+2d", "+3 business days 10:00".
func relative() *regexp.Regexp {
	return regexp.MustCompile(`^\+(\d+)(d|w| business days?)(?: (\d\d:\d\d))?$`)
}

// when reads a time in the team's zone.
func (r *reader) when(n yamlpos.Node) (time.Time, bool) {
	if n.Kind() != yamlpos.Scalar {
		n.Errorf(yamlpos.CheckType, "expected %s", timeForms)
		return time.Time{}, false
	}
	t, err := r.moment(strings.Join(strings.Fields(n.Raw()), " "))
	if err != nil {
		n.Errorf(yamlpos.CheckValue, "%s: %v", n.Path(), err)
		return time.Time{}, false
	}
	return t, true
}

// moment understands a time as it is written.
func (r *reader) moment(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05Z07:00", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, r.zone); err == nil {
			return t, nil
		}
	}
	start := r.scenario.Start.In(r.zone)
	if of, ok := yamlpos.ParseTimeOfDay(s); ok {
		return onDay(start, of), nil
	}
	if m := relative().FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n > 10_000 {
			return time.Time{}, fmt.Errorf("%s is too far away", s)
		}
		day := start.AddDate(0, 0, n)
		switch m[2] {
		case "w":
			day = start.AddDate(0, 0, 7*n)
		case "d":
		default:
			at := r.config.Policy.Calendar.AddDays(start, n).In(r.zone)
			day = time.Date(at.Year(), at.Month(), at.Day(), start.Hour(), start.Minute(), 0, 0, r.zone)
		}
		if m[3] == "" {
			return day, nil
		}
		of, ok := yamlpos.ParseTimeOfDay(m[3])
		if !ok {
			return time.Time{}, fmt.Errorf("%s is no time of day", m[3])
		}
		return onDay(day, of), nil
	}
	if rest, ok := strings.CutPrefix(s, "+"); ok {
		if d, err := yamlpos.ParseDuration(strings.ReplaceAll(rest, " ", "")); err == nil {
			return start.Add(d), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not %s", s, timeForms)
}

// onDay is the time of day on a day, by the wall clock.
func onDay(day time.Time, of time.Duration) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), int(of.Hours()), int(of.Minutes())%60, 0, 0, day.Location())
}

// repetition says how often a habit comes.
type repetition struct {
	every   time.Duration
	days    int  // whole days by the wall clock, instead of every
	working bool // every working day
	times   int
	until   time.Time
}

// mostRepeats keeps a slip from filling the memory.
const mostRepeats = 20_000

// repeat reads every:, times: and until:.
func (r *reader) repeat(m *yamlpos.Map) (rep repetition, ok bool) {
	n := m.Get("every")
	if !n.OK() {
		for _, key := range []string{"times", "until"} {
			if m.Has(key) {
				m.Get(key).Errorf(yamlpos.CheckValue, "%s: needs every: beside it", m.Get(key).Path())
			}
		}
		return rep, false
	}
	switch word := n.Raw(); word {
	case "day":
		rep.days = 1
	case "week":
		rep.days = 7
	case "weekday", "working day":
		rep.days, rep.working = 1, true
	default:
		if !n.DurationIn(&rep.every, time.Minute, 0) {
			return rep, false
		}
		if rep.every%(24*time.Hour) == 0 {
			rep.days = int(rep.every / (24 * time.Hour))
		}
	}
	m.Get("times").IntIn(&rep.times, 1, mostRepeats)
	if u := m.Get("until"); u.OK() {
		rep.until, _ = r.when(u)
	}
	return rep, true
}

// expand lists the moments of a habit that begins at first. Without an end it
// ends with the story.
func (r *reader) expand(first time.Time, rep repetition, end time.Time) (out []time.Time) {
	if !rep.until.IsZero() {
		end = rep.until
	} else if rep.times > 0 {
		end = first.AddDate(100, 0, 0)
	}
	for i := 0; len(out) < mostRepeats; i++ {
		at := first.Add(time.Duration(i) * rep.every)
		if rep.days > 0 {
			at = first.In(r.zone).AddDate(0, 0, i*rep.days)
		}
		if at.After(end) || rep.times > 0 && len(out) >= rep.times {
			return out
		}
		if rep.working && !r.config.Policy.Calendar.WorkingDay(at) {
			continue
		}
		out = append(out, at)
	}
	return out
}
