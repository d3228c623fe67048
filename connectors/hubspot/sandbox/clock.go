package sandbox

import (
	"context"
	"fmt"
	"sync"
	"time"

	"handoffd/internal/clock"
)

// shifted is the sandbox's clock: the one it was given, moved forward by what
// /_sandbox/clock asked for. A clock.Fake is moved itself.
type shifted struct {
	base  clock.Clock
	mu    sync.Mutex
	by    time.Duration
	moved chan struct{}
}

func newShifted(base clock.Clock) *shifted {
	return &shifted{base: base, moved: make(chan struct{})}
}

// Now returns the account's time in UTC.
func (c *shifted) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base.Now().Add(c.by).UTC()
}

// advance moves the clock forward.
func (c *shifted) advance(d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("moving the clock: %s is backwards", d)
	}
	if fake, ok := c.base.(*clock.Fake); ok {
		fake.Advance(d)
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by += d
	close(c.moved)
	c.moved = make(chan struct{})
	return nil
}

// sleep waits for d on this clock; an advance counts.
func (c *shifted) sleep(ctx context.Context, d time.Duration) error {
	until := c.Now().Add(d)
	for {
		left := until.Sub(c.Now())
		if left <= 0 {
			return nil
		}
		c.mu.Lock()
		moved := c.moved
		c.mu.Unlock()
		if err := c.sleepOrMoved(ctx, left, moved); err != nil {
			return err
		}
	}
}

func (c *shifted) sleepOrMoved(ctx context.Context, d time.Duration, moved <-chan struct{}) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.base.Sleep(inner, d) // its only error is inner's end
	}()
	select {
	case <-done:
	case <-moved:
		cancel()
		<-done
	}
	return context.Cause(ctx)
}
