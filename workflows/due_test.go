package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"handoffd/mapping"
	"handoffd/workflows"
)

// dueMapping has a signal of every kind and rollup.
var dueMapping = strings.Replace(mappingText, "signals:\n", `signals:
  pages:        {hubspot: contact.pages, kind: counter, rollup: max}
  any_page:     {hubspot: contact.any_page, kind: counter, rollup: any}
  seats:        {hubspot: contact.seats, kind: level}
`, 1)

// clauses are what changes by time alone, each way round, and what does not.
func clauses() []string {
	return []string{
		"rises(intent_score, 70)", "not rises(intent_score, 70)", "intent_score < 50", "known(intent_score)", "not known(intent_score)", "value >= 60000",
		`count(visits, "7d") >= 3`, `count(visits, "3d") < 1`, `not (count(visits, "2d") >= 2)`, `count(visits, "2d") == 1`, `sum(visits, "5d") % 2 == 0`,
		`count(demo_form, "1d") >= 1`, `count(demo_form, "4d") < 1`, `count(pages, "3d") > 1`, `count(any_page, "3d") == 0`, `level(seats) >= 2`, `level(seats) < 2`,
		`rate(email_opens, email_sends, "5d") >= 0.5`, `rate(email_opens, email_sends, "5d") < 0.5`,
		`(count(visits, "1d") >= 1 ? count(visits, "7d") : 9) > 4`, `count(visits, "2d") > count(email_sends, "6d")`,
	}
}

// anyPolicy draws rules over them, with a segment that time decides.
func anyPolicy(t *rapid.T) string {
	one := func(name string) string { return rapid.SampledFrom(clauses()).Draw(t, name) }
	tree := func(name string) string {
		return fmt.Sprintf("{any: ['%s', {all: ['%s', 'not (%s)']}]}", one(name+"1"), one(name+"2"), one(name+"3"))
	}
	return fmt.Sprintf(`version: 1
segments: {special: '%s'}
handoffs:
  intent: {to: sdr, gate: target_account and fit, when: %s, nurtured_for: %dd, segments: {special: {when: '%s or count(email_clicks, "2d") >= 9', nurtured_for: 4d}}}
  request: {to: ae, type: inbound, when: '%s or not (%s)'}
`, one("segment"), tree("intent"), rapid.IntRange(1, 9).Draw(t, "nurtured"), one("special"), one("request1"), one("request2"))
}

// anyPast draws an account with points before and after now.
func anyPast(t *rapid.T, s *story) workflows.Life {
	hours := func(name string, from, to int) time.Duration {
		return time.Duration(rapid.IntRange(from, to).Draw(t, name)) * time.Hour
	}
	s.hubspot(monday.Add(-9*days), with(fmt.Sprint("intent_score=", rapid.SampledFrom([]int{40, 75}).Draw(t, "score")),
		"intent_at="+monday.Add(-hours("confirmed", 1, 240)).Format(time.RFC3339))...)
	for i := range rapid.IntRange(0, 8).Draw(t, "points") {
		name := rapid.SampledFrom([]string{"visits", "demo_form", "pages", "any_page", "seats", "email_sends", "email_opens"}).Draw(t, fmt.Sprint("signal", i))
		at := monday.Add(-hours(fmt.Sprint("at", i), -48, 240)).Add(time.Duration(i) * time.Microsecond)
		s.point(name, at, float64(rapid.IntRange(0, 3).Draw(t, fmt.Sprint("value", i))))
	}
	life := workflows.Life{State: workflows.Nurture, Nurtured: monday.Add(-hours("nurtured since", 0, 240))}
	switch rapid.SampledFrom([]string{"", "ended", "late", "queued"}).Draw(t, "life") {
	case "ended":
		life.Ended = monday.Add(-hours("ended", 1, 100))
	case "late":
		life.Reach = monday.Add(-hours("reach", 1, 240))
	case "queued":
		life.State, life.MetAs = workflows.Ready, rapid.SampledFrom([]workflows.Type{workflows.Intent, workflows.Inbound}).Draw(t, "as")
		life.Reach, life.Met = monday.Add(-hours("reach", 1, 240)), monday.Add(-hours("met", 0, 48))
	}
	return life
}

// until lists the moments before due that are worth a look.
func until(t *rapid.T, due time.Time) []time.Time {
	last := due
	if due.IsZero() {
		last = monday.Add(60 * days)
	}
	out := []time.Time{last.Add(-time.Microsecond)}
	for i := range 6 {
		span := last.Sub(monday) / time.Microsecond
		out = append(out, monday.Add(time.Duration(rapid.Int64Range(0, max(0, int64(span)-1)).Draw(t, fmt.Sprint("look", i)))*time.Microsecond))
	}
	return out
}

