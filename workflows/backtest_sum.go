package workflows

import (
	"slices"
	"time"

	"handoffd/workflows/calendar"
)

// Trial is what one policy would have given.
type Trial struct {
	// Label names it; Value is the number that was tried, nil for none.
	Label string   `json:"label"`
	Value *float64 `json:"value,omitempty"`
	// Present: it is the number, or the policy, that is in force.
	Present bool `json:"present,omitempty"`
	// First are accounts that meet the criteria as the period begins, Met
	// those that came to meet them in it, once each time.
	First int `json:"at_start"`
	Met   int `json:"met"`
	// Months is Met by calendar month.
	Months map[string]int `json:"months"`
	// PerMonth is Met per month, IntentPerMonth without those that never wait,
	// Rate those of the target account list as a share of it. They are nil
	// where the past is too short, or the list not known.
	PerMonth       *float64 `json:"per_month"`
	IntentPerMonth *float64 `json:"intent_per_month"`
	Rate           *float64 `json:"handoff_rate"`
	// Really is how many of First and Met were really handed off. Figures are
	// made of these alone.
	Really  int      `json:"really_handed_off"`
	Figures []Figure `json:"figures"`
	// Standing holds it against the limit and the target, "" without any.
	Standing Fit `json:"standing,omitempty"`
	// Passings are listed only on demand.
	Passings []Passing `json:"accounts,omitempty"`
}

// Fit is where a trial is with regard to limit and target.
type Fit string

// The standings of a trial.
const (
	TrialMeets Fit = "meets the target"
	TrialFits  Fit = "fits the limit"
	TrialFew   Fit = "below the target"
	TrialMany  Fit = "above the target"
	TrialFull  Fit = "above the limit"
)

// trialMeasures are the measures by which trials are compared.
func trialMeasures() []string {
	return []string{"handoff_quality", "return_rate", "unresponsive_rate", "mqa_to_opportunity", "mqa_to_close"}
}

// Few is from how many handoffs on a rate says something.
const Few = 10

// Frame is what all trials of a backtest are held against.
type Frame struct {
	Span
	Now time.Time
	// Targets is the size of the target account list, 0 if not known.
	Targets int
	Band    Band
	// Limit is how many intent accounts a month the policy lets through, 0
	// for no limit.
	Limit float64
}

// Month is the length of the average month.
const Month = 2629746 * time.Second

// leastMonths is a week: of less than that, nothing is said of a month.
const leastMonths = float64(7*day) / float64(Month)

// monthly is PerMonth, 0 if it is not known.
func (t *Trial) monthly() float64 {
	if t.PerMonth == nil {
		return 0
	}
	return *t.PerMonth
}

// Months is the length of the period.
func (s Span) Months() float64 { return float64(s.To.Sub(s.From)) / float64(Month) }

// MonthlyLimit is how many intent accounts a month the limits let through in
// all, 0 for no limit.
func (l Limits) MonthlyLimit() float64 {
	lengths := map[calendar.Period]time.Duration{calendar.Day: day, calendar.Week: 7 * day, calendar.Month: Month}
	limit := 0.0
	for _, period := range calendar.Periods() {
		if n := l.Intent[period]; n > 0 {
			if m := float64(n) * float64(Month) / float64(lengths[period]); limit == 0 || m < limit {
				limit = m
			}
		}
	}
	return limit
}

// Tally adds up what accounts pass, without keeping them.
type Tally struct {
	policy                     *Policy
	first, met, onList, intent int
	months                     map[string]int
	real                       []*Real
	seen                       map[string]bool // of real, by id
}

// Tally begins to count for the policy.
func (p *Policy) Tally() *Tally {
	return &Tally{policy: p, months: map[string]int{}, seen: map[string]bool{}}
}

// Add counts what passed.
func (t *Tally) Add(passings []Passing) {
	for i := range passings {
		one := &passings[i]
		if r := one.Real; r != nil && !r.Adopted && !t.seen[r.ID] {
			t.seen[r.ID] = true
			t.real = append(t.real, r)
		}
		if one.First {
			t.first++
			continue
		}
		t.met++
		t.months[one.At.In(t.policy.Calendar.Location()).Format("2006-01")]++
		if one.OnList {
			t.onList++
		}
		if one.Type == Intent {
			t.intent++
		}
	}
}

// Trial is what was counted.
func (t *Tally) Trial(label string, f Frame) Trial {
	out := Trial{Label: label, First: t.first, Met: t.met, Months: t.months, Really: len(t.real)}
	if months := f.Months(); months >= leastMonths {
		met, intent := float64(t.met)/months, float64(t.intent)/months
		out.PerMonth, out.IntentPerMonth = &met, &intent
		if f.Targets > 0 {
			rate := float64(t.onList) / months / float64(f.Targets)
			out.Rate = &rate
		}
	}
	real := make([]Measured, len(t.real))
	for i, r := range t.real {
		real[i] = r.Measured
	}
	out.Figures = t.policy.outcomes(real, f.Now)
	out.Standing = f.stand(&out)
	return out
}

// Trial sums up what accounts passed.
func (p *Policy) Trial(label string, passings []Passing, f Frame) Trial {
	t := p.Tally()
	t.Add(passings)
	out := t.Trial(label, f)
	out.Passings = passings
	return out
}

// outcomes are the measures of the handoffs as they stand now, those of them
// that are old enough.
func (p *Policy) outcomes(handed []Measured, now time.Time) []Figure {
	s := p.asOf(Sheet{To: now.Add(1), Now: now, Handed: handed})
	var out []Figure
	for _, name := range trialMeasures() {
		m, _ := MeasureNamed(name)
		var entries []Entry
		for i := range s.Handed {
			entries = append(entries, m.entries(s, &s.Handed[i])...)
		}
		f := sum(m, entries)
		f.Entries = nil
		if t, ok := p.Targets[name]; ok {
			if f.Target = t.Text; f.Value != nil {
				f.Standing = t.Judge(*f.Value)
			}
		}
		out = append(out, f)
	}
	return out
}

// RealTrial is what really happened: the handoffs of the period that rules made.
func (p *Policy) RealTrial(handed []Real, f Frame) Trial {
	var passings []Passing
	for i := range handed {
		r := &handed[i]
		if s := r.Story; r.ruled() && !r.Opened.Before(f.From) && !r.Opened.After(f.To) {
			passings = append(passings, Passing{
				Account: r.Account, Name: r.Name, At: r.Opened, Rule: s.Rule, Type: s.Type, Segment: s.Segment,
				First: f.asItBegins(r.Opened), OnList: !s.OffTarget, Real: r,
			})
		}
	}
	slices.SortStableFunc(passings, func(a, b Passing) int { return a.At.Compare(b.At) })
	t := p.Trial("really handed off", passings, f)
	t.Standing = ""
	return t
}
