package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/workflows/calendar"
)

// Contact is a person on the account, as far as the summary needs it.
type Contact struct {
	Ref connectors.Ref
	// Same are the person's records in the other CRM.
	Same               []connectors.Ref
	Name, Title, Email string
	Modified           time.Time
}

// Plan is all that a handoff does, before anything is done: who, by when,
// with which words. It can be printed and compared.
type Plan struct {
	Rule    string
	Type    Type
	Stage   Stage
	Account string
	Assignment
	// Manager is told; HasManager is false if nobody is known.
	Manager    connectors.User
	HasManager bool
	// Due is the deadline of the first touch, Day its date in the team's zone.
	// Call is when the discovery call must have been held, zero for no such
	// promise.
	Due, Call time.Time
	Day       string
	// Calendar names that of the owner's team, "" for the general one.
	Calendar string
	Subject  string
	// Summary is the one page as text, HTML the same as safe HTML.
	Summary, HTML string
	Contact       *Contact
	Reasons       []string
	// Criteria are the clauses that held, without what they saw; Version is
	// the policy's. OffTarget: the account is not on the target account list.
	Criteria  []string
	Signals   []string // the same in words
	Version   int
	OffTarget bool
}

// Plan lays out the handoff that a decision calls for. ok is false if it has
// to wait, with the reason in the plan's Why.
func (p *Policy) Plan(in Input, d Decision, t Trace, users Users, load *Load, contacts []Contact) (Plan, bool, error) {
	h := d.Rule
	plan := Plan{
		Rule: h.Name, Type: h.Type, Stage: h.To, Reasons: reasons(t),
		Criteria: held(t), Signals: p.signalWords(t), Version: p.Version, OffTarget: p.offTarget(in.Account),
	}
	return p.complete(plan, in, t, h.CallWithin, RouteRequest{Input: in, Stage: h.To, Users: users, Load: load}, contacts)
}

// maxSubject is what a Salesforce Task takes (Object Reference, Task.Subject).
const maxSubject = 255

// Subject is the task's subject line. A name that is too long for it is
// shortened here, visibly: the summary holds it in full.
func Subject(t Type, stage Stage, account string) string {
	head := "SDR outreach: "
	switch {
	case t == Relationship:
		head = "AE consultation: "
	case t == Inbound:
		head = "AE discovery call: "
	case stage == AE:
		head = "AE follow-up: "
	}
	name := []rune(strings.Join(strings.Fields(account), " "))
	if room := maxSubject - len(head); len(name) > room {
		name = append(name[:room-1], '…')
	}
	return head + string(name)
}

func reasons(t Trace) []string {
	out := make([]string, 0, len(t.Matched))
	for _, name := range t.Matched {
		for _, r := range t.Rules {
			if r.Rule == name {
				out = append(out, name+": "+t.join(r.When, true))
			}
		}
	}
	return out
}

// held lists the clauses that held in the rules that were met, as the policy
// has them.
func held(t Trace) []string {
	var out []string
	for _, r := range t.Rules {
		if !slices.Contains(t.Matched, r.Rule) {
			continue
		}
		for _, c := range r.When {
			if c.Holds().Bool() && !slices.Contains(out, c.Says()) {
				out = append(out, c.Says())
			}
		}
	}
	return out
}

// primary is the contact to call: the one with the latest signal, else the
// one touched last.
func primary(contacts []Contact, history History) *Contact {
	latest := map[string]time.Time{}
	for _, points := range history {
		for _, pt := range points {
			if pt.At.After(latest[pt.Source]) {
				latest[pt.Source] = pt.At
			}
		}
	}
	var best *Contact
	at := func(c *Contact) time.Time {
		t := latest[c.Ref.String()]
		for _, ref := range c.Same {
			if other := latest[ref.String()]; other.After(t) {
				t = other
			}
		}
		return t
	}
	better := func(a, b *Contact) bool {
		ta, tb := at(a), at(b)
		if !ta.Equal(tb) {
			return ta.After(tb)
		}
		return a.Modified.After(b.Modified)
	}
	for i := range contacts {
		c := &contacts[i]
		if best == nil || better(c, best) {
			best = c
		}
	}
	return best
}

// dayFormat shows a time to sales people in their team's zone.
func dayFormat(c *calendar.Calendar, t time.Time) string {
	return t.In(c.Location()).Format("Mon 2 Jan 2006 15:04 MST")
}

// String shows the plan in one line.
func (p Plan) String() string {
	return fmt.Sprintf("%s -> %s (%s), due %s", p.Account, p.Owner.Name, p.Side.System(), p.Day)
}

// WhyNow is what led to it, in words where there are any.
func (p Plan) WhyNow() []string {
	if len(p.Signals) > 0 {
		return p.Signals
	}
	return p.Reasons
}

// WhyText says how the owner was found, or why there is none.
func (p Plan) WhyText() string { return strings.Join(p.Why, "; ") }
