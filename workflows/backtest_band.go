package workflows

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Band is how many handoffs a month a team wants.
type Band struct {
	Text string
	// Low and High are accounts a month, or with Share of the target list.
	Low, High float64
	Share     bool
	Set       bool
}

var wanted = regexp.MustCompile(`^` + numeral + `(?:\s*(?:-|to)\s*` + numeral + `)?\s*(%)?$`)

// ParseBand reads "15-20", "18" or "10-20 %".
func ParseBand(text string) (Band, error) {
	m := wanted.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return Band{}, fmt.Errorf("%.40q is no target: write for example 18, 15-20 or 10-20 %%, handoffs a month", text)
	}
	b := Band{Text: strings.TrimSpace(text) + " a month", Set: true, Share: m[3] != ""}
	b.Low, _ = strconv.ParseFloat(m[1], 64) // the pattern made sure that they are numbers
	b.High = b.Low
	if m[2] != "" {
		b.High, _ = strconv.ParseFloat(m[2], 64)
	}
	if b.High < b.Low {
		return Band{}, fmt.Errorf("%q ends before it begins", text)
	}
	if b.Share {
		b.Low, b.High = b.Low/100, b.High/100
		b.Text = strings.TrimSpace(text) + " of the target list a month"
	}
	return b, nil
}

// WantedBand is the team's own target for the handoff rate.
func (p *Policy) WantedBand() Band {
	t, ok := p.Targets["handoff_rate"]
	if !ok || !t.HasLow && !t.HasHigh || p.Mapping.Field(FieldTarget) == nil {
		return Band{}
	}
	b := Band{Text: t.Text + " of the target list a month", Low: t.Low, High: math.Inf(1), Share: true, Set: true}
	if t.HasHigh {
		b.High = t.High
	}
	return b
}

// value is what the band is about.
func (b Band) value(t *Trial) (float64, bool) {
	v := t.PerMonth
	if b.Share {
		v = t.Rate
	}
	if v == nil {
		return 0, false
	}
	return *v, b.Set
}

// off is how far a trial is from the band, in accounts or as a share; 0 within.
func (b Band) off(t *Trial) float64 {
	v, ok := b.value(t)
	switch {
	case !ok:
		return math.Inf(1)
	case v < b.Low:
		return b.Low - v
	case v > b.High:
		return v - b.High
	}
	return 0
}

// stand holds a trial against limit and target.
func (f Frame) stand(t *Trial) Fit {
	switch {
	case t.IntentPerMonth == nil:
		return ""
	case f.Limit > 0 && *t.IntentPerMonth > f.Limit:
		return TrialFull
	}
	v, ok := f.Band.value(t)
	switch {
	case !ok && f.Limit > 0:
		return TrialFits
	case !ok:
		return ""
	case v < f.Band.Low:
		return TrialFew
	case v > f.Band.High:
		return TrialMany
	}
	return TrialMeets
}

// Verdict says what a sweep over values comes to: which of them meet the
// target, and which fit the limit.
func (f Frame) Verdict(trials []Trial) []string {
	if f.Months() < leastMonths {
		return []string{"less than a week is known: too short to say what a month would give"}
	}
	var out []string
	meets := func(t *Trial) bool { return t.Standing == TrialMeets }
	if f.Band.Set && (!f.Band.Share || f.Targets > 0) {
		out = append(out, f.verdict("meets the target of "+f.Band.Text, trials, meets, f.Band.off))
	}
	if f.Limit > 0 {
		fits := func(t *Trial) bool { return *t.IntentPerMonth <= f.Limit }
		out = append(out, f.verdict("fits the limit of "+number(math.Round(f.Limit*10)/10)+" intent accounts a month", trials, fits, func(t *Trial) float64 { return *t.IntentPerMonth }))
	}
	return out
}

// verdict names the loosest and the strictest trial that passes, else the one
// that comes closest.
func (f Frame) verdict(what string, trials []Trial, passes func(*Trial) bool, off func(*Trial) float64) string {
	var loosest, strictest, closest *Trial
	for i := range trials {
		t := &trials[i]
		if t.Value == nil {
			continue
		}
		if closest == nil || off(t) < off(closest) {
			closest = t
		}
		if !passes(t) {
			continue
		}
		if loosest == nil || t.monthly() > loosest.monthly() || t.monthly() == loosest.monthly() && t.Present {
			loosest = t
		}
		if strictest == nil || t.monthly() < strictest.monthly() {
			strictest = t
		}
	}
	said := func(t *Trial) string { return fmt.Sprintf("%s (%.1f a month)", t.Label, t.monthly()) }
	switch {
	case closest == nil:
		return "nothing was tried"
	case loosest == nil:
		return "no value that was tried " + what + "; " + said(closest) + " comes closest"
	case loosest == strictest || loosest.monthly() == strictest.monthly():
		return said(loosest) + " " + what
	}
	return fmt.Sprintf("the loosest value that %s is %s, the strictest %s", what, said(loosest), said(strictest))
}
