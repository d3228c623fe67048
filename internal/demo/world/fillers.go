package world

import "strings"

// The target list of the seed Demo: how many of its 200 accounts stand where,
// and how many others there are.
const (
	listedInBoth     = 120
	listedInHubSpot  = 50
	listedSalesforce = 30
	offTheList       = 8
	partners         = 3
	doNotContact     = 3
)

// demo makes a target list of 200 accounts and some others: the cast, and
// fillers among whom they stand.
func (s *seeder) demo() {
	s.Ready = len(readyCast())
	companies := cast()
	for i, c := range companies {
		s.complete(c, i)
	}
	companies = append(companies, s.fillers(companies)...)
	for _, c := range companies {
		s.accounts[c.name] = s.put(c)
	}
	s.namesake()
}

// namesake makes a second HubSpot company on the domain of a first: which of
// them belongs to the Salesforce account is for a person to say.
func (s *seeder) namesake() {
	c := &company{name: TwoNamesake, domain: domainOf(TwoOnADomain), place: onlyHubSpot, score: 44}
	s.complete(c, 0)
	s.accounts[c.name] = s.put(c)
}

// fillers completes the target list with companies that meet no criteria, and
// adds those off the list or out of scope. The account with a namesake stands
// in both CRMs but cannot be matched: it is one of those in Salesforce only
// and, with its namesake, two of those in HubSpot only.
func (s *seeder) fillers(cast []*company) []*company {
	have := map[place]int{onlySalesforce: 1, onlyHubSpot: 2, both: -1}
	off := 0
	for _, c := range cast {
		if c.target == "true" {
			have[c.place]++
		} else {
			off++
		}
	}
	var out []*company
	add := func(n int, shape func(c *company)) {
		for range n {
			i := len(out)
			c := s.filler(i)
			shape(c)
			s.complete(c, i)
			out = append(out, c)
		}
	}
	add(listedInBoth-have[both], func(*company) {})
	add(listedInHubSpot-have[onlyHubSpot], func(c *company) { c.place = onlyHubSpot })
	add(listedSalesforce-have[onlySalesforce], func(c *company) { c.place = onlySalesforce })
	add(offTheList-off, func(c *company) { c.target = "false" })
	// HubSpot has no mark for partners that the example's where clause
	// would look at, so partner managers keep theirs in Salesforce.
	add(partners, func(c *company) { c.place, c.partner, c.score = onlySalesforce, true, 95 })
	add(doNotContact, func(c *company) { c.doNotContact, c.score = true, 95 })
	return out
}

// filler is an ordinary company of the list: its score is below 70.
func (s *seeder) filler(i int) *company {
	c := &company{
		name: shortName(i), score: float64(5 + 11*i%64), linked: i%4 == 0, fitScore: 4 + float64(i%12)/2,
		value: float64(20_000 + 7_500*(i%28)), behind: i%10 == 3, blank: i%17 == 5,
	}
	if c.fitScore < 5 {
		c.fit = "false"
	}
	if i%9 == 2 {
		c.value = float64(250_000 + 50_000*(i%7))
	}
	c.website = typed(domainOf(c.name), i)
	if i%7 == 6 {
		c.contacts = []contact{} // nobody is known there
	}
	switch i % 16 {
	case 4:
		c.deal = &deal{c.name + ": first order", "Prospecting", "appointmentscheduled", c.value, -60 * day}
	case 1:
		c.tasks = []string{"Check the address"}
	case 7:
		c.deal = &deal{c.name + ": renewal", "Closed Won", "closedwon", c.value, 45 * day}
	case 12:
		c.deal = &deal{c.name + ": pilot", "Closed Lost", "closedlost", c.value, 200 * day}
	case 15:
		c.tasks = []string{"Send the price list", "Ask for the org chart"}
	}
	return c
}

// typed is a domain in one of the ways that people type it into a web site
// field.
func typed(domain string, i int) string {
	switch i % 6 {
	case 0:
		return "https://www." + domain
	case 1:
		return strings.ToUpper(domain)
	case 2:
		return "www." + domain + "/about?from=card"
	case 3:
		return "http://" + domain + ":8080/en/"
	case 4:
		return " " + domain + " "
	}
	return domain
}
