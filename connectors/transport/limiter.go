package transport

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"handoffd/internal/clock"
)

// RateLimiter is a token bucket (x/time/rate) on a Clock.
type RateLimiter struct {
	clock  clock.Clock
	bucket *rate.Limiter

	mu   sync.Mutex
	held time.Time
}

// NewLimiter returns a limiter that lets perSecond requests through on
// average and burst of them at once. burst must be at least 1.
func NewLimiter(c clock.Clock, perSecond float64, burst int) *RateLimiter {
	return &RateLimiter{clock: c, bucket: rate.NewLimiter(rate.Limit(perSecond), max(burst, 1))}
}

// Wait takes one token, waiting for it until ctx ends; the token is given
// back then.
func (l *RateLimiter) Wait(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	now := l.clock.Now()
	ticket := l.bucket.ReserveN(now, 1)
	wait := max(ticket.DelayFrom(now), l.heldFor(now))
	if err := l.clock.Sleep(ctx, wait); err != nil {
		ticket.CancelAt(l.clock.Now())
		return err
	}
	return nil
}

// Hold gives out no token before until.
func (l *RateLimiter) Hold(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until.After(l.held) {
		l.held = until
	}
}

func (l *RateLimiter) heldFor(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held.Sub(now)
}
