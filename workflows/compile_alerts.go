package workflows

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"handoffd/internal/yamlpos"
)

// alerts reads who is told by what.
func (k *compiler) alerts(n yamlpos.Node) {
	a := &k.p.Alerts
	m := n.Map(string(ToOwner), string(ToManager), string(ToMarketing), string(ToHeads), "people", "quiet_hours", "storm")
	for _, to := range Audiences() {
		if m.Has(string(to)) {
			a.To[to] = k.channels(m.Get(string(to)))
		}
	}
	people := m.Get("people").Map(string(ToMarketing), string(ToHeads))
	for _, to := range []Audience{ToMarketing, ToHeads} {
		for _, item := range people.Get(string(to)).ListOrOne() {
			var email string
			if item.Text(&email) {
				k.email(item, email)
				a.People[to] = append(a.People[to], email)
			}
		}
		k.reachable(m, to)
	}
	k.quietHours(m.Get("quiet_hours"))
	k.storm(m.Get("storm"))
}

// channels reads a list of channels, each once.
func (k *compiler) channels(n yamlpos.Node) []Channel {
	list, seen := []Channel{}, map[Channel]bool{}
	for _, item := range n.ListOrOne() {
		var c Channel
		if !yamlpos.Enum(item, &c, Channels()...) {
			continue
		}
		if seen[c] {
			item.Warnf("channel", "%s is named twice", c)
			continue
		}
		seen[c] = true
		list = append(list, c)
		k.p.Alerts.named = append(k.p.Alerts.named, item)
	}
	return list
}

// reachable warns of an audience that is told on personal channels and has
// nobody in it.
func (k *compiler) reachable(m *yamlpos.Map, to Audience) {
	if !m.Has(string(to)) || len(k.p.Alerts.People[to]) > 0 {
		return
	}
	for _, c := range k.p.Alerts.To[to] {
		if c.Personal() {
			m.Get(string(to)).Warnf("channel", "nobody is told by %s: name the people in alerts.people.%s", c, to)
			return
		}
	}
}

// quietHours reads "20:00-07:00", or that with more about it.
func (k *compiler) quietHours(n yamlpos.Node) {
	if !n.OK() {
		return
	}
	q, hours := &k.p.Alerts.Quiet, n
	if n.Kind() == yamlpos.Mapping {
		m := n.Map("hours", "weekend")
		m.Require("hours")
		m.Get("weekend").Bool(&q.Weekend)
		hours = m.Get("hours")
	}
	var text string
	if !hours.Text(&text) {
		return
	}
	from, to, _ := strings.Cut(text, "-")
	var fine, also bool
	q.From, fine = yamlpos.ParseTimeOfDay(strings.TrimSpace(from))
	q.To, also = yamlpos.ParseTimeOfDay(strings.TrimSpace(to))
	q.From, q.To = q.From%(24*time.Hour), q.To%(24*time.Hour)
	switch {
	case !fine || !also:
		hours.Errorf(yamlpos.CheckValue, "%q is no span of a day; write for example \"20:00-07:00\"", text)
	case q.From == q.To:
		hours.Errorf(yamlpos.CheckValue, "the quiet hours begin and end at the same time")
	default:
		q.On = true
	}
}

// storm reads "20 per hour" or off.
func (k *compiler) storm(n yamlpos.Node) {
	text := n.Raw()
	if n.Kind() != yamlpos.Scalar && !n.Text(&text) {
		return
	}
	if text == "off" {
		k.p.Alerts.Storm = 0
		return
	}
	number, found := strings.CutSuffix(text, " per hour")
	most, err := strconv.ParseUint(number, 10, 16)
	if !found || err != nil || most == 0 {
		n.Errorf(yamlpos.CheckValue, "%q is no limit for notices; write for example 20 per hour, or off", text)
		return
	}
	k.p.Alerts.Storm = int(most)
}

// weekdays are the words for the days of a week, Sunday first.
func weekdays() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

// digests reads which reports go out by themselves.
func (k *compiler) digests(n yamlpos.Node) {
	m := n.Map(Weekly, Monthly, "survey")
	k.survey(m.Get("survey"))
	for _, name := range []string{Weekly, Monthly} {
		if m.Has(name) {
			k.digest(name, m.Get(name))
		}
	}
}

func (k *compiler) digest(name string, n yamlpos.Node) {
	m := n.Map("day", "at", "to")
	m.Require("to")
	d := Digest{Name: name, Weekday: time.Monday, Day: 1, At: 8 * time.Hour}
	if name == Monthly {
		m.Get("day").IntIn(&d.Day, 1, 28)
	} else {
		words := weekdays()
		day := words[d.Weekday]
		yamlpos.Enum(m.Get("day"), &day, words...)
		for i, w := range words {
			if w == day {
				d.Weekday = time.Weekday(i)
			}
		}
	}
	if m.Get("at").TimeOfDay(&d.At) && d.At == 24*time.Hour {
		m.Get("at").Errorf(yamlpos.CheckValue, "write 00:00 of the day after for midnight")
	}
	for _, item := range m.Get("to").ListOrOne() {
		var to Audience
		if !yamlpos.Enum(item, &to, ToMarketing, ToHeads) {
			continue
		}
		d.To = append(d.To, to)
		if len(k.p.Alerts.People[to]) == 0 && !k.p.Alerts.HasPlace(to) {
			item.Warnf("channel", "the %s digest reaches nobody: name people in alerts.people.%s, or a channel such as slack", name, to)
		}
	}
	k.p.Digests = append(k.p.Digests, d)
}

// Spec describes when a digest goes out, so that a change of it shows.
func (d Digest) Spec() string {
	return fmt.Sprintf("%s %s %d %s", d.Name, d.Weekday, d.Day, d.At)
}
