package workflows

import (
	"fmt"
	"time"

	"handoffd/workflows/calendar"
)

// Delivery says when ready accounts of the intent type are handed off: at
// once, or at a time of the week in the team's zone.
type Delivery struct {
	Weekly bool
	Day    time.Weekday
	At     time.Duration // on the clock's face
}

// next is the first delivery at or after t.
func (d Delivery) next(c *calendar.Calendar, t time.Time) time.Time {
	if !d.Weekly {
		return t
	}
	return c.NextWeekly(t, d.Day, d.At)
}

// String writes it as people say it.
func (d Delivery) String() string {
	if !d.Weekly {
		return "at once"
	}
	return fmt.Sprintf("%s at %02d:%02d", d.Day, d.At/time.Hour, d.At%time.Hour/time.Minute)
}

// Delivers is when the account may go at the earliest: the first delivery
// since its criteria are met, but none at which a limit kept it back.
func (p *Policy) Delivers(l Life, now time.Time) time.Time {
	base := later(l.Met, l.Passed)
	if l.Queued != nil {
		base = later(base, l.Queued.keptUntil(now))
	}
	return p.Deliver.next(p.Calendar, base)
}

// DeliveryAfter is the first delivery at or after t.
func (p *Policy) DeliveryAfter(t time.Time) time.Time { return p.Deliver.next(p.Calendar, t) }
