package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/workflows"
)

// quarter has three months to the second.
func quarter() workflows.Frame {
	from := monday
	return workflows.Frame{Span: workflows.Span{From: from, To: from.Add(3 * workflows.Month)}, Now: from.Add(6 * workflows.Month), Targets: 100}
}

// passed are passings on some days of the quarter; of those that really were
// handed off, the first were worked and the last were returned.
func passed(f workflows.Frame, first, met, real, worked, returned int) (out []workflows.Passing) {
	for i := range first + met {
		p := workflows.Passing{Account: fmt.Sprint("a", i), At: f.From, First: i < first, Rule: "intent", Type: workflows.Intent, OnList: true}
		if !p.First {
			p.At = f.From.Add(time.Duration(i+1) * 24 * time.Hour)
		}
		if i < real {
			m := tale(p.At, nil)
			m.ID, m.Account, m.Closed = fmt.Sprint(p.Account, "/1"), p.Account, p.At.Add(20*days)
			if i < worked {
				firstTouch(days)(&m)
			}
			if i >= real-returned {
				given("not ready", 2*days)(&m)
			}
			p.Real = &workflows.Real{Measured: m, Opened: p.At}
		}
		out = append(out, p)
	}
	return out
}

// trialLine is a trial in short.
func trialLine(t workflows.Trial) string {
	line := fmt.Sprintf("%d+%d", t.First, t.Met)
	if t.PerMonth != nil {
		line += fmt.Sprintf(" %.1f/month %.1f intent", *t.PerMonth, *t.IntentPerMonth)
	}
	if t.Rate != nil {
		line += fmt.Sprintf(" %.1f%%", *t.Rate*100)
	}
	line += fmt.Sprintf(" really %d", t.Really)
	for _, f := range t.Figures {
		line += fmt.Sprintf(" %s %d/%d", f.Measure, f.Hits, f.N)
		if f.Early > 0 {
			line += fmt.Sprintf("+%d", f.Early)
		}
	}
	return line + " " + string(t.Standing)
}

