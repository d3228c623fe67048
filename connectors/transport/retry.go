package transport

import (
	"context"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v4"

	"handoffd/connectors"
	"handoffd/internal/clock"
)

// The waits between attempts grow from firstWait by waitGrowth each time, and
// are spread by waitSpread around that, so that parallel calls part.
const (
	firstWait  = 500 * time.Millisecond
	waitGrowth = 2
	waitSpread = 0.5
)

// retry makes attempts until one succeeds or none may follow.
func (x *exchange) retry(r *http.Request) *outcome {
	o := &x.chain.o
	policy := &patience{exchange: x, request: r, left: positive(x.call.Attempts, o.MaxAttempts) - 1, growing: growing(o.MaxWait)}
	var out *outcome
	operation := func() error {
		out = x.once(r)
		policy.last = out
		x.seen.Uncertain = x.seen.Uncertain || (out.err != nil && out.err.Class == connectors.UnknownOutcome)
		if out.err != nil {
			return out.err
		}
		return nil
	}
	timer := &clockTimer{ctx: x.ctx, clock: o.Clock}
	// The error is in out already; backoff returns the same one, or that
	// the context has ended while we waited.
	_ = backoff.RetryNotifyWithTimer(operation, backoff.WithContext(policy, x.ctx), nil, timer)
	return out
}

func growing(longest time.Duration) *backoff.ExponentialBackOff {
	return backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(firstWait),
		backoff.WithMultiplier(waitGrowth),
		backoff.WithRandomizationFactor(waitSpread),
		backoff.WithMaxInterval(longest),
		backoff.WithMaxElapsedTime(0),
	)
}

// patience decides whether another attempt may follow, and after how long.
type patience struct {
	exchange *exchange
	request  *http.Request
	left     int
	growing  *backoff.ExponentialBackOff
	last     *outcome
}

// Reset starts the waits anew.
func (p *patience) Reset() { p.growing.Reset() }

// NextBackOff returns the wait before the next attempt, or backoff.Stop.
func (p *patience) NextBackOff() time.Duration {
	if p.left <= 0 || p.last.final || !p.exchange.mayRepeat(p.request, p.last.err) {
		return backoff.Stop
	}
	p.left--
	wait := p.growing.NextBackOff()
	o := &p.exchange.chain.o
	if at := p.last.err.RetryAt; !at.IsZero() {
		wait = max(wait, at.Sub(o.Clock.Now()))
	}
	if wait > o.MaxWait {
		return backoff.Stop
	}
	return wait
}

// mayRepeat: only what was not carried out, or does no harm when carried out
// twice; and only if there is a body to send.
func (x *exchange) mayRepeat(r *http.Request, e *connectors.Error) bool {
	if x.ctx.Err() != nil || (x.seen.Attempts > 0 && !replayable(r)) {
		return false
	}
	switch e.Class {
	case connectors.Retry:
		return true
	case connectors.UnknownOutcome:
		return x.call.Idempotent
	default:
		return false
	}
}

// replayable: the request has no body, or one that can be read from its start
// once more.
func replayable(r *http.Request) bool {
	return r.Body == nil || r.Body == http.NoBody || r.GetBody != nil
}

// clockTimer lets backoff wait on the Clock. It waits inside Start, in the
// caller's own goroutine, so that a fake clock knows that somebody waits.
type clockTimer struct {
	ctx   context.Context
	clock clock.Clock
	fired chan time.Time
}

// Start waits for d. If the context ends first the timer never fires, and
// backoff sees the context.
func (t *clockTimer) Start(d time.Duration) {
	t.fired = make(chan time.Time)
	if t.clock.Sleep(t.ctx, d) == nil {
		close(t.fired)
	}
}

// Stop has nothing to release.
func (t *clockTimer) Stop() {}

// C is ready at once if Start has waited to the end.
func (t *clockTimer) C() <-chan time.Time { return t.fired }
