package calendar

import "time"

// Period is a stretch of the calendar in the team's zone.
type Period string

// The periods, shortest first. A week begins on Monday.
const (
	Day   Period = "day"
	Week  Period = "week"
	Month Period = "month"
)

// Periods lists them, shortest first.
func Periods() []Period { return []Period{Day, Week, Month} }

// Bounds are the first moment of the period that t is in, and the first
// moment after it. Where the clocks change, a day has 23 or 25 hours.
func (c *Calendar) Bounds(p Period, t time.Time) (start, end time.Time) {
	local := t.In(c.zone)
	from, to := dayOf(local), dayOf(local)+1
	switch p {
	case Week:
		from -= day((int(from.weekday()) + 6) % 7)
		to = from + 7
	case Month:
		year, month, _ := local.Date()
		from = dayOf(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC))
		to = dayOf(time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC))
	}
	return first(from, 0, c.zone), first(to, 0, c.zone)
}

// NextWeekly is the first moment at or after t at which the team's clock shows
// the weekday and the time of day. Where the clock jumps over that time, it is
// the moment of the jump.
func (c *Calendar) NextWeekly(t time.Time, weekday time.Weekday, face time.Duration) time.Time {
	d := dayOf(t.In(c.zone))
	d += day((int(weekday) - int(d.weekday()) + 7) % 7)
	for at := first(d, face, c.zone); ; at = first(d, face, c.zone) {
		if !at.Before(t) {
			return at
		}
		d += 7
	}
}
