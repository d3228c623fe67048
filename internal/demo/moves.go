package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"handoffd/internal/demo/world"
)

// move is what the people of one account do, or what is found out about it.
type move struct {
	account string
	// visits per contact, in the order of the seed.
	visits []int
	// form, if set, is sent by the first contact.
	form string
	// opens and clicks of how many e-mails by the first contact.
	sent, opens, clicks int
	// score, if set, is written by the scoring tool, over HubSpot's API.
	score string
	// sells: by the example policy, the account goes to sales for it.
	sells bool
}

// moves are six that meet the criteria, each another one, and three that
// come near.
func moves() []move {
	return []move{
		{account: world.Visitor, visits: []int{3}, sells: true},
		{account: world.TwoPeople, visits: []int{2, 1}, sells: true},
		{account: world.Requester, form: "Request a demo: pricing page", sells: true},
		{account: world.Rising, score: "76", sells: true},
		{account: world.Reader, sent: 4, opens: 3, clicks: 2, sells: true},
		{account: world.Enterprise, visits: []int{7}, sells: true},
		{account: world.NearlyWarm, visits: []int{2}},
		{account: world.WarmNotFit, visits: []int{9}},
		{account: world.RisingOff, score: "90"},
	}
}

// move carries one out, as the vendor's platform does, and says it in words.
func (s *Stage) move(ctx context.Context, m move) (said string, err error) {
	a, ok := s.World.Account(m.account)
	if !ok {
		return "", fmt.Errorf("finding %s: the world has no such account", m.account)
	}
	var words []string
	for i, n := range m.visits {
		if err := s.grow(a.Contacts[i], "hs_analytics_num_visits", n); err != nil {
			return "", err
		}
		words = append(words, fmt.Sprintf("%s visits the site %s", s.name(a.Contacts[i]), times(n)))
	}
	now := s.clock.Now()
	if m.form != "" {
		if err := s.World.HubSpot.Set("contacts", a.Contacts[0], map[string]string{
			"recent_conversion_date": stamp(now), "recent_conversion_event_name": m.form,
		}); err != nil {
			return "", err
		}
		words = append(words, fmt.Sprintf("%s sends the form %q", s.name(a.Contacts[0]), m.form))
	}
	if m.sent > 0 {
		for property, n := range map[string]int{"hs_email_delivered": m.sent, "hs_email_open": m.opens, "hs_email_click": m.clicks} {
			if err := s.grow(a.Contacts[0], property, n); err != nil {
				return "", err
			}
		}
		words = append(words, fmt.Sprintf("%s opens %d of %d e-mails and clicks %s", s.name(a.Contacts[0]), m.opens, m.sent, times(m.clicks)))
	}
	if m.score != "" {
		before, _ := s.World.HubSpot.Get("companies", a.HubSpotID)
		if err := s.crm.rescore(ctx, a.HubSpotID, m.score, stamp(now)); err != nil {
			return "", err
		}
		words = append(words, fmt.Sprintf("the intent score rises from %s to %s", before["intent_score"], m.score))
	}
	return strings.Join(words, ", "), nil
}

// grow raises a counter of a contact.
func (s *Stage) grow(contact, property string, by int) error {
	have, ok := s.World.HubSpot.Get("contacts", contact)
	if !ok {
		return fmt.Errorf("finding contact %s: HubSpot has no such contact", contact)
	}
	n, err := strconv.Atoi(have[property])
	if err != nil && have[property] != "" {
		return fmt.Errorf("reading %s of contact %s: %w", property, contact, err)
	}
	return s.World.HubSpot.Set("contacts", contact, map[string]string{property: strconv.Itoa(n + by)})
}

// name is what HubSpot calls a contact.
func (s *Stage) name(contact string) string {
	have, _ := s.World.HubSpot.Get("contacts", contact)
	return strings.TrimSpace(have["firstname"] + " " + have["lastname"])
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return strconv.Itoa(n) + " times"
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
