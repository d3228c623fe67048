package engine

import (
	"fmt"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// unreachable says where a person can see it that somebody was not told.
func (t *telling) unreachable(c workflows.Channel, p person) {
	where := p.where
	t.batch.engine.log.Warn("nobody was told", "channel", c, "who", where, "account", t.account)
	ref := connectors.Ref{System: connectors.System(c), Object: alertObject, ID: t.base}
	t.batch.problems = append(t.batch.problems, ProblemRow{
		Ref: ref, Field: where, Since: t.batch.now,
		Reason: "telling them of " + t.notice.Key + ": no user of a CRM has this address, and channels.email is not set up",
	})
}

// person is one of an audience.
type person struct {
	connectors.User
	system connectors.System
	where  string // what names them, for people: never an address
}

// people are those behind an audience.
func (t *telling) people(to workflows.Audience) ([]person, error) {
	system := t.who.side.System()
	switch to {
	case workflows.ToOwner:
		if t.who.owner.ID == "" && t.who.owner.Email == "" {
			return nil, nil
		}
		return []person{{t.who.owner, system, "the owner"}}, nil
	case workflows.ToManager:
		if !t.who.hasManager {
			return nil, nil
		}
		if t.who.manager.ID != "" || t.account != "" {
			return []person{{t.who.manager, system, "the manager"}}, nil
		}
		return t.found([]string{t.who.manager.Email}, "workflows.managers.default")
	}
	return t.found(t.batch.policy.Alerts.People[to], "workflows.alerts.people."+string(to))
}

// found looks the addresses up among the CRMs' users: first where the task is.
func (t *telling) found(addresses []string, where string) ([]person, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	users, err := t.batch.everybody()
	if err != nil {
		return nil, err
	}
	first := t.who.side
	out := make([]person, len(addresses))
	for i, email := range addresses {
		out[i] = person{connectors.User{Email: email}, first.System(), fmt.Sprintf("%s[%d]", where, i)}
		for _, side := range []mapping.Side{first, first.Other()} {
			if u := workflows.UserByEmail(users[side.System()], email); u != nil && u.Active && !u.Queue {
				out[i].User, out[i].system = *u, side.System()
				break
			}
		}
	}
	return out, nil
}

// inCRM tells whether the CRM can tell the person. Salesforce sends mail to
// any address, but the team's own mail server is the better way if there is one.
func (b *batch) inCRM(p person) bool {
	if p.ID != "" {
		return true
	}
	return p.where == "the manager" || p.system == connectors.Salesforce && p.Email != "" && b.engine.channels[workflows.ByEmail] == nil
}

// everybody are the users of both CRMs, read once.
func (b *batch) everybody() (workflows.Users, error) {
	if b.staff == nil {
		users, err := b.engine.users(b.tx)
		if err != nil {
			return nil, err
		}
		b.staff = users
	}
	return b.staff, nil
}

// audienceOf are those of the audiences that are told on a channel.
func audienceOf(to []workflows.Audience, p *workflows.Policy, c workflows.Channel) (out []workflows.Audience) {
	for _, a := range to {
		for _, have := range p.Alerts.To[a] {
			if have == c {
				out = append(out, a)
			}
		}
	}
	return out
}
