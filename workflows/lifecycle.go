package workflows

import (
	"fmt"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows/calendar"
)

// Lifecycle are the numbers of an account's life.
type Lifecycle struct {
	// LastTouches is how many touches an account in progress still gets, and
	// LastWindow how long at most, before it goes back.
	LastTouches int
	LastWindow  calendar.Span
	// MinTouches and MaxTouches are what an SDR is expected to make.
	MinTouches, MaxTouches int
	// Accept is when a return counts as accepted by marketing, Decide how
	// long both heads have for a dispute, Content marketing for a request.
	Accept, Decide, Content calendar.Span
	// Hibernate is how long a declined account must be silent, Rest how long
	// a lost one is left alone.
	Hibernate, Rest time.Duration
	// Contact is how often marketing may contact a declined account at most.
	Contact Rhythm
	// MQA and Paused are the states in which mqa and nurture_paused say yes;
	// HibernateFrom are those that fall silent.
	MQA, Paused, HibernateFrom map[State]bool
	// Reasons sorts the reasons of returns: those that say that the account
	// was not ready, and those that say that nobody answered.
	Reasons map[string]ReturnClass
	// NotSales are the e-mail addresses of users whose activities are no
	// touches of sales, in lower case.
	NotSales map[string]bool
	// Responses are signals that count as a reply of the buyer.
	Responses []string
	// Marketing are signals of what marketing sends: contacts of marketing, and
	// no sign of interest.
	Marketing []string
	// Read are the kinds of record that sales activities are read from.
	Read map[mapping.Side][]connectors.Object
}

// ReturnClass is what a return says about the handoff.
type ReturnClass string

// The classes of return. A reason that is in neither list counts as
// unqualified, so that nothing is hidden.
const (
	Unqualified ReturnClass = "unqualified"
	NoAnswer    ReturnClass = "unresponsive"
)

// Class sorts a reason.
func (l *Lifecycle) Class(reason string) ReturnClass {
	if c, ok := l.Reasons[reason]; ok {
		return c
	}
	return Unqualified
}

// Transition is one way from one state to another. The table of them is all
// there is: Advance takes the first that applies.
type Transition struct {
	Name     string
	From, To State
	// When says it for people; the diagram in the docs is made of it.
	When string
	// holds tells whether it applies, and why.
	holds func(*turn) (why string, ok bool)
}

// byHand names the transition by which handoffd follows a person, from any
// state to any other.
const byHand = "moved by hand"

// HandOffTransition is made by the engine when it is the account's turn.
const HandOffTransition = "handed off"

// Transitions lists all transitions in the order in which they are tried.
func Transitions() []Transition {
	var all []Transition
	add := func(name string, to State, when string, holds func(*turn) (string, bool), from ...State) {
		for _, f := range from {
			all = append(all, Transition{Name: name, From: f, To: to, When: when, holds: holds})
		}
	}
	add("opportunity found", Opportunity, "an opportunity is open on the account", (*turn).opportunity,
		Nurture, Ready, HandedOff, Working, Engaged, InProgress, Returned, Declined, Hibernation, Disputed, Won, Lost)
	add("won", Won, "its last opportunity was won", (*turn).won, Opportunity)
	add("lost", Lost, "its last opportunity was lost", (*turn).lost, Opportunity)
	add("opportunity gone", Engaged, "no opportunity is left, and the handoff is open", (*turn).goneOpen, Opportunity)
	add("opportunity gone", Nurture, "no opportunity is left, and no handoff was open", (*turn).goneClosed, Opportunity)

	add("returned", Returned, "sales gives a reason", (*turn).returned, HandedOff, Working, Engaged, InProgress)
	add("responded", Engaged, "reply, meeting, form, or the owner says responsive", (*turn).responded, HandedOff, Working, InProgress)
	add("asked again", Engaged, "an inbound request after the return", (*turn).askedAgain, Returned)
	add("acknowledged", Working, "the task was begun, the account acknowledged, or touched", (*turn).acknowledged, HandedOff)
	add("silent", InProgress, "sla.return is over without a response", (*turn).silent, HandedOff, Working)
	add("given up", Returned, "the last touches were made, or last_touch_within is over", (*turn).givenUp, InProgress)

	add("disputed", Disputed, "marketing disagrees", (*turn).disputed, Returned)
	add("accepted", Declined, "accept_after is over", (*turn).accepted, Returned)
	add("verdict: sales", Working, "both heads give it back to sales", (*turn).verdictSales, Disputed)
	add("verdict: nurture", Declined, "both heads give it to nurture", (*turn).verdictNurture, Disputed)

	add("criteria met", Ready, "a handoff's criteria are met", (*turn).criteriaMet, Nurture, Declined)
	add("criteria met", Ready, "an inbound or relationship handoff's criteria are met", (*turn).asked, Won, Lost)
	add("criteria no longer met", Won, "it came from won", gone(Won), Ready)
	add("criteria no longer met", Lost, "it came from lost", gone(Lost), Ready)
	add("criteria no longer met", Declined, "it came from declined", gone(Declined), Ready)
	add("criteria no longer met", Nurture, "otherwise", gone(""), Ready)
	add("fell silent", Hibernation, "no intent signal for hibernate_after", (*turn).fellSilent, Declined)
	add("fell silent", Hibernation, "the same, if hibernate_from names nurture", (*turn).fellSilent, Nurture)
	add("woke", Nurture, "an intent signal came", (*turn).woke, Hibernation)
	add("rested", Nurture, "rest_after_loss is over", (*turn).rested, Lost)
	return append(all, Transition{Name: HandOffTransition, From: Ready, To: HandedOff, When: "its turn has come, and there is room"})
}

