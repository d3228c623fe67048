package mapping

import (
	"slices"
	"time"
)

// CounterKey names a counter of one record.
type CounterKey struct {
	Record   string
	Property string
}

// Reading is what a counter stood at when its record had that stamp, and the
// account's record that it belonged to then, "" for none.
type Reading struct {
	At    time.Time
	Value float64
	Home  string
}

// CounterReading is a reading with its counter.
type CounterReading struct {
	Key CounterKey
	Reading
}

// Growth is by how much a counter grew up to a reading, for the account's
// record that it belongs to. It replaces what was known of that time.
type Growth struct {
	Home string
	Point
}

// Ledger holds readings of counters, and says what a new one changes. Growth is
// the difference of two readings that follow each other in the vendor's time,
// so neither the order in which records are read nor reading them again
// changes any sum.
type Ledger struct {
	known map[CounterKey][]Reading
	added []CounterReading
	// Settled: readings before it may be gone, except each counter's newest;
	// a late one from before it changes nothing any more.
	Settled time.Time
}

// NewLedger returns a Ledger of readings; those just before and just after a
// record's stamp are enough.
func NewLedger(rows []CounterReading) *Ledger {
	l := &Ledger{known: make(map[CounterKey][]Reading, len(rows))}
	for _, r := range rows {
		l.known[r.Key] = append(l.known[r.Key], r.Reading)
	}
	for key, list := range l.known {
		slices.SortFunc(list, byTime)
		l.known[key] = slices.CompactFunc(list, func(a, b Reading) bool { return a.At.Equal(b.At) })
	}
	return l
}

func byTime(a, b Reading) int { return a.At.Compare(b.At) }

// Added lists the readings that are new, or higher than they were.
func (l *Ledger) Added() []CounterReading { return l.added }

// step is what a reading comes to: the growth since the one before it, which
// is nothing for a first one, after a move to another account, and after a
// fall: then the counter was reset or merged, and starts anew.
type step struct {
	Reading
	grown float64
	// left is the account that the counter left by moving, "" if it did not.
	left string
	// idle: it says what the one before it said, and nothing is to be replaced.
	idle bool
}

// add takes a reading and returns the steps that it makes or changes: its own,
// and that of the reading which follows it. Nothing is returned for what is
// known. Of two readings with one stamp the higher one counts.
func (l *Ledger) add(key CounterKey, r Reading) []step {
	list := l.known[key]
	i, there := slices.BinarySearchFunc(list, r, byTime)
	switch {
	case there && r.Value <= list[i].Value:
		return nil
	case there:
		r.Home = list[i].Home
		list[i] = r
	case i < len(list) && r.At.Before(l.Settled):
		return nil
	default:
		list = slices.Insert(list, i, r)
	}
	l.known[key] = list
	l.added = append(l.added, CounterReading{Key: key, Reading: r})
	steps := []step{stepAt(list, i)}
	steps[0].idle = i > 0 && steps[0].left == "" && list[i-1].Home == r.Home && list[i-1].Value == r.Value
	if i+1 < len(list) {
		steps = append(steps, stepAt(list, i+1))
	}
	return steps
}

func stepAt(list []Reading, i int) step {
	s := step{Reading: list[i]}
	if i == 0 {
		return s
	}
	before := list[i-1]
	switch {
	case before.Home != s.Home:
		s.left = before.Home
	case s.Value > before.Value:
		s.grown = s.Value - before.Value
	}
	return s
}
