package workflows_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/workflows"
)

// backtestText has no freshness to think of and one rule of each kind.
const backtestText = `
version: 3
segments: {enterprise: value >= 250000}
handoffs:
  demo_request: {to: ae, when: 'count(demo_form, "1d") >= 1'}
  intent:
    to: sdr
    gate: target_account and fit
    when: {any: ['rises(fit_score, 7)', 'count(visits, "7d") >= 3']}
    segments: {enterprise: {when: 'count(visits, "30d") >= 6'}}
`

// diary is an account's past as handoffd would have logged it.
type diary struct {
	*story
	t    *testing.T
	log  []workflows.Logged
	life workflows.Life
	real []workflows.Real
}

func newDiary(t *testing.T, p *workflows.Policy) *diary {
	t.Helper()
	return &diary{story: newStory(p), t: t, life: workflows.Life{State: workflows.Nurture}}
}

// sees lays values over the account and logs the decision about it.
func (d *diary) sees(at time.Time, pairs ...string) *diary {
	d.hubspot(at, pairs...)
	if f := d.p.Mapping.Field("fit_score"); f != nil {
		if v, o := d.p.Mapping.Value(d.a, f.Slot); !v.IsNull() && o.At.Equal(at) {
			d.point("fit_score", at, v.Float())
		}
	}
	return d.decides(at)
}

func (d *diary) decides(at time.Time) *diary {
	in := d.input(at, d.life)
	return d.logs(d.p.Trace(in, d.p.Evaluate(in)))
}

func (d *diary) logs(trace workflows.Trace) *diary {
	d.t.Helper()
	data, err := json.Marshal(trace)
	if err != nil {
		d.t.Fatal(err)
	}
	var l workflows.Logged
	if err := json.Unmarshal(data, &l); err != nil {
		d.t.Fatal(err)
	}
	d.log = append(d.log, l)
	return d
}

// steps logs a transition.
func (d *diary) steps(at time.Time, to workflows.State, notBefore time.Time) *diary {
	d.logs(workflows.Trace{At: at, State: d.life.State, InScope: true, Outcome: workflows.Moved, Life: &workflows.LifeTrace{
		Facts: workflows.Facts{NotBefore: notBefore}, Steps: []workflows.Step{{From: d.life.State, To: to}},
	}})
	d.life.State = to
	return d
}

// handed adds a real handoff, open if closed is zero.
func (d *diary) handed(opened, closed time.Time, change func(*workflows.Episode)) *diary {
	m := tale(opened, nil)
	m.ID, m.Closed = fmt.Sprintf("hs-1/%d", len(d.real)+1), closed
	if change != nil {
		change(m.Story)
	}
	d.real = append(d.real, workflows.Real{Measured: m, Opened: opened})
	return d
}

func (d *diary) past() *workflows.Past {
	return d.p.Remember(d.a, "Acme", workflows.NewHistory(d.points), d.log, d.real)
}

// passings in short: the day, the rule, whether it was so at the start, and
// what really became of it.
func shortly(list []workflows.Passing) (out []string) {
	for i := range list {
		p := &list[i]
		text := p.At.UTC().Format("01-02") + " " + p.Rule
		if p.First {
			text += " at start"
		}
		if !p.OnList {
			text += " off list"
		}
		if b := p.Became(); b != "" {
			text += ": " + b
		}
		out = append(out, text)
	}
	return out
}

