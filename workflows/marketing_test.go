package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/workflows"
)

// on is a day of 2026 in New York.
func on(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, newYork) }

func TestPaused(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	for _, c := range []struct {
		name   string
		life   workflows.Life
		now    time.Time
		paused bool
		until  time.Time
	}{
		{"with sales", workflows.Life{State: workflows.Working, Marketed: on(1, 1)}, on(3, 1), true, time.Time{}},
		{"won", workflows.Life{State: workflows.Won}, on(3, 1), true, time.Time{}},
		{"asleep", workflows.Life{State: workflows.Hibernation}, on(3, 1), true, time.Time{}},
		{"nurtured", workflows.Life{State: workflows.Nurture, Marketed: on(3, 1)}, on(3, 2), false, time.Time{}},
		{"given back, not accepted yet", workflows.Life{State: workflows.Returned, Marketed: on(3, 1)}, on(3, 2), false, time.Time{}},
		{"declined, never contacted", workflows.Life{State: workflows.Declined}, on(3, 2), false, time.Time{}},
		{"declined, in the month", workflows.Life{State: workflows.Declined, Marketed: on(3, 3)}, on(4, 3).Add(-1), true, on(4, 3)},
		{"declined, the month is over", workflows.Life{State: workflows.Declined, Marketed: on(3, 3)}, on(4, 3), false, on(4, 3)},
		{"a short month ends with its last day", workflows.Life{State: workflows.Declined, Marketed: on(1, 31)}, on(2, 27), true, on(2, 28)},
		{"declined, and ready again", workflows.Life{State: workflows.Ready, From: workflows.Declined, Marketed: on(3, 3)}, on(3, 4), true, on(4, 3)},
		{"ready after nurture", workflows.Life{State: workflows.Ready, Marketed: on(3, 3)}, on(3, 4), false, time.Time{}},
	} {
		if paused, until := p.Paused(c.life, c.now); paused != c.paused || !until.Equal(c.until) {
			t.Errorf("%s: %t until %s", c.name, paused, until)
		}
	}
}

// TestContacts follows a declined account through marketing's contacts, and
// back when a date was wrong.
func TestContacts(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	life := workflows.Life{State: workflows.Nurture, Since: on(1, 1)}
	see := func(now, contact time.Time, due time.Time, soon ...time.Time) {
		t.Helper()
		out := p.Advance(life, workflows.Facts{Now: now, Outcome: workflows.NotQualified, Marketing: contact})
		life = out.Life
		if diff := cmp.Diff(soon, life.TooSoon); diff != "" && len(soon)+len(life.TooSoon) > 0 {
			t.Errorf("at %s too soon (-want +got):\n%s", now, diff)
		}
		if !life.Marketed.Equal(contact) || !out.Due.Equal(due) {
			t.Errorf("at %s marketed %s, due %s", now, life.Marketed, out.Due)
		}
	}
	see(on(1, 5), on(1, 5), time.Time{})
	see(on(1, 9), on(1, 9), time.Time{}) // in nurture as often as marketing likes
	life.State, life.Since = workflows.Declined, on(1, 20)
	see(on(1, 20), on(1, 9), on(2, 9))
	see(on(1, 22), on(1, 22), on(2, 22), on(1, 22))
	see(on(1, 23), on(1, 22), on(2, 22), on(1, 22)) // the same one is counted once
	see(on(1, 24), on(1, 12), on(2, 12))            // it was a mistake
	if a := p.Ahead(life, workflows.Facts{Now: on(1, 24), Outcome: workflows.NotQualified}); len(a) == 0 || !a[0].At.Equal(on(2, 12)) || a[0].What != "marketing may contact it again" {
		t.Errorf("ahead: %+v", a)
	}
	see(on(2, 12), on(2, 12), on(3, 12)) // a month later
	see(on(2, 13), on(2, 13), on(3, 13), on(2, 13))
	life.State = workflows.Working
	see(on(2, 14), on(2, 14), time.Time{}, on(2, 13)) // sales asked for it
}

