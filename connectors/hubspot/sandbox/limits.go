package sandbox

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limiter counts requests against HubSpot's policies: a rolling ten seconds
// per app, a rolling second for all searches of the account, and a day that
// begins at midnight in the account's time zone (HubSpot usage guidelines).
type limiter struct {
	mu     sync.Mutex
	zone   *time.Location
	burst  map[string][]time.Time // by app
	search []time.Time
	day    string
	used   int
}

func newLimiter(zone *time.Location) *limiter {
	return &limiter{zone: zone, burst: map[string][]time.Time{}}
}

// budget is what the rate-limit headers tell.
type budget struct {
	max, remaining           int
	daily                    bool
	dayLimit, dayRemaining   int
	secondly, secondlyRemain int
}

// within drops the stamps older than span.
func within(stamps []time.Time, now time.Time, span time.Duration) []time.Time {
	i := 0
	for i < len(stamps) && now.Sub(stamps[i]) >= span {
		i++
	}
	return stamps[i:]
}

// take counts one request, or says which policy refuses it.
func (l *limiter) take(g *grant, isSearch bool, now time.Time, s settings) (budget, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit := s.BurstLimit
	if g.oauth {
		limit = s.OAuthBurstLimit
	}
	if day := now.In(l.zone).Format(time.DateOnly); day != l.day {
		l.day, l.used = day, 0
	}
	recent := within(l.burst[g.app], now, 10*time.Second)
	l.search = within(l.search, now, time.Second)
	b := budget{
		max: limit, remaining: max(0, limit-len(recent)), daily: !g.oauth,
		dayLimit: s.DailyLimit, dayRemaining: max(0, s.DailyLimit-l.used), secondly: max(1, limit/10),
	}
	b.secondlyRemain = max(0, b.secondly-1)
	switch {
	case b.daily && l.used >= s.DailyLimit:
		return b, "DAILY"
	case isSearch && len(l.search) >= s.SearchPerSecond:
		return b, "SECONDLY"
	case len(recent) >= limit:
		return b, "TEN_SECONDLY_ROLLING"
	}
	l.burst[g.app] = append(recent, now)
	if isSearch {
		l.search = append(l.search, now)
	}
	if b.daily {
		l.used++
		b.dayRemaining--
	}
	b.remaining--
	return b, ""
}

// usage returns how many calls of the day are spent and when it ends.
func (l *limiter) usage(now time.Time) (used int, resets time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	local := now.In(l.zone)
	if local.Format(time.DateOnly) == l.day {
		used = l.used
	}
	return used, time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, l.zone)
}

// headers writes the five rate-limit headers, and the two daily ones for
// private apps (recorded on OAuth calls; the secondly pair is deprecated but
// still sent).
func (b budget) headers(h http.Header) {
	set := func(name string, n int) { h.Set("X-HubSpot-RateLimit-"+name, strconv.Itoa(n)) }
	if b.daily {
		set("Daily", b.dayLimit)
		set("Daily-Remaining", b.dayRemaining)
	}
	set("Interval-Milliseconds", 10000)
	set("Max", b.max)
	set("Remaining", b.remaining)
	set("Secondly", b.secondly)
	set("Secondly-Remaining", b.secondlyRemain)
}

// tooMany is the 429 of a policy. Recorded refusals of searches name no policy:
// only the message tells them from the others. The daily one has another shape
// (Usage guidelines, the error body).
func tooMany(policy string) *refusal {
	words := map[string]string{"TEN_SECONDLY_ROLLING": "ten_secondly_rolling", "SECONDLY": "secondly", "DAILY": "daily"}
	body := errorBody{Message: "You have reached your " + orDefault(words[policy], policy) + " limit."}
	switch policy {
	case "SECONDLY":
		body.Category = "RATE_LIMITS"
	case "DAILY":
		body.ErrorType, body.PolicyName, body.RequestID = "RATE_LIMIT", policy, "3f1c2b7a9d4e4c8fa1b2c3d4e5f60718"
	default:
		body.ErrorType, body.PolicyName, body.Category = "RATE_LIMIT", policy, "RATE_LIMITS"
	}
	return &refusal{status: http.StatusTooManyRequests, body: body}
}
