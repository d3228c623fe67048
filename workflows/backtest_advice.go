package workflows

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Turned is a policy with one number changed.
type Turned struct {
	Knob   Knob
	Value  float64
	Policy *Policy
}

// The bounds of what is tried without being asked: every try replays all
// accounts.
const (
	adviceKnobs = 5
	adviceSteps = 4
)

// Turns lists changes of one number of the intent rules that are worth trying
// to get fewer handoffs, or more.
func (p *Policy) Turns(stricter bool) []Turned {
	var out []Turned
	knobs := 0
	for _, k := range p.Knobs() {
		if k.kind != Intent || k.gate || knobs == adviceKnobs {
			continue
		}
		knobs++
		step := stepOf(k.Value)
		if k.threshold.Up != stricter {
			step = -step
		}
		for i := 1; i <= adviceSteps; i++ {
			v := math.Round((k.Value+float64(i)*step)*1e6) / 1e6
			if v <= 0 {
				break
			}
			if q, err := p.Turn(k, v); err == nil { // a field may never reach it
				out = append(out, Turned{Knob: k, Value: v, Policy: q})
			}
		}
	}
	return out
}

// stepOf is a step that people would take.
func stepOf(v float64) float64 {
	switch {
	case v < 1 || v < 10 && v != math.Trunc(v):
		return 0.1
	case v < 20:
		return 1
	case v <= 200:
		return 5
	}
	return math.Pow(10, math.Floor(math.Log10(v))) / 2
}

// Advise proposes the change that costs the fewest handoffs, or adds the
// fewest, and brings them to where they are to be. trials are those of turned,
// present is the policy's as it is. It is "" if nothing has to change.
func (f Frame) Advise(present Trial, turned []Turned, trials []Trial) string {
	if !present.Misses() || f.Months() < EnoughMonths {
		return ""
	}
	best := -1
	for i := range trials {
		t := &trials[i]
		if good(t.Standing) && (best < 0 || math.Abs(t.monthly()-present.monthly()) < math.Abs(trials[best].monthly()-present.monthly())) {
			best = i
		}
	}
	since := f.From.Format(time.DateOnly)
	aim := f.aim(present.Standing)
	if best < 0 {
		return fmt.Sprintf("since %s, %.1f accounts a month met the criteria, and no change of a single threshold that was tried would have met %s; see handoffd backtest", since, present.monthly(), aim)
	}
	k, v := turned[best].Knob, turned[best].Value
	where := k.Rule
	if k.Segment != "" {
		where += ", segment " + k.Segment
	}
	return fmt.Sprintf("with %s instead of %s in %q (%s), %.1f accounts a month would have met the criteria since %s instead of %.1f, which meets %s; see handoffd backtest --vary '%s=%s..%s/%s'",
		number(v), number(k.Value), k.Clause, where, trials[best].monthly(), since, present.monthly(), aim,
		k, number(min(v, k.Value)), number(max(v, k.Value)), number(stepOf(k.Value)))
}

// EnoughMonths is how much of a past an advice needs.
const EnoughMonths = 0.9

// Misses tells whether the limit or the target is missed.
func (t *Trial) Misses() bool { return t.Standing != "" && !good(t.Standing) }

// TooMany tells that fewer accounts are wanted.
func (t *Trial) TooMany() bool { return t.Standing == TrialFull || t.Standing == TrialMany }

func good(s Fit) bool { return s == TrialMeets || s == TrialFits }

// aim is what was missed.
func (f Frame) aim(s Fit) string {
	if s == TrialFull {
		return fmt.Sprintf("the limit of %s intent accounts a month", number(math.Round(f.Limit*10)/10))
	}
	return "the target of " + f.Band.Text
}

// Lacked adds what is not known of accounts' past up by field.
type Lacked map[string]map[Lack]int

// Add counts one account's.
func (l Lacked) Add(lacks map[string]Lack) {
	for name, lack := range lacks {
		if l[name] == nil {
			l[name] = map[Lack]int{}
		}
		l[name][lack]++
	}
}

// Notes names the fields in words.
func (l Lacked) Notes(accounts int) []string {
	var out []string
	for name, by := range l {
		for _, lack := range []Lack{AsNow, AsFirst} {
			if n := by[lack]; n > 0 {
				out = append(out, fmt.Sprintf("%s has no history for %d of %d accounts: there it is %s", name, n, accounts, lack))
			}
		}
	}
	slices.Sort(out)
	return out
}
