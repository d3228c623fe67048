package workflows

import (
	"fmt"
	"slices"
	"time"

	"handoffd/mapping"
)

// rejected tells whether sales gave the account back for good, and nothing new
// has come of it: marketing may contact it once a month at most.
func (l *Life) rejected() bool {
	return l.State == Declined || l.State == Ready && l.From == Declined
}

// Resting tells whether marketing holds back although sales does not have the
// account: when it may write again changes with time alone.
func (l *Life) Resting() bool { return l.rejected() || l.State == Hibernation }

// Paused tells whether marketing is to leave the account alone, and until when,
// zero for as long as the state lasts. A declined account rests for a
// while after each contact; one that hibernates is tracked and not nurtured.
func (p *Policy) Paused(life Life, now time.Time) (paused bool, until time.Time) {
	switch {
	case p.Lifecycle.Paused[life.State]:
		return true, time.Time{}
	case life.rejected() && !life.Marketed.IsZero():
		until = p.after(life.Marketed, p.Lifecycle.Contact)
		return now.Before(until), until
	}
	return false, time.Time{}
}

// monthsAfter is the same day of a later month in the team's zone, its last
// day if that month is too short.
func (p *Policy) monthsAfter(t time.Time, n int) time.Time {
	local := t.In(p.Calendar.Location())
	at := local.AddDate(0, n, 0)
	if at.Day() != local.Day() {
		at = at.AddDate(0, 0, -at.Day())
	}
	return at
}

// marketed is when marketing was in touch last, as the account's field says,
// zero for never or not known.
func (p *Policy) marketed(a *mapping.Account) time.Time {
	if p.Mapping.Field(FieldMarketing) == nil {
		return time.Time{}
	}
	text := p.word(a, FieldMarketing).Text
	at, err := time.Parse(time.RFC3339, text)
	if err != nil { // a date; and no date at all is never
		at, _ = time.ParseInLocation(time.DateOnly, text, p.Calendar.Location())
	}
	return at
}

// knowsContacts tells whether the config says where contacts of marketing are
// seen: in a field, or as signals.
func (p *Policy) knowsContacts() bool {
	return p.Mapping.Field(FieldMarketing) != nil || len(p.Lifecycle.Marketing) > 0
}

// readContacts finds when marketing was in touch: as the account says, and by
// what it sent.
func (p *Policy) readContacts(in Input, f *Facts) {
	if f.Marketing = p.marketed(in.Account); f.Marketing.After(in.Now) { // a slip, or tomorrow already where it was written
		f.Next = first(f.Next, f.Marketing)
		f.Marketing = in.Life.Marketed
	}
	for _, name := range p.Lifecycle.Marketing {
		for _, pt := range in.History[name] {
			if pt.At.After(in.Now) || pt.Value <= 0 {
				continue
			}
			f.Marketing = latest(f.Marketing, pt.At)
			if !in.Life.Marketed.IsZero() && pt.At.After(in.Life.Marketed) {
				f.Contacts = append(f.Contacts, pt.At)
			}
		}
	}
	slices.SortFunc(f.Contacts, time.Time.Compare)
}

// maxTooSoon bounds what is kept of contacts that came too soon.
const maxTooSoon = 31

// contacts takes in when marketing was in touch. A date that is put right takes
// back what was noted of it.
func (t *turn) contacts() {
	l, last := &t.life, t.facts.Marketing
	if last.Equal(l.Marketed) {
		return
	}
	soon := slices.Clone(l.TooSoon)
	if !last.IsZero() {
		soon = slices.DeleteFunc(soon, func(c time.Time) bool { return c.After(last) })
	}
	before := l.Marketed
	for _, at := range append(slices.Clone(t.facts.Contacts), last) {
		if t.tooSoon(before, at) {
			soon = append(soon, at)
		}
		before = latest(before, at)
	}
	l.TooSoon, l.Marketed = soon[max(0, len(soon)-maxTooSoon):], last
}

// tooSoon tells whether a contact with a declined account is one too many: in
// the month after the one before. What is sent on one day is one contact.
func (t *turn) tooSoon(before, at time.Time) bool {
	l, p := &t.life, t.policy
	switch {
	case before.IsZero(), !at.After(before), !l.rejected(), at.Before(l.Since):
		return false
	case p.Calendar.LocalDay(at) == p.Calendar.LocalDay(before):
		return false
	}
	return at.Before(p.after(before, p.Lifecycle.Contact))
}

// rest notes when a pause ends by itself.
func (t *turn) rest() {
	if paused, until := t.policy.Paused(t.life, t.facts.Now); paused {
		t.due = first(t.due, until)
	}
}

// nurtureGrace is how much longer than for others marketing has for a declined
// account: it must not be in touch sooner, so it cannot be on the very day.
const nurtureGrace = 7 * day

// measureNurture looks for those that marketing forgot. Whoever is with sales,
// paused or asleep is excepted, and the time begins anew when that is over.
func (p *Policy) measureNurture(g *Gauge, a *mapping.Account, life Life, name string) {
	if !p.knowsContacts() || life.State.WithSales() || life.State == Won || life.State == Hibernation {
		return
	}
	g.Nurture++
	last, since := life.Marketed, life.Nurtured
	if said := p.marketed(a); !said.After(g.At) {
		last = latest(last, said)
	}
	if life.State == Lost || life.State == Returned {
		since = life.Since
	}
	limit := p.after(latest(last, since), p.SLA.Nurture)
	if life.rejected() {
		limit = limit.Add(nurtureGrace)
	}
	if limit.Before(g.At) {
		g.Neglected++
		g.Forgotten = append(g.Forgotten, Stale{Account: a.ID, Name: name, Since: last, What: FieldMarketing})
	}
}

// measureContacts looks for declined accounts that were contacted more than
// once in the month before the count.
func (p *Policy) measureContacts(g *Gauge, a *mapping.Account, life Life, name string) {
	if !p.knowsContacts() {
		return
	}
	var soon []time.Time
	for _, at := range life.TooSoon {
		if !at.After(g.At) && p.after(at, p.Lifecycle.Contact).After(g.At) {
			soon = append(soon, at)
		}
	}
	if len(soon) == 0 && !life.rejected() {
		return
	}
	g.Declined++
	if len(soon) > 0 {
		g.Crowded++
		what := "contacted again within " + p.Lifecycle.Contact.String()
		if len(soon) > 1 {
			what = fmt.Sprintf("%s, %d times; last", what, len(soon))
		}
		g.Overdone = append(g.Overdone, Stale{Account: a.ID, Name: name, Since: soon[len(soon)-1], What: what})
	}
}