// TestDueIsTheNextChange: without new data the verdict stays until the due time,
// whatever the rules are made of; and then it is another one, or a value has
// gone stale.
func TestDueIsTheNextChange(t *testing.T) {
	t.Parallel()
	changed, ever := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		p := policyOver(t, dueMapping, anyPolicy(r))
		s := newStory(p)
		life := anyPast(r, s)
		in := s.input(monday, life)
		d := p.Evaluate(in)
		for _, at := range until(r, d.Due) {
			if at.Before(monday) {
				continue
			}
			in.Now = at
			if then := p.Evaluate(in); !then.Same(d) {
				r.Fatalf("%s at %s, %s at %s, before it is due on %s", d.Outcome, monday, then.Outcome, at, d.Due)
			}
		}
		if d.Due.IsZero() {
			return
		}
		ever++
		in.Now = d.Due
		switch then := p.Evaluate(in); {
		case !then.Same(d):
			changed++
		case !goesStale(p, in.Account, d.Due):
			r.Fatalf("%s: due on %s, and nothing changes then", d.Outcome, d.Due)
		case !d.Due.After(monday):
			r.Fatalf("due on %s, which is not after now", d.Due)
		}
	})
	if changed == 0 || ever == 0 {
		t.Errorf("the verdict changed by time alone in %d of %d", changed, ever)
	}
}

func goesStale(p *workflows.Policy, a *mapping.Account, at time.Time) bool {
	until, limited := p.Mapping.Fresh(a, p.Mapping.Field("intent_score").Slot)
	return limited && until.Equal(at)
}

// TestAskedAgainByTime: while sales has the account, a request that time alone
// makes has its due time as well.
func TestAskedAgainByTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		p := policyOver(t, dueMapping, anyPolicy(r))
		s := newStory(p)
		life := anyPast(r, s)
		life.State, life.Since, life.Reach = workflows.Working, monday.Add(-3*days), time.Time{}
		life.Open = &workflows.Episode{Rule: "intent", Type: workflows.Intent, Handed: life.Since, Stages: []workflows.StageStory{{Stage: workflows.SDR, At: life.Since}}}
		look := func(at time.Time) workflows.Facts {
			in := s.input(at, life)
			return p.Observe(in, p.Evaluate(in), nil)
		}
		now := look(monday)
		if now.Again != "" {
			return
		}
		for _, at := range until(r, now.Next) {
			if !at.Before(monday) && look(at).Again != "" && !lookStale(p, s, at) {
				r.Fatalf("asked again at %s, before it is due on %s", at, now.Next)
			}
		}
		if !now.Next.IsZero() && look(now.Next).Again == "" {
			r.Fatalf("due on %s, and nothing changes then", now.Next)
		}
	})
}

// lookStale: what follows from a stale score is the decision's due time.
func lookStale(p *workflows.Policy, s *story, at time.Time) bool {
	until, limited := p.Mapping.Fresh(s.a, p.Mapping.Field("intent_score").Slot)
	return limited && until.After(monday) && !at.Before(until)
}

func TestDueByTimeAlone(t *testing.T) {
	t.Parallel()
	ago := func(d time.Duration) time.Time { return monday.Add(-d) }
	const tick = time.Microsecond
	tests := []struct {
		name, when string
		build      func(*story)
		want       time.Time
	}{
		{"no visits any more", `count(visits, "30d") < 1`, func(s *story) { s.point("visits", ago(10*days), 2) }, monday.Add(20*days + tick)},
		{"the last of several", `not (count(visits, "30d") >= 1)`, func(s *story) {
			s.point("visits", ago(29*days), 1).point("visits", ago(10*days), 2).point("visits", ago(3*days), 1)
		}, monday.Add(27*days + tick)},
		{"too few visits soon, which changes nothing", `count(visits, "30d") >= 5`, func(s *story) { s.point("visits", ago(10*days), 2) }, time.Time{}},
		{"too few soon", `count(visits, "7d") >= 3`, func(s *story) { s.point("visits", ago(6*days), 1).point("visits", ago(days), 2) }, monday.Add(days + tick)},
		{"fewer e-mails, so a better rate", `rate(email_opens, email_sends, "30d") >= 0.5`, func(s *story) {
			s.point("email_sends", ago(25*days), 9).point("email_sends", ago(days), 2).point("email_opens", ago(days), 1)
		}, monday.Add(5*days + tick)},
		{"an event that is yet to come", `count(demo_form, "1d") >= 1`, func(s *story) { s.point("demo_form", monday.Add(3*days), 1) }, monday.Add(3 * days)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(policy(t, "version: 1\nhandoffs: {intent: {to: sdr, gate: fit, when: '"+tt.when+"'}}\n")).hubspot(ago(90*days), with()...)
			tt.build(s)
			if d := s.p.Evaluate(s.input(monday, workflows.Life{State: workflows.Nurture})); !d.Due.Equal(tt.want) {
				t.Errorf("due %s, want %s", d.Due, tt.want)
			}
		})
	}
}
