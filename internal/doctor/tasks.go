package doctor

import (
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
)

// keyNeeds is how many characters a key of a handoff's task may have.
const keyNeeds = 100

// tasks judges what making a task rests on: the unique field that makes a
// create happen once, and fields that the org demands beyond ours.
func (e *examination) tasks() {
	for _, s := range e.taskSites() {
		e.key(s, connectors.Task)
		if s.System() == connectors.Salesforce {
			e.demanded(s)
		}
	}
	// The summary is also a note on the company, wherever the task is.
	if s := e.sites[connectors.HubSpot]; s != nil && s.signedIn == nil {
		e.key(s, connectors.Note)
	}
	e.each(func(s *site) {
		if e.Policy.Create[s.side] != nil {
			e.accountKey(s)
		}
	})
}

// accountKey judges the unique field that makes an account once, where
// mapping.create makes some.
func (e *examination) accountKey(s *site) {
	schema, known := s.schemas[connectors.Account]
	name := e.AccountKey[s.System()]
	if !known || name == "" {
		return
	}
	where := s.place(connectors.Account, name)
	const instead = "; after a create of unknown outcome the record is looked for by name and site instead"
	f, ok := Lookup(schema, s.System(), name)
	switch {
	case ok && f.Unique && f.Creatable && f.Length > 0 && f.Length < keyNeeds:
		e.add(Fail, where, fmt.Sprintf("it takes %d characters, keys have up to %d", f.Length, keyNeeds), "make the field longer")
	case ok && f.Unique && f.Creatable:
		e.add(OK, where, "unique: each record that mapping.create asks for is made once", "")
	case ok:
		e.add(Warn, where, "it is not unique, or cannot be set"+instead, "name a unique text field in the connector's section")
	default:
		e.add(Warn, where, "there is no such field, or it is hidden"+instead, "let `handoffd setup` make it")
	}
}

func (e *examination) key(s *site, o connectors.Object) {
	schema, known := s.schemas[o]
	name := e.TaskKey[s.System()]
	if !known || name == "" {
		return
	}
	where := s.place(o, name)
	f, ok := Lookup(schema, s.System(), name)
	marker := "; a marker in the text is used instead, at the price of reading before each create"
	switch {
	case ok && f.Unique && f.Creatable && (f.Length == 0 || f.Length >= keyNeeds):
		e.add(OK, where, "unique: each task is made once", "")
	case ok && f.Unique && f.Creatable:
		e.add(Fail, where, fmt.Sprintf("it takes %d characters, keys have up to %d", f.Length, keyNeeds), "make the field longer")
	case ok:
		e.add(Warn, where, "it is not unique, or cannot be set"+marker, "name a unique text field in the connector's section")
	case s.System() == connectors.HubSpot:
		e.add(OK, where, "the portal has no such unique property"+marker, "")
	default:
		e.add(Warn, where, "there is no such field, or it is hidden"+marker, "let `handoffd setup` make it")
	}
}

// ours are the fields of a task that handoffd sets or Salesforce fills in.
var ours = [...]string{"subject", "description", "ownerid", "whatid", "status", "priority", "activitydate"}

// demanded finds fields without which the org refuses a task. Those that only
// a page layout or a validation rule demands do not show here.
func (e *examination) demanded(s *site) {
	var names []string
	for _, f := range s.schemas[connectors.Task].Fields {
		if f.Required && !slices.Contains(ours[:], strings.ToLower(f.Name)) && !strings.EqualFold(f.Name, e.TaskKey[s.System()]) {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	for _, n := range names {
		e.add(Fail, s.place(connectors.Task, n), "the org demands it on every task, and handoffd does not set it", "give the field a default, or let it be empty")
	}
}

// rights reports what the credential may do.
func (e *examination) rights() {
	e.each(func(s *site) {
		if s.noRights != nil {
			what, fix := reason(s.noRights)
			e.add(Fail, fmt.Sprintf("%s rights", s.System()), "they cannot be looked at: "+what, fix)
		}
		for _, r := range s.rights {
			where := fmt.Sprintf("%s rights", s.System())
			if r.What == connectors.CreateAccounts && e.Policy.Create[s.side] == nil {
				continue // nothing is made there
			}
			switch {
			case r.Granted:
				e.add(OK, where, r.What, "")
			case r.Optional && r.What != connectors.CreateAccounts:
				e.add(Warn, where, r.What+": "+r.Why, fixRight(s, r))
			default:
				e.add(Fail, where, r.What+": "+r.Why, fixRight(s, r))
			}
		}
	})
}

func fixRight(s *site, r connectors.Right) string {
	if r.Fix != "" {
		return r.Fix
	}
	return "ask an admin of " + string(s.System()) + " to grant it"
}
