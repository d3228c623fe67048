package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"handoffd/workflows"
)

// TestSurvey counts the last answer of everybody who answered in the month.
func TestSurvey(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	say := func(who string, at time.Time, score int) workflows.Answer {
		return workflows.Answer{Respondent: who + "-and-a-long-hash", At: at, Score: score}
	}
	for _, c := range []struct {
		name    string
		answers []workflows.Answer
		want    string
		stands  workflows.Judgement
	}{
		{"nobody", nil, "0 of 0:", ""},
		{"four agrees, three does not", []workflows.Answer{say("a", sent, 4), say("b", sent, 3)}, "1 of 2: yes 4 of 5, no 3 of 5", workflows.Below},
		{"the last answer", []workflows.Answer{say("a", sent.Add(days), 5), say("a", sent, 1)}, "1 of 1: yes 5 of 5", workflows.Met},
		{"of another month", []workflows.Answer{say("a", october.Add(-1), 5), say("b", november, 5), say("c", october, 5)}, "1 of 1: yes 5 of 5", workflows.Met},
		{"three of four are not more than 75 %", []workflows.Answer{say("a", sent, 5), say("b", sent, 5), say("c", sent, 4), say("d", sent, 1)}, "3 of 4: yes 5 of 5, yes 5 of 5, yes 4 of 5, no 1 of 5", workflows.Below},
	} {
		r := p.Report(workflows.Sheet{From: october, To: november, Now: november, Answers: c.answers})
		f := r.Figure("sales_survey")
		var said []string
		for _, e := range f.Entries {
			_, score, _ := strings.Cut(e.Detail, ": ")
			said = append(said, map[bool]string{true: "yes ", false: "no "}[e.Hit]+score)
			if strings.Contains(e.Name, "long-hash") {
				t.Errorf("%s: the whole hash is shown: %s", c.name, e.Name)
			}
		}
		got := strings.TrimSpace(fmt.Sprintf("%d of %d: %s", f.Hits, f.N, strings.Join(said, ", ")))
		if got != c.want || f.Standing != c.stands {
			t.Errorf("%s: %s, %q", c.name, got, f.Standing)
		}
	}
}

// TestGroupsHaveATrend puts each group beside the same one of the month before.
func TestGroupsHaveATrend(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	now := p.Report(workflows.Sheet{From: october, To: november, Now: november, Handed: []workflows.Measured{tale(sent, nil), tale(sent, func(m *workflows.Measured) { m.Story.Rule = "demo" })}})
	before := p.Report(workflows.Sheet{From: october.AddDate(0, -1, 0), To: october, Now: november, Handed: []workflows.Measured{tale(october.Add(-days), nil), tale(october.Add(-2*days), nil)}})
	now.Compare(before)
	got := map[string]float64{}
	for _, g := range now.Groups {
		for _, f := range g.Figures {
			if f.Measure == "handed_off" && g.By == "rule" && f.Before != nil {
				got[g.Value] = *f.Before.Value
			}
		}
	}
	if len(got) != 1 || got["intent"] != 2 {
		t.Errorf("before: %v", got)
	}
}
