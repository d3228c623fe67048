package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

// rollupPolicy has one rule, over one signal of that declaration.
func rollupPolicy(t *testing.T, signal, when string) *workflows.Policy {
	t.Helper()
	var c yamlpos.Collector
	m := mapping.Compile(yamlpos.Parse("m.yaml", []byte("account: {fit: {type: bool, hubspot: fit}}\nsignals: {s: "+signal+"}\n"), &c).Root(), &c)
	text := fmt.Sprintf("version: 1\nhandoffs: {r: {to: sdr, when: '%s'}}\n", when)
	p := workflows.Compile(yamlpos.Parse("p.yaml", []byte(text), &c).Root(), m, "hash", &c)
	if err := c.Err(); err != nil {
		t.Fatal(err)
	}
	p.Bind()
	return p
}

// TestRollups: three contacts, of whom the second did most and the third was
// active last.
func TestRollups(t *testing.T) {
	t.Parallel()
	point := func(contact string, ago time.Duration, value float64) mapping.Point {
		return mapping.Point{Signal: "s", Source: "hubspot/contact/" + contact, At: monday.Add(-ago), Value: value}
	}
	hour := time.Hour
	points := []mapping.Point{
		point("1", 9*hour, 1), point("2", 8*hour, 4), point("2", 5*hour, 3), point("1", 4*hour, 1), point("3", 2*hour, 2),
		point("3", hour, 0), point("1", 90*24*hour, 100),
	}
	for _, c := range []struct {
		name, signal, call string
		want               int
	}{
		{"sum", "{hubspot: contact.x, kind: counter}", `sum(s, "7d")`, 11},
		{"max", "{hubspot: contact.x, kind: counter, rollup: max}", `sum(s, "7d")`, 7},
		{"latest", "{hubspot: contact.x, kind: counter, rollup: latest}", `sum(s, "7d")`, 2},
		{"any", "{hubspot: contact.x, kind: counter, rollup: any}", `sum(s, "7d")`, 1},
		{"none in the window", "{hubspot: contact.x, kind: counter, rollup: max}", `sum(s, "30m")`, 0},
		{"sum of levels", "{hubspot: contact.x, kind: level}", "level(s)", 4},
		{"highest level", "{hubspot: contact.x, kind: level, rollup: max}", "level(s)", 3},
		{"level of the latest", "{hubspot: contact.x, kind: level, rollup: latest}", "level(s)", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := rollupPolicy(t, c.signal, fmt.Sprintf("%s == %d", c.call, c.want))
			s := newStory(p).hubspotRecord(monday)
			in := workflows.Input{Account: s.a, Life: workflows.Life{State: workflows.Nurture}, History: workflows.NewHistory(points), Now: monday}
			d := p.Evaluate(in)
			if d.Outcome != workflows.HandOff {
				t.Errorf("%s, want %s = %d: %s", d.Outcome, c.call, c.want, p.Trace(in, d).Reason)
			}
			checkReplay(t, p, in, d)
		})
	}
}

// hubspotRecord gives the account a HubSpot record and nothing else.
func (s *story) hubspotRecord(at time.Time) *story {
	s.p.Mapping.Apply(s.a, record("hubspot", "11", at, nil))
	return s
}

// TestReach: a window of events begins at the first that could not be judged
// before; windows of counters do not, and the trace says so.
func TestReach(t *testing.T) {
	t.Parallel()
	days := func(n int) time.Time { return monday.AddDate(0, 0, -n) }
	for _, c := range []struct {
		name, signal string
		reach        time.Time
		want         workflows.Outcome
	}{
		{"an event after an outage", "{hubspot: contact.x, kind: event}", days(3), workflows.HandOff},
		{"without one", "{hubspot: contact.x, kind: event}", time.Time{}, workflows.NotQualified},
		{"an outage after the event", "{hubspot: contact.x, kind: event}", days(2), workflows.NotQualified},
		{"a counter", "{hubspot: contact.x, kind: counter}", days(3), workflows.NotQualified},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := rollupPolicy(t, c.signal, `count(s, "1d") >= 1`)
			s := newStory(p).hubspotRecord(days(9))
			s.point("s", days(3), 1)
			in := s.input(monday, workflows.Life{State: workflows.Nurture, Reach: c.reach})
			d := p.Evaluate(in)
			if d.Outcome != c.want || !p.Trace(in, d).Reach.Equal(c.reach) {
				t.Errorf("%s with a reach of %s, want %s", d.Outcome, p.Trace(in, d).Reach, c.want)
			}
			checkReplay(t, p, in, d)
		})
	}
}
