package doctor

import (
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
)

// owners judges who owns accounts: owners whom the other CRM must know, and
// those who cannot get a task.
func (e *examination) owners() {
	e.unmatched()
	for _, s := range e.taskSites() {
		e.unfit(s)
	}
}

// unmatched reports users whose accounts' owner cannot be carried over.
func (e *examination) unmatched() {
	users := map[connectors.System][]connectors.User{}
	for _, system := range connectors.Systems() {
		s := e.sites[system]
		if s == nil || s.signedIn != nil || s.noUsers != nil {
			return // reported already
		}
		users[system] = s.users
	}
	m := e.mapping.With(mapping.NewPeople(users))
	for i := range m.Fields {
		f := &m.Fields[i]
		for _, to := range mapping.Sides() {
			from := to.Other()
			if f.Type != mapping.Owner || !f.Writes(to) || !f.ComesFrom(from) {
				continue
			}
			where := e.sites[to.System()].place(connectors.Account, f.Vendor[to])
			if missing := m.Unmatched(from, users[from.System()]); len(missing) > 0 {
				e.add(Warn, where, fmt.Sprintf("%d active users of %s have no counterpart in %s, so that what they own is parked: %s",
					len(missing), from.System(), to.System(), names(missing)),
					"give both users the same e-mail address, or say under owners who is whom")
			} else {
				e.add(OK, where, fmt.Sprintf("every active user of %s has a counterpart in %s", from.System(), to.System()), "")
			}
		}
	}
}

// unfit looks at the owners of the accounts that were read.
func (e *examination) unfit(s *site) {
	f := e.mapping.Field(mapping.OwnerField)
	if f == nil || s.noUsers != nil || s.reading[connectors.Account] != nil || len(s.accounts) == 0 {
		return
	}
	var inactive, unknown []connectors.User
	count, accounts := 0, 0
	for _, r := range s.accounts {
		if r.Deleted || r.OutOfScope {
			continue
		}
		accounts++
		id := r.Fields[f.Vendor[s.side]].Text()
		at := slices.IndexFunc(s.users, func(u connectors.User) bool { return u.ID == id })
		switch {
		case id == "":
		case at < 0:
			unknown, count = append(unknown, connectors.User{ID: id, Name: id}), count+1
		case !s.users[at].Active || s.users[at].Queue:
			inactive, count = append(inactive, s.users[at]), count+1
		}
	}
	where := fmt.Sprintf("%s owners", s.System())
	if count == 0 {
		e.add(OK, where, fmt.Sprintf("of the first %d accounts none has an owner who is inactive or not known", accounts), "")
		return
	}
	var parts []string
	if len(inactive) > 0 {
		parts = append(parts, "inactive or queues: "+names(inactive))
	}
	if len(unknown) > 0 {
		parts = append(parts, "not known: "+names(unknown))
	}
	e.add(Warn, where, fmt.Sprintf("%d of the first %d accounts have an owner who can get no task (%s); those go to the fallback", count, accounts, strings.Join(parts, "; ")),
		"give these accounts active owners, unless the fallback is to take them")
}

// names lists people, each once, the first few of many.
func names(people []connectors.User) string {
	var list []string
	for _, u := range people {
		if name := u.Name; !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return mapping.List(list)
}
