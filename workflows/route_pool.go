package workflows

import (
	"fmt"
	"strings"

	"handoffd/connectors"
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
	given := c.r.Load.of(person)
	for _, period := range []struct {
		most, have int
		name       string
	}{
		{m.Capacity.Day, given.Day, "day"}, {m.Capacity.Week, given.Week, "week"}, {m.Capacity.Month, given.Month, "month"},
	} {
		if period.most > 0 && period.have >= period.most {
			return nil, fmt.Sprintf("has been given %d of %d this %s", period.have, period.most, period.name)
		}
	}
	return u, ""
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
