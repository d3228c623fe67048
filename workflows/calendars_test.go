package workflows_test

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// TestEveryTeamsCalendar: by the person first, then by team; what a calendar
// does not say is as in the general one.
func TestEveryTeamsCalendar(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText+`calendars:
  emea: {zone: Europe/Berlin, holidays: de, for: [eva@acme.example, EMEA]}
  late: {hours: "12:00-20:00", for: Night}
`)
	// Monday at 10:00 in New York is 16:00 in Berlin.
	for name, test := range map[string]struct {
		user connectors.User
		due  string
	}{
		"everybody":   {connectors.User{Email: "ann@acme.example"}, "2026-11-03 17:30 EST"},
		"by person":   {connectors.User{Email: "Eva@acme.example", Teams: []string{"Night"}}, "2026-11-03 17:30 CET"},
		"by team":     {connectors.User{Email: "ann@acme.example", Teams: []string{"Sales", "EMEA"}}, "2026-11-03 17:30 CET"},
		"other hours": {connectors.User{Teams: []string{"Night"}}, "2026-11-03 20:00 EST"},
	} {
		team := p.CalendarFor(test.user)
		life := handed(workflows.HandedOff, workflows.SDR)
		life.Open.Now().Calendar = team
		cal := p.CalendarNamed(team)
		for _, c := range p.Clocks(life, workflows.Facts{Now: monday}) {
			if c.Name != "sdr/first_touch" {
				continue
			}
			oneDay := cal.AddDays(c.From, 1)
			if got := oneDay.Format("2006-01-02 15:04 MST"); got != test.due {
				t.Errorf("%s: a business day later is %s, want %s", name, got, test.due)
			}
			if want := cal.AddDays(c.From, 3); !c.Due.Equal(want) {
				t.Errorf("%s: first touch due %s, want %s", name, c.Due, want.In(time.UTC))
			}
		}
	}
}
