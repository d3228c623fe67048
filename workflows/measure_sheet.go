package workflows

import (
	"time"
)

// Sheet is all that a report is made of.
type Sheet struct {
	// Name is how the period is called. It begins at From and ends before To.
	Name     string
	From, To time.Time
	// Now is when the report is made: what comes later is not counted.
	Now    time.Time
	Handed []Measured
	// Answers are what sales said in a survey.
	Answers []Answer
	// Gauge is the last count of all accounts in the period, nil for none.
	Gauge *Gauge
}

// sheet is a Sheet as of its end.
type sheet struct {
	Sheet
	policy *Policy
}

// seen tells whether something had happened by the end of the period, and by
// now.
func (s *sheet) seen(t time.Time) bool { return !t.IsZero() && t.Before(s.To) && !t.After(s.Now) }

// in tells whether something happened in the period.
func (s *sheet) in(t time.Time) bool { return s.seen(t) && !t.Before(s.From) }

// asOf cuts everything off that happened after the period or after now.
func (p *Policy) asOf(in Sheet) *sheet {
	s := &sheet{Sheet: in, policy: p}
	s.Handed = nil
	for _, h := range in.Handed {
		if h.Story == nil || !s.seen(h.Story.Handed) {
			continue
		}
		h.Story = h.Story.until(s.seen)
		if !s.seen(h.Closed) {
			h.Closed = time.Time{}
		}
		s.Handed = append(s.Handed, h)
	}
	return s
}

// entry begins what a handoff adds to a measure.
func (h *Measured) entry(stage Stage) Entry {
	owner := h.Owners[stage]
	return Entry{Account: h.Account, Name: h.Name, Handoff: h.ID, Owner: owner, Handed: h.Story.Handed, of: h}
}

// first is the stage that the handoff began with.
func (h *Measured) first() Stage {
	if len(h.Story.Stages) == 0 {
		return SDR
	}
	return h.Story.Stages[0].Stage
}

// ripe counts a handoff in the period in which it is old enough. One that
// began in the period and is younger is shown as such.
func (s *sheet) ripe(e Entry, began, ripe time.Time) []Entry {
	switch {
	case s.in(ripe):
	case s.in(began) && !s.seen(ripe):
		e.Early = true
	default:
		return nil
	}
	return []Entry{e}
}

// by tells whether something happened at or before a time.
func by(at, limit time.Time) bool { return !at.IsZero() && !at.After(limit) }

// day says when something happened, for the list behind a figure.
func (s *sheet) day(what string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return what + " " + s.policy.Calendar.LocalDay(at)
}

// back is the return that stands, nil if sales has the account.
func (h *Measured) back() *Return { return h.Story.lastReturn() }

// ended is when sales had nothing more to report of it, zero if it is open.
func (h *Measured) ended() time.Time {
	end := first(first(h.Story.Opportunity, h.Story.Won), first(h.Story.Lost, h.Closed))
	if r := h.back(); r != nil {
		end = first(end, r.At)
	}
	return end
}

func daysOf(d time.Duration) float64 { return d.Hours() / 24 }