// turn is one look at an account.
type turn struct {
	policy *Policy
	life   Life
	facts  Facts
	due    time.Time
}

// over tells whether a time has come; if not, it is when to look again.
func (t *turn) over(at time.Time) bool {
	if t.facts.Now.Before(at) {
		t.due = first(t.due, at)
		return false
	}
	return true
}

func (t *turn) deadline(from time.Time, s calendar.Span) time.Time {
	return t.policy.Calendar.Deadline(from, s)
}

func (t *turn) opportunity() (string, bool) {
	f := &t.facts
	if f.OpenDeal.After(t.life.Moved) {
		return "an opportunity was opened on " + t.day(f.OpenDeal), true
	}
	if e := t.life.Open; e != nil && !f.Deal.Created.IsZero() && !f.Deal.Created.Before(e.Handed) && f.Deal.Closed.After(t.life.Moved) {
		return "an opportunity was opened and closed", true
	}
	return "", false
}

// closed is the opportunity that ended the state, if none is open any more: one
// that was made since the first of those that put the account there, or that
// was closed since.
func (t *turn) closed() (Deal, bool) {
	d := t.facts.Deal
	since := t.life.Deal
	if since.IsZero() {
		since = t.life.Moved
	}
	ended := !d.Created.IsZero() && !d.Created.Before(since) || d.Closed.After(t.life.Since)
	return d, t.facts.OpenDeal.IsZero() && ended
}

func (t *turn) won() (string, bool) {
	d, ok := t.closed()
	return "won on " + t.day(d.Closed), ok && d.Won
}

func (t *turn) lost() (string, bool) {
	d, ok := t.closed()
	return "lost on " + t.day(d.Closed), ok && !d.Won
}

func (t *turn) goneOpen() (string, bool) {
	return "the opportunity is gone", t.dealGone() && t.life.Open != nil
}

func (t *turn) goneClosed() (string, bool) {
	return "the opportunity is gone", t.dealGone() && t.life.Open == nil
}

// dealGone: there was one that handoffd saw, and it is there no more.
func (t *turn) dealGone() bool { return t.facts.OpenDeal.IsZero() && !t.life.Deal.IsZero() }

func (t *turn) returned() (string, bool) {
	r := t.facts.Return
	return "returned by sales: " + r.Text, r.Text != "" && r.At.After(latest(t.sent(), t.life.Moved))
}

// sent is when sales was given the account, or given it back.
func (t *turn) sent() time.Time {
	e := t.life.Open
	switch {
	case e == nil:
		return t.life.Since
	case e.Handed.After(e.Returned):
		return e.Handed
	}
	// The reason of the first return still stands, and its echo in the other
	// CRM is younger than the return was.
	return latest(e.Returned, t.life.Since)
}

func (t *turn) responded() (string, bool) {
	r := t.facts.Response
	if t.facts.Again != "" {
		return "response: " + t.facts.Again, true
	}
	e := t.life.Open
	return "response: " + r.Text, e != nil && r.At.After(latest(e.Returned, t.life.Moved))
}

func (t *turn) askedAgain() (string, bool) {
	return "response: " + t.facts.Again, t.facts.Again != ""
}

