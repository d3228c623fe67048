package engine

import (
	"fmt"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// unreachable says where a person can see it that somebody was not told.
func (t *telling) unreachable(p person) {
	reason := "they were not told: no user of a CRM has this address, and channels.email is not set up"
	if p.Email == "" {
		reason = "they were not told: the CRM knows no e-mail address of them"
	}
	t.batch.engine.log.Warn("somebody was not told", "who", p.where, "account", t.account)
	t.batch.problems = append(t.batch.problems, ProblemRow{Ref: t.missed(p), Reason: reason, Since: t.batch.now})
}

// missed is where it stands that a person could not be told: with the config's
// people once, with others per handoff.
func (t *telling) missed(p person) connectors.Ref {
	id := p.where
	if !p.named {
		id = t.base + " " + p.where
	}
	return connectors.Ref{System: p.system, Object: alertObject, ID: id}
}

// reached settles that a person of the config could not be told before.
func (t *telling) reached(p person) {
	if p.named {
		t.batch.settled = append(t.batch.settled, settledRecord{ref: t.missed(p)})
	}
}

// person is one of an audience.
type person struct {
	connectors.User
	system connectors.System
	where  string // what names them, for people: never an address
	named  bool   // by the config's people, rather than by an account
}

// people are those behind an audience.
func (t *telling) people(to workflows.Audience) ([]person, error) {
	system := t.who.side.System()
	switch to {
	case workflows.ToOwner:
		if t.who.owner.ID == "" && t.who.owner.Email == "" {
			return nil, nil
		}
		return []person{{t.who.owner, system, "the owner", false}}, nil
	case workflows.ToManager:
		if !t.who.hasManager {
			return nil, nil
		}
		if t.who.manager.ID != "" || t.account != "" {
			return []person{{t.who.manager, system, "the manager", false}}, nil
		}
		return t.found([]string{t.who.manager.Email}, "workflows.managers.default")
	}
	if email := t.batch.policy.StandsIn(to); email != "" && t.kind == kindAlert {
		return t.found([]string{email}, "workflows.managers.default")
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
		out[i] = person{connectors.User{Email: email}, first.System(), fmt.Sprintf("%s[%d]", where, i), true}
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
	return !p.named && p.Email != "" || p.system == connectors.Salesforce && p.Email != "" && b.engine.channels[workflows.ByEmail] == nil
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
