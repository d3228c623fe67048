package workflows

import (
	"fmt"
	"slices"
	"time"

	"handoffd/connectors"
)

// Step is one transition that was made.
type Step struct {
	Name string `json:"name"`
	From State  `json:"from"`
	To   State  `json:"to"`
	Why  string `json:"why"`
}

// Progress is what a look at an account came to.
type Progress struct {
	Life  Life
	Steps []Step
	// Escalate: the handoff's AE stage is to be made, with its one task.
	Escalate bool
	// Reassign: the stage is to go to somebody else.
	Reassign bool
	// Closed is the outcome of the handoff that ended, "" for none, and
	// Ended the handoff itself.
	Closed string
	Ended  *Episode
	// Opened: a person handed the account off by hand.
	Opened  bool
	Notices []Notice
	// Due is when to look again, zero for never.
	Due time.Time
}

// maxSteps bounds the transitions of one look: a life has fewer states.
const maxSteps = 12

// Advance moves an account through its life as far as the facts allow, and
// says what is to be done about it. It is a pure function: the same life and
// facts give the same progress (I6).
func (p *Policy) Advance(life Life, facts Facts) Progress {
	t := turn{policy: p, life: life, facts: facts, due: facts.Next}
	t.life.Open = life.Open.clone()
	out := Progress{}
	t.contacts()
	t.note()
	t.follow(&out)
	for range maxSteps {
		if !t.step(&out) {
			break
		}
	}
	out.Escalate = t.life.State == Engaged && t.life.Open != nil && t.life.Open.Now().Stage == SDR
	t.clocks(&out)
	t.tried(&out)
	t.content(&out)
	t.again(&out)
	t.rest()
	out.Life, out.Due = t.life, t.due
	return out
}

// note takes the facts into the episode.
func (t *turn) note() {
	e, f := t.life.Open, &t.facts
	if e == nil {
		return
	}
	stage := e.Now()
	e.Touches, e.LastTouches = len(f.Touches), 0
	elsewhere := slices.Clone(f.Elsewhere)
	for _, at := range f.Touches {
		e.FirstTouch = first(e.FirstTouch, at)
		if i := slices.IndexFunc(elsewhere, at.Equal); i >= 0 {
			elsewhere = slices.Delete(elsewhere, i, i+1)
		} else if !at.Before(stage.At) {
			stage.Touched = first(stage.Touched, at)
		}
		if t.life.State == InProgress && at.After(t.life.Since) {
			e.LastTouches++
		}
	}
	stage.Made = first(stage.Made, f.Task)
	e.rate(f.Rating)
	stage.Acknowledged = first(first(stage.Acknowledged, f.Begun), stage.Touched)
	for _, at := range f.Held {
		e.Held = first(e.Held, at)
	}
	for _, at := range slices.Concat(f.Held, f.Calls) {
		if !at.Before(stage.At) {
			stage.Talked = first(stage.Talked, at)
		}
	}
	if !f.Response.At.IsZero() && (e.Responded.IsZero() || f.Response.At.Before(e.Responded)) {
		e.Responded, e.Response = f.Response.At, f.Response.Text
	}
	if f.Again != "" && e.Responded.IsZero() {
		e.Responded, e.Response = f.Now, f.Again
	}
	if f.Again != "" && stage.Stage == SDR && e.Request == "" {
		e.Request = f.Again
	}
	t.bookedBy()
	if w := f.Engagement; w.Text != "" && (len(e.Reports) == 0 || w.At.After(e.Reports[len(e.Reports)-1])) {
		e.Engagement, e.Reports = w.Text, append(e.Reports, w.At)
	}
}

// follow takes over what a person decided by hand in a CRM.
func (t *turn) follow(out *Progress) {
	to := t.facts.Moved
	if to == "" || to == t.life.State {
		return
	}
	if to.Open() && t.life.Open == nil && to != Opportunity {
		t.life.Episode++
		t.life.Open = t.byHand(to)
		out.Opened = true
	}
	t.life.Moved = t.facts.Now
	t.enter(out, Step{Name: byHand, From: t.life.State, To: to, Why: fmt.Sprintf("a person set the status in %s", t.facts.MovedIn)})
}

