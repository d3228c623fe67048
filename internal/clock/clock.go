// Package clock is the one source of time in handoffd. Whatever waits or
// expires takes a Clock, so that a year can be played in seconds and no test
// ever sleeps. System is the wall clock; Fake is moved by hand or, when every
// party waits, jumps to the next due time.
package clock

import (
	"context"
	"time"
)

// Clock tells the time and waits. Implementations are safe for concurrent use.
type Clock interface {
	// Now returns the current time in UTC.
	Now() time.Time
	// Sleep waits for d or until ctx ends, and then returns ctx's cause.
	// A d of zero or less returns at once.
	Sleep(ctx context.Context, d time.Duration) error
	// WithTimeout returns a context that ends with context.DeadlineExceeded
	// after d on this clock.
	WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)
}

// System is the wall clock.
type System struct{}

// Now returns the wall clock's time in UTC.
func (System) Now() time.Time { return time.Now().UTC() }

// Sleep waits for d on the wall clock.
func (System) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// WithTimeout is context.WithTimeout.
func (System) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d)
}
