package salesforce

import (
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// Client is the Salesforce connector. It is safe for concurrent use.
type Client struct {
	cfg    Config
	log    *slog.Logger
	chain  *transport.Chain
	budget *transport.Budget
	tokens *transport.Tokens
	signIn *signIn

	describes describes
	settled   settled
	delivered delivered
	made      madeJobs
	notify    notificationType
	closed    closedStatus
}

var _ connectors.Connector = (*Client)(nil)

// New returns a Client; it checks cfg but does not connect. The error joins
// every mistake found.
func New(cfg Config) (*Client, error) {
	cfg.setDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("making salesforce connector: %w", err)
	}
	c := &Client{cfg: cfg, log: cfg.Logger}
	base := cfg.HTTP
	if base == nil {
		base = http.DefaultTransport.(*http.Transport).Clone()
	}
	c.signIn = newSignIn(cfg)
	c.tokens = transport.NewTokens(cfg.Clock, 0, c.signIn.fetch)
	c.budget = transport.NewBudget(transport.BudgetOptions{
		System: connectors.Salesforce, Calls: cfg.DailyCalls, Share: cfg.DailyShare, Read: limitInfo,
	})
	c.chain = transport.New(transport.Options{
		System: connectors.Salesforce, Base: instanceTrip{base: base, signIn: c.signIn}, Clock: cfg.Clock,
		Tokens: c.tokens, Classify: c.classify, Quota: c.budget,
		Observe: cfg.Observe, Logger: cfg.Logger, RequestHeader: "X-SFDC-Request-Id",
	})
	return c, nil
}

// System is connectors.Salesforce.
func (c *Client) System() connectors.System { return connectors.Salesforce }

// Calls counts the requests so far, by endpoint.
func (c *Client) Calls() []connectors.Calls { return c.chain.Calls() }

// Allowance tells what the last reply's Sforce-Limit-Info said: Used counts
// the requests of all integrations in the last 24 hours.
func (c *Client) Allowance() connectors.Allowance { return c.budget.Allowance(c.now()) }

// Spending is our own count of the last 24 hours' requests.
func (c *Client) Spending() []byte { return c.budget.Spending(c.now()) }

// Restore takes a count of Spending back.
func (c *Client) Restore(spending []byte) { c.budget.Restore(c.now(), spending) }

func (c *Client) now() time.Time { return c.cfg.Clock.Now() }

var usageForm = regexp.MustCompile(`(?:^|[;,\s])api-usage=(\d+)/(\d+)`)

// limitInfo reads "api-usage=10018/100000", whatever other parts stand beside
// it (REST API Developer Guide, "Limit Info Header").
func limitInfo(h http.Header) (used, limit int64, ok bool) {
	m := usageForm.FindStringSubmatch(h.Get("Sforce-Limit-Info"))
	if m == nil {
		return 0, 0, false
	}
	used, errUsed := strconv.ParseInt(m[1], 10, 64)
	limit, errLimit := strconv.ParseInt(m[2], 10, 64)
	return used, limit, errUsed == nil && errLimit == nil && limit > 0
}

// once keeps a fact of the org that is asked for at most once, unless asking
// failed.
type once[T any] struct {
	mu    sync.Mutex
	known bool
	value T
}

func (o *once[T]) get(ask func() (T, error)) (T, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known {
		return o.value, nil
	}
	value, err := ask()
	if err == nil {
		o.value, o.known = value, true
	}
	return value, err
}