func TestTrial(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	f := quarter()
	band := func(text string) workflows.Band {
		b, err := workflows.ParseBand(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	short := f
	short.To = f.From.Add(6 * days)
	short.Band, short.Limit = band("10-20"), 1
	young := f
	young.Now = f.From.Add(31 * days)
	unknown := f
	unknown.Targets = 0
	target, share, limit := f, f, f
	target.Band, share.Band, limit.Limit = band("10-20"), band("15-20 %"), 9
	mixed := passed(f, 0, 30, 0, 0, 0)
	for i := range 6 {
		mixed[i].Type, mixed[i].OnList = workflows.Inbound, false
	}
	const none = " handoff_quality 0/0 return_rate 0/0 unresponsive_rate 0/0 mqa_to_opportunity 0/0 mqa_to_close 0/0 "
	for _, c := range []struct {
		name     string
		frame    workflows.Frame
		passings []workflows.Passing
		want     string
	}{
		{"nobody", f, nil, "0+0 0.0/month 0.0 intent 0.0% really 0" + none},
		{"at the start apart", f, passed(f, 12, 30, 0, 0, 0), "12+30 10.0/month 10.0 intent 10.0% really 0" + none},
		{"the list is not known", unknown, passed(f, 0, 30, 0, 0, 0), "0+30 10.0/month 10.0 intent really 0" + none},
		{"inbound, off the list", f, mixed, "0+30 10.0/month 8.0 intent 8.0% really 0" + none},
		{
			"what became of them", f, passed(f, 2, 30, 20, 15, 3),
			"2+30 10.0/month 10.0 intent 10.0% really 20 handoff_quality 15/20 return_rate 3/20 unresponsive_rate 0/20 mqa_to_opportunity 0/20 mqa_to_close 0/2+18 ",
		},
		{
			"too young", young, passed(f, 0, 30, 20, 15, 0),
			"0+30 10.0/month 10.0 intent 10.0% really 20 handoff_quality 1/1+19 return_rate 0/20 unresponsive_rate 0/20 mqa_to_opportunity 0/1+19 mqa_to_close 0/0+20 ",
		},
		{"too short", short, passed(f, 1, 3, 0, 0, 0), "1+3 really 0" + none},
		{"within the target", target, passed(f, 0, 30, 0, 0, 0), "0+30 10.0/month 10.0 intent 10.0% really 0" + none + "meets the target"},
		{"below it", target, passed(f, 9, 29, 0, 0, 0), "9+29 9.7/month 9.7 intent 9.7% really 0" + none + "below the target"},
		{"above it", target, passed(f, 0, 61, 0, 0, 0), "0+61 20.3/month 20.3 intent 20.3% really 0" + none + "above the target"},
		{"a share of the list", share, passed(f, 0, 30, 0, 0, 0), "0+30 10.0/month 10.0 intent 10.0% really 0" + none + "below the target"},
		{"above the limit", limit, passed(f, 0, 30, 0, 0, 0), "0+30 10.0/month 10.0 intent 10.0% really 0" + none + "above the limit"},
		{"only intent counts for it", limit, mixed, "0+30 10.0/month 8.0 intent 8.0% really 0" + none + "fits the limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, trialLine(p.Trial("x", c.passings, c.frame))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseBand(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"15-20": "15 20 false 15-20 a month", "18": "18 18 false 18 a month", "10-20 %": "0.1 0.2 true 10-20 % of the target list a month",
		"10 to 20%": "0.1 0.2 true 10 to 20% of the target list a month", "20-15": "ends before it begins", "many": "is no target", "-3": "is no target", "": "is no target",
	} {
		b, err := workflows.ParseBand(text)
		got := fmt.Sprint(b.Low, b.High, b.Share, " "+b.Text)
		if err != nil {
			got = err.Error()
		}
		if got != want && (err == nil || !strings.Contains(got, want)) {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestMonthlyLimit(t *testing.T) {
	t.Parallel()
	for limits, want := range map[string]float64{
		"{order: value}": 0, "{per_month: 20}": 20, "{per_week: 7}": 7 * 30.436875 / 7, "{per_day: 1, per_month: 12}": 12, "{per_day: 1, per_month: 40}": 30.436875,
		"{owner: {per_week: 3}}": 0,
	} {
		got := policy(t, strings.Replace(policyText, "limits: {order: intent_score * value}", "limits: "+limits, 1)).Limits.MonthlyLimit()
		if got-want > 1e-9 || want-got > 1e-9 {
			t.Errorf("%s: %v, want %v", limits, got, want)
		}
	}
}

// sweep are trials of values with so many accounts a month, all intent.
func sweepOf(f workflows.Frame, p *workflows.Policy, present float64, met map[float64]int) (out []workflows.Trial) {
	for _, v := range []float64{60, 65, 70, 75, 80, 85} {
		if n, ok := met[v]; ok {
			t := p.Trial(fmt.Sprint(v), passed(f, 0, 3*n, 0, 0, 0), f)
			t.Value, t.Present = &v, v == present
			out = append(out, t)
		}
	}
	return out
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	met := map[float64]int{60: 31, 65: 24, 70: 19, 75: 16, 80: 8}
	for _, c := range []struct {
		name, band string
		limit      float64
		want       []string
	}{
		{"several meet it", "15-20", 0, []string{"the loosest value that meets the target of 15-20 a month is 70 (19.0 a month), the strictest 75 (16.0 a month)"}},
		{"one meets it", "18-20", 0, []string{"70 (19.0 a month) meets the target of 18-20 a month"}},
		{"none does", "21", 0, []string{"no value that was tried meets the target of 21 a month; 70 (19.0 a month) comes closest"}},
		{"a share", "5-10 %", 0, []string{"80 (8.0 a month) meets the target of 5-10 % of the target list a month"}},
		{"a limit", "", 18, []string{"the loosest value that fits the limit of 18 intent accounts a month is 75 (16.0 a month), the strictest 80 (8.0 a month)"}},
		{"a limit that nothing fits", "", 5, []string{"no value that was tried fits the limit of 5 intent accounts a month; 80 (8.0 a month) comes closest"}},
		{"a target beyond the limit", "15-20", 18, []string{
			"75 (16.0 a month) meets the target of 15-20 a month",
			"the loosest value that fits the limit of 18 intent accounts a month is 75 (16.0 a month), the strictest 80 (8.0 a month)",
		}},
		{"neither", "", 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := quarter()
			f.Limit = c.limit
			if c.band != "" {
				f.Band, _ = workflows.ParseBand(c.band)
			}
			if diff := cmp.Diff(c.want, f.Verdict(sweepOf(f, p, 70, met))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestCompareTrials(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	f := quarter()
	all := passed(f, 0, 4, 2, 2, 1)
	c := workflows.CompareTrials(p.Trial("old", all[:3], f), p.Trial("new", all[1:], f))
	var got []string
	for _, one := range c.List {
		got = append(got, fmt.Sprintf("%s %s old %s new %s really %q", one.Account, one.In, one.Old.Format("01-02"), one.New.Format("01-02"), one.Became))
	}
	want := []string{
		`a0 only old old 11-03 new 01-01 really "worked"`, `a3 only new old 01-01 new 11-06 really ""`,
		`a1 both old 11-04 new 11-04 really "returned"`, `a2 both old 11-05 new 11-05 really ""`,
	}
	if diff := cmp.Diff(want, got); diff != "" || c.Both != 2 || c.OnlyOld != 1 || c.OnlyNew != 1 {
		t.Errorf("%d both, %d old, %d new; -want +got:\n%s", c.Both, c.OnlyOld, c.OnlyNew, diff)
	}
}

// TestTurns are the changes that are tried without being asked.
func TestTurns(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	list := func(stricter bool) (out []string) {
		for _, one := range p.Turns(stricter) {
			out = append(out, fmt.Sprintf("%s: %v", one.Knob.Clause, one.Value))
		}
		return out
	}
	want := []string{
		"rises(intent_score, 70): 75", "rises(intent_score, 70): 80", "rises(intent_score, 70): 85", "rises(intent_score, 70): 90",
		`count(visits, "7d") >= 3: 4`, `count(visits, "7d") >= 3: 5`, `count(visits, "7d") >= 3: 6`, `count(visits, "7d") >= 3: 7`,
	}
	if got := list(true); len(got) < len(want) || cmp.Diff(want, got[:len(want)]) != "" {
		t.Errorf("stricter: %q", got)
	}
	want = []string{"rises(intent_score, 70): 65", "rises(intent_score, 70): 60", "rises(intent_score, 70): 55", "rises(intent_score, 70): 50", `count(visits, "7d") >= 3: 2`, `count(visits, "7d") >= 3: 1`}
	if got := list(false); len(got) < len(want) || cmp.Diff(want, got[:len(want)]) != "" {
		t.Errorf("looser: %q", got)
	}
}

func TestAdvise(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	f := quarter()
	f.Limit = 20
	turned := p.Turns(true)[:3] // 75, 80, 85
	trials := func(n ...int) (out []workflows.Trial) {
		for _, met := range n {
			out = append(out, p.Trial("x", passed(f, 0, 3*met, 0, 0, 0), f))
		}
		return out
	}
	present := trials(31)[0]
	for _, c := range []struct {
		name    string
		present workflows.Trial
		trials  []workflows.Trial
		want    string
	}{
		{
			"the loosest that fits", present, trials(24, 19, 8),
			`with 80 instead of 70 in "rises(intent_score, 70)" (intent), 19.0 accounts a month would have met the criteria since 2026-11-02 instead of 31.0, which meets the limit of 20 intent accounts a month; see handoffd backtest --vary 'intent/rises(intent_score, 70)=70..80/5'`,
		},
		{
			"nothing fits", present, trials(24, 23, 22),
			"since 2026-11-02, 31.0 accounts a month met the criteria, and no change of a single threshold that was tried would have met the limit of 20 intent accounts a month; see handoffd backtest",
		},
		{"nothing is wrong", trials(18)[0], trials(14, 9, 8), ""},
	} {
		if diff := cmp.Diff(c.want, f.Advise(c.present, turned, c.trials)); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
	}
	f.To = f.From.Add(20 * days)
	if got := f.Advise(present, turned, trials(24, 19, 8)); got != "" {
		t.Errorf("too short a past advises %q", got)
	}
}
