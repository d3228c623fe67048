package engine

import (
	"time"

	"handoffd/connectors"
)

// pageGrace is how long an account waits at most for the rest of what its CRM
// is being asked for.
const pageGrace = time.Minute

// beginReading notes that a CRM is being read; the returned function, that it
// is no longer. It is kept in memory only: it puts accounts in order that
// became ready in one moment, and nothing depends on it.
func (e *Engine) beginReading(system connectors.System) (done func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.reading[system] = e.clock.Now()
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.reading, system)
	}
}

// mayHearMore tells whether an account that met the criteria at a time did so
// by a page of a poll that is under way: what came together with it, such as
// the buyer's request beside a score, may stand on the next page.
func (e *Engine) mayHearMore(met, now time.Time) bool {
	if met.IsZero() || now.Sub(met) >= pageGrace {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, began := range e.reading {
		if !met.Before(began) {
			return true
		}
	}
	return false
}
