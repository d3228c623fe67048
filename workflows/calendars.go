package workflows

import (
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/workflows/calendar"
)

// TeamCalendar is the working time of a team that has one of its own.
type TeamCalendar struct {
	Name string
	// For names the team's people by e-mail, in lower case, and teams of the
	// CRM by their names.
	For      []string
	Calendar *calendar.Calendar
}

// calendars reads the team's working time, and that of teams elsewhere: what
// they do not say is as everywhere.
func (k *compiler) calendars(top *yamlpos.Map) {
	general := calendar.Config{Zone: "UTC", Week: "mon-fri", Hours: "09:00-17:30"}
	plain, _ := calendar.New(general)
	m := top.Get("calendar").Map(calendarKeys()...)
	k.p.Calendar = k.calendar(m, &general, plain)
	seen := map[string]bool{}
	for key, value := range top.Get("calendars").FreeMap().All() {
		m := value.Map(append(calendarKeys(), "for")...)
		m.Require("for")
		config := general
		config.Extra = slices.Clone(general.Extra)
		team := TeamCalendar{Name: key.Raw(), Calendar: k.calendar(m, &config, k.p.Calendar)}
		for _, item := range m.Get("for").ListOrOne() {
			var who string
			if !item.Text(&who) {
				continue
			}
			if strings.Contains(who, "@") && !k.address(item, &who) {
				continue
			}
			if seen[who] {
				item.Errorf(yamlpos.CheckDuplicateKey, "%s has a calendar already", who)
			}
			seen[who] = true
			team.For = append(team.For, who)
		}
		k.p.Calendars = append(k.p.Calendars, team)
	}
}

func calendarKeys() []string { return []string{"zone", "week", "hours", "holidays", "extra_holidays"} }

// calendar reads one over what config holds; a wrong one is reported, and the
// other one returned.
func (k *compiler) calendar(m *yamlpos.Map, config *calendar.Config, other *calendar.Calendar) *calendar.Calendar {
	m.Get("zone").Text(&config.Zone)
	m.Get("week").Text(&config.Week)
	m.Get("hours").Text(&config.Hours)
	m.Get("holidays").Strings(&config.Holidays)
	for _, item := range m.Get("extra_holidays").List() {
		var day time.Time
		if item.Date(&day) {
			config.Extra = append(config.Extra, day)
		}
	}
	cal, err := calendar.New(*config)
	if err != nil {
		k.calendarFault(m, err)
		return other
	}
	return cal
}

// CalendarFor names the calendar of a person, "" for the general one: by the
// person first, then by team.
func (p *Policy) CalendarFor(u connectors.User) string {
	for _, who := range append([]string{strings.ToLower(u.Email)}, u.Teams...) {
		for _, c := range p.Calendars {
			if who != "" && slices.Contains(c.For, who) {
				return c.Name
			}
		}
	}
	return ""
}

// CalendarNamed is a team's calendar, the general one for any other name.
func (p *Policy) CalendarNamed(name string) *calendar.Calendar {
	for _, c := range p.Calendars {
		if c.Name == name {
			return c.Calendar
		}
	}
	return p.Calendar
}
