package workflows

import "time"

// Digest is a report that goes out by itself, each week or month.
type Digest struct {
	Name string // "weekly" or "monthly"
	// Weekday counts for the weekly one, Day (1-28) for the monthly one.
	Weekday time.Weekday
	Day     int
	// At is the time of day in the team's zone.
	At time.Duration
	To []Audience
}

// The names of the digests.
const (
	Weekly  = "weekly"
	Monthly = "monthly"
)

// Period is the time that a digest is about: from the last one to this one.
type Period struct {
	Name     string
	From, To time.Time
}

// Key identifies the period's digest for ever.
func (p Period) Key() string {
	return "report/" + p.Name + "/" + p.To.UTC().Format("2006-01-02T15:04Z")
}

// NextDigest is the first time after t at which the digest is due.
func (p *Policy) NextDigest(d Digest, t time.Time) time.Time {
	local := t.In(p.Calendar.Location())
	for days := 0; ; days++ {
		if at := onWall(local, days, d.At); at.After(t) && d.falls(at) {
			return at
		}
	}
}

// falls tells whether the digest goes out on the day of a time.
func (d Digest) falls(local time.Time) bool {
	if d.Name == Weekly {
		return local.Weekday() == d.Weekday
	}
	return local.Day() == d.Day
}

// LatestDigest moves a due time on to the last one that is not after now, so
// that after a long stop one digest comes instead of many.
func (p *Policy) LatestDigest(d Digest, due, now time.Time) time.Time {
	for next := p.NextDigest(d, due); !next.After(now); next = p.NextDigest(d, due) {
		due = next
	}
	return due
}

// DigestPeriod is what the digest that is due at a time is about: the week or
// the month before.
func (p *Policy) DigestPeriod(d Digest, due time.Time) Period {
	local := due.In(p.Calendar.Location())
	from := local.AddDate(0, 0, -7)
	if d.Name == Monthly {
		from = local.AddDate(0, -1, 0)
	}
	return Period{Name: d.Name, From: from, To: local}
}
