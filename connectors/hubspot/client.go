package hubspot

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// The limiters that calls name: every call takes of the burst, a search of
// both (HubSpot developer docs, "Usage guidelines").
const (
	bucketBurst  = "burst"
	bucketSearch = "search"
)

// requestHeader holds HubSpot's id of a request.
const requestHeader = "X-HubSpot-Correlation-Id"

// Client is the connector to one portal. It is safe for concurrent use, and
// keeps nothing between calls that a restart would miss, but what it has
// learned of the portal's properties.
type Client struct {
	config Config
	clock  clock.Clock
	log    *slog.Logger
	base   *url.URL
	paths  paths
	chain  *transport.Chain
	quota  *allowance

	mu      sync.Mutex
	schemas map[connectors.Object]described
}

var _ connectors.Connector = (*Client)(nil)

// New checks the configuration and returns a Client; it connects to nothing.
func New(c Config) (*Client, error) {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("configuring hubspot: %w", err)
	}
	base, err := url.Parse(strings.TrimRight(c.BaseURL, "/") + "/")
	if err != nil {
		return nil, fmt.Errorf("configuring hubspot: base_url: %w", err)
	}
	client := &Client{
		config: c, clock: c.Clock, log: c.Logger, base: base, paths: paths{c.APIVersion},
		quota:   newAllowance(c),
		schemas: make(map[connectors.Object]described),
	}
	client.chain = transport.New(transport.Options{
		System: connectors.HubSpot, Base: c.HTTP, Clock: c.Clock,
		Tokens:   tokenSource(c, client.paths, base.String()),
		Classify: client.classify, Quota: client.quota,
		Limiters: limiters(c), Observe: c.Observe, Logger: c.Logger, RequestHeader: requestHeader,
	})
	return client, nil
}

// limiters hold our pace. A bucket that starts full lets its size and what
// flows in meanwhile through, so a fifth of the window is its size and the
// rest flows: no ten seconds ever see more than the whole.
func limiters(c Config) map[string]transport.Limiter {
	burst := c.BurstPerTenSeconds
	size := max(burst/5, 1)
	return map[string]transport.Limiter{
		bucketBurst:  transport.NewLimiter(c.Clock, max(float64(burst-size)/10, 0.1), size),
		bucketSearch: transport.NewLimiter(c.Clock, float64(c.SearchPerSecond), 1),
	}
}

// System is HubSpot.
func (c *Client) System() connectors.System { return connectors.HubSpot }

// classify is the chain's view of the table in verdicts.go.
func (c *Client) classify(status int, h http.Header, body []byte, err error) *connectors.Error {
	if err != nil || status == 0 {
		return nil // the chain tells network failures apart
	}
	if transport.IsHTML(h, body) && !plainStatus(status) {
		return nil // a proxy's page, not HubSpot's word
	}
	refusal := readVendorError(body)
	v := verdictOf(status, refusal)
	if v.class == connectors.Reauth && c.config.Auth.OAuth == nil {
		v.class = connectors.Stop // there is no other token to be had
	}
	e := v.asError(status, refusal)
	if e.Class != connectors.Retry {
		return e
	}
	now := c.clock.Now()
	e.RetryAt = v.wait.at(now, h, c.quota.reopens(now))
	if v.wait == waitMidnight {
		c.quota.stop(e.RetryAt)
		e.Code = or(e.Code, "DAILY")
	}
	return e
}

// plainStatus: the status says enough, whoever sent it with a page.
func plainStatus(status int) bool {
	switch status {
	case http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge, http.StatusTooManyRequests:
		return true
	}
	return status >= http.StatusInternalServerError
}

// now is the clock's time, millis the same as HubSpot's filters take it.
func (c *Client) now() time.Time { return c.clock.Now() }

func (c *Client) millis() int64 { return c.clock.Now().UnixMilli() }
