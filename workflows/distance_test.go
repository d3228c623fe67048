package workflows_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/workflows"
)

// distances is how far the rule is, one line per way.
func distances(p *workflows.Policy, in workflows.Input, rule string) (lines []string) {
	t := p.Trace(in, p.Evaluate(in))
	for _, r := range p.Stand(t, in.Account, in.History).Rules {
		if r.Rule != rule {
			continue
		}
		for _, way := range r.Ways {
			line := ""
			for i, g := range way {
				if i > 0 {
					line += "; "
				}
				line += g.Need
				if !g.Until.IsZero() {
					line += " by " + g.Until.Format(time.DateTime)
				}
				if !g.From.IsZero() {
					line += " on " + g.From.Format(time.DateOnly)
				}
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func TestDistances(t *testing.T) {
	t.Parallel()
	week, month := 7*days, 30*days
	ago := func(d time.Duration) time.Time { return monday.Add(-d) }
	date := func(at time.Time) string { return " by " + at.Format(time.DateTime) }
	const fresh = "intent_at=2026-11-02T00:00:00Z"
	tests := []struct {
		name  string
		rules string // of the rule `when`
		build func(*story)
		life  workflows.Life
		want  []string
	}{
		{"a level", "rises(intent_score, 70)", func(s *story) { s.hubspot(ago(time.Hour), with("intent_score=66", fresh)...) }, workflows.Life{}, []string{"intent_score +4"}},
		{"a level that never fell", "rises(intent_score, 70)", func(s *story) { s.hubspot(ago(week), with("intent_score=82", fresh)...) }, workflows.Life{Ended: ago(days)}, []string{"intent_score must fall below 70 and rise again"}},
		{"a level that is missing", "rises(intent_score, 70)", func(s *story) { s.hubspot(monday, with()...) }, workflows.Life{}, []string{"to be known: intent_score is missing"}},
		{"one visit more", `count(visits, "7d") >= 3`, func(s *story) { s.hubspot(monday, with()...).point("visits", ago(3*days), 2) }, workflows.Life{}, []string{"1 more visits in 7 days" + date(ago(3*days).Add(week))}},
		{"the oldest visit that counts", `count(visits, "7d") >= 3`, func(s *story) {
			s.hubspot(monday, with()...).point("visits", ago(9*days), 5).point("visits", ago(6*days), 1).point("visits", ago(days), 1)
		}, workflows.Life{}, []string{"1 more visits in 7 days" + date(ago(6*days).Add(week))}},
		{"visits of an ended handoff", `count(visits, "7d") >= 3`, func(s *story) {
			s.hubspot(monday, with()...).point("visits", ago(6*days), 5).point("visits", ago(days), 1)
		}, workflows.Life{Ended: ago(2 * days)}, []string{"2 more visits in 7 days" + date(ago(days).Add(week))}},
		{"no visit", `count(visits, "7d") > 2`, func(s *story) { s.hubspot(monday, with()...) }, workflows.Life{}, []string{"3 more visits in 7 days"}},
		{"too many visits", `count(visits, "7d") < 2`, func(s *story) { s.hubspot(monday, with()...).point("visits", ago(days), 3) }, workflows.Life{}, []string{"2 fewer visits in 7 days"}},
		{
			"several windows", `{all: ['count(visits, "7d") >= 3', 'count(visits, "30d") >= 6']}`,
			func(s *story) {
				s.hubspot(monday, with()...).point("visits", ago(20*days), 3).point("visits", ago(days), 2)
			},
			workflows.Life{},
			[]string{"1 more visits in 7 days" + date(ago(days).Add(week)) + "; 1 more visits in 30 days" + date(ago(20*days).Add(month))},
		},
		{
			"any of several", `{any: ['rises(intent_score, 70)', 'count(visits, "7d") >= 3 and value >= 60000']}`,
			func(s *story) {
				s.hubspot(ago(time.Hour), with("intent_score=20", fresh)...).point("visits", ago(days), 1)
			},
			workflows.Life{},
			[]string{"intent_score +50", "2 more visits in 7 days" + date(ago(days).Add(week)) + "; value +10000"},
		},
		{"one of both will do", `value >= 60000 or fit_score > 3`, func(s *story) { s.hubspot(monday, with("fit_score=3")...) }, workflows.Life{}, []string{"value +10000", "fit_score more than +0"}},
		{"not", `not (value >= 40000 and fit)`, func(s *story) { s.hubspot(monday, with()...) }, workflows.Life{}, []string{"value more than -10000", "fit must be no"}},
		{"a rate", `rate(email_opens, email_sends, "30d") >= 0.5`, func(s *story) {
			s.hubspot(monday, with()...).point("email_sends", ago(days), 10).point("email_opens", ago(days), 2)
		}, workflows.Life{}, []string{"3 more email_opens in 30 days (2 of 10 email_sends so far)" + date(ago(days).Add(month))}},
		{"a sum", `count(visits, "7d") + 2 * count(email_clicks, "7d") >= 6`, func(s *story) {
			s.hubspot(monday, with()...).point("visits", ago(days), 1).point("email_clicks", ago(days), 1)
		}, workflows.Life{}, []string{`3 more of count(visits, "7d") + 2 * count(email_clicks, "7d") (3 so far)`}},
		{"not a sum", `not (value / 1000 > 40)`, func(s *story) { s.hubspot(monday, with()...) }, workflows.Life{}, []string{"10 less of value / 1000 (50 so far)"}},
		{"over a sum", `fit_score * 10 > 30`, func(s *story) { s.hubspot(monday, with("fit_score=3")...) }, workflows.Life{}, []string{"0 and something more of fit_score * 10 (30 so far)"}},
		{"a rate of nothing", `rate(email_opens, email_sends, "30d") >= 0.5`, func(s *story) { s.hubspot(monday, with()...) }, workflows.Life{}, []string{"email_sends in 30 days, of which there are none"}},
		{"the gate too", "rises(intent_score, 70)", func(s *story) {
			s.hubspot(ago(time.Hour), "account_fit=false", "hs_is_target_account=true", "intent_score=66", fresh)
		}, workflows.Life{}, []string{"fit must be yes; intent_score +4"}},
		{"passes", "rises(intent_score, 70)", func(s *story) { s.hubspot(ago(time.Hour), with("intent_score=70", fresh)...) }, workflows.Life{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rules := tt.rules
			if rules[0] != '{' {
				rules = "'" + rules + "'"
			}
			s := newStory(policy(t, "version: 1\nhandoffs: {intent: {to: sdr, gate: target_account and fit, when: "+rules+"}}\n"))
			tt.build(s)
			if diff := cmp.Diff(tt.want, distances(s.p, s.input(monday, tt.life), "intent")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestDistanceOfTime(t *testing.T) {
	t.Parallel()
	s := newStory(policy(t, "version: 1\nhandoffs: {intent: {to: sdr, gate: fit, nurtured_for: 30d, when: value >= 60000}}\n"))
	s.hubspot(monday, with()...)
	got := distances(s.p, s.input(monday, workflows.Life{Nurtured: monday.Add(-10 * days)}), "intent")
	if diff := cmp.Diff([]string{"value +10000; nurtured for long enough on " + monday.Add(20*days).Format(time.DateOnly)}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestDistanceIsExact: as many more visits as are said to be missing make the
// clause true until the time that is said, one less does not, and after that
// time they are too few.
func TestDistanceIsExact(t *testing.T) {
	t.Parallel()
	p := policy(t, "version: 1\nhandoffs: {intent: {to: sdr, gate: fit, when: 'count(visits, \"7d\") >= 5'}}\n")
	rapid.Check(t, func(t *rapid.T) {
		s := newStory(p).hubspot(monday.Add(-90*days), with()...)
		life := workflows.Life{}
		if rapid.Bool().Draw(t, "ended") {
			life.Ended = monday.Add(-time.Duration(rapid.IntRange(0, 10*24).Draw(t, "ended ago")) * time.Hour)
		}
		for i := range rapid.IntRange(0, 6).Draw(t, "visits") {
			at := monday.Add(-time.Duration(rapid.IntRange(0, 10*24).Draw(t, fmt.Sprint("ago ", i))) * time.Hour)
			s.point("visits", at.Add(-time.Duration(i)), float64(rapid.IntRange(0, 2).Draw(t, fmt.Sprint("n ", i)))) // a source has one point at a time
		}
		in := s.input(monday, life)
		trace := p.Trace(in, p.Evaluate(in))
		rule := p.Stand(trace, in.Account, in.History).Rules[0]
		if passes := trace.Outcome == workflows.HandOff; passes != (len(rule.Ways) == 0) {
			t.Fatalf("outcome %s, ways %v", trace.Outcome, rule.Ways)
		}
		if len(rule.Ways) == 0 {
			return
		}
		g := rule.Ways[0][0]
		met := func(more float64, at time.Time) bool {
			again := *s
			again.points = slices.Clone(s.points)
			again.point("visits", at, more)
			return p.Evaluate(again.input(at, life)).Outcome == workflows.HandOff
		}
		last := g.Until
		if last.IsZero() {
			last = monday.Add(time.Second)
		}
		if !met(g.By, last) || met(g.By-1, monday.Add(time.Second)) {
			t.Fatalf("%s by %s is not what is missing", g.Need, g.Until)
		}
		if !g.Until.IsZero() && met(g.By, g.Until.Add(1)) {
			t.Fatalf("%s is enough after %s", g.Need, g.Until)
		}
	})
}

// TestStandingIsTheTraces: a trace that went through the log stands as it did,
// but for what only the history knows, and its rules pass where the decision
// says so.
func TestStandingIsTheTraces(t *testing.T) {
	t.Parallel()
	s := newStory(policy(t, policyText)).hubspot(monday.Add(-time.Hour), with("intent_score=66", "intent_at=2026-11-01T00:00:00Z")...)
	s.point("visits", monday.Add(-days), 2).point("demo_form", monday.Add(-time.Hour), 1)
	in := s.input(monday, workflows.Life{})
	trace := s.p.Trace(in, s.p.Evaluate(in))
	data, err := json.Marshal(trace)
	if err != nil {
		t.Fatal(err)
	}
	var logged workflows.Trace
	if err := json.Unmarshal(data, &logged); err != nil {
		t.Fatal(err)
	}
	now, then := s.p.Stand(trace, in.Account, in.History), s.p.Stand(logged, in.Account, in.History)
	if diff := cmp.Diff(now, then, cmp.Comparer(time.Time.Equal), cmp.Comparer(func(a, b connectors.Value) bool { return a == b })); diff != "" {
		t.Errorf("now, from the log:\n%s", diff)
	}
	if now.Winner != "demo_request" || now.Rules[0].Result != "yes" || now.Rules[1].Result != "no" || now.Segments[0].Result != "no" {
		t.Errorf("%+v", now)
	}
	bare := s.p.Stand(logged, in.Account, nil)
	if got := bare.Rules[1].Ways[0][0]; got.Need != "intent_score +4" {
		t.Errorf("without a history: %+v", got)
	}
}

// TestWaysAgreeWithTheVerdict: a rule has nothing to be done exactly when it
// is met, whatever its clauses are joined by and whatever is missing.
func TestWaysAgreeWithTheVerdict(t *testing.T) {
	t.Parallel()
	p := policy(t, `version: 1
handoffs:
  intent:
    to: sdr
    gate: target_account or not fit
    when: {any: [{all: ['not (value >= 100 or fit_score < 5)', 'rises(intent_score, 70)']}, 'not fit and not (intent_score > 50 and value < 10)', 'count(visits, "7d") >= 2']}
`)
	rapid.Check(t, func(t *rapid.T) {
		pairs := []string{"name=Acme", "intent_at=2026-11-02T00:00:00Z"}
		for name, values := range map[string][]string{
			"hs_is_target_account": {"", "true", "false"}, "account_fit": {"", "true", "false"}, "acv": {"", "5", "50", "500"},
			"fit_score": {"", "2", "5", "8"}, "intent_score": {"", "20", "60", "90"},
		} {
			if v := rapid.SampledFrom(values).Draw(t, name); v != "" {
				pairs = append(pairs, name+"="+v)
			}
		}
		s := newStory(p).hubspot(monday.Add(-time.Hour), pairs...).point("visits", monday.Add(-days), float64(rapid.IntRange(0, 3).Draw(t, "visits")))
		in := s.input(monday, workflows.Life{})
		d := p.Evaluate(in)
		rule := p.Stand(p.Trace(in, d), in.Account, in.History).Rules[0]
		if met := d.Outcome == workflows.HandOff; met != (len(rule.Ways) == 0) || met != (rule.Result == "yes") {
			t.Fatalf("outcome %s, result %s, ways %v", d.Outcome, rule.Result, rule.Ways)
		}
		for _, way := range rule.Ways {
			if len(way) == 0 {
				t.Fatalf("an empty way among %v", rule.Ways)
			}
		}
	})
}

// TestStandingKnowsTheSegment: also of an account that sales has, the criteria
// shown are those of its segment.
func TestStandingKnowsTheSegment(t *testing.T) {
	t.Parallel()
	s := newStory(policy(t, policyText)).hubspot(monday.Add(-time.Hour), "name=Big", "acv=300000", "hs_is_target_account=true", "account_fit=true", "intent_score=75", "intent_at=2026-11-02T00:00:00Z")
	for _, state := range []workflows.State{workflows.Nurture, workflows.Working} {
		in := s.input(monday, workflows.Life{State: state})
		got := s.p.Stand(s.p.Trace(in, s.p.Evaluate(in)), in.Account, in.History).Rules[1]
		if got.Segment != "enterprise" || got.Result != "no" || len(got.Ways) != 1 || got.Ways[0][0].Need != "intent_score +5" {
			t.Errorf("%s: %+v", state, got)
		}
	}
}
