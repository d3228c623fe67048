package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// Assignment says who gets an account, and how that was decided.
type Assignment struct {
	Side  mapping.Side
	Owner connectors.User
	// Person is whom Owner stands for in both CRMs.
	Person string
	// By names the choice that found them: owner, pool, fallback, or a field.
	By string
	// Why tells who was considered and why they were passed over, in order;
	// last who it is.
	Why []string
	// Full is the capacity that kept a member of the pool from the account who
	// could have it otherwise, the one that opens first; nil for none.
	Full *Full
	// Pool is whose turn was taken, and Turns how the pool stands after it.
	Pool  string
	Turns map[string]Turn
}

// How says in short how the owner was found.
func (as Assignment) How() string {
	if len(as.Why) == 0 {
		return ""
	}
	return as.Why[len(as.Why)-1]
}

// RouteRequest is all that the choice of an owner depends on.
type RouteRequest struct {
	Input
	Stage Stage
	Users Users
	// Load is what has been given to whom so far, nil for nothing.
	Load *Load
	// Exclude lists persons or users' ids that must not get the account.
	Exclude []string
	// System is where the task is; "" for where the policy makes one.
	System connectors.System
}

// Route picks the owner of a stage's task: the choices of the stage's routing
// in their order, then its fallback. A person who is inactive or away, or a
// queue, never gets a task. Without anyone, ok is false and Why says what to
// do.
func (p *Policy) Route(r RouteRequest) (Assignment, bool) {
	side, ok := p.taskHome(r)
	if r.System != "" {
		side = mapping.SideOf(r.System)
		_, ok = r.Account.Ref(side)
	}
	c := chooser{p: p, r: r, people: r.Users[side.System()]}
	c.as.Side = side
	if !ok {
		c.say("the account has no %s record to put the task on", side.System())
		return c.as, false
	}
	routing := p.Routing[r.Stage]
	for _, choice := range routing.choices() {
		if choice == ToPool {
			ok = c.fromPool(routing.Pool)
		} else {
			ok = c.fromField(choice)
		}
		if ok {
			return c.as, true
		}
	}
	return c.as, c.fallback(routing.Fallback)
}

// chooser looks for one account's owner.
type chooser struct {
	p      *Policy
	r      RouteRequest
	people []connectors.User
	seen   *world // what territories see, once one is asked
	as     Assignment
}

func (c *chooser) say(format string, args ...any) {
	c.as.Why = append(c.as.Why, fmt.Sprintf(format, args...))
}

// take ends the search.
func (c *chooser) take(u *connectors.User, by string) bool {
	c.as.Owner, c.as.By, c.as.Person = *u, by, c.p.Person(c.as.Side, *u)
	return true
}

// fromField takes whom an owner field of the account names.
func (c *chooser) fromField(field string) bool {
	id := c.p.ownerID(c.r.Account, field, c.as.Side)
	if id == "" {
		c.say("the account has no %s", field)
		return false
	}
	u := byID(c.people, id)
	if u == nil {
		c.say("the account's %s %s is not known", field, id)
		return false
	}
	if why := c.barred(u); why != "" {
		c.say("the account's %s %s %s", field, u.Name, why)
		return false
	}
	c.say("the account's %s", field)
	return c.take(u, field)
}

func (c *chooser) fallback(email string) bool {
	system := c.as.Side.System()
	if email == "" {
		c.say("workflows.routing.%s.fallback names nobody", c.r.Stage)
		return false
	}
	u := c.find(email)
	if u == nil {
		c.say("the fallback %s is no user of %s", email, system)
		return false
	}
	if why := c.barred(u); why != "" {
		c.say("the fallback %s %s in %s", email, why, system)
		return false
	}
	c.say("the fallback, since nobody else can take it")
	return c.take(u, ByFallback)
}

// find is the user of the task's CRM with one of the person's addresses.
func (c *chooser) find(email string) *connectors.User {
	var found *connectors.User
	for _, address := range c.p.Mapping.Owners.Addresses(email) {
		if u := byEmail(c.people, address); u != nil && (found == nil || !found.Active) {
			found = u
		}
	}
	return found
}

// barred says why a user cannot get anything now, "" if nothing is in the way.
func (c *chooser) barred(u *connectors.User) string {
	if why := c.p.unfit(u); why != "" {
		return why
	}
	person := c.p.Person(c.as.Side, *u)
	if slices.Contains(c.r.Exclude, person) || slices.Contains(c.r.Exclude, u.ID) {
		return "has had it already"
	}
	if until, away := c.p.away(person, c.r.Now); away {
		return "is absent until " + until
	}
	return ""
}

// Person names somebody alike in both CRMs: by their address, or by their id
// where they have none.
func (p *Policy) Person(side mapping.Side, u connectors.User) string {
	if u.Email == "" {
		return string(side.System()) + "/" + u.ID
	}
	return p.Mapping.Owners.Person(u.Email)
}

// away tells whether a person is absent, and until which day.
func (p *Policy) away(person string, now time.Time) (until string, away bool) {
	day := p.Calendar.LocalDay(now)
	for _, a := range p.Absent[person] {
		if a.From <= day && day <= a.To && a.To > until {
			until = a.To
		}
	}
	return until, until != ""
}

// ownerID is the vendor's id of whom an owner field names on one side.
func (p *Policy) ownerID(a *mapping.Account, field string, side mapping.Side) string {
	f := p.Mapping.Field(field)
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
