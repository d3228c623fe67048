package sandbox

import (
	"context"
	"fmt"
	"sync"
	"time"

	"handoffd/internal/clock"
)

// movable is a clock that the control plane can read and move.
type movable interface {
	clock.Clock
	moveTo(t time.Time) error
}

func makeMovable(c clock.Clock) movable {
	switch c := c.(type) {
	case nil:
		return &offsetClock{base: clock.System{}, moved: make(chan struct{})}
	case *clock.Fake:
		return fakeClock{c}
	default:
		return &offsetClock{base: c, moved: make(chan struct{})}
	}
}

// fakeClock moves a clock.Fake, so that whoever waits on it wakes up.
type fakeClock struct{ *clock.Fake }

func (c fakeClock) moveTo(t time.Time) error {
	if t.Before(c.Now()) {
		return fmt.Errorf("moving the clock: %s lies in the past", t.Format(time.RFC3339))
	}
	c.Set(t)
	return nil
}

// offsetClock runs ahead of another clock.
type offsetClock struct {
	base   clock.Clock
	mu     sync.Mutex
	offset time.Duration
	moved  chan struct{}
}

// Now returns the base clock's time plus the offset.
func (c *offsetClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base.Now().Add(c.offset)
}

func (c *offsetClock) moveTo(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.base.Now().Add(c.offset)
	if t.Before(now) {
		return fmt.Errorf("moving the clock: %s lies in the past", t.Format(time.RFC3339))
	}
	c.offset += t.Sub(now)
	close(c.moved)
	c.moved = make(chan struct{})
	return nil
}

// Sleep waits for d on this clock: a move forward ends it early.
func (c *offsetClock) Sleep(ctx context.Context, d time.Duration) error {
	until := c.Now().Add(d)
	for {
		c.mu.Lock()
		left, moved := until.Sub(c.base.Now().Add(c.offset)), c.moved
		c.mu.Unlock()
		if left <= 0 {
			return context.Cause(ctx)
		}
		if err := c.sleepOrMove(ctx, left, moved); err != nil {
			return err
		}
	}
}

// sleepOrMove returns nil after d or once the clock was moved.
func (c *offsetClock) sleepOrMove(ctx context.Context, d time.Duration, moved chan struct{}) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-moved:
			cancel()
		case <-inner.Done():
		}
	}()
	err := c.base.Sleep(inner, d)
	if ctx.Err() == nil {
		return nil
	}
	return err
}

// WithTimeout returns a context that ends after d on this clock.
func (c *offsetClock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return c.base.WithTimeout(ctx, d)
}
