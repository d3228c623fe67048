package calendar

import (
	"fmt"
	"time"

	"github.com/rickar/cal/v2"
)

// The years whose holidays are known. Before and after them there are only the
// extra days off.
const (
	firstYear = 1970
	lastYear  = 2100
)

// daysOff knows the holidays and the extra days off by name.
type daysOff map[day]string

func newDaysOff(names []string, extra []time.Time) (daysOff, error) {
	off, all := make(daysOff), sets()
	for _, name := range names {
		set, ok := all[name]
		if !ok {
			return nil, &ConfigError{
				Key: "holidays", Value: name, Allowed: HolidaySets(),
				Message: fmt.Sprintf("%q is no known set of holidays", clip(name)),
			}
		}
		for _, h := range set {
			off.add(h)
		}
	}
	for _, t := range extra {
		off[dayOf(t)] = "day off"
	}
	return off, nil
}

func (off daysOff) add(h *cal.Holiday) {
	for year := firstYear; year <= lastYear; year++ {
		for _, d := range kept(h, year) {
			off[d] = h.Name
		}
	}
}

// kept are the days off for a holiday: the day on which it is kept and, if it
// was moved away from a weekend, its own date too, which matters to teams that
// work then. One that was moved from one weekday to another leaves its own
// date a working day.
func kept(h *cal.Holiday, year int) []day {
	actual, observed := h.Calc(year)
	if observed.IsZero() {
		return nil
	}
	days := []day{midnight(observed)}
	own := midnight(actual)
	if w := own.weekday(); own != days[0] && (w == time.Saturday || w == time.Sunday) {
		days = append(days, own)
	}
	return days
}

// midnight is the day that begins at t. The library gives the midnight of the
// machine's own zone; where clocks change at midnight that can be an hour off.
func midnight(t time.Time) day { return dayOf(t.Add(12 * time.Hour)) }
