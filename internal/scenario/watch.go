package scenario

import (
	"context"
	"time"

	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/demo/crmapi"
	"handoffd/internal/demo/world"
)

// Point says at what kind of moment somebody looks on.
type Point string

// The points at which a play can be looked at.
const (
	DayOne  Point = "day one" // the first round is done; nothing is written yet
	Release Point = "release" // the release, and the round after it
	Noted   Point = "note"    // a note of the timeline
	Finish  Point = "end"
)

// Moment is how things stand at a point of the story.
type Moment struct {
	Point  Point
	Note   string // the timeline's words
	At     time.Time
	Daemon *app.Daemon
	World  *world.World
	// CRM is how people call both CRMs.
	CRM *crmapi.Client
	// Result is how it has gone so far.
	Result *Result

	clock *clock.Switch
}

// GoOn lets the time go on by itself: from here it is no play any more.
func (m Moment) GoOn() { m.clock.To(clock.From(m.clock.Now())) }

// watched lets whoever watches look at how things stand.
func (p *player) watched(ctx context.Context, point Point, note string) error {
	if p.options.Watch == nil || p.daemon == nil {
		return nil
	}
	return p.options.Watch(ctx, Moment{
		Point: point, Note: note, At: p.clock.Now(), Daemon: p.daemon, World: p.world, CRM: p.crm, Result: p.result, clock: p.time,
	})
}
