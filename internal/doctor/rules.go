package doctor

import (
	"fmt"

	"handoffd/connectors"
)

// rules reports what admins demand of the values that handoffd writes.
func (e *examination) rules() {
	e.each(func(s *site) {
		if s.noRules != nil {
			what, fix := reason(s.noRules)
			e.report.Notes = append(e.report.Notes, fmt.Sprintf("%s rules for the values of fields cannot be looked at (%s): %s.", s.System(), what, fix))
		}
		for _, r := range s.rules {
			e.add(Warn, s.place(connectors.Account, r.Field), "a rule is checked at every write: "+r.Rule+"; a value that breaks it is parked",
				"see that the values keep the rule, or change the rule of this field in "+string(s.System()))
		}
	})
}
