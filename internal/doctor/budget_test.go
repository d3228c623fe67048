package doctor_test

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/doctor"
)

// idleHours is how long the idle connectors are played.
const idleHours = 12

// The calls of an idle day that doctor prints are those that the connectors
// make: both are played at rest against the sandboxes, as the lanes run them.
func TestIdleDayIsWhatTheConnectorsDo(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	for range 3 {
		if _, err := r.org.Insert("Account", map[string]any{"Name": "Acme", "Website": "acme.example"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.portal.Insert("companies", map[string]string{"name": "Acme", "domain": "acme.example"}); err != nil {
			t.Fatal(err)
		}
	}
	config := r.config()
	want := map[connectors.System]doctor.Budget{}
	for _, b := range r.examine().Budget {
		want[b.System] = b
	}
	every := map[connectors.System]time.Duration{connectors.Salesforce: config.Salesforce.PollEvery, connectors.HubSpot: config.HubSpot.PollEvery}
	r.clock.Advance(time.Hour) // the seeding is not of the day that is played
	for _, c := range r.connect(config) {
		p := poller{t: t, c: c, cursors: map[connectors.Object]connectors.Cursor{}}
		p.poll() // the first load
		r.clock.Advance(time.Hour)
		p.poll()
		before := calls(c)
		users := r.clock.Now()
		// A poll that waits for the limiter does not put off the next one.
		next := r.clock.Now()
		for end := next.Add(idleHours * time.Hour); next.Before(end); next = next.Add(every[c.System()]) {
			r.clock.Advance(max(0, next.Sub(r.clock.Now())))
			if !r.clock.Now().Before(users) {
				if _, err := c.Users(t.Context()); err != nil {
					t.Fatal(err)
				}
				users = users.Add(15 * time.Minute)
			}
			p.poll()
		}
		got := calls(c) - before
		expected := want[c.System()].Idle * idleHours / 24
		if diff := float64(got-expected) / float64(expected); diff < -0.03 || diff > 0.03 {
			t.Errorf("%s: %d calls in %d idle hours, doctor says %d (%+v)\n%v", c.System(), got, idleHours, expected, want[c.System()].Items, c.Calls())
		}
	}
}

// poller reads as the engine does.
type poller struct {
	t       *testing.T
	c       connectors.Connector
	cursors map[connectors.Object]connectors.Cursor
}

func (p *poller) poll() {
	p.t.Helper()
	open := p.c.Objects()
	for len(open) > 0 {
		var requests []connectors.ReadRequest
		for _, o := range open {
			requests = append(requests, connectors.ReadRequest{Object: o, Cursor: p.cursors[o]})
		}
		pages, err := p.c.Read(p.t.Context(), requests)
		if err != nil {
			p.t.Fatal(err)
		}
		open = nil
		for _, page := range pages {
			if page.Err != nil {
				p.t.Fatal(page.Err)
			}
			p.cursors[page.Object] = page.Next
			if page.More {
				open = append(open, page.Object)
			}
		}
	}
}

// calls counts what the vendor counts: requests for a token and for who we are
// are free.
func calls(c connectors.Connector) int64 {
	n := int64(0)
	for _, e := range c.Calls() {
		if e.Endpoint != "oauth2/token" && e.Endpoint != "oauth2/userinfo" && e.Endpoint != "versions" {
			n += e.Count
		}
	}
	return n
}
