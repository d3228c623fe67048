package workflows

import (
	"math"
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// Outcome is what a decision came to.
type Outcome string

// The outcomes.
const (
	// HandOff: the criteria are met; sales gets the account.
	HandOff Outcome = "hand_off"
	// NotQualified: everything is known, and the criteria are not met.
	NotQualified Outcome = "not_qualified"
	// Waiting: something needed is missing or stale (I12).
	Waiting Outcome = "waiting"
	// InHand: sales has the account already.
	InHand Outcome = "in_hand"
	// OutOfScope: the mapping's where clauses leave the account out.
	OutOfScope Outcome = "out_of_scope"
	// Gone: no record of the account is left in any CRM.
	Gone Outcome = "gone"
)

// Input is all that a decision depends on.
type Input struct {
	Account *mapping.Account
	Life    Life
	History History
	Now     time.Time
	// Case is the open match case that the account's record is part of, ""
	// for none: while it is open, nobody knows which records are the account.
	Case string
	// Sales is what sales and the buyer did, for the summary: no decision
	// depends on it.
	Sales []mapping.SalesActivity
}

// Decision is what Evaluate found. Trace it with Policy.Trace.
type Decision struct {
	Outcome Outcome
	// Rule is the strongest handoff that matched, nil if none.
	Rule *Handoff
	// Matched lists all rules that matched, the strongest first.
	Matched []*Handoff
	Segment string
	// Due is when time alone may change the decision, zero for never.
	Due time.Time
	// Print identifies the decision with all the values that it saw: two
	// decisions with the same print have the same trace.
	Print uint64
}

// Evaluate decides about one account (door 4). It is pure.
func (p *Policy) Evaluate(in Input) Decision {
	w := p.world(in)
	d := p.weigh(w, in)
	d.Print = p.print(w, in)
	d.Due = p.nextDue(w, in, d)
	return d
}

// weigh is the verdict at the world's time.
func (p *Policy) weigh(w *world, in Input) (d Decision) {
	switch {
	case in.Account.Gone():
		d.Outcome = Gone
		return d
	case !in.Account.InScope():
		d.Outcome = OutOfScope
		return d
	case in.Life.State.Open():
		d.Outcome = InHand
		return d
	case in.Case != "":
		d.Outcome = Waiting // who it is is undecided, so everything is (I12)
		return d
	}
	p.match(w, in.Life, &d)
	return d
}

// match holds the rules against what the world shows.
func (p *Policy) match(w *world, life Life, d *Decision) {
	eval := func(c *Criteria) connectors.Value { return c.Eval(w) }
	segments := p.possible(eval)
	if len(segments) == 1 {
		d.Segment = segments[0]
	}
	undecided := false
	for i := range p.Handoffs {
		h := &p.Handoffs[i]
		if !h.startsFrom(life.origin()) {
			continue
		}
		v := h.due(segments, eval, life.Nurtured, w.now)
		switch {
		case v.IsNull():
			undecided = true
		case v.Bool():
			d.Matched = append(d.Matched, h)
		}
	}
	switch {
	case len(d.Matched) > 0:
		d.Outcome, d.Rule = HandOff, d.Matched[0]
	case undecided:
		d.Outcome = Waiting
	default:
		d.Outcome = NotQualified
	}
}

// origin is where an account that is ready was before, if that is not over: as
// long as it waits, it may be handed off for no less than it became ready for.
func (l Life) origin() State {
	if l.State == Ready && (l.From == Won || l.From == Lost) {
		return l.From
	}
	return l.State
}

// startsFrom tells whether the handoff may begin in a state: after a deal, only
// what a buyer or a customer asks for counts, not a score.
func (h *Handoff) startsFrom(s State) bool {
	return h.Type != Intent || s != Won && s != Lost
}

// due is met once nurtured_for is over. While that is so in only some of the
// segments that the account may be in, it is undecided.
func (h *Handoff) due(segments []string, eval evaluator, since, now time.Time) connectors.Value {
	v := h.met(segments, eval)
	if !v.Bool() || !now.Before(h.earliest(segments, since)) {
		return v
	}
	for _, s := range segments {
		if !now.Before(since.Add(h.nurture(s))) {
			return connectors.Value{}
		}
	}
	return connectors.BoolValue(false)
}

// earliest is when an account that marketing has nurtured since then may be
// handed off; of several segments that it may be in, the latest counts.
func (h *Handoff) earliest(segments []string, since time.Time) (at time.Time) {
	for _, s := range segments {
		if wait := h.nurture(s); wait > 0 {
			at = latest(at, since.Add(wait))
		}
	}
	return at
}

// nurture is how long an account of the segment must have been nurtured.
func (h *Handoff) nurture(segment string) time.Duration {
	if wait, special := h.NurturedFor[segment]; special {
		return wait
	}
	return h.NurturedFor[""]
}

// differs tells whether the segments ask for different things.
func (h *Handoff) differs(segments []string) bool {
	return slices.ContainsFunc(segments, func(s string) bool {
		return h.criteria(s) != h.criteria(segments[0]) || h.nurture(s) != h.nurture(segments[0])
	})
}

// evaluator computes a tree of criteria, from an account or from a log.
type evaluator func(*Criteria) connectors.Value

// met joins the gate and the criteria of the segments that the account may be
// in. Where these disagree, it is undecided.
func (h *Handoff) met(segments []string, eval evaluator) connectors.Value {
	gate := connectors.BoolValue(true)
	if h.Gate != nil {
		gate = eval(h.Gate)
	}
	if !gate.IsNull() && !gate.Bool() {
		return gate
	}
	when := eval(h.criteria(segments[0]))
	for _, other := range segments[1:] {
		if eval(h.criteria(other)) != when {
			when = connectors.Value{}
		}
	}
	if !when.IsNull() && !when.Bool() || gate.Bool() {
		return when
	}
	return gate
}

// criteria returns those of the segment, or the rule's own.
func (h *Handoff) criteria(segment string) *Criteria {
	if c, ok := h.Segments[segment]; ok {
		return c
	}
	return h.When
}

// possible lists the segments that the account may be in, "" for none: the
// first that matches, and before it those that cannot be decided (I12).
func (p *Policy) possible(eval evaluator) []string {
	var out []string
	for i := range p.Segments {
		v := eval(p.Segments[i].When)
		if v.IsNull() || v.Bool() {
			out = append(out, p.Segments[i].Name)
		}
		if v.Bool() {
			return out
		}
	}
	return append(out, "")
}

// world lays out what the rules see.
func (p *Policy) world(in Input) *world {
	w := &world{policy: p, account: in.Account, now: in.Now, used: in.Life.Ended, reach: in.Life.Reach, queued: in.Life.queuedAs(Intent)}
	if l := in.Life; !l.State.Open() && l.Reach.After(l.Told) && l.Reach.Before(l.Ended) {
		w.late = true
	}
	w.history = make([][]mapping.Point, len(p.Mapping.Fields)+len(p.Mapping.Signals))
	for _, u := range p.uses {
		w.history[u.slot] = in.History[u.name]
	}
	return w
}

// print hashes the values of all atoms with the policy and the state.
func (p *Policy) print(w *world, in Input) uint64 {
	h := printer{sum: 14695981039346656037}
	h.text(p.Hash)
	h.text(string(in.Life.State))
	h.text(string(in.Life.origin()))
	h.number(uint64(in.Life.Episode))
	h.text(in.Account.Linked)
	if in.Account.InScope() {
		h.number(1)
	}
	if in.Case != "" {
		h.text(in.Case)
	}
	if day := p.notBefore(in.Account); !day.IsZero() {
		h.number(uint64(day.Unix()))
	}
	for _, u := range p.uses {
		if u.slot < len(p.Mapping.Fields) {
			h.value(w.Lookup(u.slot))
		}
	}
	for i := range p.Segments {
		h.criteria(p.Segments[i].When, w)
	}
	for i := range p.Handoffs {
		r := &p.Handoffs[i]
		h.criteria(r.Gate, w)
		h.criteria(r.When, w)
		for _, s := range p.Segments {
			h.criteria(r.Segments[s.Name], w)
		}
		r.printAge(&h, in)
	}
	return h.sum
}

// printAge tells apart what waits for nurtured_for from what no longer does.
func (h *Handoff) printAge(to *printer, in Input) {
	old := uint64(1)
	for _, wait := range h.NurturedFor {
		if !in.Now.Before(in.Life.Nurtured.Add(wait)) {
			old++
		}
	}
	if len(h.NurturedFor) > 0 {
		to.number(old)
	}
}

// Rank is what the policy orders ready accounts by, best first; an account
// whose rank cannot be computed comes last.
func (p *Policy) Rank(in Input) float64 {
	if p.Order == nil {
		return 0
	}
	v := p.Order.Eval(p.world(in))
	if v.IsNull() {
		return math.Inf(-1)
	}
	return v.Float()
}
