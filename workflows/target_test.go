package workflows_test

import (
	"testing"

	"handoffd/workflows"
)

func TestTargets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		value      float64
		want       workflows.Judgement
	}{
		{"at least, on the line", ">= 80 %", 4.0 / 5, workflows.Met},
		{"at least, below", ">= 80 %", 0.7999, workflows.Below},
		{"more than, on the line", "> 75 %", 0.75, workflows.Below},
		{"more than", ">75%", 0.7501, workflows.Met},
		{"less than, on the line", "< 20 %", 0.2, workflows.Above},
		{"less than", "< 20 %", 0.1999, workflows.Met},
		{"at most, on the line", "<= 20 %", 0.2, workflows.Met},
		{"band, lower line", "10-20 %", 0.1, workflows.Met},
		{"band, upper line", "10 to 20 %", 0.2, workflows.Met},
		{"band, below", "10-20 %", 0.0999, workflows.Below},
		{"band, above", "10-20 %", 0.2001, workflows.Above},
		{"days", "< 3 days", 3, workflows.Above},
		{"days", "< 3 days", 2.999, workflows.Met},
		{"hours", "<= 12 hours", 0.5, workflows.Met},
		{"a point", ">= 12.5 %", 0.125, workflows.Met},
	} {
		target, err := workflows.ParseTarget(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := target.Judge(c.value); got != c.want {
			t.Errorf("%s: %g against %s is %s, want %s", c.name, c.value, c.text, got, c.want)
		}
	}
	for _, text := range []string{"", "80 %", ">= 80", "= 80 %", ">= -5 %", "20-10 %", "10-20", "< three days", "< 3 weeks", ">= 80 % or so"} {
		if target, err := workflows.ParseTarget(text); err == nil {
			t.Errorf("%q is taken as %+v", text, target)
		}
	}
}

// FuzzParseTarget: whatever is taken judges every value one way, in order.
func FuzzParseTarget(f *testing.F) {
	for _, m := range workflows.Measures() {
		f.Add(m.Target)
	}
	f.Add("<= 1.5 hours")
	f.Fuzz(func(t *testing.T, text string) {
		target, err := workflows.ParseTarget(text)
		if err != nil {
			return
		}
		if !target.HasLow && !target.HasHigh || target.HasLow && target.HasHigh && target.Low > target.High {
			t.Fatalf("%q holds nothing: %+v", text, target)
		}
		rank := map[workflows.Judgement]int{workflows.Below: 0, workflows.Met: 1, workflows.Above: 2}
		last := 0
		for _, v := range []float64{-1, 0, target.Low, (target.Low + target.High) / 2, target.High, 1e6} {
			if v < target.Low && v > 0 {
				continue
			}
			got := rank[target.Judge(v)]
			if target.HasLow && target.HasHigh && got < last {
				t.Fatalf("%q judges %g lower than a smaller value", text, v)
			}
			last = got
		}
	})
}

// TestFrameworkTargets: a policy without targets of its own has the framework's.
func TestFrameworkTargets(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	for name, want := range map[string]string{
		"handoff_rate": "10-20 %", "handoff_quality": ">= 80 %", "return_rate": "< 20 %", "mqa_to_opportunity": "15-30 %",
		"mqa_to_close": "5-15 %", "time_to_first_activity": "< 3 days", "sales_satisfaction": "> 75 %", "sales_survey": "> 75 %", "feedback": ">= 80 %",
	} {
		if got := p.Targets[name].Text; got != want {
			t.Errorf("%s: target %q, want %q", name, got, want)
		}
	}
	if len(p.Targets) != 9 {
		t.Errorf("%d targets, want 9", len(p.Targets))
	}
	own := policy(t, policyText+"targets: {feedback: none, acknowledged_in_time: '>= 95 %'}\n")
	if _, ok := own.Targets["feedback"]; ok || own.Targets["acknowledged_in_time"].Low != 0.95 {
		t.Errorf("own targets %+v", own.Targets)
	}
}