// TestContactsBetweenLooks: all that was sent since the last look counts, what
// was sent on one day once.
func TestContactsBetweenLooks(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	hour := func(month time.Month, day, hour int) time.Time {
		return on(month, day).Add(time.Duration(hour) * time.Hour)
	}
	for _, c := range []struct {
		name     string
		contacts []time.Time
		want     []time.Time
	}{
		{"one", []time.Time{hour(3, 5, 9)}, nil},
		{"two people on one day", []time.Time{hour(3, 5, 9), hour(3, 5, 17)}, nil},
		{"two days", []time.Time{hour(3, 5, 9), hour(3, 6, 9)}, []time.Time{hour(3, 6, 9)}},
		{"before it was declined", []time.Time{hour(2, 3, 9), hour(2, 4, 9)}, nil},
		{"a month apart", []time.Time{hour(3, 5, 9), hour(4, 5, 9)}, nil},
	} {
		life := workflows.Life{State: workflows.Declined, Since: on(3, 1), Marketed: on(1, 1)}
		last := c.contacts[len(c.contacts)-1]
		got := p.Advance(life, workflows.Facts{Now: on(4, 20), Outcome: workflows.NotQualified, Marketing: last, Contacts: c.contacts}).Life
		if diff := cmp.Diff(c.want, got.TooSoon); diff != "" && len(c.want)+len(got.TooSoon) > 0 || !got.Marketed.Equal(last) {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestContactLimit lists who was contacted too soon in the last month, whatever
// has become of them.
func TestContactLimit(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	s := newStory(p).hubspot(monday, "name=Acme", "domain=acme.example", "hs_is_target_account=true")
	for _, c := range []struct {
		name   string
		life   workflows.Life
		hits   int
		n      int
		detail string
	}{
		{"in nurture", workflows.Life{State: workflows.Nurture}, 0, 0, ""},
		{"kept", workflows.Life{State: workflows.Declined}, 1, 1, ""},
		{"once too often", workflows.Life{State: workflows.Declined, TooSoon: []time.Time{on(10, 8)}}, 0, 1, "contacted again within a month: 2026-10-08"},
		{"twice", workflows.Life{State: workflows.Nurture, TooSoon: []time.Time{on(10, 8), on(10, 12)}}, 0, 1, "contacted again within a month, 2 times; last: 2026-10-12"},
		{"long ago", workflows.Life{State: workflows.Declined, TooSoon: []time.Time{on(9, 15)}}, 1, 1, ""},
	} {
		g := gauged(t, p, s.a, c.life, on(10, 15))
		r := p.Report(workflows.Sheet{From: october, To: november, Now: november, Gauge: &g})
		f, detail := r.Figure("contact_limit"), ""
		for _, e := range f.Entries {
			detail += e.Detail
		}
		if f.Hits != c.hits || f.N != c.n || detail != c.detail {
			t.Errorf("%s: %d of %d, %q", c.name, f.Hits, f.N, detail)
		}
	}
}

// TestMonthBeginsAnew: what marketing could not do while sales had the account
// is no fault of marketing's.
func TestMonthBeginsAnew(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	s := newStory(p).hubspot(monday, "name=Acme", "domain=acme.example", "hs_is_target_account=true")
	for _, c := range []struct {
		name string
		life workflows.Life
		want int
	}{
		{"back for two weeks", workflows.Life{State: workflows.Nurture, Nurtured: on(10, 1)}, 0},
		{"back for six", workflows.Life{State: workflows.Nurture, Nurtured: on(9, 1)}, 1},
		{"lost two weeks ago", workflows.Life{State: workflows.Lost, Since: on(10, 1), Nurtured: on(1, 1)}, 0},
		{"lost six weeks ago", workflows.Life{State: workflows.Lost, Since: on(9, 1), Nurtured: on(10, 1)}, 1},
	} {
		g := gauged(t, p, s.a, c.life, on(10, 15))
		if g.Nurture != 1 || g.Neglected != c.want {
			t.Errorf("%s: %+v", c.name, g)
		}
	}
}

// TestContactsOfTheField: a day that is yet to come counts when it has come.
func TestContactsOfTheField(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	for _, c := range []struct {
		said, want, next time.Time
	}{
		{time.Time{}, time.Time{}, time.Time{}},
		{monday.Add(-days), monday.Add(-days), time.Time{}},
		{monday.Add(days), monday.Add(-9 * days), monday.Add(days)},
	} {
		pairs := []string{"name=Acme", "domain=acme.example"}
		if !c.said.IsZero() {
			pairs = append(pairs, "last_marketing_contact="+c.said.UTC().Format(time.RFC3339))
		}
		now := newStory(p).hubspot(monday, pairs...).input(monday, workflows.Life{State: workflows.Nurture, Marketed: monday.Add(-9 * days)})
		f := p.Observe(now, workflows.Decision{Outcome: workflows.NotQualified}, nil)
		if !f.Marketing.Equal(c.want) || !f.Next.Equal(c.next) {
			t.Errorf("said %s: marketing %s, next %s", c.said, f.Marketing, f.Next)
		}
	}
}

// TestOwnRhythms: a team may be in touch more often, and with declined accounts
// less often, than once a month.
func TestOwnRhythms(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText+"sla: {nurture: 14d}\nlifecycle: {contact_every: 60d}\n")
	declined := workflows.Life{State: workflows.Declined, Since: on(1, 1), Marketed: on(3, 1)}
	if paused, until := p.Paused(declined, on(4, 2)); !paused || !until.Equal(on(3, 1).Add(60*days)) {
		t.Errorf("paused: %t until %s", paused, until)
	}
	s := newStory(p).hubspot(on(1, 1), "hs_is_target_account=true", "last_marketing_contact="+on(3, 1).UTC().Format(time.RFC3339))
	for at, want := range map[time.Time]int{on(3, 14): 0, on(3, 16): 1} {
		g := workflows.Gauge{At: at}
		p.Measure(&g, s.a, workflows.Life{State: workflows.Nurture, Nurtured: on(1, 1)}, "x")
		if g.Nurture != 1 || g.Neglected != want {
			t.Errorf("%s: %d of %d neglected, want %d", at, g.Neglected, g.Nurture, want)
		}
	}
	plain := policyOver(t, reportMapping, strings.Replace(policyText, "review_every: 90d\n", "", 1))
	if plain.SLA.Nurture != 0 || plain.SLA.Scores != 8*days || plain.Lifecycle.Contact != 0 || plain.Signed.ReviewEvery != 90*days {
		t.Errorf("defaults: %v %v %v %v", plain.SLA.Nurture, plain.SLA.Scores, plain.Lifecycle.Contact, plain.Signed.ReviewEvery)
	}
}
