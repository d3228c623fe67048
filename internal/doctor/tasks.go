package doctor

import (
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
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
			switch {
			case r.Granted:
				e.add(OK, where, r.What, "")
			case r.Optional:
				e.add(Warn, where, r.What+": "+r.Why, r.Fix)
			default:
				e.add(Fail, where, r.What+": "+r.Why, r.Fix)
			}
		}
	})
}

// automations reports what reacts to the fields that handoffd writes.
func (e *examination) automations() {
	e.each(func(s *site) {
		written := e.written(s.side)
		if s.noAutomations != nil {
			what, fix := reason(s.noAutomations)
			note := fmt.Sprintf("%s automations that listen to %s are not all visible (%s).", s.System(), strings.Join(written, ", "), what)
			if fix != "" {
				note += " To be sure, " + fix + "."
			}
			e.report.Notes = append(e.report.Notes, note)
		}
		for _, a := range s.automations {
			where := fmt.Sprintf("%s %s %s", s.System(), a.Kind, mapping.Clip(a.Name, 60))
			if len(a.Fields) > 0 {
				e.add(Warn, where, "it names "+strings.Join(a.Fields, ", ")+", which handoffd writes", "make sure that it may run at every write of handoffd")
			} else {
				e.add(OK, where, "it runs when an account is written; it names none of the fields that handoffd writes", "")
			}
		}
	})
}
