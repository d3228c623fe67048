package transport

import (
	"context"
	"log/slog"
	"net/http"
	"sort"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"handoffd/connectors"
	"handoffd/internal/clock"
)

// The defaults of Options.
const (
	DefaultTimeout     = 60 * time.Second
	DefaultMaxAttempts = 4
	DefaultMaxWait     = 30 * time.Second
	DefaultMaxBody     = 64 << 20
)

// keptErrorBody bounds what Seen.Body holds.
const keptErrorBody = 1 << 20

// safeBody is what the library sees instead of a refusal. simpleforce panics
// on an empty array, so it is an array with one error in it.
const safeBody = `[{"message":"refused","errorCode":"REFUSED"}]`

// Limiter holds the pace of one bucket.
type Limiter interface {
	// Wait takes one token, waiting for it until ctx ends.
	Wait(ctx context.Context) error
	// Hold gives out no token before until.
	Hold(until time.Time)
}

// Quota watches over the daily allowance.
type Quota interface {
	// Spend asks to make one request. It answers nil, or why not, as class
	// Retry with RetryAt.
	Spend(now time.Time, p Priority) *connectors.Error
	// Observe is given every reply's status and headers.
	Observe(now time.Time, status int, h http.Header)
}

// TokenSource gives the credential. Implementations are safe for concurrent
// use; see Tokens and StaticToken.
type TokenSource interface {
	// Token returns a token that is good for now, fetching one if need be.
	// HTTP goes through the client under oauth2.HTTPClient in ctx.
	Token(ctx context.Context) (*oauth2.Token, error)
	// Invalidate says that the vendor refused accessToken. It does nothing
	// if that is no longer the current one.
	Invalidate(accessToken string)
}

// Options make a Chain. System, Clock and Classify are required.
type Options struct {
	System connectors.System
	// Base sends the requests; nil means a clone of http.DefaultTransport.
	// Tests and scenarios give Handler(h).
	Base  http.RoundTripper
	Clock clock.Clock
	// Tokens may be nil: no Authorization header is set then.
	Tokens TokenSource
	// Classify is the vendor's table. It is asked about every reply that is
	// no success (err nil) and every failed exchange (status 0, err set);
	// nil means that the chain's own judgement stands. It must not put the
	// body into the error.
	Classify func(status int, h http.Header, body []byte, err error) *connectors.Error
	Limiters map[string]Limiter
	Quota    Quota
	// Timeout bounds one attempt; 0 means DefaultTimeout.
	Timeout time.Duration
	// MaxAttempts bounds the requests of one exchange, the one after a 401
	// not counted; 0 means DefaultMaxAttempts.
	MaxAttempts int
	// MaxWait is the longest single wait before another attempt. A failure
	// that asks for more is handed to the caller; 0 means DefaultMaxWait.
	MaxWait time.Duration
	// MaxBody bounds a reply that is read into memory; 0 means DefaultMaxBody.
	MaxBody int64
	// Observe, if set, is told of every finished exchange.
	Observe func(Observation)
	// Logger gets endpoint, status, attempts and request id: at Debug, and
	// what failed at Info. Nil logs nothing.
	Logger *slog.Logger
	// RequestHeader names the reply header in which the vendor gives its own
	// id of the request, for the log and for their support.
	RequestHeader string
}

// Chain is the shared chain of one connector. It is safe for concurrent use.
type Chain struct {
	o     Options
	token http.Client

	mu    sync.Mutex
	calls map[string]int64
}

// New returns a Chain; it does not connect to anything.
func New(o Options) *Chain {
	if o.Base == nil {
		o.Base = http.DefaultTransport.(*http.Transport).Clone()
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Timeout = positive(o.Timeout, DefaultTimeout)
	o.MaxWait = positive(o.MaxWait, DefaultMaxWait)
	o.MaxBody = positive(o.MaxBody, DefaultMaxBody)
	o.MaxAttempts = positive(o.MaxAttempts, DefaultMaxAttempts)
	c := &Chain{o: o, calls: make(map[string]int64)}
	c.token = http.Client{Transport: tokenTrip{c}, CheckRedirect: noRedirect}
	return c
}

func positive[N ~int | ~int64](n, otherwise N) N {
	if n > 0 {
		return n
	}
	return otherwise
}

// Client returns an http.Client for exactly one exchange, bound to ctx and
// call, and the place where its course will be written. It follows no
// redirect: the credential is for one host only.
func (c *Chain) Client(ctx context.Context, call Call) (*http.Client, *Seen) {
	seen := &Seen{}
	trip := &exchange{chain: c, ctx: ctx, call: call, seen: seen}
	return &http.Client{Transport: trip, CheckRedirect: noRedirect}, seen
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Calls counts the requests that were made so far, by endpoint in
// alphabetical order. Requests for a token are under "oauth2/token".
func (c *Chain) Calls() []connectors.Calls {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]connectors.Calls, 0, len(c.calls))
	for endpoint, n := range c.calls {
		out = append(out, connectors.Calls{Endpoint: endpoint, Count: n})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Endpoint < out[j].Endpoint })
	return out
}

func (c *Chain) count(endpoint string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[endpoint]++
}

// tokenTrip sends a token source's own requests: counted and bounded in size
// by the token source, but with no credential and no retry of their own.
type tokenTrip struct{ chain *Chain }

func (t tokenTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	t.chain.count("oauth2/token")
	return t.chain.o.Base.RoundTrip(r)
}
