package workflows

import (
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/workflows/calendar"
)

// contender is a member of a pool who could take the account.
type contender struct {
	member *Member
	user   *connectors.User
	person string
	turn   Turn
}

// fromPool gives the account to the member whose turn it is among those who
// can take it.
func (c *chooser) fromPool(pool *Pool) bool {
	if pool == nil {
		return false
	}
	var list []contender
	turns, last := c.r.Load.pool(pool.Name), int64(0)
	for i := range pool.Members {
		m := &pool.Members[i]
		person := c.p.Mapping.Owners.Person(m.Email)
		last = max(last, turns[person].Last)
		u, why := c.able(m, person)
		if why != "" {
			c.say("%s of the pool %s %s", m.Email, pool.Name, why)
			continue
		}
		list = append(list, contender{member: m, user: u, person: person, turn: turns[person]})
	}
	if len(list) == 0 {
		return false
	}
	chosen := advance(list)
	list[chosen].turn.Last = last + 1
	c.as.Pool, c.as.Turns = pool.Name, make(map[string]Turn, len(list))
	var others []string
	for i, x := range list {
		c.as.Turns[x.person] = x.turn
		if i != chosen {
			others = append(others, x.user.Name)
		}
	}
	if len(others) == 0 {
		c.say("the only one of the pool %s who can take it", pool.Name)
	} else {
		c.say("next in turn in the pool %s, before %s", pool.Name, strings.Join(others, ", "))
	}
	return c.take(list[chosen].user, ToPool)
}

// able finds a member's user, or says why they cannot take the account.
func (c *chooser) able(m *Member, person string) (u *connectors.User, why string) {
	if u = c.find(m.Email); u == nil {
		return nil, fmt.Sprintf("is no user of %s", c.as.Side.System())
	}
	if why = c.barred(u); why != "" {
		return nil, why
	}
	if why = c.outside(m); why != "" {
		return nil, why
	}
	if why = c.r.Load.limited(c.as.Side.System(), u); why != "" {
		return nil, "has to wait: " + why
	}
	if full := c.full(m, person); full != nil {
		c.atCapacity(m, *full)
		return nil, full.Text
	}
	return u, ""
}

// atCapacity notes who would have room again, and when the first has.
func (c *chooser) atCapacity(m *Member, full Full) {
	full.Text = m.Email + " " + full.Text
	if was := c.as.Full; was != nil {
		full.Text = was.Text + "; " + full.Text
		if was.End.Before(full.End) {
			full.Start, full.End, full.Period, full.Count, full.Cap = was.Start, was.End, was.Period, was.Count, was.Cap
		}
	}
	c.as.Full = &full
}

// full is the capacity that a member has reached, of several the one that
// opens last, nil for none.
func (c *chooser) full(m *Member, person string) (full *Full) {
	given := c.r.Load.of(person)
	for _, p := range []struct {
		most, have int
		period     calendar.Period
	}{
		{m.Capacity.Day, given.Day, calendar.Day}, {m.Capacity.Week, given.Week, calendar.Week}, {m.Capacity.Month, given.Month, calendar.Month},
	} {
		if p.most == 0 || p.have < p.most {
			continue
		}
		start, end := c.p.Calendar.Bounds(p.period, c.r.Now)
		full = laterFull(full, &Full{
			Text:  fmt.Sprintf("has been given %d of %d this %s", p.have, p.most, p.period),
			Start: start, End: end, Period: p.period, Count: p.have, Cap: p.most,
		})
	}
	return full
}

// outside says why an account is not in a member's territory. What cannot be
// decided is not theirs (I12).
func (c *chooser) outside(m *Member) string {
	if m.Territory == nil {
		return ""
	}
	if c.seen == nil {
		c.seen = c.p.world(c.r.Input)
	}
	v := m.Territory.Eval(c.seen)
	switch {
	case v.IsNull():
		return "cannot be told to have it in the territory: " + c.missing(m.Territory)
	case !v.Bool():
		return "does not have it in the territory: " + m.Territory.String()
	}
	return ""
}

// missing says what a territory would need to know.
func (c *chooser) missing(criteria *Criteria) string {
	var parts []string
	for _, program := range criteria.programs() {
		for _, a := range program.Atoms() {
			if why := c.p.seen(a, c.seen).Why; why != "" {
				parts = append(parts, why)
			}
		}
	}
	return strings.Join(parts, "; ")
}

// String shows the criteria as they are written.
func (c *Criteria) String() string {
	if c.Program != nil {
		return c.Program.Source
	}
	parts := make([]string, len(c.Items))
	for i, item := range c.Items {
		parts[i] = item.String()
	}
	if c.All {
		return strings.Join(parts, " and ")
	}
	return strings.Join(parts, " or ")
}

// nearly forgives what computing with fractions leaves behind.
const nearly = 1e-9

// advance says whose turn it is, and brings everybody's credit up to date.
// Everyone who could take the account is owed their share of it. The turn goes
// to one who is owed something, and among these to the one who would be behind
// a whole account the soonest. So nobody who can always take an account is ever
// a whole one before or behind their share (this is the quota method of Balinski and Young), and
// who could not take one is owed nothing for it: who comes new or comes back
// is not flooded.
func advance(list []contender) (chosen int) {
	total := 0.0
	for i := range list {
		total += list[i].member.Weight
	}
	owed := false
	for i := range list {
		list[i].turn.Credit += list[i].member.Weight / total
		owed = owed || list[i].turn.Credit > nearly
	}
	chosen = -1
	soonest := 0.0
	for i := range list {
		x := &list[i]
		if owed && x.turn.Credit <= nearly {
			continue
		}
		until := (1 - x.turn.Credit) * total / x.member.Weight
		sooner := chosen < 0 || until < soonest-nearly
		tied := chosen >= 0 && until < soonest+nearly
		if sooner || tied && x.turn.Last < list[chosen].turn.Last {
			chosen, soonest = i, until
		}
	}
	list[chosen].turn.Credit--
	return chosen
}
