package doctor

import (
	"context"
	"fmt"

	"handoffd/connectors"
	"handoffd/workflows"
)

// prober is a channel that can be looked at without telling anybody anything.
type prober interface {
	Probe(ctx context.Context) (what string, err error)
}

// channels judges the ways to tell people something outside of the CRMs.
func (e *examination) channels(ctx context.Context) {
	for _, c := range e.Channels {
		where := "channels." + string(c.Name())
		if !e.Policy.Alerts.Uses(c.Name()) {
			e.add(Warn, where, "it is set up, and no audience is told on it", "name it in workflows.alerts")
		}
		p, can := c.(prober)
		if !can {
			continue
		}
		found, err := p.Probe(ctx)
		if err != nil {
			what, fix := reason(err)
			e.add(Fail, where, what, fix)
			continue
		}
		e.add(OK, where, found, "")
	}
}

// audiences judges whether the people behind an audience can be reached in a
// CRM, where they are to be told there.
func (e *examination) audiences() {
	for _, to := range []workflows.Audience{workflows.ToMarketing, workflows.ToHeads} {
		if len(e.Policy.Alerts.People[to]) == 0 && !e.Policy.Alerts.HasPlace(to) {
			who := "reaches nobody"
			if e.Policy.StandsIn(to) != "" {
				who = "goes to the one of workflows.managers.default"
			}
			e.report.Notes = append(e.report.Notes, fmt.Sprintf("workflows.alerts.people.%s names nobody: what is for %s %s.", to, to, who))
		}
		for _, c := range e.Policy.Alerts.To[to] {
			if c != workflows.ByCRM {
				continue
			}
			for i, email := range e.Policy.Alerts.People[to] {
				e.reachable(fmt.Sprintf("workflows.alerts.people.%s[%d]", to, i), email)
			}
		}
	}
}

func (e *examination) reachable(where, email string) {
	complete, mails := true, false
	var found string
	e.each(func(s *site) {
		complete = complete && s.noUsers == nil
		mails = mails || s.System() == connectors.Salesforce
		if what, fine := standing(s, email); fine {
			found = what
		}
	})
	switch {
	case found != "":
		e.add(OK, where, found, "")
	case !complete: // said already
	case e.byEmail():
		e.add(OK, where, email+" is no active user of a CRM and is told by e-mail", "")
	case mails && e.Policy.TasksIn != workflows.TasksInHubSpot:
		e.add(Warn, where, email+" is no active user of a CRM: only Salesforce can tell them, by an e-mail of its own", "name a user, or set up channels.email")
	default:
		e.add(Warn, where, email+" is no active user of a CRM: nothing reaches them", "name a user, or set up channels.email")
	}
}

func (e *examination) byEmail() bool {
	for _, c := range e.Channels {
		if c.Name() == workflows.ByEmail {
			return true
		}
	}
	return false
}
