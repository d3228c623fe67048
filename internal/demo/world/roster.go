package world

import "time"

// cast lists the companies that have something to show. What a part does not
// say is filled in by complete.
func cast() []*company {
	return append(append(readyCast(), heldCast()...), playingCast()...)
}

// readyCast are the twelve that meet the criteria from the start: ten by a
// fresh score of 70 or more, two by a demo form of the last day.
func readyCast() []*company {
	return []*company{
		{name: LinkedByID, linked: true, score: 82, value: 120_000, contacts: []contact{
			{first: "Nora", last: "Lind", title: "VP Operations", visits: 31, delivered: 14, opened: 9, clicked: 4, inSalesforce: true, forms: []form{
				{95 * day, newsletterForm}, {61 * day, guideForm},
			}},
			{first: "Omar", last: "Haas", title: "IT Manager", visits: 8, delivered: 14, opened: 2},
		}},
		{name: MessyDomain, domain: "birch-foods.example", website: "https://www.Birch-Foods.example/en", score: 74, value: 64_000},
		{name: OwnerLeft, score: 79, value: 88_000, owner: leaver},
		{name: NoContacts, score: 71, value: 45_000, contacts: []contact{}},
		{name: Hostile, domain: "elm-media.example", place: onlyHubSpot, score: 90, value: 30_000},
		{name: NoOwner, place: onlyHubSpot, score: 85, value: 150_000, nobody: true},
		{name: SalesOnly, place: onlySalesforce, score: 77, value: 52_000},
		{name: JustSeventy, place: onlySalesforce, score: 70, value: 95_000},
		{name: Quoted, domain: "ohara-freight.example", website: "HTTP://OHARA-FREIGHT.EXAMPLE", score: 76, value: 41_000},
		{name: LongName(), domain: "long-alley.example", score: 73, value: 110_000},
		{name: FormToday, score: 38, fit: "false", value: 70_000, contacts: []contact{
			{first: "Selma", last: "Kaya", title: "Chief Technology Officer", visits: 5, inSalesforce: true, forms: []form{
				{40 * day, newsletterForm}, {5 * hour, demoForm},
			}},
		}},
		{name: FormOffList, target: "false", score: 22, value: 35_000, contacts: []contact{
			{first: "Theo", last: "Maier", title: "Head of Procurement", visits: 2, inSalesforce: true, forms: []form{{21 * hour, demoForm}}},
		}},
	}
}

// heldCast look good at first sight, and stay with marketing or sales.
func heldCast() []*company {
	return []*company{
		{name: StaleScore, score: 88, scored: 21 * day},
		{name: NoScore, score: missing},
		{name: FitUnknown, fit: unset, score: 79},
		{name: OutOfRange, place: onlyHubSpot, score: 140},
		{name: TwoOnADomain, score: 41},
		{name: NotFit, fit: "false", score: 91},
		{name: OffList, target: "false", score: 93},
		{name: Enterprise, score: 86, value: 900_000},
		{name: Working, score: 90, status: "Sales working", tasks: []string{"Call back about the quote"}},
		{name: InTalks, score: 92, status: "Opportunity", deal: &deal{
			name: "Rowan Retail: 40 stores", salesforceStage: "Proposal/Price Quote", hubspotStage: "contractsent", amount: 84_000, closes: -30 * day,
		}},
		{name: OldForm, score: 51, contacts: []contact{
			{first: "Vera", last: "Toth", title: "Product Manager", visits: 12, inSalesforce: true, forms: []form{{40 * day, demoForm}, {12 * day, newsletterForm}}},
		}},
		{name: OtherForm, score: 48, contacts: []contact{
			{first: "Remy", last: "Petit", title: "Head of Marketing", visits: 6, inSalesforce: true, forms: []form{{90 * day, newsletterForm}, {7 * hour, guideForm}}},
		}},
	}
}

// playingCast are about to do something.
func playingCast() []*company {
	someone := func(first, last, title string, visits int) contact {
		return contact{first: first, last: last, title: title, visits: visits, delivered: 12, opened: 4, clicked: 1, inSalesforce: true}
	}
	return []*company{
		{name: Visitor, score: 55, value: 60_000, contacts: []contact{someone("Kira", "Berg", "Director of Sales", 9)}},
		{name: TwoPeople, score: 49, value: 75_000, contacts: []contact{
			someone("Lars", "Olsen", "IT Manager", 3), someone("Uma", "Rao", "Chief Financial Officer", 1),
		}},
		{name: Requester, score: 33, value: 58_000, contacts: []contact{someone("Esra", "Keller", "Plant Manager", 4)}},
		{name: Rising, score: 64, value: 99_000, contacts: []contact{someone("Hugo", "Brandt", "VP Operations", 17)}},
		{name: Reader, place: onlyHubSpot, score: 58, value: 47_000, contacts: []contact{someone("Ida", "Nolan", "Head of Marketing", 2)}},
		{name: NearlyWarm, score: 66, value: 61_000, contacts: []contact{someone("Jana", "Vogel", "Operations Analyst", 5)}},
		{name: WarmNotFit, fit: "false", score: 60, value: 38_000, contacts: []contact{someone("Bruno", "Silva", "IT Manager", 1)}},
		{name: RisingOff, target: "false", score: 52, value: 44_000, contacts: []contact{someone("Dina", "Marin", "Plant Manager", 7)}},
	}
}

// unset stands in a part for a yes/no that nobody has answered; "" there means
// that complete may choose.
const unset = "unset"

// complete fills in what a part does not say.
func (s *seeder) complete(c *company, i int) {
	if c.domain == "" {
		c.domain = domainOf(c.name)
	}
	if c.trade.word == "" {
		c.trade = tradeOf(c.name)
	}
	c.target, c.fit = answer(c.target), answer(c.fit)
	if c.fitScore == 0 {
		c.fitScore = 7.5
		if c.fit != "true" {
			c.fitScore = 3.5
		}
	}
	if c.value == 0 {
		c.value = 50_000
	}
	if c.owner == "" {
		sellers := s.sellers()
		c.owner = sellers[i%len(sellers)]
	}
	if c.made == 0 {
		c.made = time.Duration(120+13*(i%50)) * day
	}
	if c.scored == 0 {
		c.scored = time.Duration(10+7*(i%18)) * hour
	}
	if c.contacts == nil {
		c.contacts = s.crew(i, 1+i%3)
	}
	for j := range c.contacts {
		if c.contacts[j].since == 0 {
			c.contacts[j].since = c.made - time.Duration(1+j)*day
		}
	}
}

func answer(s string) string {
	switch s {
	case "":
		return "true"
	case unset:
		return ""
	}
	return s
}

// crew invents n people who have been around for a while and are quiet now.
func (s *seeder) crew(i, n int) []contact {
	firsts, lasts, titles := firstNames(), lastNames(), jobTitles()
	out := make([]contact, n)
	for j := range out {
		k := 3*i + j
		out[j] = contact{
			first: firsts[k%len(firsts)], last: lasts[(k/len(firsts)+7*k)%len(lasts)], title: titles[k%len(titles)],
			visits: k % 12, delivered: k % 9, opened: k % 9 / 2, clicked: k % 9 / 5, inSalesforce: j == 0,
		}
		if k%5 == 0 {
			out[j].forms = []form{{time.Duration(20+k%80) * day, newsletterForm}}
		}
	}
	return out
}
