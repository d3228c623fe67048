package world

import (
	"sync/atomic"
	"time"

	"handoffd/internal/clock"
)

// past is the clock of both sandboxes. While a world is being made it stands
// where the seeding puts it, so that records carry the stamps and histories of
// the weeks before; afterwards it is the clock that it was made of. Seeding on
// a clock that stands still is also what makes a world repeatable.
type past struct {
	clock.Clock
	at atomic.Pointer[time.Time]
}

// Now returns the instant that is being seeded, or else the real one.
func (p *past) Now() time.Time {
	if at := p.at.Load(); at != nil {
		return *at
	}
	return p.Clock.Now()
}

// stand puts the clock to t.
func (p *past) stand(t time.Time) { p.at.Store(&t) }

// release lets the clock run from now on.
func (p *past) release() { p.at.Store(nil) }
