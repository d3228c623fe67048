package workflows

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// WaitKind is what keeps a ready account from sales.
type WaitKind string

// The kinds. Limit and delivery are the queue: the time in them is the team's
// own wish, and is no delay of marketing's promise.
const (
	WaitsForLimit    WaitKind = "limit"
	WaitsForDelivery WaitKind = "delivery"
	WaitsForRelease  WaitKind = "held"
	WaitsForOwner    WaitKind = "owner"
)

// queues tells whether the time is counted as time in the queue.
func (k WaitKind) queues() bool { return k == WaitsForLimit || k == WaitsForDelivery }

// Wait is why a ready account is not handed off, as of the last look.
type Wait struct {
	Kind   WaitKind  `json:"kind"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"` // without a break, of this kind or another of the queue
	// Until is when it can go at the earliest, zero if no clock decides.
	Until time.Time `json:"until,omitzero"`
	// Ends is when the limit's period ends.
	Ends time.Time `json:"ends,omitzero"`
	// Place among the intent accounts that wait, best first, 0 for none.
	Place int `json:"place,omitempty"`
	Of    int `json:"of,omitempty"`
	// Rank is what they are ordered by, with its value.
	Rank string `json:"rank,omitempty"`
	// Order is that value, nil if it cannot be computed.
	Order *float64 `json:"order,omitempty"`
}

// Ranks notes what the account is ordered by.
func (w *Wait) Ranks(rank float64, text string) {
	w.Rank, w.Order = text, nil
	if !math.IsInf(rank, 0) {
		w.Order = &rank
	}
}

// Score is what the account is ordered by; one that cannot be computed comes
// last.
func (w Wait) Score() float64 {
	if w.Order == nil {
		return math.Inf(-1)
	}
	return *w.Order
}

// Same tells whether two waits are for the same thing until the same time, and
// ranked alike, whatever their place; nil is no wait.
func (w *Wait) Same(other *Wait) bool {
	if w == nil || other == nil {
		return w == other
	}
	return w.Kind == other.Kind && w.Reason == other.Reason && w.Until.Equal(other.Until) && w.Rank == other.Rank && w.Score() == other.Score()
}

// String says it in one line.
func (w Wait) String() string {
	text := "waits: " + w.Reason
	if w.Place > 0 {
		text += fmt.Sprintf(", position %d of %d", w.Place, w.Of)
		if w.Rank != "" {
			text += " by " + w.Rank
		}
	}
	return text
}

// meet notes that the criteria are met from now on, through a fact of that
// time. A stronger type that joins later begins anew: its own clock counts.
func (l *Life) meet(now, signal time.Time, t Type) {
	if !l.Met.IsZero() && !t.Before(l.MetAs) {
		return
	}
	l.forget()
	if signal.IsZero() || signal.After(now) {
		signal = now
	}
	l.Met, l.Signal, l.MetAs = now, signal, t
}

// queuedAs is since when an account that is ready meets the criteria of that
// type, zero if it is not ready for it.
func (l Life) queuedAs(t Type) time.Time {
	if l.State != Ready || l.MetAs != t {
		return time.Time{}
	}
	return l.Met
}

// forget clears what is known of a wait that is over.
func (l *Life) forget() {
	l.Met, l.Signal, l.MetAs, l.Queued, l.Waited, l.Passed, l.Late = time.Time{}, time.Time{}, "", nil, 0, time.Time{}, false
}

// Settle follows a decision and what it did to the account's state: the wait
// of an account that is ready begins, that of one that is not is over.
func (p *Policy) Settle(l *Life, in Input, d Decision) {
	switch {
	case l.State != Ready:
		l.forget()
	case d.Outcome == HandOff:
		l.meet(in.Now, p.signalAt(in, d), d.Rule.Type)
	}
}

