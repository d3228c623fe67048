package expression_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/expression"
)

// TestThresholds finds the numbers and puts others in their place.
func TestThresholds(t *testing.T) {
	t.Parallel()
	for source, want := range map[string][]string{
		"score >= 70":                            {"0 score >= 70 is 70 up: score >= 5"},
		"grüße == \"ü\" and score   <   2.5":     {"1 score < 2.5 is 2.5 down: grüße == \"ü\" and score   <   5"},
		"not (score > 1) or level(score, 7)":     {"0 score > 1 is 1 up: not (score > 5) or level(score, 7)", "1 level(score, 7) is 7 up: not (score > 1) or level(score, 5)"},
		"score == 3":                             nil,
		"70 <= score":                            nil,
		"score + 1 >= 3":                         nil,
		"level(score, 1) >= 3":                   {"0 level(score, 1) >= 3 is 3 up: level(score, 1) >= 5"},
		"score >= 70 ? score > 80 : score > 90 ": nil,
	} {
		scope := expression.Scope{
			Names: map[string]expression.Name{"score": {Type: expression.Number}, "grüße": {Type: expression.Text, Slot: 1}},
			Functions: map[string]expression.Function{"level": {Bind: func(args []expression.Argument) (expression.Type, expression.Eval, error) {
				return expression.Bool, args[0].Eval, nil
			}}},
		}
		p, faults := expression.Compile(source, scope, 0)
		if len(faults) > 0 && want != nil {
			scope.Functions["level"] = expression.Function{Bind: func(args []expression.Argument) (expression.Type, expression.Eval, error) {
				return expression.Number, args[0].Eval, nil
			}}
			p, faults = expression.Compile(source, scope, 0)
		}
		if len(faults) > 0 {
			t.Fatalf("%s: %v", source, faults)
		}
		var got []string
		for _, th := range p.Thresholds() {
			got = append(got, fmt.Sprintf("%d %s is %v %s: %s", th.Clause, th.Text, th.Value, map[bool]string{true: "up", false: "down"}[th.Up], p.With(th, "5")))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", source, diff)
		}
	}
}
