package calendar

import "time"

// day is a date as the number of days since 1970-01-01.
type day int

// dayOf is the date that t shows in its own location.
func dayOf(t time.Time) day {
	y, m, d := t.Date()
	return day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func (d day) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func (d day) date() (year int, month time.Month, dayOfMonth int) { return d.utc().Date() }

func (d day) weekday() time.Weekday { return d.utc().Weekday() }

// String is the date as 2006-01-02.
func (d day) String() string { return d.utc().Format(time.DateOnly) }

// following lists d and the days after it, n in all.
func (d day) following(n int) []day {
	days := make([]day, n)
	for i := range days {
		days[i] = d + day(i)
	}
	return days
}

// first is the first moment at which the local clock shows the day d and the
// time face, or any later date and time. Where the clock jumps over that time,
// this is the moment of the jump; where it shows it twice, the first of the
// two.
func first(d day, face time.Duration, zone *time.Location) time.Time {
	year, month, dayOfMonth := d.date()
	t := time.Date(year, month, dayOfMonth, 0, 0, int(face/time.Second), 0, zone)
	want := d.utc().Add(face)
	start, end := t.ZoneBounds()
	switch shown := shows(t); {
	case shown.After(want):
		return start
	case shown.Before(want):
		return end
	}
	if start.IsZero() {
		return t
	}
	// The same face, by the offset that held before the last change.
	_, before := start.Add(-time.Second).Zone()
	_, now := t.Zone()
	if earlier := t.Add(time.Duration(now-before) * time.Second); earlier.Before(start) && shows(earlier).Equal(want) {
		return earlier
	}
	return t
}

// shows is what the clock shows at t, as if it were UTC, so that clock faces
// can be compared across dates.
func shows(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// window is the time in which the team is open on one working day, its end
// excluded.
type window struct {
	day         day
	open, close time.Time
}

// window of a day; it is empty on a day off.
func (c *Calendar) window(d day) window {
	if !c.inWeek(d) {
		return window{day: d}
	}
	return window{day: d, open: first(d, c.from, c.zone), close: first(d, c.to, c.zone)}
}

// inWeek tells whether d is a day of the week and no holiday.
func (c *Calendar) inWeek(d day) bool {
	if !c.week[d.weekday()] {
		return false
	}
	_, off := c.off[d]
	return !off
}

// working tells whether the team is open at any time of d.
func (c *Calendar) working(d day) bool {
	w := c.window(d)
	return w.open.Before(w.close)
}

// current is the first window that ends after t: the one that is open at t,
// else the next.
func (c *Calendar) current(t time.Time) window {
	// A clock that is set back over midnight shows yesterday's date while
	// today's window has begun, hence not only forward from t's own day.
	d := dayOf(t.In(c.zone)) - 1
	for w := c.next(d - 1); ; w = c.next(w.day) {
		if w.close.After(t) {
			return w
		}
	}
}

// next is the window of the first working day after d.
func (c *Calendar) next(d day) window {
	for {
		d++
		if w := c.window(d); w.open.Before(w.close) {
			return w
		}
	}
}
