package world

import "time"

// The spread of the numbered seed, in percent of its accounts. About eight in
// a hundred meet the example policy's criteria.
const (
	readyByScore = 7.0
	readyByForm  = 1.0
	outOfScope   = 2.0 // partners, and those who want no contact
	enterprises  = 10.0
	onTheList    = 60.0
	fitting      = 65.0
	stale        = 3.0
	unscored     = 2.0
	drifted      = 3.0 // Salesforce shows an older score
	unlinked     = 30.0
)

// crowd draws companies for the numbered seed.
type crowd struct {
	*seeder
	names                 namer
	sellers               []string
	firsts, lasts, titles []string
	kind                  kind
}

// kind is the part that a drawn company plays.
type kind int

const (
	ordinary kind = iota
	scoreReady
	formReady
	beyond
)

// many makes n accounts that stand in both CRMs.
func (s *seeder) many(n int) {
	d := crowd{
		seeder: s, names: newNamer(), sellers: s.sellers(),
		firsts: firstNames(), lasts: lastNames(), titles: jobTitles(),
	}
	for i := 0; i < n && s.err == nil; i++ {
		s.put(d.draw(i))
	}
}

// chance is true in so many of a hundred cases.
func (d *crowd) chance(percent float64) bool { return d.random.Float64()*100 < percent }

// between draws a whole number from low to high, both included.
func (d *crowd) between(low, high int) int { return low + d.random.IntN(high-low+1) }

func (d *crowd) draw(i int) *company {
	name, trade := d.names.name(i)
	c := &company{
		name: name, domain: domainOf(name), trade: trade, linked: !d.chance(unlinked),
		owner: d.sellers[d.random.IntN(len(d.sellers))], value: float64(d.between(8, 240) * 1000),
		fitScore: float64(d.between(0, 100)) / 10, made: time.Duration(d.between(150, 700)) * day,
		scored: time.Duration(d.between(1, 6*24)) * hour, behind: d.chance(drifted),
	}
	c.website = typed(c.domain, d.random.IntN(6))
	c.target, c.fit = yesNo(d.chance(onTheList)), yesNo(d.chance(fitting))
	switch d.kind = d.drawKind(); d.kind {
	case scoreReady:
		c.target, c.fit, c.score = "true", "true", float64(d.between(70, 99))
	case formReady:
		c.score = float64(d.between(0, 69))
	case beyond:
		c.partner, c.score = d.chance(50), float64(d.between(0, 99))
		c.doNotContact = true
	default:
		d.restrain(c)
	}
	if d.kind == scoreReady || d.kind == formReady {
		d.Ready++
	}
	// HubSpot wants every address only once: the people of one company
	// differ in their names.
	last, first := d.random.IntN(len(d.lasts)), d.random.IntN(len(d.firsts))
	for j := range d.between(1, 3) {
		c.contacts = append(c.contacts, d.contact(c, j, d.firsts[(first+17*j)%len(d.firsts)], d.lasts[(last+j)%len(d.lasts)]))
	}
	return c
}

func (d *crowd) drawKind() kind {
	switch x := d.random.Float64() * 100; {
	case x < readyByScore:
		return scoreReady
	case x < readyByScore+readyByForm:
		return formReady
	case x < readyByScore+readyByForm+outOfScope:
		return beyond
	}
	return ordinary
}

// restrain gives an ordinary company a score that does not make it ready: a
// low one, a stale or missing one, or a high one where the gate is shut or the
// enterprise criteria ask for visits too.
func (d *crowd) restrain(c *company) {
	c.score = float64(d.between(0, 69))
	gateShut := c.target != "true" || c.fit != "true"
	switch {
	case d.chance(unscored):
		c.score = missing
	case d.chance(stale):
		c.score, c.scored = float64(d.between(40, 99)), time.Duration(d.between(9, 60))*day
	case d.chance(enterprises):
		c.value, c.score = float64(d.between(250, 2000)*1000), float64(d.between(0, 99))
	case gateShut && d.chance(25):
		c.score = float64(d.between(70, 99))
	}
}

// contact draws the j-th person of a company; the first one sends the form of
// a company that is ready by one.
func (d *crowd) contact(c *company, j int, first, last string) contact {
	p := contact{
		first: first, last: last, title: d.titles[d.random.IntN(len(d.titles))],
		visits: d.random.IntN(40), delivered: d.random.IntN(20), inSalesforce: j == 0,
		since: c.made - time.Duration(d.between(0, 20*24))*hour,
	}
	p.opened = d.random.IntN(p.delivered + 1)
	p.clicked = d.random.IntN(p.opened + 1)
	if d.chance(25) {
		p.forms = []form{{time.Duration(d.between(2*24, 100*24)) * hour, newsletterForm}}
	}
	if j == 0 && d.kind == formReady {
		p.forms = append(p.forms, form{time.Duration(d.between(1, 20)) * hour, demoForm})
	}
	return p
}

func yesNo(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
