package workflows_test

import (
	"testing"
	"time"

	"handoffd/workflows"
)

// TestBookedBy tells whose doing the first meeting was.
func TestBookedBy(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	at := func(h int) time.Time { return monday.Add(time.Duration(h) * hours) }
	for _, c := range []struct {
		name  string
		kind  workflows.Type
		facts workflows.Facts
		want  workflows.Booker
		n     int
	}{
		{"through a link, after touches", workflows.Intent, workflows.Facts{Booked: at(9), Link: true, Touches: []time.Time{at(2), at(3), at(10)}}, workflows.ByLink, 2},
		{"what it had asked for", workflows.Inbound, workflows.Facts{Booked: at(9), Touches: []time.Time{at(2)}}, workflows.OnRequest, 1},
		{"after an answer", workflows.Intent, workflows.Facts{Booked: at(9), Asked: at(8), Touches: []time.Time{at(2)}}, workflows.OnAnswer, 1},
		{"the answer came later", workflows.Intent, workflows.Facts{Booked: at(9), Asked: at(10), Touches: []time.Time{at(2)}}, workflows.BySales, 1},
		{"without an answer", workflows.Relationship, workflows.Facts{Booked: at(9), Touches: []time.Time{at(2)}}, workflows.BySales, 1},
		{"the owner alone knows of an answer", workflows.Intent, workflows.Facts{
			Booked: at(9), Touches: []time.Time{at(2)}, Response: workflows.Word{Text: "the owner says responsive", At: at(8)},
		}, "", 1},
		{"the owner says so of the meeting", workflows.Intent, workflows.Facts{
			Booked: at(9), Touches: []time.Time{at(2)}, Response: workflows.Word{Text: "a meeting was agreed", At: at(9)},
		}, workflows.BySales, 1},
		{"out of nowhere", workflows.Intent, workflows.Facts{Booked: at(9), Touches: []time.Time{at(10)}}, "", 0},
	} {
		life := in(workflows.Nurture)
		life.Begin(workflows.Plan{Rule: "r", Type: c.kind, Stage: workflows.SDR}, "", at(1))
		c.facts.Now = at(20)
		e := p.Advance(life, c.facts).Life.Open
		if e.BookedBy != c.want || e.Before != c.n || !e.Booked.Equal(at(9)) {
			t.Errorf("%s: by %q after %d touches, booked %s", c.name, e.BookedBy, e.Before, e.Booked)
		}
	}
}

// TestFirstMeetingStays: a second meeting, or the cancelling of the first,
// changes nothing; an earlier one that is read late does.
func TestFirstMeetingStays(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	at := func(h int) time.Time { return monday.Add(time.Duration(h) * hours) }
	life := in(workflows.Nurture)
	life.Begin(workflows.Plan{Rule: "r", Type: workflows.Intent, Stage: workflows.SDR}, "", at(1))
	for _, c := range []struct {
		facts workflows.Facts
		want  workflows.Booker
		at    time.Time
	}{
		{workflows.Facts{Booked: at(9), Link: true}, workflows.ByLink, at(9)},
		{workflows.Facts{Booked: at(12), Touches: []time.Time{at(10)}}, workflows.ByLink, at(9)},
		{workflows.Facts{}, workflows.ByLink, at(9)},
		{workflows.Facts{Booked: at(5), Touches: []time.Time{at(4)}}, workflows.BySales, at(5)},
		{workflows.Facts{Booked: at(5), Touches: []time.Time{at(4)}, Asked: at(3)}, workflows.OnAnswer, at(5)},
	} {
		c.facts.Now = at(20)
		life = p.Advance(life, c.facts).Life
		if life.Open.BookedBy != c.want || !life.Open.Booked.Equal(c.at) {
			t.Errorf("after %+v: %q at %s", c.facts, life.Open.BookedBy, life.Open.Booked)
		}
	}
	if e := life.Open.AsOf(at(4)); e.BookedBy != "" || !e.Booked.IsZero() {
		t.Errorf("before, it was booked by %q", e.BookedBy)
	}
}
