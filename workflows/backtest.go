package workflows

import (
	"sort"
	"time"

	"handoffd/mapping"
)

// Passing is one time at which an account would have been handed off: its
// criteria were met, and sales did not have it.
type Passing struct {
	Account string    `json:"account"`
	Name    string    `json:"name"`
	At      time.Time `json:"at"`
	Rule    string    `json:"rule"`
	Type    Type      `json:"type"`
	Segment string    `json:"segment,omitempty"`
	// First: the criteria were met as the period began, or as the account was
	// first seen on the first day: a change of the policy on that day hands
	// these off at once.
	First bool `json:"first,omitempty"`
	// OnList: the account was on the target account list.
	OnList bool `json:"on_list"`
	// Real is the handoff that was really made of it, nil for none: then
	// nobody knows what would have become of it.
	Real *Real `json:"-"`
}

// Span is the stretch of time that a backtest is about.
type Span struct {
	From, To time.Time
	// Begins: nothing is known before From, since the store began then.
	Begins bool
}

// asItBegins tells whether what happened at a time was so from the beginning:
// a new store takes a while until it knows all accounts.
func (s Span) asItBegins(at time.Time) bool { return s.Begins && at.Before(s.From.Add(firstDay)) }

// firstDay is how long a store may take until it knows all accounts.
const firstDay = day

// forever is later than all times that are looked at.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Stay is how long an account is taken to be with sales that really never was:
// as long as a silent one is.
func (p *Policy) Stay() time.Duration {
	from := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC) // a Monday: business days take their longest way over one weekend
	return p.Calendar.Deadline(p.Calendar.Deadline(from, p.SLA.Return), p.Lifecycle.LastWindow).Sub(from)
}

// Passings replays one account's past under the policy. Limits, the delivery,
// holds and owners play no part: an account passes when its criteria are met.
func (p *Policy) Passings(past *Past, span Span) []Passing {
	born := past.born()
	if born.IsZero() || born.After(span.To) {
		return nil
	}
	start := latest(span.From, born)
	x := passer{policy: p, past: past, span: span, start: start, recall: past.recall(p, start), stay: p.Stay()}
	x.w = p.world(Input{Account: past.account, History: past.history})
	x.w.recall = x.recall
	x.times = past.times(p, x.recall, start, span.To)
	x.begin()
	for at := start; !at.IsZero() && !at.After(span.To); at = x.after(at) {
		x.look(at)
	}
	return x.out
}

// Lacks says which fields that the policy reads have no past of their own.
func (p *Policy) Lacks(past *Past, span Span) map[string]Lack {
	if past.born().IsZero() {
		return map[string]Lack{} // it plays no part
	}
	return past.recall(p, latest(span.From, past.born())).lacks
}

// passer walks through one account's past.
type passer struct {
	policy *Policy
	past   *Past
	span   Span
	start  time.Time
	recall *recall
	w      *world
	stay   time.Duration
	times  []time.Time // at which something changed
	due    time.Time   // when time alone changes something, zero for never
	// until is how long sales has the account, ended from when on what
	// happens counts for a new handoff.
	until, ended, nurtured time.Time
	next                   int // of the real handoffs, the first that is not used
	out                    []Passing
}

// begin takes over how the account really stood at the start.
func (x *passer) begin() {
	m := x.past.at(x.start)
	x.ended, x.nurtured = m.used, m.nurtured
	for x.next < len(x.past.real) && x.past.real[x.next].Opened.Before(x.start) {
		r := &x.past.real[x.next]
		x.next++
		if !r.over(x.start) {
			x.keep(r)
		}
	}
}

// keep leaves the account with sales as long as it really was.
func (x *passer) keep(r *Real) {
	x.until, x.ended = r.Closed, r.ended()
	if r.Closed.IsZero() {
		x.until, x.ended = forever, forever
	}
}

// after is the next time to look at, zero for none.
func (x *passer) after(at time.Time) time.Time {
	if x.until.After(at) {
		return x.until
	}
	var next time.Time
	if i := sort.Search(len(x.times), func(i int) bool { return x.times[i].After(at) }); i < len(x.times) {
		next = x.times[i]
	}
	if x.due.After(at) {
		next = first(next, x.due)
	}
	return next
}

// look decides once.
func (x *passer) look(at time.Time) {
	x.due = time.Time{}
	if x.until.After(at) || x.given(at) {
		return
	}
	m := x.past.at(at)
	if !m.open || m.state == Opportunity {
		return
	}
	life := Life{State: Nurture, Ended: x.ended, Nurtured: x.nurtured}
	if m.state == Won || m.state == Lost {
		life.State = m.state
	}
	x.w.now, x.w.used, x.w.summed = at, x.ended, 0
	var d Decision
	x.policy.match(x.w, life, &d)
	x.due = x.w.nextChange(Input{Life: life})
	if d.Outcome != HandOff {
		return
	}
	if d.Rule.Type == Intent && m.notBefore.After(at) {
		x.due = m.notBefore
		return
	}
	x.pass(at, d)
}

// given: a person gave the account to sales, or sales had it when handoffd
// found it: no rule did, under any policy.
func (x *passer) given(at time.Time) bool {
	for ; x.next < len(x.past.real) && x.past.real[x.next].over(at); x.next++ {
	}
	if x.next == len(x.past.real) {
		return false
	}
	r := &x.past.real[x.next]
	if !r.ruled() && !r.Opened.After(at) {
		x.next++
		x.keep(r)
		return true
	}
	return false
}

// pass notes that the account would have gone, and what really became of it.
func (x *passer) pass(at time.Time, d Decision) {
	r := x.real(at)
	x.out = append(x.out, Passing{
		Account: x.past.ID, Name: x.past.Name, At: at, Rule: d.Rule.Name, Type: d.Rule.Type, Segment: d.Segment,
		First: at.Equal(x.start) && (at.Equal(x.span.From) || x.span.asItBegins(at)), OnList: x.onList(at), Real: r,
	})
	if r != nil {
		x.keep(r)
	} else {
		x.until = at.Add(x.stay)
		x.ended = x.until
	}
	x.nurtured = x.until
}

// real is the handoff that was made of the account while sales would have had
// it: it was open then, or began before the account had come back.
func (x *passer) real(at time.Time) *Real {
	for ; x.next < len(x.past.real); x.next++ {
		r := &x.past.real[x.next]
		switch {
		case r.over(at):
		case r.Opened.After(at.Add(x.stay)):
			return nil
		default:
			x.next++
			return r
		}
	}
	return nil
}

func (x *passer) onList(at time.Time) bool {
	f := x.policy.Mapping.Field(FieldTarget)
	if f == nil {
		return true
	}
	v := x.recall.value(f.Slot, at)
	return !v.IsNull() && (f.Type != mapping.Bool || v.Bool())
}
