package workflows

import (
	"fmt"
	"time"

	"handoffd/workflows/calendar"
)

// Clock is a promise about an open handoff: from when it runs, when it is due,
// and when it was kept. Clocks run on after a breach, so that the true time is
// known.
type Clock struct {
	Name string
	From time.Time
	Due  time.Time
	// Met is when it was kept, zero while it was not.
	Met time.Time

	notice func() Notice
	breach func(*Progress)
}

// The names of clocks.
const (
	ClockAcknowledge        = "acknowledge"
	ClockAcknowledgeManager = "acknowledge_manager"
	ClockFirstTouch         = "first_touch"
	ClockFirstTouchLatest   = "first_touch_latest"
	ClockCall               = "call_within"
	ClockReturn             = "return"
	ClockReport             = "report"
	ClockDecide             = "decide_within"
	ClockAssign             = "assign"
)

// Clocks lists the clocks of an account's present state.
func (p *Policy) Clocks(life Life, facts Facts) []Clock {
	t := turn{policy: p, life: life, facts: facts}
	return t.running()
}

func (t *turn) running() []Clock {
	e := t.life.Open
	switch t.life.State {
	case HandedOff, Working, Engaged:
		if e == nil {
			return nil
		}
		list := append(t.stageClocks(e), t.reportClocks(e)...)
		if t.life.State == Engaged && e.Now().Stage == SDR {
			c := t.assignClock(t.life.Since, e.Response)
			c.Name = fmt.Sprintf("%s/%d", ClockAssign, c.From.Unix()) // a handoff may come here again
			list = append(list, c)
		}
		return list
	case InProgress:
		if e != nil {
			return t.reportClocks(e)
		}
	case Disputed:
		if e != nil {
			from := e.Disputed
			if from.IsZero() { // it was found like this on the first day: the clock begins then (I13)
				from = t.life.Since
			}
			return []Clock{{
				Name: fmt.Sprintf("%s/%d", ClockDecide, from.Unix()), From: from, Due: t.deadline(from, t.policy.Lifecycle.Decide),
				notice: func() Notice {
					return t.tell(fmt.Sprintf("decide/%d", from.Unix()), "Dispute undecided", "Both heads were to decide whether sales keeps the account. Set the verdict, or move the status.", ToHeads)
				},
			}}
		}
	case Ready:
		if t.facts.Outcome == HandOff && t.facts.Type != Intent {
			return []Clock{t.assignClock(t.requested(), t.facts.Rule)}
		}
	}
	return nil
}

// assignClock is the promise that a buyer who asked or answered gets somebody
// on the same day.
func (t *turn) assignClock(from time.Time, asked string) Clock {
	return Clock{
		Name: ClockAssign, From: from, Due: t.deadline(from, t.policy.SLA.Assign),
		notice: func() Notice {
			n := t.tell(fmt.Sprintf("assign/%d", from.Unix()), "Nobody has this request", "The buyer asked, and no owner could be found: "+asked, ToHeads, ToMarketing)
			n.Urgent = true
			return n
		},
	}
}

// requested is since when a buyer who asked waits for somebody: an account may
// have been ready for less before that.
func (t *turn) requested() time.Time {
	switch l := t.life; {
	case l.Met.IsZero():
		return l.Since
	case t.facts.Type.Before(l.MetAs):
		return t.facts.Now
	default:
		return l.Met
	}
}

