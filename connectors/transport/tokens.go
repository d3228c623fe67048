package transport

import (
	"context"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"handoffd/internal/clock"
)

// DefaultEarly is how long before its end a token is replaced.
const DefaultEarly = 2 * time.Minute

// Tokens keeps one access token fresh. Whoever finds it missing, ending or
// refused asks for a new one; all others wait for that same one.
type Tokens struct {
	clock clock.Clock
	early time.Duration
	fetch func(context.Context) (*oauth2.Token, error)

	mu      sync.Mutex
	current *oauth2.Token
	ends    time.Time // zero: the vendor told no end
	flight  *flight
}

// flight is one fetch under way.
type flight struct {
	done  chan struct{}
	token *oauth2.Token
	err   error
}

// NewTokens keeps the tokens that fetch brings. fetch does its HTTP by the
// client under oauth2.HTTPClient in its context, as x/oauth2 does by itself,
// so Source turns any x/oauth2 configuration into one. Its errors should be
// *connectors.Error, which says what the operator can do. early 0 means
// DefaultEarly.
func NewTokens(c clock.Clock, early time.Duration, fetch func(context.Context) (*oauth2.Token, error)) *Tokens {
	return &Tokens{clock: c, early: positive(early, DefaultEarly), fetch: fetch}
}

// Source adapts an x/oauth2 token source, made anew for each fetch so that it
// carries the fetch's context.
func Source(make func(context.Context) oauth2.TokenSource) func(context.Context) (*oauth2.Token, error) {
	return func(ctx context.Context) (*oauth2.Token, error) { return make(ctx).Token() }
}

// Token returns the current token, or fetches one.
func (t *Tokens) Token(ctx context.Context) (*oauth2.Token, error) {
	t.mu.Lock()
	if t.current != nil && (t.ends.IsZero() || t.clock.Now().Before(t.ends)) {
		defer t.mu.Unlock()
		return t.current, nil
	}
	f := t.flight
	if f == nil {
		f = &flight{done: make(chan struct{})}
		t.flight = f
		go t.land(context.WithoutCancel(ctx), f)
	}
	t.mu.Unlock()
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// land fetches. It outlives the caller who started it, since others may wait.
func (t *Tokens) land(ctx context.Context, f *flight) {
	ctx, cancel := t.clock.WithTimeout(ctx, DefaultTimeout)
	defer cancel()
	f.token, f.err = t.fetch(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flight = nil
	if f.err == nil {
		t.current, t.ends = f.token, time.Time{}
		// Expiry was reckoned by the wall clock; only ExpiresIn is the
		// vendor's own word.
		if f.token.ExpiresIn > 0 {
			life := time.Duration(f.token.ExpiresIn) * time.Second
			t.ends = t.clock.Now().Add(life - min(t.early, life/2))
		}
	}
	close(f.done)
}

// Invalidate drops the current token if it is accessToken.
func (t *Tokens) Invalidate(accessToken string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current != nil && t.current.AccessToken == accessToken {
		t.current = nil
	}
}

// StaticToken is a credential that never changes, such as a HubSpot private
// app's token.
type StaticToken string

// Token returns the credential.
func (s StaticToken) Token(context.Context) (*oauth2.Token, error) {
	return &oauth2.Token{AccessToken: string(s), TokenType: "Bearer"}, nil
}

// Invalidate does nothing: there is no other token to be had.
func (StaticToken) Invalidate(string) {}