// Go ends the wait of an account that is handed off and returns how long it
// was in the queue.
func (l *Life) Go(now time.Time) time.Duration {
	queued := l.InQueue(now)
	l.forget()
	return queued
}

// keptUntil is until when a limit has kept the account back as of now, zero if
// none has.
func (w Wait) keptUntil(now time.Time) time.Time {
	switch {
	case w.Kind != WaitsForLimit:
		return time.Time{}
	case w.Ends.Before(now):
		return w.Ends
	}
	return now
}

// Stay notes why the account waits now.
func (l *Life) Stay(w Wait, now time.Time) {
	if l.Queued != nil && w.Kind != WaitsForLimit {
		l.Passed = later(l.Passed, l.Queued.keptUntil(now))
	}
	w.Since = now
	if was := l.Queued; was != nil {
		switch {
		case was.Kind == w.Kind || was.Kind.queues() && w.Kind.queues():
			w.Since = was.Since
		case was.Kind.queues():
			l.Waited += max(0, now.Sub(was.Since))
		}
	}
	l.Queued = &w
}

// InQueue is how long a limit or the delivery has kept the account until now.
func (l *Life) InQueue(now time.Time) time.Duration {
	queued := l.Waited
	if l.Queued != nil && l.Queued.Kind.queues() {
		queued += max(0, now.Sub(l.Queued.Since))
	}
	return queued
}

// TakeOver lets the account's wait begin when that of another did that is now
// the same account.
func (l *Life) TakeOver(from Life) {
	if from.State != Ready || from.Met.IsZero() || l.State.Open() || l.State == Ready && !l.Met.IsZero() && !from.Met.Before(l.Met) {
		return
	}
	l.State, l.Since = Ready, from.Since
	l.Met, l.Signal, l.MetAs, l.Queued, l.Waited, l.Passed, l.Late = from.Met, from.Signal, from.MetAs, from.Queued, from.Waited, from.Passed, from.Late
}

// HandOffBy is when the account has to be handed off at the latest by the
// service level, the time in the queue not counted; zero while it is in the
// queue or not ready, for then no clock runs.
func (p *Policy) HandOffBy(l Life) time.Time {
	if l.State != Ready || l.Met.IsZero() || l.Queued != nil && l.Queued.Kind.queues() {
		return time.Time{}
	}
	return p.Calendar.Deadline(l.Met.Add(l.Waited), p.SLA.HandOff)
}

// signalAt is the time of the latest fact that the met criteria of the
// decision's rule rest on, as well as is known; zero if time alone made them true.
func (p *Policy) signalAt(in Input, d Decision) time.Time {
	w := p.world(in)
	var at time.Time
	for _, program := range d.Rule.criteria(d.Segment).programs() {
		if v := program.Eval(w); v.IsNull() || !v.Bool() {
			continue
		}
		for _, name := range tell(program) {
			at = later(at, p.factAt(in, name))
		}
	}
	if w.now, w.summed = at, 0; !d.Rule.criteria(d.Segment).Eval(w).Bool() {
		return time.Time{} // no fact made them true, the time that has passed since did
	}
	return at
}

// factAt is when a field got its value, or a signal its last point.
func (p *Policy) factAt(in Input, name string) time.Time {
	points := in.History[name]
	for i := len(points) - 1; i >= 0; i-- {
		if !points[i].At.After(in.Now) {
			return points[i].At
		}
	}
	if f := p.Mapping.Field(name); f != nil {
		if _, origin := p.Mapping.Value(in.Account, f.Slot); !origin.At.After(in.Now) {
			return origin.At
		}
	}
	return time.Time{}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// RankText shows what accounts are ordered by, "" if they go as they come.
func (p *Policy) RankText(rank float64) string {
	switch {
	case p.Order == nil:
		return ""
	case math.IsInf(rank, -1):
		return p.Order.Source + " (cannot be computed)"
	}
	return p.Order.Source + " = " + strconv.FormatFloat(rank, 'f', -1, 64)
}
