package calendar

import "time"

// Location is the team's time zone.
func (c *Calendar) Location() *time.Location { return c.zone }

// LocalDay is the date at t in the team's zone, as 2006-01-02.
func (c *Calendar) LocalDay(t time.Time) string { return t.In(c.zone).Format(time.DateOnly) }

// Open tells whether the team is open at t.
func (c *Calendar) Open(t time.Time) bool { return !c.current(t).open.After(t) }

// NextOpen is the first moment at or after t at which the team is open: t
// itself, or the next opening.
func (c *Calendar) NextOpen(t time.Time) time.Time { return later(t, c.current(t).open).In(c.zone) }

// WorkingDay tells whether the date at t, in the team's zone, is a working day.
func (c *Calendar) WorkingDay(t time.Time) bool { return c.working(dayOf(t.In(c.zone))) }

// Holiday is the name of the holiday on the date at t in the team's zone, in
// the language of its country; "day off" for an extra one, false for none.
func (c *Calendar) Holiday(t time.Time) (name string, ok bool) {
	name, ok = c.off[dayOf(t.In(c.zone))]
	return name, ok
}

// AddDays is the close of business of the n-th working day after the day of t
// (see the package documentation); of that day itself if n is 0 or less.
func (c *Calendar) AddDays(t time.Time, n int) time.Time {
	w := c.current(t)
	for ; n > 0; n-- {
		w = c.next(w.day)
	}
	return c.deadline(w)
}

// deadline is the close of a window, a second earlier if that is midnight.
func (c *Calendar) deadline(w window) time.Time {
	if c.to == 24*time.Hour {
		return w.close.Add(-time.Second).In(c.zone)
	}
	return w.close.In(c.zone)
}

// AddHours is the moment at which the team has been open for d since t. That
// is never later than it must be: what fits into a day ends at its close, not
// at the next opening. For d of 0 or less it is NextOpen.
func (c *Calendar) AddHours(t time.Time, d time.Duration) time.Time {
	w := c.current(t)
	at := later(t, w.open)
	for {
		rest := w.close.Sub(at)
		if d <= rest {
			return at.Add(max(0, d)).In(c.zone)
		}
		d -= rest
		w = c.next(w.day)
		at = w.open
	}
}

// Between is how long the team is open from a to b; negative if b is before a.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	var total time.Duration
	for w := c.current(a); w.open.Before(b); w = c.next(w.day) {
		total += earlier(b, w.close).Sub(later(a, w.open))
	}
	return total
}

// DaysBetween counts the working days after the day of a that have begun at
// b: 0 all through that day, and n at AddDays(a, n). It is negative if b is
// before a.
func (c *Calendar) DaysBetween(a, b time.Time) int {
	if b.Before(a) {
		return -c.DaysBetween(b, a)
	}
	n := 0
	for w := c.next(c.current(a).day); !w.open.After(b); w = c.next(w.day) {
		n++
	}
	return n
}

// Deadline is when a promise made at from has to be kept. A zero Span gives
// from.
func (c *Calendar) Deadline(from time.Time, s Span) time.Time {
	switch {
	case s.BusinessDays > 0 || s.SameDay:
		return c.AddDays(from, s.BusinessDays)
	case s.BusinessHours > 0:
		return c.AddHours(from, s.BusinessHours)
	default:
		return from.Add(s.Elapsed).In(c.zone)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
