package doctor

import (
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/workflows"
)

// people judges whom handoffs and alerts go to.
func (e *examination) people() {
	e.each(func(s *site) {
		if s.noUsers != nil {
			what, fix := reason(s.noUsers)
			e.add(Fail, fmt.Sprintf("%s users", s.System()), "they cannot be listed: "+what, fix)
		}
	})
	for _, stage := range e.stages() {
		e.fallback("workflows.routing."+string(stage)+".fallback", e.Policy.Routing[stage].Fallback)
	}
	keys := make([]string, 0, len(e.Policy.Managers))
	for k := range e.Policy.Managers {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, key := range keys {
		e.manager(key, e.Policy.Managers[key])
	}
}

// person finds an address among a CRM's people, an active one first.
func (s *site) person(email string) *connectors.User {
	var found *connectors.User
	for i := range s.users {
		if u := &s.users[i]; strings.EqualFold(u.Email, email) && (found == nil || u.Active && !found.Active) {
			found = u
		}
	}
	return found
}

// stages lists the stages that some handoff goes to.
func (e *examination) stages() []workflows.Stage {
	var out []workflows.Stage
	for _, stage := range []workflows.Stage{workflows.SDR, workflows.AE} {
		if slices.ContainsFunc(e.Policy.Handoffs, func(h workflows.Handoff) bool { return h.To == stage }) {
			out = append(out, stage)
		}
	}
	return out
}

// taskSites lists the CRMs in which tasks are made.
func (e *examination) taskSites() []*site {
	var out []*site
	e.each(func(s *site) {
		only := map[workflows.TasksIn]connectors.System{
			workflows.TasksInSalesforce: connectors.Salesforce, workflows.TasksInHubSpot: connectors.HubSpot,
		}[e.Policy.TasksIn]
		if only == "" || only == s.System() {
			out = append(out, s)
		}
	})
	return out
}

// fallback judges who gets accounts without an active owner: somebody active
// in every CRM where tasks are made.
func (e *examination) fallback(where, email string) {
	if email == "" {
		e.add(Warn, where, "nobody is named: accounts without an active owner wait", "name a person by e-mail")
		return
	}
	for _, s := range e.taskSites() {
		if s.noUsers != nil {
			continue
		}
		what, fine := standing(s, email)
		if fine {
			e.add(OK, where, what, "")
		} else {
			e.add(Fail, where, what, "name an active user of "+string(s.System()))
		}
	}
}

// standing tells who an address is in a CRM.
func standing(s *site, email string) (what string, active bool) {
	u := s.person(email)
	switch {
	case u == nil:
		return fmt.Sprintf("%s is no user of %s", email, s.System()), false
	case u.Queue:
		return fmt.Sprintf("%s is a queue in %s", email, s.System()), false
	case !u.Active:
		return fmt.Sprintf("%s is inactive in %s", email, s.System()), false
	default:
		return fmt.Sprintf("%s is %s in %s", email, u.Name, s.System()), true
	}
}

// manager judges one entry of the managers map. In Salesforce an alert reaches
// an address without a user by e-mail; in HubSpot it is a task and needs one.
func (e *examination) manager(key, email string) {
	where := "workflows.managers." + key
	for _, s := range e.taskSites() {
		if s.noUsers != nil {
			continue
		}
		what, fine := standing(s, email)
		switch {
		case fine:
			e.add(OK, where, what, "")
		case s.System() == connectors.HubSpot:
			e.add(Warn, where, what+": its alerts in HubSpot reach nobody", "name an active HubSpot user")
		default:
			e.add(Warn, where, what+": its alerts in Salesforce go by e-mail only", "name an active Salesforce user")
		}
	}
	e.managerKey(where, key)
}

// managerKey judges for whom the entry is: an owner's address, a HubSpot team,
// or default.
func (e *examination) managerKey(where, key string) {
	if key == "default" {
		return
	}
	complete, found := true, false
	for _, s := range e.taskSites() {
		complete = complete && s.noUsers == nil
		for _, u := range s.users {
			found = found || strings.EqualFold(u.Email, key) || slices.Contains(u.Teams, key)
		}
	}
	if complete && !found {
		e.add(Warn, where, fmt.Sprintf("no user has the address %q and no team the name, so this entry is never used", key), "correct the key")
	}
}
