package workflows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/workflows"
)

func TestKnobs(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	var got []string
	for _, k := range p.Knobs() {
		got = append(got, fmt.Sprintf("%d %s = %v", k.Place, k, k.Value))
		found, err := p.Knob(k.String())
		if err != nil || found.String() != k.String() {
			t.Errorf("%s is found as %s, %v", k, found, err)
		}
		same, err := p.Turn(k, k.Value)
		if err != nil || fmt.Sprint(names(same)) != fmt.Sprint(names(p)) {
			t.Errorf("%s turned to where it stands: %v, %v", k, names(same), err)
		}
	}
	want := []string{
		`1 demo_request/count(demo_form, "1d") >= 1 = 1`,
		`3 intent/rises(intent_score, 70) = 70`,
		`4 intent/count(visits, "7d") >= 3 = 3`,
		`5 intent/rate(email_opens, email_sends, "30d") >= 0.5 = 0.5`,
		`6 intent/count(email_clicks, "30d") >= 1 = 1`,
		`3 intent/enterprise/rises(intent_score, 80) = 80`,
		`4 intent/enterprise/count(visits, "30d") >= 6 = 6`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func names(p *workflows.Policy) (out []string) {
	for _, k := range p.Knobs() {
		out = append(out, k.String())
	}
	return out
}

func TestKnobByName(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	for name, want := range map[string]string{
		"intent_score":                          `intent/rises(intent_score, 70)`, // the rule's own goes before a segment's
		"rises(intent_score,70)":                `intent/rises(intent_score, 70)`,
		"intent/intent_score":                   `intent/rises(intent_score, 70)`,
		"intent/enterprise/intent_score":        `intent/enterprise/rises(intent_score, 80)`,
		"rises(intent_score, 80)":               `intent/enterprise/rises(intent_score, 80)`,
		`count(visits, "7d") >= 3`:              `intent/count(visits, "7d") >= 3`,
		`count(visits, '7d')>`:                  `intent/count(visits, "7d") >= 3`, // count(visits, '7d')>=2..6
		`count(visits, "7d")`:                   `intent/count(visits, "7d") >= 3`,
		"visits":                                `intent/count(visits, "7d") >= 3`,
		"intent/3":                              `intent/rises(intent_score, 70)`,
		"intent/enterprise/4":                   `intent/enterprise/count(visits, "30d") >= 6`,
		"demo_form":                             `demo_request/count(demo_form, "1d") >= 1`,
		"intent/enterprise/count(visits,'30d')": `intent/enterprise/count(visits, "30d") >= 6`,
		"3":                                     "no clause",
		"value":                                 "no clause",
		"":                                      "no clause",
	} {
		k, err := p.Knob(name)
		got := k.String()
		if err != nil {
			got = err.Error()
		}
		if got != want && (want != "no clause" || !strings.HasPrefix(got, "no clause of the rules is called") || !strings.Contains(got, `'intent/rises(intent_score, 70)'`)) {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
	twice := policy(t, "version: 1\nhandoffs: {intent: {to: sdr, gate: fit, when: {any: ['rises(fit_score, 7)', 'fit_score >= 9 and value > 5']}}}\n")
	if _, err := twice.Knob("fit_score"); err == nil || !strings.Contains(err.Error(), "not one number but 2") {
		t.Errorf("two of one name: %v", err)
	}
}

// TestTurn changes one number and nothing else.
func TestTurn(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	k, err := p.Knob(`count(visits, "7d")`)
	if err != nil {
		t.Fatal(err)
	}
	turned, err := p.Turn(k, 5)
	if err != nil {
		t.Fatal(err)
	}
	before, after := p.Knobs(), turned.Knobs()
	for i := range before {
		want := before[i].String()
		if want == k.String() {
			want = `intent/count(visits, "7d") >= 5`
		}
		if got := after[i].String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	score, err := p.Knob("intent_score")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Turn(score, 101); err == nil || !strings.Contains(err.Error(), "never exceeds 100") {
		t.Errorf("beyond the field's range: %v", err)
	}
}

func TestParseVary(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a=60..90/10":                         "a [60 70 80 90]",
		"a=60..75/10":                         "a [60 70]",
		"a = 3..5":                            "a [3 4 5]",
		"a=0.1..0.3/0.1":                      "a [0.1 0.2 0.3]",
		"a=5,7.5, 9":                          "a [5 7.5 9]",
		`count(visits, "7d") >= 3=2..3`:       `count(visits, "7d") >= 3 [2 3]`,
		`count(visits, "7d")>=2..3`:           `count(visits, "7d")> [2 3]`,
		"a":                                   "names no values",
		"=5":                                  "names no values",
		"a=":                                  "is no number",
		"a=x..3":                              "is no range",
		"a=5..3":                              "is no range",
		"a=1..3/0":                            "is no range",
		"a=1..3/-1":                           "is no range",
		"a=1..NaN":                            "is no range",
		"a=1..Inf":                            "is no range",
		"a=1..1000":                           "at most 60",
		"a=1..1e300/1e-300":                   "take a larger step",
		"a=NaN":                               "is no number",
		"a=" + strings.Repeat("1,", 70) + "1": "at most 60",
	} {
		name, values, err := workflows.ParseVary(text)
		got := fmt.Sprint(name, " ", values)
		if err != nil {
			got = err.Error()
		}
		if got != want && (err == nil || !strings.Contains(got, want)) {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzParseVary(f *testing.F) {
	for _, seed := range []string{"a=60..90/5", "a=1,2", "x>=1..2/0.1", "=", "a=1e308..2e308/1e300", "a=..", "a=0..1/1e-9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, values, err := workflows.ParseVary(text)
		if err == nil && (len(values) == 0 || len(values) > 61) {
			t.Errorf("%q gives %d values", text, len(values))
		}
	})
}
