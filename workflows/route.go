package workflows

import (
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
)

// Assignment says who gets an account, and how that was decided.
type Assignment struct {
	Side  mapping.Side
	Owner connectors.User
	// Why tells how the owner was found and who was passed over.
	Why []string
}

// Route picks the owner of a stage's task: the account's owner in the CRM
// where the task is made, else the stage's fallback. An inactive user or a
// queue never gets a task. Without anyone, ok is false and Why says what to
// do.
func (p *Policy) Route(a *mapping.Account, stage Stage, users Users) (as Assignment, ok bool) {
	side, ok := p.taskSystem(a)
	as.Side = side
	if !ok {
		as.Why = append(as.Why, fmt.Sprintf("the account has no %s record to put the task on", side.System()))
		return as, false
	}
	people := users[side.System()]
	if id := p.ownerID(a, side); id == "" {
		as.Why = append(as.Why, "the account has no owner")
	} else if u := byID(people, id); u == nil {
		as.Why = append(as.Why, "the account's owner "+id+" is not known")
	} else if !u.Active || u.Queue {
		as.Why = append(as.Why, fmt.Sprintf("the account's owner %s is %s", u.Name, unfit(u)))
	} else {
		as.Owner = *u
		as.Why = append(as.Why, "the account's owner")
		return as, true
	}
	fallback := p.Routing[stage].Fallback
	if fallback == "" {
		as.Why = append(as.Why, fmt.Sprintf("workflows.routing.%s.fallback names nobody", stage))
		return as, false
	}
	u := byEmail(people, fallback)
	switch {
	case u == nil:
		as.Why = append(as.Why, fmt.Sprintf("the fallback %s is no user of %s", fallback, side.System()))
		return as, false
	case !u.Active || u.Queue:
		as.Why = append(as.Why, fmt.Sprintf("the fallback %s is %s in %s", fallback, unfit(u), side.System()))
		return as, false
	}
	as.Owner = *u
	as.Why = append(as.Why, "so the fallback "+u.Name)
	return as, true
}

func unfit(u *connectors.User) string {
	if u.Queue {
		return "a queue"
	}
	return "inactive"
}

// ownerID is the vendor's id of the account's owner on one side.
func (p *Policy) ownerID(a *mapping.Account, side mapping.Side) string {
	f := p.Mapping.Field(mapping.OwnerField)
	v := a.Views[side]
	if f == nil || v == nil || f.Slot >= len(v.Cells) {
		return ""
	}
	return v.Cells[f.Slot].Seen.Text()
}

// Manager finds whom to tell about an owner: up the chain of managers in the
// CRM past inactive users, then the managers map by the owner's e-mail, by
// team, and by "default". The user's ID is empty if the person is known by
// e-mail only.
func (p *Policy) Manager(side mapping.Side, owner connectors.User, users Users) (connectors.User, bool) {
	people := users[side.System()]
	seen := map[string]bool{owner.ID: true}
	for id := owner.ManagerID; id != "" && !seen[id]; {
		seen[id] = true
		u := byID(people, id)
		if u == nil {
			break
		}
		if u.Active && !u.Queue {
			return *u, true
		}
		id = u.ManagerID
	}
	for _, key := range append(append([]string{strings.ToLower(owner.Email)}, owner.Teams...), "default") {
		email, ok := p.Managers[key]
		if !ok {
			continue
		}
		if u := byEmail(people, email); u != nil && u.Active {
			return *u, true
		}
		return connectors.User{Email: email, Name: email, Active: true}, true
	}
	return connectors.User{}, false
}

func byID(people []connectors.User, id string) *connectors.User {
	for i := range people {
		if people[i].ID == id || mapping.SalesforceID(people[i].ID) == mapping.SalesforceID(id) {
			return &people[i]
		}
	}
	return nil
}

// byEmail prefers an active user: a CRM may hold several with one address.
func byEmail(people []connectors.User, email string) *connectors.User {
	var found *connectors.User
	for i := range people {
		if email != "" && strings.EqualFold(people[i].Email, email) && (found == nil || !found.Active) {
			found = &people[i]
		}
	}
	return found
}
