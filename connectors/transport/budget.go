package transport

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"handoffd/connectors"
)

// slot is the grain in which spending is remembered, day the time after which
// a rolling allowance forgets it.
const (
	slot  = 15 * time.Minute
	day   = 24 * time.Hour
	slots = int64(day / slot)
)

// BudgetOptions make a Budget.
type BudgetOptions struct {
	System connectors.System
	// Calls is how many requests a day are ours; 0 means that Share says it.
	Calls int64
	// Share is our part, 0 to 1, of the vendor's daily limit; 0 with Calls 0
	// means no bound of our own.
	Share float64
	// Read finds the vendor's own count in a reply's headers: what everybody
	// together has used, and the limit. Nil if the vendor tells nothing.
	Read func(h http.Header) (used, limit int64, ok bool)
	// Resets says when, after now, the vendor starts counting anew; nil
	// means that each request is forgotten after 24 hours.
	Resets func(now time.Time) time.Time
}

// Budget is the Quota that keeps our requests inside our share of the
// vendor's daily allowance (I10), and leaves the last of it to what matters
// most. It counts our own requests since the process started, and reads what
// the vendor says of everybody's. Safe for concurrent use.
type Budget struct {
	o BudgetOptions

	mu     sync.Mutex
	spent  map[int64]int64 // by number of slot since the epoch
	total  int64
	resets time.Time
	used   int64
	limit  int64
	at     time.Time
	// stopped is until when only handoffs may ask, why is what the vendor said.
	stopped time.Time
	why     connectors.Error
}

// NewBudget returns a Budget with nothing spent.
func NewBudget(o BudgetOptions) *Budget {
	return &Budget{o: o, spent: make(map[int64]int64)}
}

// ownPart is how much of our share a priority may use up, allPart how much of
// the vendor's whole limit may be used up, by anybody, before it must wait.
// The last tenth of our share is kept from polling, for handoffs, their alerts
// and status, and of the vendor's limit handoffs may take the last request.
func (p Priority) parts() (ownPart, allPart float64) {
	switch p {
	case PriorityHandoff:
		return 1, 2
	case PriorityAlert:
		return 0.98, 0.99
	case PriorityStatus:
		return 0.95, 0.98
	case PriorityPoll:
		return 0.90, 0.97
	case PrioritySync:
		return 0.80, 0.95
	default:
		return 0.60, 0.90
	}
}

// Spend takes one request from the budget, or says when there will be room.
func (b *Budget) Spend(now time.Time, p Priority) *connectors.Error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(now)
	if now.Before(b.stopped) && p > PriorityHandoff {
		e := b.why
		return &e
	}
	own, all := p.parts()
	if share := b.share(); share > 0 {
		if allowed := int64(float64(share) * own); b.total >= allowed {
			return b.short("OUR_SHARE", fmt.Sprintf("our share of the daily allowance is used up for this kind of work (%d of %d requests)", b.total, share), b.room(now, allowed))
		}
	}
	// The vendor's count is only believed for a while: with nobody asking it
	// would never be corrected.
	if b.limit > 0 && now.Sub(b.at) < slot && float64(b.used) >= float64(b.limit)*all {
		return b.short("DAILY_ALLOWANCE", fmt.Sprintf("all integrations together have used %d of %d requests of the day", b.used, b.limit), b.at.Add(slot))
	}
	b.spent[now.UnixNano()/int64(slot)]++
	b.total++
	return nil
}

func (b *Budget) short(code, message string, until time.Time) *connectors.Error {
	return &connectors.Error{
		System: b.o.System, Class: connectors.Retry, Code: code, Message: message, RetryAt: until,
		Fix: "raise daily_calls, poll less often, or wait",
	}
}

// Stop keeps all but handoffs from asking until e.RetryAt: the vendor has
// refused a request with e because the day's allowance is used up.
func (b *Budget) Stop(e connectors.Error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e.RetryAt.After(b.stopped) {
		e.Status, e.Request = 0, "" // of that request alone
		b.stopped, b.why = e.RetryAt, e
	}
}

// Observe reads the vendor's own count.
func (b *Budget) Observe(now time.Time, _ int, h http.Header) {
	if b.o.Read == nil {
		return
	}
	used, limit, ok := b.o.Read(h)
	if !ok {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used, b.limit, b.at = used, limit, now
}

// Allowance tells what the vendor said last, and how many requests a day are
// ours. Where the vendor gives no count, Used is our own.
func (b *Budget) Allowance(now time.Time) connectors.Allowance {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(now)
	a := connectors.Allowance{Used: b.used, Limit: b.limit, Share: b.share(), At: b.at, Resets: b.resets}
	if b.limit == 0 {
		a.Used, a.At = b.total, now
	}
	return a
}

// Spent is how many requests of ours count today.
func (b *Budget) Spent(now time.Time) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(now)
	return b.total
}

func (b *Budget) share() int64 {
	if b.o.Calls > 0 {
		return b.o.Calls
	}
	return int64(b.o.Share * float64(b.limit))
}

// Realign reckons anew when the vendor starts counting anew: what Resets goes
// by, such as a time zone, has become known. What was counted goes on counting.
func (b *Budget) Realign(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(now)
	if b.o.Resets != nil {
		b.resets = b.o.Resets(now)
	}
}

// forget drops what no longer counts.
func (b *Budget) forget(now time.Time) {
	if b.o.Resets != nil {
		if b.resets.IsZero() || !now.Before(b.resets) {
			clear(b.spent)
			b.total, b.used, b.resets = 0, 0, b.o.Resets(now)
		}
		return
	}
	oldest := now.UnixNano()/int64(slot) - slots
	for n, count := range b.spent {
		if n < oldest {
			b.total -= count
			delete(b.spent, n)
		}
	}
}

// room is when our own count will have fallen below allowed.
func (b *Budget) room(now time.Time, allowed int64) time.Time {
	if b.o.Resets != nil {
		return b.resets
	}
	left := b.total
	first := now.UnixNano()/int64(slot) - slots
	for n := first; n <= first+slots; n++ {
		if left -= b.spent[n]; left < allowed {
			return time.Unix(0, (n+slots+1)*int64(slot)).UTC()
		}
	}
	return now.Add(day)
}
