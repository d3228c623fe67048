package workflows

import (
	"maps"
	"time"

	"handoffd/connectors"
)

// Load is what people have been given so far, as far as routing asks for it.
type Load struct {
	given map[string]Given
	turns map[string]map[string]Turn
	// Limit says which limit keeps a member of a pool from getting more, ""
	// for none; nil for no limits.
	Limit func(connectors.System, connectors.User) string
}

// Given counts a person's handoffs in the team's present day, week and month.
type Given struct{ Day, Week, Month int }

// Turn is where somebody stands in a pool.
type Turn struct {
	// Credit is what they are owed, in accounts: their share of all that went
	// through the pool while they could take it, less what they got.
	Credit float64
	// Last is the number of the pool's turn that was theirs last, 0 for none.
	Last int64
}

// Since is from when on it must be known who was given what; ok is false if no
// capacity is limited.
func (p *Policy) Since(now time.Time) (since time.Time, ok bool) {
	day := p.periods(now)
	since = day.month
	if day.week.Before(since) {
		since = day.week
	}
	return since, p.counts()
}

// periods are when the team's present day, week and month began.
type periods struct{ day, week, month time.Time }

func (p *Policy) periods(now time.Time) periods {
	zone := p.Calendar.Location()
	y, m, d := now.In(zone).Date()
	monday := (int(now.In(zone).Weekday()) + 6) % 7
	return periods{
		day:   time.Date(y, m, d, 0, 0, 0, 0, zone),
		week:  time.Date(y, m, d-monday, 0, 0, 0, 0, zone),
		month: time.Date(y, m, 1, 0, 0, 0, 0, zone),
	}
}

// NewLoad starts with how the pools stand.
func NewLoad(turns map[string]map[string]Turn) *Load {
	l := &Load{given: map[string]Given{}, turns: map[string]map[string]Turn{}}
	for pool, people := range turns {
		l.turns[pool] = maps.Clone(people)
	}
	return l
}

// Count notes that somebody was given something at a time before now.
func (p *Policy) Count(l *Load, person string, at, now time.Time) {
	g, begin := l.given[person], p.periods(now)
	count := func(n *int, since time.Time) {
		if !at.Before(since) {
			*n++
		}
	}
	count(&g.Day, begin.day)
	count(&g.Week, begin.week)
	count(&g.Month, begin.month)
	l.given[person] = g
}

// Take notes an assignment that is being made, so that the next one sees it.
func (l *Load) Take(as Assignment) {
	g := l.given[as.Person]
	l.given[as.Person] = Given{g.Day + 1, g.Week + 1, g.Month + 1}
	if as.Pool == "" {
		return
	}
	if l.turns[as.Pool] == nil {
		l.turns[as.Pool] = map[string]Turn{}
	}
	maps.Copy(l.turns[as.Pool], as.Turns)
}

// limited says which limit keeps somebody from getting more, "" for none.
func (l *Load) limited(system connectors.System, u *connectors.User) string {
	if l == nil || l.Limit == nil {
		return ""
	}
	return l.Limit(system, *u)
}

// of is what a person has been given.
func (l *Load) of(person string) Given {
	if l == nil {
		return Given{}
	}
	return l.given[person]
}

// pool is how a pool stands.
func (l *Load) pool(name string) map[string]Turn {
	if l == nil {
		return nil
	}
	return l.turns[name]
}
