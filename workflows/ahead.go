package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Ahead is something that time alone will bring, if nothing else happens.
type Ahead struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
}

// Ahead lists what comes next for an account, the soonest first: transitions,
// and clocks that run out.
func (p *Policy) Ahead(life Life, facts Facts) []Ahead {
	return p.ahead(life, facts, time.Time{})
}

// Coming lists all that time alone brings: transitions and clocks, values that
// go stale, and what the decision becomes. An account does not become ready by
// criteria that are no longer met by then.
func (p *Policy) Coming(in Input, d Decision, life Life, facts Facts) []Ahead {
	return slices.Concat(p.ahead(life, facts, p.heldUntil(in, d)), p.Staleness(in), p.TimeAlone(in, d))
}

// heldUntil is when the criteria that are met cease to be, by time alone; zero
// for not in sight.
func (p *Policy) heldUntil(in Input, d Decision) time.Time {
	for range mostLooks {
		if d.Outcome != HandOff || d.Due.IsZero() {
			return time.Time{}
		}
		in.Now = d.Due
		if d = p.Evaluate(in); d.Outcome != HandOff {
			return in.Now
		}
	}
	return time.Time{}
}

// ahead is Ahead for criteria that are met until a time, zero for good.
func (p *Policy) ahead(life Life, facts Facts, until time.Time) []Ahead {
	var out []Ahead
	for i := range p.transitions {
		tr := &p.transitions[i]
		if tr.From != life.State || tr.holds == nil {
			continue
		}
		t := turn{policy: p, life: life, facts: facts}
		t.life.Open = life.Open.clone()
		why, ok := tr.holds(&t)
		switch {
		case ok:
			out = append(out, Ahead{At: facts.Now, What: tr.Name + ": " + tr.heading() + " (" + why + ")"})
		case tr.To == Ready && !until.IsZero() && t.due.After(until):
		case !t.due.IsZero():
			out = append(out, Ahead{At: t.due, What: tr.Name + ": " + tr.heading() + ", when " + tr.When})
		}
	}
	for _, c := range p.Clocks(life, facts) {
		if c.Met.IsZero() && c.Due.After(facts.Now) {
			out = append(out, Ahead{At: c.Due, What: "the clock " + c.Name + " runs out" + c.tells()})
		}
	}
	if paused, until := p.Paused(life, facts.Now); paused && !until.IsZero() {
		out = append(out, Ahead{At: until, What: "marketing may contact it again"})
	}
	slices.SortStableFunc(out, func(a, b Ahead) int { return a.At.Compare(b.At) })
	return out
}

func (t *Transition) heading() string { return string(t.From) + " -> " + string(t.To) }

// tells names who is told when the clock runs out.
func (c *Clock) tells() string {
	if c.notice == nil {
		return ""
	}
	var who []string
	for _, a := range c.notice().To {
		who = append(who, string(a))
	}
	if len(who) == 0 {
		return ""
	}
	return ", and is told to: " + strings.Join(who, ", ")
}

// Staleness lists when values in use go stale if nobody confirms them.
func (p *Policy) Staleness(in Input) []Ahead {
	var out []Ahead
	seen := map[int]bool{}
	for _, u := range p.uses {
		if u.slot >= len(p.Mapping.Fields) || seen[u.slot] {
			continue
		}
		seen[u.slot] = true
		if until, limited := p.Mapping.Fresh(in.Account, u.slot); limited && until.After(in.Now) {
			out = append(out, Ahead{At: until, What: u.name + " goes stale unless it is confirmed"})
		}
	}
	return out
}

// TimeAlone tells what the decision becomes if only time passes; a value that
// goes stale without a change of the verdict is Staleness's to tell.
func (p *Policy) TimeAlone(in Input, d Decision) []Ahead {
	if d.Due.IsZero() {
		return nil
	}
	in.Now = d.Due
	then := p.Evaluate(in)
	if then.Same(d) {
		return nil
	}
	t := p.Trace(in, then)
	return []Ahead{{At: d.Due, What: fmt.Sprintf("time alone makes the decision %s: %s", t.Outcome, t.Reason)}}
}

// ClockState says how a clock stands.
type ClockState string

// The states of a clock.
const (
	ClockRunning ClockState = "running"
	ClockMet     ClockState = "met"
	ClockLate    ClockState = "met late"
	ClockBroken  ClockState = "broken"
)

// State holds a clock against a time.
func (c *Clock) State(now time.Time) ClockState {
	switch {
	case c.Met.IsZero() && c.Due.Before(now):
		return ClockBroken
	case c.Met.IsZero():
		return ClockRunning
	case c.Met.After(c.Due):
		return ClockLate
	default:
		return ClockMet
	}
}

// AsOf is the handoff as it stood at an earlier time: what happened later has
// not happened. How many touches there were is not known from its story; the
// times that are kept are.
func (e *Episode) AsOf(at time.Time) *Episode {
	c := e.clone()
	if c == nil || at.Before(c.Handed) {
		return nil
	}
	c.Stages = slices.DeleteFunc(c.Stages, func(s StageStory) bool { return s.At.After(at) })
	if len(c.Stages) == 0 {
		return nil
	}
	past := func(list ...*time.Time) {
		for _, t := range list {
			if t.After(at) {
				*t = time.Time{}
			}
		}
	}
	for i := range c.Stages {
		past(&c.Stages[i].Acknowledged, &c.Stages[i].Touched, &c.Stages[i].Talked)
	}
	past(&c.FirstTouch, &c.Responded, &c.Asked, &c.Booked, &c.Held, &c.Opportunity, &c.Won, &c.Lost, &c.Returned, &c.Disputed)
	c.Touches, c.LastTouches, c.Engagement = 0, 0, ""
	c.Reports = slices.DeleteFunc(c.Reports, func(t time.Time) bool { return t.After(at) })
	for name, fired := range c.Fired {
		if fired.After(at) {
			delete(c.Fired, name)
		}
	}
	if c.Booked.IsZero() {
		c.BookedBy, c.Before = "", 0
	}
	if c.Returned.IsZero() {
		c.Reason = ""
	}
	if c.Disputed.IsZero() {
		c.Verdict = ""
	}
	if c.Responded.IsZero() {
		c.Response = ""
	}
	return c
}