// byHand is the episode of an account that a person gave to sales.
func (t *turn) byHand(to State) *Episode {
	stage := SDR
	if to == Engaged {
		stage = AE
	}
	return &Episode{Rule: byHand, Type: Intent, Version: t.policy.Version, Handed: t.facts.Now, Stages: []StageStory{{
		Stage: stage, At: t.facts.Now, System: t.facts.MovedIn, Due: t.deadline(t.facts.Now, t.policy.SLA.FirstTouch),
	}}}
}

// step makes the first transition that applies.
func (t *turn) step(out *Progress) bool {
	for i := range t.policy.transitions {
		tr := &t.policy.transitions[i]
		if tr.From != t.life.State || tr.holds == nil {
			continue
		}
		if why, ok := tr.holds(t); ok {
			t.enter(out, Step{Name: tr.Name, From: tr.From, To: tr.To, Why: why})
			return true
		}
	}
	return false
}

// enter puts the account into a state with all that this brings.
func (t *turn) enter(out *Progress, s Step) {
	out.Steps = append(out.Steps, s)
	e, now := t.life.Open, t.facts.Now
	switch s.To {
	case Opportunity:
		t.life.Deal = t.facts.OpenDeal
		if s.Name != byHand {
			t.life.Deal = first(t.facts.OpenDeal, t.facts.Deal.Created)
		}
		if e != nil && !t.life.Deal.IsZero() {
			e.Opportunity = first(e.Opportunity, t.life.Deal)
		}
	case Returned:
		t.giveBack(s)
		out.Notices = append(out.Notices, t.returnNotice())
	case Disputed:
		if e != nil {
			e.Disputed = now
			e.disputed(now)
		}
		out.Notices = append(out.Notices, t.disputeNotice())
	case Won, Lost:
		t.close(out, string(s.To))
	case Nurture, Declined, Hibernation:
		t.close(out, t.ending(s))
	}
	if s.From == Disputed && e != nil {
		e.Verdict = map[bool]string{true: VerdictSales, false: VerdictNurture}[s.To.WithSales()]
		e.decided(now, e.Verdict)
	}
	if e != nil && s.To.WithSales() && s.To != Disputed {
		e.takenBack(now)
	}
	if s.From != Ready && (s.To == Nurture || s.To == Declined) {
		t.life.Nurtured = now
	}
	t.life.From = ""
	if s.To == Ready && s.From != Nurture {
		t.life.From = s.From
	}
	t.life.State, t.life.Since = s.To, now
}

// giveBack notes when and why the account came back.
func (t *turn) giveBack(s Step) {
	e := t.life.Open
	if e == nil {
		return
	}
	e.Returned, e.Reason = t.facts.Now, t.facts.Return.Text
	switch {
	case s.Name == "given up":
		e.Reason = string(NoAnswer)
	case e.Reason == "":
		e.Reason = byHand
	}
	e.Returns = append(e.Returns, Return{At: e.Returned, Reason: e.Reason})
}

// ending is the outcome of a handoff that ends by going to a state.
func (t *turn) ending(s Step) string {
	e := t.life.Open
	switch {
	case e == nil:
		return ""
	case s.Name == byHand && e.Returned.IsZero():
		e.Returned, e.Reason = t.facts.Now, byHand
		e.Returns = append(e.Returns, Return{At: e.Returned, Reason: e.Reason})
		return byHand + ": " + string(s.To)
	default:
		return "returned: " + e.Reason
	}
}

// close ends the open handoff. What happened until the return is used up; what
// came after it counts for a new one.
func (t *turn) close(out *Progress, outcome string) {
	e := t.life.Open
	if e == nil {
		return
	}
	t.life.Ended = t.facts.Now
	switch {
	case outcome == string(Won):
		e.Won = t.facts.Deal.Closed
	case outcome == string(Lost):
		e.Lost = t.facts.Deal.Closed
	case !e.Returned.IsZero():
		t.life.Ended = e.Returned
	}
	out.Closed, out.Ended = outcome, e
	t.life.Open = nil
}

// System is where the open handoff's task is.
func (l *Life) System() (connectors.System, bool) {
	if l.Open == nil || l.Open.Now().System == "" {
		return "", false
	}
	return l.Open.Now().System, true
}
