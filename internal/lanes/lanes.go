// Package lanes runs steps again and again, each in a lane of its own: in one
// process on SQLite these are goroutines. It holds no business rules: what a
// step does is the engine's, when it is due is data in the store.
package lanes

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"handoffd/internal/clock"
)

// Lane is one step and how often it runs. Runs of one lane never overlap.
type Lane struct {
	Name  string
	Every time.Duration
	// Do runs the step once. Its error is logged; the lane goes on.
	Do func(context.Context) error
}

// Run runs the lanes until ctx ends, and returns when all have stopped.
func Run(ctx context.Context, c clock.Clock, log *slog.Logger, lanes ...Lane) {
	var group sync.WaitGroup
	for _, l := range lanes {
		group.Go(func() { l.run(ctx, c, log.With("lane", l.Name)) })
	}
	group.Wait()
}

func (l Lane) run(ctx context.Context, c clock.Clock, log *slog.Logger) {
	for ctx.Err() == nil {
		if err := l.Do(ctx); err != nil && ctx.Err() == nil {
			log.Error("step failed; it is tried again", "error", err, "next_in", l.Every)
		}
		if c.Sleep(ctx, l.Every) != nil {
			return
		}
	}
}
