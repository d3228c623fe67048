package workflows

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Target is what a figure is held against: at least Low, at most High.
type Target struct {
	// Text is how the team writes it: ">= 80 %", "10-20 %", "< 3 days".
	Text string
	Kind Kind
	// Low and High are the bounds that HasLow and HasHigh tell of, as a share
	// or in days. Strict: the bound itself is not enough.
	Low, High       float64
	HasLow, HasHigh bool
	Strict          bool
}

// Judgement says where a figure is with regard to its target.
type Judgement string

// The standings.
const (
	Met   Judgement = "met"
	Below Judgement = "below"
	Above Judgement = "above"
)

// Judge holds a value against the target.
func (t Target) Judge(v float64) Judgement {
	switch {
	case t.HasLow && (v < t.Low || t.Strict && v == t.Low):
		return Below
	case t.HasHigh && (v > t.High || t.Strict && v == t.High):
		return Above
	}
	return Met
}

const numeral = `(\d{1,4}(?:\.\d{1,3})?)`

var (
	bounded = regexp.MustCompile(`^(>=|<=|>|<)\s*` + numeral + `\s*(%|days?|hours?)$`)
	banded  = regexp.MustCompile(`^` + numeral + `\s*(?:-|to)\s*` + numeral + `\s*(%|days?|hours?)$`)
)

// ParseTarget reads ">= 80 %", "10-20 %" or "< 3 days".
func ParseTarget(s string) (Target, error) {
	t := Target{Text: strings.TrimSpace(s)}
	if m := banded.FindStringSubmatch(t.Text); m != nil {
		t.Low, t.High, t.HasLow, t.HasHigh = t.amount(m[1], m[3]), t.amount(m[2], m[3]), true, true
		if t.Low > t.High {
			return t, fmt.Errorf("%q ends before it begins", t.Text)
		}
		return t, nil
	}
	m := bounded.FindStringSubmatch(t.Text)
	if m == nil {
		return t, fmt.Errorf("%.40q is no target: write for example >= 80 %%, 10-20 %% or < 3 days", t.Text)
	}
	t.Strict = len(m[1]) == 1
	if v := t.amount(m[2], m[3]); m[1][0] == '>' {
		t.Low, t.HasLow = v, true
	} else {
		t.High, t.HasHigh = v, true
	}
	return t, nil
}

// amount reads a number in its unit. The pattern has made sure that it is one.
func (t *Target) amount(text, unit string) float64 {
	v, _ := strconv.ParseFloat(text, 64)
	switch {
	case unit == "%":
		t.Kind = Share
		return v / 100
	case strings.HasPrefix(unit, "hour"):
		t.Kind = Time
		return v / 24
	}
	t.Kind = Time
	return v
}
