package doctor

import (
	"fmt"
	"math"
	"strings"
	"time"

	"handoffd/connectors"
)

// signIns reports who we are in each CRM and what is left of the day's calls.
func (e *examination) signIns() {
	for _, system := range connectors.Systems() {
		s := e.sites[system]
		if s == nil {
			continue
		}
		if s.signedIn != nil {
			what, fix := reason(s.signedIn)
			e.add(Fail, string(system), "signing in failed, nothing else was checked here: "+what, fix)
			continue
		}
		e.add(OK, string(system), "signed in: "+describe(s.identity), "")
		e.zone(s)
	}
}

// describe shows an identity as far as the CRM tells.
func describe(id connectors.Identity) string {
	var parts []string
	add := func(format, value string) {
		if value != "" {
			parts = append(parts, fmt.Sprintf(format, value))
		}
	}
	add("%s", id.Username)
	add("%s", id.OrgName)
	if id.System == connectors.HubSpot {
		add("portal %s", id.OrgID)
	} else {
		add("org %s", id.OrgID)
	}
	add("%s", id.Edition)
	add("API %s", id.APIVersion)
	add("time zone %s", id.TimeZone)
	if id.OwnCurrencies {
		add("corporate currency %s, and others", or(id.Currency, "unknown"))
	} else {
		add("currency %s", id.Currency)
	}
	return strings.Join(parts, ", ")
}

// zone reports a CRM that lives in another time zone than the team: due dates
// and the day's allowance turn at another midnight.
func (e *examination) zone(s *site) {
	if s.identity.TimeZone == "" {
		return
	}
	theirs, err := time.LoadLocation(s.identity.TimeZone)
	if err != nil {
		e.add(Warn, string(s.System()), fmt.Sprintf("its time zone %q is not known here", s.identity.TimeZone), "bring this machine's time zone data up to date, or choose another zone in the CRM")
		return
	}
	ours := e.Policy.Calendar.Location()
	now := e.Clock.Now()
	_, a := now.In(theirs).Zone()
	_, b := now.In(ours).Zone()
	if a != b {
		e.report.Notes = append(e.report.Notes, fmt.Sprintf(
			"%s lives in %s, the team's calendar in %s: reports by day in the two differ by %g hours.",
			s.System(), s.identity.TimeZone, ours, math.Abs(float64(a-b))/3600))
	}
}