func (t *turn) acknowledged() (string, bool) {
	switch f := &t.facts; {
	case len(f.Touches) > 0 && f.Touches[len(f.Touches)-1].After(t.life.Moved):
		return "first touch on " + t.day(f.Touches[0]), true
	case f.Begun.After(t.life.Moved):
		return "acknowledged on " + t.day(f.Begun), true
	}
	return "", false
}

// silent: an account of an SDR without a response goes back after sla.return;
// one of an AE only alerts (see clocks).
func (t *turn) silent() (string, bool) {
	e := t.life.Open
	if e == nil || e.Now().Stage != SDR {
		return "", false
	}
	from := latest(e.Handed, t.life.Moved)
	if e.Verdict == VerdictSales {
		from = latest(from, t.life.Since) // a new chance
	}
	return fmt.Sprintf("no response in %s", t.policy.SLA.Return), t.over(t.deadline(from, t.policy.SLA.Return))
}

func (t *turn) givenUp() (string, bool) {
	if e := t.life.Open; e != nil && e.LastTouches >= t.policy.Lifecycle.LastTouches {
		return fmt.Sprintf("no response to %d last touches", e.LastTouches), true
	}
	return fmt.Sprintf("no response in %s more", t.policy.Lifecycle.LastWindow), t.over(t.deadline(t.life.Since, t.policy.Lifecycle.LastWindow))
}

func (t *turn) disputed() (string, bool) {
	d := t.facts.Dispute
	e := t.life.Open
	return "marketing disagrees", d.Text != "" && e != nil && d.At.After(latest(e.Disputed, t.life.Moved))
}

func (t *turn) accepted() (string, bool) {
	return "marketing accepts the return", t.over(t.deadline(t.life.Since, t.policy.Lifecycle.Accept))
}

func (t *turn) verdictSales() (string, bool) {
	v := t.facts.Verdict
	return "the heads decided: back to sales", v.Text == VerdictSales && t.decided(v)
}

func (t *turn) verdictNurture() (string, bool) {
	v := t.facts.Verdict
	return "the heads decided: nurture", v.Text == VerdictNurture && t.decided(v)
}

// decided: the verdict is of this dispute, and no person has moved the account
// since.
func (t *turn) decided(v Word) bool {
	return !v.At.Before(t.facts.Dispute.At) && v.At.After(t.life.Moved)
}

func (t *turn) criteriaMet() (string, bool) {
	return "criteria met: " + t.facts.Rule, t.facts.Outcome == HandOff && !t.stale() && !t.heldBack()
}

// heldBack: sales has said that it does not want the account before a day. What
// a buyer asks for is not held.
func (t *turn) heldBack() bool {
	f := &t.facts
	return f.Outcome == HandOff && f.Type == Intent && !f.NotBefore.IsZero() && !t.over(f.NotBefore)
}

// stale: what the criteria rest on has led to a handoff already. A rule that
// looks at a level alone would else send an account back as soon as sales, or
// a person who moved it to nurture, has given it up.
func (t *turn) stale() bool {
	f := &t.facts
	return f.Type == Intent && !f.News.IsZero() && !f.News.After(t.life.Ended)
}

// asked: what a buyer asks for is never left lying, even where a score means
// nothing.
func (t *turn) asked() (string, bool) {
	return "criteria met: " + t.facts.Rule, t.facts.Outcome == HandOff && t.facts.Type != Intent
}

// gone: the criteria are not met any more, or sales has asked since to wait.
func gone(to State) func(*turn) (string, bool) {
	return func(t *turn) (string, bool) {
		f := &t.facts
		if to != "" && t.life.From != to {
			return "", false
		}
		if f.Outcome == HandOff && f.Type == Intent && f.NotBefore.After(f.Now) {
			return "sales asked for no new handoff before " + t.day(f.NotBefore), true
		}
		return "criteria no longer met", f.Outcome != HandOff
	}
}

func (t *turn) fellSilent() (string, bool) {
	if !t.policy.Lifecycle.HibernateFrom[t.life.State] {
		return "", false
	}
	last := t.life.Since
	if t.facts.Signal.After(last) {
		last = t.facts.Signal
	}
	return "silent since " + t.day(last), t.over(last.Add(t.policy.Lifecycle.Hibernate))
}

func (t *turn) woke() (string, bool) {
	return "an intent signal on " + t.day(t.facts.Signal), t.facts.Signal.After(t.life.Since)
}

func (t *turn) rested() (string, bool) {
	return "rested after the loss", t.over(t.life.Since.Add(t.policy.Lifecycle.Rest))
}

func (t *turn) day(at time.Time) string { return t.policy.Calendar.LocalDay(at) }
