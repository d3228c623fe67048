package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/internal/yamlpos"
)

// Config describes a team's business time.
type Config struct {
	// Zone is an IANA name such as America/New_York, or UTC.
	Zone string
	// Week lists days and ranges of days: "mon-fri", "sun-thu", "mon-thu,sat".
	Week string
	// Hours is one window, the same on every day: "09:00-17:30". It lies
	// within one day; "00:00-24:00" is all of it.
	Hours string
	// Holidays names sets of HolidaySets; their days are joined.
	Holidays []string
	// Extra are further days off. Only their dates count.
	Extra []time.Time
}

// ConfigError is a fault in one part of a Config. Key is the part's name in
// the configuration: zone, week, hours, holidays or extra_holidays.
type ConfigError struct {
	Key     string
	Value   string // what is wrong, as it was written
	Message string
	Allowed []string // what may stand there, if that is a short list
}

// Error gives key and message.
func (e *ConfigError) Error() string { return "reading calendar: " + e.Key + ": " + e.Message }

// Calendar answers questions about business time. It is immutable and safe
// for concurrent use.
type Calendar struct {
	zone     *time.Location
	week     [7]bool
	from, to time.Duration // on the clock's face
	off      daysOff
}

// New builds a Calendar. Each fault is a *ConfigError, and all are joined; so is
// a year without a working day, which would leave deadlines without an end.
func New(config Config) (*Calendar, error) {
	c := &Calendar{}
	var zone, week, hours, off error
	c.zone, zone = readZone(config.Zone)
	c.week, week = readWeek(config.Week)
	c.from, c.to, hours = readHours(config.Hours)
	c.off, off = newDaysOff(config.Holidays, config.Extra)
	if err := errors.Join(zone, week, hours, off); err != nil {
		return nil, err
	}
	if err := c.checkYears(config.Extra); err != nil {
		return nil, err
	}
	return c, nil
}

// checkYears makes sure that every day is followed by a working day within a
// year. Weekends and holidays alone never fill one, so only the extra days
// off can be where such a year begins.
func (c *Calendar) checkYears(extra []time.Time) error {
	for _, t := range extra {
		first := dayOf(t)
		if !slices.ContainsFunc(first.following(366), c.working) {
			return &ConfigError{Key: "extra_holidays", Value: first.String(), Message: fmt.Sprintf("from %s on there is no working day for a year", first)}
		}
	}
	return nil
}

func readZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	// "" and "Local" would depend on the machine.
	if err != nil || name == "" || name == "Local" {
		return nil, &ConfigError{Key: "zone", Value: name, Message: fmt.Sprintf("%q is no time zone; write an IANA name such as America/New_York, Europe/Berlin or UTC", clip(name))}
	}
	return zone, nil
}

// weekdays are the words of Config.Week in the order of time.Weekday.
func weekdays() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

func readWeek(s string) (week [7]bool, err error) {
	for _, part := range strings.Split(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		i := slices.Index(weekdays(), strings.ToLower(strings.TrimSpace(first)))
		j := slices.Index(weekdays(), strings.ToLower(strings.TrimSpace(last)))
		if i < 0 || j < 0 {
			return week, &ConfigError{
				Key: "week", Value: s, Allowed: weekdays(),
				Message: fmt.Sprintf("%q is no week; write days and ranges such as mon-fri or mon-thu,sat", clip(s)),
			}
		}
		for ; i != j; i = (i + 1) % 7 {
			week[i] = true
		}
		week[j] = true
	}
	return week, nil
}

func readHours(s string) (from, to time.Duration, err error) {
	first, last, _ := strings.Cut(s, "-")
	from, fromOK := yamlpos.ParseTimeOfDay(strings.TrimSpace(first))
	to, toOK := yamlpos.ParseTimeOfDay(strings.TrimSpace(last))
	switch {
	case !fromOK || !toOK:
		return 0, 0, &ConfigError{Key: "hours", Value: s, Message: fmt.Sprintf("%q are no hours; write them as 09:00-17:30", clip(s))}
	case from >= to:
		return 0, 0, &ConfigError{Key: "hours", Value: s, Message: fmt.Sprintf("%q must begin before they end, both on the same day", s)}
	}
	return from, to, nil
}
