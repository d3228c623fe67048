package doctor

import (
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
)

// automations lists what listens to the fields that handoffd writes, as far as
// the CRMs tell. The others that run when an account is saved are counted.
func (e *examination) automations() {
	e.each(func(s *site) {
		written := e.written(s.side)
		if s.noAutomations != nil {
			what, fix := reason(s.noAutomations)
			e.report.Notes = append(e.report.Notes, fmt.Sprintf(
				"%s automations that listen to %s are not all visible (%s). To be sure, %s.", s.System(), strings.Join(written, ", "), what, fix))
		}
		others := 0
		for _, a := range s.automations {
			if len(a.Fields) == 0 {
				others++
				continue
			}
			e.add(Warn, fmt.Sprintf("%s %s %s", s.System(), a.Kind, mapping.Clip(a.Name, 60)),
				"it names "+strings.Join(a.Fields, ", ")+", which handoffd writes", "make sure that it may run at every write of handoffd")
		}
		if listening := len(s.automations) - others; s.noAutomations == nil || len(s.automations) > 0 {
			e.add(OK, fmt.Sprintf("%s automations", s.System()), fmt.Sprintf(
				"%d name a field that handoffd writes; %d more run on accounts and name none", listening, others), "")
		}
		if s.System() == connectors.HubSpot {
			e.report.Notes = append(e.report.Notes,
				"hubspot does not tell which properties its forms and rules demand: since API version 2026-09 it refuses writes that break them, and such records are parked.")
		}
	})
}