// stageClocks are the promises about the present stage.
func (t *turn) stageClocks(e *Episode) []Clock {
	p, stage := t.policy, *e.Now()
	from, of, hours := stage.since(), stage.clock, p.CalendarNamed(stage.Calendar)
	clock := func(name string, span calendar.Span, met time.Time, title, body string, to ...Audience) Clock {
		name = of(name)
		return Clock{
			Name: name, From: from, Due: hours.Deadline(from, span), Met: met,
			notice: func() Notice { return t.tell(name, title, body, to...) },
		}
	}
	touch := clock(ClockFirstTouch, p.SLA.FirstTouch, stage.Touched, "First outreach is overdue", "No call, e-mail, meeting or completed task since the handoff.", ToManager)
	if !stage.Due.IsZero() {
		touch.Due = stage.Due
	}
	latest := clock(ClockFirstTouchLatest, p.SLA.FirstTouchLatest, stage.Touched, "Still no outreach", "The latest time for a first outreach is over.", ToManager)
	latest.breach = func(out *Progress) { out.Reassign = true }
	list := []Clock{
		clock(ClockAcknowledge, p.SLA.Acknowledge, stage.Acknowledged, "Please begin", "The handoff has not been acknowledged: begin its task, or set acknowledged.", ToOwner),
		clock(ClockAcknowledgeManager, p.SLA.AcknowledgeManager, stage.Acknowledged, "Handoff not acknowledged", "The owner was reminded and has not begun.", ToManager),
		latest,
	}
	if stage.Call.IsZero() { // else the call is the first touch that was promised
		list = append(list, touch)
	}
	// What the buyer was promised does not begin anew with another owner.
	from, of = stage.At, StageStory{Stage: stage.Stage}.clock
	if !stage.Call.IsZero() {
		call := clock(ClockCall, calendar.Span{}, stage.Talked, "Discovery call is overdue", "No call or meeting has taken place in the time that was promised.", ToManager)
		call.Due = stage.Call
		list = append(list, call)
	}
	if stage.Stage == AE && t.life.State != Engaged {
		list = append(list, clock(ClockReturn, p.SLA.Return, e.Responded, "No response so far", "An AE keeps the account; have a look whether it should go back.", ToOwner, ToManager))
	}
	return list
}

// reportClocks are the owner's weekly reports, if the mapping has a field for
// them: one for every week that has gone by, and the next.
func (t *turn) reportClocks(e *Episode) []Clock {
	if t.policy.Mapping.Field(FieldEngagement) == nil || t.policy.SLA.Report.IsZero() {
		return nil
	}
	var list []Clock
	for from, n := e.Handed, 1; n <= maxReports; n++ {
		due := t.deadline(from, t.policy.SLA.Report)
		c := Clock{Name: fmt.Sprintf("%s/%d", ClockReport, n), From: from, Due: due, notice: func() Notice {
			return t.tell(fmt.Sprintf("%s/%d", ClockReport, n), "Weekly report is missing", "Please set engagement: responsive, unresponsive or converted.", ToOwner)
		}}
		for _, at := range e.Reports {
			if at.After(from) && !at.After(due) {
				c.Met = at
			}
		}
		list = append(list, c)
		if due.After(t.facts.Now) {
			break
		}
		from = due
	}
	return list
}

// maxReports bounds the weeks that are looked at, five years of them.
const maxReports = 260

// clocks acts on those that have run out, and notes when the next one will. A
// clock fires once; of several missed reports only the last is told.
func (t *turn) clocks(out *Progress) {
	var missed *Clock
	for _, c := range t.running() {
		if !c.Met.IsZero() && !c.Met.After(c.Due) || t.fired(c.Name) {
			continue
		}
		if !t.over(c.Due) {
			continue
		}
		t.fire(c.Name)
		if !c.Met.IsZero() {
			continue // kept, too late; counted, and nobody needs to be told any more
		}
		if c.breach != nil {
			c.breach(out)
		}
		if len(c.Name) > len(ClockReport) && c.Name[:len(ClockReport)] == ClockReport {
			missed = &c
			continue
		}
		out.Notices = append(out.Notices, t.about(c))
	}
	if missed != nil {
		out.Notices = append(out.Notices, t.about(*missed))
	}
}

func (t *turn) about(c Clock) Notice {
	n := c.notice()
	n.Due = c.Due
	return n
}

func (t *turn) fired(name string) bool {
	return t.life.Open != nil && !t.life.Open.Fired[name].IsZero()
}

// fire notes a breach in the episode; without one the notice's key alone keeps
// it from going out twice.
func (t *turn) fire(name string) {
	e := t.life.Open
	if e == nil {
		return
	}
	if e.Fired == nil {
		e.Fired = map[string]time.Time{}
	}
	e.Fired[name] = t.facts.Now
}
