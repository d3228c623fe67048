package workflows

import (
	"time"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/workflows/calendar"
)

// Channel is a way on which people are told.
type Channel string

// The channels. CRM is the CRM where the task is; the others are set up in the
// config's channels section.
const (
	ByCRM     Channel = "crm"
	ByEmail   Channel = "email"
	BySlack   Channel = "slack"
	ByWebhook Channel = "webhook"
)

// Channels lists them all.
func Channels() []Channel { return []Channel{ByCRM, ByEmail, BySlack, ByWebhook} }

// Personal tells whether the channel reaches one person at a time. The others
// have one place where all of it arrives.
func (c Channel) Personal() bool { return c == ByCRM || c == ByEmail }

// Alerts says who is told on which channel, and when.
type Alerts struct {
	// To lists the channels of each audience.
	To map[Audience][]Channel
	// People are the addresses behind marketing and heads; owner and manager
	// follow from the account.
	People map[Audience][]string
	Quiet  QuietHours
	// Storm is how many notices one addressee gets on one channel within an
	// hour before the rest becomes a digest; 0 for no limit.
	Storm int
	// named is where the config names a channel, for CheckChannels.
	named []yamlpos.Node
}

// defaultStorm is the most that one addressee gets on one channel in an hour.
const defaultStorm = 20

func defaultAlerts() Alerts {
	a := Alerts{To: map[Audience][]Channel{}, People: map[Audience][]string{}, Storm: defaultStorm}
	for _, to := range Audiences() {
		a.To[to] = []Channel{ByCRM}
	}
	return a
}

// CheckChannels reports every place that names a channel which is not set up.
func (p *Policy) CheckChannels(ready map[Channel]bool) {
	for _, n := range p.Alerts.named {
		if c := Channel(n.Raw()); c != ByCRM && !ready[c] {
			n.Errorf("channel", "%s is not set up: add channels.%s at the top level of the config", c, c)
		}
	}
}

// UserByEmail finds an address among people, an active one first; nil for
// nobody.
func UserByEmail(people []connectors.User, email string) *connectors.User {
	return byEmail(people, email)
}

// Uses tells whether any audience is told on the channel.
func (a Alerts) Uses(c Channel) bool {
	for _, list := range a.To {
		for _, have := range list {
			if have == c {
				return true
			}
		}
	}
	return false
}

// HasPlace tells whether an audience has a channel that needs no person.
func (a Alerts) HasPlace(to Audience) bool {
	for _, c := range a.To[to] {
		if !c.Personal() {
			return true
		}
	}
	return false
}

// StandsIn is who is told what is for marketing or the heads while the policy
// names nobody for them: the default manager, so that no notice reaches nobody.
// It is "" if they have people, or a place such as a Slack channel.
func (p *Policy) StandsIn(to Audience) string {
	if to != ToMarketing && to != ToHeads || len(p.Alerts.People[to]) > 0 || p.Alerts.HasPlace(to) {
		return ""
	}
	return p.Managers["default"]
}

// TellAt is when a notice of now may be told: now, or for one that is not
// urgent the end of the quiet hours.
func (p *Policy) TellAt(urgent bool, now time.Time) time.Time {
	if urgent || !p.Alerts.Quiet.On {
		return now
	}
	return p.Alerts.Quiet.until(now, p.Calendar)
}

// StormDigest decides about a notice that would be told at a time, when the
// addressee has been told sent others on the same channel within the hour
// before. Too many are held back: they go as one digest at the end of the hour.
func (a Alerts) StormDigest(sent int, at time.Time) (digest time.Time, held bool) {
	if a.Storm == 0 || sent < a.Storm {
		return time.Time{}, false
	}
	return at.UTC().Truncate(time.Hour).Add(time.Hour), true
}

// QuietHours is when only urgent notices are told. Times are those of the
// clocks on the wall in the team's zone, so that they move with daylight
// saving time.
type QuietHours struct {
	On bool
	// From and To are times since midnight; From may be the later one.
	From, To time.Duration
	// Weekend: days on which the team does not work are quiet as a whole.
	Weekend bool
}

// until is the first moment at or after t that is not quiet.
func (q QuietHours) until(t time.Time, c *calendar.Calendar) time.Time {
	zone := c.Location()
	for range mostQuietDays {
		switch {
		case q.Weekend && !c.WorkingDay(t):
			t = onWall(t.In(zone), 1, 0)
		case q.covers(t.In(zone)):
			t = q.end(t.In(zone))
		default:
			return t
		}
	}
	return t // a team that never works is told all the same
}

// mostQuietDays ends the search where a calendar knows no working day.
const mostQuietDays = 800

func (q QuietHours) covers(local time.Time) bool {
	at := sinceMidnight(local)
	if q.From <= q.To {
		return q.From <= at && at < q.To
	}
	return at >= q.From || at < q.To
}

// end is the next time at which the wall clock shows To. Where daylight saving
// time skips that time it is the first moment after the gap.
func (q QuietHours) end(local time.Time) time.Time {
	days := 0
	if sinceMidnight(local) >= q.To {
		days = 1
	}
	t := onWall(local, days, q.To)
	for !t.After(local) || q.covers(t) {
		t = t.Add(time.Minute)
	}
	return t
}

// onWall is when the wall clock shows the time of day, days after the day of
// local; never on an earlier day, which midnights that do not exist would give.
func onWall(local time.Time, days int, of time.Duration) time.Time {
	y, m, d := local.Date()
	t := time.Date(y, m, d+days, 0, int(of/time.Minute), 0, 0, local.Location())
	noon := time.Date(y, m, d+days, 12, 0, 0, 0, local.Location())
	for t.Day() != noon.Day() && t.Before(noon) {
		t = t.Add(time.Minute)
	}
	return t
}

func sinceMidnight(local time.Time) time.Duration {
	h, m, s := local.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
}