func TestPassings(t *testing.T) {
	t.Parallel()
	on := func(n int) time.Time { return monday.Add(time.Duration(n) * days) } // day 0 is 2 November
	list := func(score string) []string { return with("fit_score=" + score) }
	silent := strings.Replace(backtestText, "rises(fit_score, 7)", "rises(fit_score, 9)", 1)
	cases := []struct {
		name  string
		rules string // of the backtest; "" for those in force
		build func(*diary)
		want  []string
	}{
		{"never decided", "", func(*diary) {}, nil},
		{"too low all the time", "", func(d *diary) { d.sees(on(0), list("3")...) }, nil},
		{"high as it was first seen", "", func(d *diary) { d.sees(on(0), list("8")...) }, []string{"11-02 intent at start"}},
		{"it rises later", "", func(d *diary) { d.sees(on(0), list("3")...).sees(on(5), list("7")...) }, []string{"11-07 intent"}},
		{"first seen later", "", func(d *diary) { d.sees(on(5), list("7")...) }, []string{"11-07 intent"}},
		{"a looser number", strings.Replace(backtestText, "7)", "5)", 1), func(d *diary) { d.sees(on(0), list("3")...).sees(on(5), list("6")...) }, []string{"11-07 intent"}},
		{"a stricter one, met later", silent, func(d *diary) {
			d.sees(on(0), list("3")...).sees(on(5), list("7")...).sees(on(9), list("9")...)
		}, []string{"11-11 intent"}},
		{"visits, the third of which comes in time", "", func(d *diary) {
			d.sees(on(0), list("3")...).point("visits", on(1), 2).point("visits", on(7), 1)
		}, []string{"11-09 intent"}},
		{"visits, the third too late", "", func(d *diary) {
			d.sees(on(0), list("3")...).point("visits", on(1), 2).point("visits", on(8).Add(time.Second), 1)
		}, nil},
		{"off the list", "", func(d *diary) {
			d.sees(on(0), "hs_is_target_account=false", "account_fit=true", "acv=1", "fit_score=9").sees(on(5), list("9")...)
		}, []string{"11-07 intent"}},
		{"a demo form off the list", "", func(d *diary) {
			d.sees(on(0), "hs_is_target_account=false", "account_fit=true", "acv=1", "fit_score=9").point("demo_form", on(2), 1)
		}, []string{"11-04 demo_request off list"}},
		{"the segment's criteria", "", func(d *diary) {
			d.sees(on(0), with("fit_score=9", "acv=300000")...).point("visits", on(1), 5).point("visits", on(20), 1)
		}, []string{"11-22 intent"}},
		{"a value that became known later waits until then", "", func(d *diary) {
			d.sees(on(0), with("fit_score=9", "acv=")...).sees(on(3), with("fit_score=9", "acv=1")...)
		}, []string{"11-05 intent"}},
		{"out of scope for a while", "", func(d *diary) {
			d.sees(on(0), list("3")...)
			d.hubspot(on(4), list("8")...).point("fit_score", on(4), 8)
			in := d.input(on(4), d.life)
			trace := d.p.Trace(in, d.p.Evaluate(in))
			trace.InScope = false
			d.logs(trace).decides(on(6))
		}, []string{"11-08 intent"}},
		{"while a match case is open", "", func(d *diary) {
			in := d.hubspot(on(0), list("8")...).input(on(0), d.life)
			in.Case = "case"
			d.logs(d.p.Trace(in, d.p.Evaluate(in))).decides(on(6))
		}, []string{"11-08 intent"}},
		{"what really became of it", "", func(d *diary) {
			d.sees(on(0), list("8")...).handed(on(0), time.Time{}, func(e *workflows.Episode) { e.Opportunity = on(9) })
		}, []string{"11-02 intent at start: opportunity"}},
		{"really later, since a limit kept it", "", func(d *diary) {
			d.sees(on(0), list("3")...).sees(on(5), list("8")...).handed(on(12), on(20), func(e *workflows.Episode) { e.Won = on(20) })
		}, []string{"11-07 intent: won"}},
		{"a stricter number while sales had it", silent, func(d *diary) {
			d.sees(on(0), list("3")...).sees(on(5), list("8")...).handed(on(5), on(20), nil).sees(on(9), list("9")...)
		}, []string{"11-11 intent: not worked"}},
		{"a stricter number after sales had it", silent, func(d *diary) {
			d.sees(on(0), list("3")...).sees(on(5), list("8")...).handed(on(5), on(7), nil).sees(on(9), list("9")...)
		}, []string{"11-11 intent"}},
		{"with sales as the period begins", "", func(d *diary) {
			d.sees(on(-3), list("8")...).handed(on(-3), on(4), nil).sees(on(1), list("9")...)
		}, nil},
		{"it fell and rose after it came back", "", func(d *diary) {
			d.sees(on(-3), list("8")...).handed(on(-3), on(4), nil).sees(on(6), list("5")...).sees(on(8), list("8")...)
		}, []string{"11-10 intent"}},
		{"what came after the return counts", "", func(d *diary) {
			d.sees(on(0), list("8")...).handed(on(0), on(4), func(e *workflows.Episode) { e.Returned, e.Reason = on(2), "not ready" })
			d.point("visits", on(1), 2).point("visits", on(3), 3)
		}, []string{"11-02 intent at start: returned", "11-06 intent"}},
		{"never really handed off: it counts anew after its stay", "", func(d *diary) {
			d.sees(on(0), list("8")...).sees(on(20), list("5")...).sees(on(25), list("8")...).sees(on(50), list("5")...).sees(on(51), list("8")...)
		}, []string{"11-02 intent at start", "12-23 intent"}},
		{"sales asked to wait", "", func(d *diary) {
			d.sees(on(0), list("3")...).steps(on(1), workflows.Declined, on(9)).sees(on(5), list("8")...)
		}, []string{"11-11 intent"}},
		{"a demo form does not wait for that", "", func(d *diary) {
			d.sees(on(0), list("3")...).steps(on(1), workflows.Declined, on(9)).point("demo_form", on(5), 1)
		}, []string{"11-07 demo_request"}},
		{"an open opportunity of sales' own", "", func(d *diary) {
			d.sees(on(0), list("3")...).steps(on(1), workflows.Opportunity, time.Time{}).sees(on(5), list("8")...).steps(on(8), workflows.Nurture, time.Time{})
		}, []string{"11-10 intent"}},
		{"after a deal only a request counts", "", func(d *diary) {
			d.sees(on(0), list("3")...).steps(on(1), workflows.Won, time.Time{}).sees(on(5), list("8")...).point("demo_form", on(8), 1)
		}, []string{"11-10 demo_request"}},
		{"found with sales on the first day", "", func(d *diary) {
			d.sees(on(0), list("8")...).handed(on(0), on(6), nil)
			d.real[0].Adopted = true
			d.point("visits", on(7), 3)
		}, []string{"11-09 intent"}},
		{"nurtured for a week", strings.Replace(backtestText, "    to: sdr\n", "    to: sdr\n    nurtured_for: 7d\n", 1), func(d *diary) {
			d.life.Nurtured = on(0)
			d.sees(on(0), list("8")...)
		}, []string{"11-09 intent"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDiary(t, policy(t, backtestText))
			c.build(d)
			p := d.p
			if c.rules != "" {
				p = policy(t, c.rules)
			}
			got := shortly(p.Passings(d.past(), workflows.Span{From: on(0), To: on(60)}))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestLacks: what has no past is named.
func TestLacks(t *testing.T) {
	t.Parallel()
	inForce := policy(t, "version: 1\nhandoffs: {intent: {to: sdr, gate: target_account, when: 'rises(fit_score, 7)'}}\n")
	d := newDiary(t, inForce).sees(monday, with("fit_score=3")...)
	past := d.past()
	span := workflows.Span{From: monday, To: monday.Add(30 * days)}
	if diff := cmp.Diff(map[string]workflows.Lack{}, inForce.Lacks(past, span)); diff != "" {
		t.Errorf("the policy in force: %s", diff)
	}
	other := policy(t, backtestText)
	want := map[string]workflows.Lack{"fit": workflows.AsNow, "value": workflows.AsNow}
	if diff := cmp.Diff(want, other.Lacks(past, span)); diff != "" {
		t.Errorf("the other: %s", diff)
	}
	later := newDiary(t, inForce).sees(monday, with("fit_score=3")...)
	later.p = other
	later.decides(monday.Add(days))
	want = map[string]workflows.Lack{"fit": workflows.AsFirst, "value": workflows.AsFirst}
	if diff := cmp.Diff(want, other.Lacks(later.past(), span)); diff != "" {
		t.Errorf("after a change of the policy: %s", diff)
	}
	var l workflows.Lacked = map[string]map[workflows.Lack]int{}
	l.Add(want)
	if diff := cmp.Diff([]string{
		"fit has no history for 1 of 2 accounts: there it is taken as it was first seen",
		"value has no history for 1 of 2 accounts: there it is taken as it was first seen",
	}, l.Notes(2)); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkPassings replays a quarter of one account: a value a week, a visit
// every other day.
func BenchmarkPassings(b *testing.B) {
	p := policy(b, backtestText)
	d := &diary{story: newStory(p), t: new(testing.T), life: workflows.Life{State: workflows.Nurture}}
	for week := range 13 {
		d.sees(monday.Add(time.Duration(week)*7*days), with(fmt.Sprint("fit_score=", week%7))...)
	}
	for n := range 45 {
		d.point("visits", monday.Add(time.Duration(n)*2*days), float64(n%2))
	}
	past, span := d.past(), workflows.Span{From: monday, To: monday.Add(91 * days)}
	b.ReportAllocs()
	for b.Loop() {
		p.Passings(past, span)
	}
}
