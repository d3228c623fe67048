package clock

import (
	"context"
	"sort"
	"sync"
	"time"
)

// Fake is a Clock that moves only when told. With AutoAdvance every Sleep
// moves the clock by itself, which suits a single-threaded play.
type Fake struct {
	mu      sync.Mutex
	now     time.Time
	auto    bool
	waiters []*waiter
	changed chan struct{}
}

type waiter struct {
	at   time.Time
	fire func()
}

// NewFake returns a Fake that stands at now.
func NewFake(now time.Time) *Fake {
	return &Fake{now: now.UTC(), changed: make(chan struct{})}
}

// AutoAdvance makes every later Sleep jump the clock to its own end at once.
func (f *Fake) AutoAdvance() *Fake {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.auto = true
	return f
}

// Now returns the time at which the clock stands.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Sleep waits until the clock has been moved by d or ctx ends.
func (f *Fake) Sleep(ctx context.Context, d time.Duration) error {
	if err := context.Cause(ctx); err != nil || d <= 0 {
		return err
	}
	f.mu.Lock()
	if f.auto {
		target := f.now.Add(d)
		f.mu.Unlock()
		f.Set(target)
		return context.Cause(ctx)
	}
	done := make(chan struct{})
	remove := f.addLocked(f.now.Add(d), func() { close(done) })
	f.mu.Unlock()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		remove()
		return context.Cause(ctx)
	}
}

// WithTimeout returns a context that ends with context.DeadlineExceeded once
// the clock has been moved by d.
func (f *Fake) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancelCause(ctx)
	f.mu.Lock()
	remove := f.addLocked(f.now.Add(d), func() { cancel(context.DeadlineExceeded) })
	f.mu.Unlock()
	return &deadlineContext{Context: inner}, func() { remove(); cancel(context.Canceled) }
}

// deadlineContext reports the cause as its error, as a real deadline does.
type deadlineContext struct{ context.Context }

// Err returns context.DeadlineExceeded when the fake deadline has passed.
func (c *deadlineContext) Err() error {
	if c.Context.Err() == nil {
		return nil
	}
	return context.Cause(c.Context)
}

// Advance moves the clock by d and fires what falls due on the way, in order.
func (f *Fake) Advance(d time.Duration) { f.Set(f.Now().Add(d)) }

// Set moves the clock to t; a t in the past leaves it where it stands.
func (f *Fake) Set(t time.Time) {
	for {
		f.mu.Lock()
		if len(f.waiters) == 0 || f.waiters[0].at.After(t) {
			if t.After(f.now) {
				f.now = t.UTC()
			}
			f.mu.Unlock()
			return
		}
		w := f.waiters[0]
		f.waiters = f.waiters[1:]
		if w.at.After(f.now) {
			f.now = w.at
		}
		f.mu.Unlock()
		w.fire()
	}
}

// NextDue returns when the earliest waiter is due, and false if nobody waits.
func (f *Fake) NextDue() (time.Time, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.waiters) == 0 {
		return time.Time{}, false
	}
	return f.waiters[0].at, true
}

// BlockUntil returns once at least n parties wait on the clock, or ctx ends.
func (f *Fake) BlockUntil(ctx context.Context, n int) error {
	for {
		f.mu.Lock()
		enough, changed := len(f.waiters) >= n, f.changed
		f.mu.Unlock()
		if enough {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (f *Fake) addLocked(at time.Time, fire func()) (remove func()) {
	w := &waiter{at: at, fire: fire}
	i := sort.Search(len(f.waiters), func(i int) bool { return f.waiters[i].at.After(at) })
	f.waiters = append(f.waiters, nil)
	copy(f.waiters[i+1:], f.waiters[i:])
	f.waiters[i] = w
	close(f.changed)
	f.changed = make(chan struct{})
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		for i, other := range f.waiters {
			if other == w {
				f.waiters = append(f.waiters[:i:i], f.waiters[i+1:]...)
				return
			}
		}
	}
}
