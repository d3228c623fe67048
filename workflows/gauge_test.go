package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/mapping"
	"handoffd/workflows"
)

// TestGauge counts the list, and what is overdue on it.
func TestGauge(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	// Its rules do not read the list.
	listless := policyOver(t, reportMapping, strings.Replace(policyText, "target_account and fit", "fit", 1))
	now := monday.Add(40 * days) // 12 December
	month := now.In(newYork).AddDate(0, -1, 0)
	at := func(t time.Time) string { return "last_marketing_contact=" + t.UTC().Format(time.RFC3339) }
	score := func(age time.Duration) string { return "intent_at=" + now.Add(-age).UTC().Format(time.RFC3339) }
	fine := []string{"intent_score=50", score(days)}
	for _, c := range []struct {
		name  string
		state workflows.State
		pairs []string
		want  workflows.Gauge
	}{
		{"not on the list", workflows.Nurture, []string{"hs_is_target_account=false", "intent_score=50"}, workflows.Gauge{}},
		{"waits in the queue", workflows.Ready, []string{"hs_is_target_account=false"}, workflows.Gauge{Queue: 1}},
		{"in touch for a month, to the second", workflows.Nurture, append([]string{at(month)}, fine...), workflows.Gauge{Targets: 1, Nurture: 1, Scored: 1}},
		{"longer than a month", workflows.Nurture, append([]string{at(month.Add(-time.Second))}, fine...), workflows.Gauge{Targets: 1, Nurture: 1, Neglected: 1, Scored: 1}},
		{"a day that is yet to come", workflows.Nurture, append([]string{at(now.Add(days))}, fine...), workflows.Gauge{Targets: 1, Nurture: 1, Neglected: 1, Scored: 1}},
		{"never", workflows.Nurture, fine, workflows.Gauge{Targets: 1, Nurture: 1, Neglected: 1, Scored: 1}},
		{"declined, and never", workflows.Declined, fine, workflows.Gauge{Targets: 1, Nurture: 1, Neglected: 1, Declined: 1, Scored: 1}},
		{"declined, in the week after the month", workflows.Declined, append([]string{at(month.Add(-7 * days))}, fine...), workflows.Gauge{Targets: 1, Nurture: 1, Declined: 1, Scored: 1}},
		{"declined, and over a week later", workflows.Declined, append([]string{at(month.Add(-7*days - time.Second))}, fine...), workflows.Gauge{Targets: 1, Nurture: 1, Neglected: 1, Declined: 1, Scored: 1}},
		{"declined, and not on the list", workflows.Declined, []string{"hs_is_target_account=false"}, workflows.Gauge{Declined: 1}},
		{"with sales", workflows.Working, fine, workflows.Gauge{Targets: 1, Scored: 1}},
		{"asleep", workflows.Hibernation, fine, workflows.Gauge{Targets: 1, Scored: 1}},
		{"never scored", workflows.Working, nil, workflows.Gauge{Targets: 1, Scored: 1, Old: 1}},
		{"score of a week", workflows.Working, []string{"intent_score=50", score(7 * days)}, workflows.Gauge{Targets: 1, Scored: 1}},
		{"score as old as it may be", workflows.Working, []string{"intent_score=50", score(8*days - time.Second)}, workflows.Gauge{Targets: 1, Scored: 1}},
		{"too old", workflows.Working, []string{"intent_score=50", score(8 * days)}, workflows.Gauge{Targets: 1, Scored: 1, Old: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, p := range []*workflows.Policy{p, listless} {
				s := newStory(p).hubspot(monday, append([]string{"name=Acme", "domain=acme.example", "hs_is_target_account=true"}, c.pairs...)...)
				g := gauged(t, p, s.a, workflows.Life{State: c.state}, now)
				if len(g.Forgotten) != g.Neglected || len(g.Outdated) != g.Old || len(g.Overdone) != g.Crowded {
					t.Errorf("lists %v and %v do not fit their numbers", g.Forgotten, g.Outdated)
				}
				g.Forget()
				g.At = time.Time{}
				if diff := cmp.Diff(c.want, g); diff != "" {
					t.Errorf("gauge (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// gauged measures one account, and holds Measure to looking at no more of it
// than the policy says.
func gauged(t *testing.T, p *workflows.Policy, a *mapping.Account, life workflows.Life, now time.Time) workflows.Gauge {
	t.Helper()
	g, few := workflows.Gauge{At: now}, workflows.Gauge{At: now}
	p.Measure(&g, a, life, "Acme")
	doc, err := p.Mapping.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	only, err := p.Mapping.DecodeOnly(a.ID, doc, p.Measured())
	if err != nil {
		t.Fatal(err)
	}
	if !p.MeasuresLife(life.State) {
		life = workflows.Life{State: life.State}
	}
	p.Measure(&few, only, life, "Acme")
	if diff := cmp.Diff(g, few); diff != "" {
		t.Errorf("by the fields that are measured (-all +those):\n%s", diff)
	}
	return g
}

// TestWaitingLate: who is ready for longer than 48 hours, the queue apart.
func TestWaitingLate(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	s := newStory(p).hubspot(monday, "name=Acme", "domain=acme.example", "hs_is_target_account=true")
	bare := policy(t, policyText)
	of := newStory(bare).hubspot(monday, "name=Acme", "domain=acme.example", "hs_is_target_account=true").a
	for _, c := range []struct {
		after, waited time.Duration
		wait          *workflows.Wait
		want          int
	}{
		{48 * hours, 0, nil, 0},
		{48*hours + time.Second, 0, nil, 1},
		{60 * hours, 13 * hours, nil, 0},
		{60 * hours, 11 * hours, nil, 1},
		{99 * hours, 0, &workflows.Wait{Kind: workflows.WaitsForLimit, Since: monday}, 0},
	} {
		life := workflows.Life{State: workflows.Ready, Met: monday, Waited: c.waited, Queued: c.wait}
		if g := gauged(t, bare, of, life, monday.Add(c.after)); len(g.Late) != c.want {
			t.Errorf("after %s, where contacts of marketing are not known: %d, want %d", c.after, len(g.Late), c.want)
		}
		g := gauged(t, p, s.a, life, monday.Add(c.after))
		r := p.Report(workflows.Sheet{From: monday, To: monday.Add(30 * days), Now: g.At, Gauge: &g})
		if f := r.Figure("waiting_late"); f.Hits != c.want || len(f.Entries) != c.want || *f.Value != float64(c.want) {
			t.Errorf("after %s, %s in the queue: %+v, want %d", c.after, c.waited, f, c.want)
		}
	}
}

// TestStaleLists: the figure lists the accounts that miss, and keeps its
// numbers without the list.
func TestStaleLists(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	g := &workflows.Gauge{Nurture: 4, Neglected: 1, Forgotten: []workflows.Stale{{Account: "a", Name: "Acme", What: "last_marketing_contact"}}, Scored: 2, Old: 2}
	r := p.Report(workflows.Sheet{From: october, To: november, Now: november, Gauge: g})
	if f := r.Figure("nurture_monthly"); *f.Value != 0.75 || len(f.Entries) != 1 || f.Entries[0].Detail != "last_marketing_contact: never" {
		t.Errorf("nurtured %+v", f)
	}
	if f := r.Figure("scores_fresh"); *f.Value != 0 || f.N != 2 {
		t.Errorf("fresh %+v", f)
	}
}
