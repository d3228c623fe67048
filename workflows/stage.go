package workflows

import (
	"fmt"
	"slices"

	"handoffd/mapping"
	"handoffd/workflows/calendar"
)

// responseReason begins the reason that a response gives a stage.
const responseReason = "response on "

// PlanStage lays out the next stage of a handoff that is under way.
func (p *Policy) PlanStage(in Input, t Trace, reasons []string, stage Stage, users Users, load *Load, contacts []Contact) (Plan, bool, error) {
	e := in.Life.Open
	plan := Plan{Rule: e.Rule, Type: e.Type, Stage: stage, Reasons: slices.Clone(reasons), Signals: slices.Clone(e.Signals)}
	if e.Response != "" {
		plan.Reasons = append(plan.Reasons, fmt.Sprintf("%s%s: %s", responseReason, p.Calendar.LocalDay(e.Responded), e.Response))
		plan.Signals = append(plan.Signals, p.answered(e))
	}
	return p.complete(plan, in, t, p.promised(e), RouteRequest{Input: in, Stage: stage, Users: users, Load: load}, contacts)
}

// answered is what the buyer answered, and when, in words.
func (p *Policy) answered(e *Episode) string {
	what := oneLine(e.Response)
	if e.Response == e.Request { // a rule's name
		what = noun(what)
	}
	return what + " on " + p.Calendar.LocalDay(e.Responded)
}

// promised is how soon the discovery call must be held of a handoff during
// which the buyer asked for it, zero for no such promise.
func (p *Policy) promised(e *Episode) calendar.Span {
	for i := range p.Handoffs {
		if h := &p.Handoffs[i]; e.Request != "" && h.Name == e.Request {
			return h.CallWithin
		}
	}
	return calendar.Span{}
}

// complete adds to a plan who, by when, and with which words. call is how soon
// the discovery call must be held, zero for no such promise.
func (p *Policy) complete(plan Plan, in Input, t Trace, call calendar.Span, who RouteRequest, contacts []Contact) (Plan, bool, error) {
	plan.Account = p.Mapping.Text(in.Account, mapping.NameField)
	if plan.Account == "" {
		plan.Account = in.Account.ID
	}
	as, ok := p.Route(who)
	plan.Assignment = as
	if !ok {
		return plan, false, nil
	}
	plan.Manager, plan.HasManager = p.Manager(as.Side, as.Owner, who.Users)
	plan.Calendar = p.CalendarFor(as.Owner)
	hours := p.CalendarNamed(plan.Calendar)
	plan.Due = hours.Deadline(in.Now, p.SLA.FirstTouch)
	if !call.IsZero() {
		plan.Due = hours.Deadline(in.Now, call)
		plan.Call = plan.Due
	}
	plan.Day = hours.LocalDay(plan.Due)
	plan.Subject = Subject(plan.Type, plan.Stage, plan.Account)
	plan.Contact = primary(contacts, in.History)
	summary, err := p.summary(in, t, plan, contacts)
	if err != nil {
		return plan, false, err
	}
	plan.Summary, plan.HTML = summary, HTML(summary)
	return plan, true, nil
}
