package workflows_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"handoffd/workflows"
)

// TestReportOfThePastStays: a report of a period says the same whether it is
// made at its end or after any number of things more have happened.
func TestReportOfThePastStays(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	from := monday.AddDate(0, -1, 0)
	to := monday.AddDate(0, 0, 20)
	rapid.Check(t, func(t *rapid.T) {
		life := in(workflows.Nurture)
		life.Begin(workflows.Plan{Rule: "intent", Type: workflows.Intent, Stage: workflows.SDR, Due: monday.Add(3 * days)}, "", monday.Add(hours))
		w := course{life: life, now: monday.Add(hours)}
		for w.now.Before(to.Add(-days)) {
			w.look(t, p)
		}
		at := func(now time.Time) workflows.Report {
			sheet := workflows.Sheet{From: from, To: to, Now: now, Gauge: &workflows.Gauge{Targets: 10}}
			for _, e := range append(w.ended, w.life.Open) {
				if e != nil {
					sheet.Handed = append(sheet.Handed, workflows.Measured{ID: e.Handed.String(), Account: "a", Story: e, SignalAt: from, MetAt: e.Handed})
				}
			}
			return p.Report(sheet)
		}
		early := at(to)
		for range rapid.IntRange(1, 12).Draw(t, "more") {
			w.now = latest(w.now, to)
			w.look(t, p)
		}
		if diff := cmp.Diff(early, at(w.now), cmpopts.IgnoreFields(workflows.Report{}, "Made"), cmpopts.IgnoreUnexported(workflows.Entry{})); diff != "" {
			t.Fatalf("made later it says something else (-early +late):\n%s", diff)
		}
	})
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// course is an account as the engine sees it: facts only add up, and none
// comes in late.
type course struct {
	life  workflows.Life
	ended []*workflows.Episode
	facts workflows.Facts
	now   time.Time
}

// look lets time go by, something happen, and the account be decided.
func (c *course) look(t *rapid.T, p *workflows.Policy) {
	c.now = c.now.Add(time.Duration(rapid.IntRange(1, 4*24).Draw(t, "wait")) * hours)
	f, at := &c.facts, c.now.Add(-time.Minute)
	f.Moved, f.Now = "", c.now
	f.Touches = append([]time.Time{}, f.Touches...)
	said := func(w *workflows.Word, text string) { *w = workflows.Word{Text: text, At: at} }
	switch rapid.SampledFrom([]string{"touch", "begin", "reply", "report", "return", "dispute", "verdict", "deal", "won", "rate", "book", "move", "nothing"}).Draw(t, "what") {
	case "touch":
		f.Touches = append(f.Touches, at)
	case "begin":
		f.Begun = at
	case "reply":
		if f.Response.At.IsZero() {
			said(&f.Response, "reply")
		}
	case "report":
		said(&f.Engagement, "unresponsive")
	case "return":
		said(&f.Return, rapid.SampledFrom([]string{"no budget", "no response"}).Draw(t, "reason"))
	case "dispute":
		said(&f.Dispute, "true")
	case "verdict":
		said(&f.Verdict, rapid.SampledFrom([]string{"sales", "nurture"}).Draw(t, "verdict"))
	case "deal":
		f.OpenDeal = at
	case "won":
		if !f.OpenDeal.IsZero() {
			f.Deal, f.OpenDeal = workflows.Deal{Created: f.OpenDeal, Closed: at, Won: rapid.Bool().Draw(t, "won")}, time.Time{}
		}
	case "rate":
		said(&f.Rating, rapid.SampledFrom([]string{"1", "4", "5"}).Draw(t, "rating"))
	case "book":
		if f.Booked.IsZero() {
			f.Booked = at
		}
	case "move":
		f.Moved = rapid.SampledFrom([]workflows.State{workflows.Working, workflows.Nurture, workflows.Engaged}).Draw(t, "to")
	}
	progress := p.Advance(c.life, *f)
	c.life = progress.Life
	if progress.Ended != nil {
		c.ended = append(c.ended, progress.Ended)
		c.facts = workflows.Facts{} // of the handoff that is over
	}
	if progress.Escalate {
		c.life.Enter(workflows.Plan{Stage: workflows.AE, Due: c.now.Add(days)}, c.now)
		c.facts.Begun = time.Time{} // of the other stage's task
	}
	if c.life.Open == nil && rapid.Bool().Draw(t, "again") {
		c.life.Begin(workflows.Plan{Rule: "intent", Type: workflows.Intent, Stage: workflows.SDR}, "", c.now)
		c.facts = workflows.Facts{}
	}
}
