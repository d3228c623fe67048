package hubspot

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// allowance is the Quota of one portal (I10): our share of the day, kept by
// transport.Budget, and a full stop once HubSpot itself has said that the day
// is used up. The day ends at midnight in the portal's own time zone (HubSpot
// developer docs, "Usage guidelines").
type allowance struct {
	budget *transport.Budget

	mu      sync.Mutex
	zone    *time.Location
	known   bool // the zone is the portal's own
	stopped time.Time
}

func newAllowance(c Config) *allowance {
	a := &allowance{zone: time.UTC}
	a.budget = transport.NewBudget(transport.BudgetOptions{
		System: connectors.HubSpot, Calls: c.DailyCalls, Share: c.DailyShare,
		Read: readDaily, Resets: a.midnight,
	})
	return a
}

// readDaily reads the daily headers. OAuth calls and searches have none.
func readDaily(h http.Header) (used, limit int64, ok bool) {
	limit, err := strconv.ParseInt(h.Get("X-HubSpot-RateLimit-Daily"), 10, 64)
	if err != nil || limit <= 0 {
		return 0, 0, false
	}
	left, err := strconv.ParseInt(h.Get("X-HubSpot-RateLimit-Daily-Remaining"), 10, 64)
	if err != nil {
		return 0, 0, false
	}
	return limit - left, limit, true
}

// Spend asks for one request.
func (a *allowance) Spend(now time.Time, p transport.Priority) *connectors.Error {
	a.mu.Lock()
	stopped := a.stopped
	a.mu.Unlock()
	if now.Before(stopped) {
		return &connectors.Error{
			System: connectors.HubSpot, Class: connectors.Retry, Code: "DAILY", RetryAt: stopped,
			Message: "the portal's daily allowance is used up; it starts anew at midnight in the portal's time zone",
			Fix:     "lower daily_calls, poll less often, or raise the portal's API limit",
		}
	}
	return a.budget.Spend(now, p)
}

// Observe reads what a reply says of the day.
func (a *allowance) Observe(now time.Time, status int, h http.Header) {
	a.budget.Observe(now, status, h)
}

// stop ends all requests until the given time: HubSpot has refused one for the day.
func (a *allowance) stop(until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = until
}

// setZone is told the portal's time zone once it is known.
func (a *allowance) setZone(name string, now time.Time) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return // UTC stays; a wrong midnight costs a few refused calls
	}
	a.mu.Lock()
	a.zone, a.known = zone, true
	a.mu.Unlock()
	a.budget.Realign(now)
}

// unzonedStop is how long a day that is used up stops us while nobody knows
// when it ends: the question for the time zone itself was refused.
const unzonedStop = time.Hour

// reopens is when a day that HubSpot calls used up ends.
func (a *allowance) reopens(now time.Time) time.Time {
	midnight := a.midnight(now)
	a.mu.Lock()
	defer a.mu.Unlock()
	if again := now.Add(unzonedStop); !a.known && again.Before(midnight) {
		return again
	}
	return midnight
}

// midnight is the next start of a day in the portal's time zone.
func (a *allowance) midnight(now time.Time) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	y, m, d := now.In(a.zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, a.zone).UTC()
}

// Calls counts the requests by endpoint since the Client was made.
func (c *Client) Calls() []connectors.Calls { return c.chain.Calls() }

// Allowance tells what HubSpot said last of the day's limit, and our share.
func (c *Client) Allowance() connectors.Allowance {
	return c.quota.budget.Allowance(c.clock.Now())
}

// Spending is our own count of the day's requests.
func (c *Client) Spending() []byte { return c.quota.budget.Spending(c.clock.Now()) }

// Restore takes a count of Spending back.
func (c *Client) Restore(spending []byte) { c.quota.budget.Restore(c.clock.Now(), spending) }
