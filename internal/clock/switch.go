package clock

import (
	"context"
	"sync/atomic"
	"time"
)

// Switch is a Clock in whose place another one can be put while it is in use:
// what was played on a virtual clock can go on in real time.
type Switch struct{ now atomic.Pointer[Clock] }

// NewSwitch returns a Switch that goes as c.
func NewSwitch(c Clock) *Switch {
	s := &Switch{}
	s.To(c)
	return s
}

// To lets it go as c from here on. Who waits already waits on the clock before.
func (s *Switch) To(c Clock) { s.now.Store(&c) }

func (s *Switch) clock() Clock { return *s.now.Load() }

// Now returns the present clock's time.
func (s *Switch) Now() time.Time { return s.clock().Now() }

// Sleep waits on the present clock.
func (s *Switch) Sleep(ctx context.Context, d time.Duration) error { return s.clock().Sleep(ctx, d) }

// WithTimeout is the present clock's.
func (s *Switch) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return s.clock().WithTimeout(ctx, d)
}

// shifted goes as the wall clock, and shows another time.
type shifted struct {
	System
	by time.Duration
}

// From is a clock that shows t now and goes on in real time.
func From(t time.Time) Clock { return shifted{by: time.Until(t)} }

// Now returns the wall clock's time, shifted.
func (s shifted) Now() time.Time { return s.System.Now().Add(s.by) }
