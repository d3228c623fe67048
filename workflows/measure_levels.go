package workflows

import (
	"fmt"
	"time"
)

func handOffInTime(s *sheet, h *Measured) []Entry {
	if h.MetAt.IsZero() {
		return nil
	}
	due := s.policy.Calendar.Deadline(h.MetAt.Add(h.Queued), s.policy.SLA.HandOff)
	list := during(s, h, h.Story.Handed, "due "+s.policy.Calendar.LocalDay(due)+", handed off")
	for i := range list {
		list[i].Hit = by(h.Story.Handed, due)
	}
	return list
}

// assignedInTime is of what must not wait: requests, not scores.
func assignedInTime(s *sheet, h *Measured) []Entry {
	if h.MetAt.IsZero() || h.Story.Type == Intent {
		return nil
	}
	due := s.policy.Calendar.Deadline(h.MetAt, s.policy.SLA.Assign)
	list := during(s, h, h.Story.Handed, "due "+s.policy.Calendar.LocalDay(due)+", given")
	for i := range list {
		list[i].Hit = by(h.Story.Handed, due)
	}
	return list
}

func documented(s *sheet, h *Measured) []Entry {
	list := handedOff(s, h)
	for i := range list {
		list[i].Hit = h.Documented
	}
	return list
}

// promised are the handoff's stages, each held against its deadline. A stage
// that was over before it was due, and not kept, promised nothing.
func (s *sheet) promised(h *Measured, due func(StageStory) time.Time, kept func(StageStory) time.Time, what string) []Entry {
	var out []Entry
	for i, stage := range h.Story.Stages {
		limit, at := due(stage), kept(stage)
		if limit.IsZero() {
			continue
		}
		end := h.ended()
		if i+1 < len(h.Story.Stages) {
			end = h.Story.Stages[i+1].At
		}
		if by(end, limit) && !by(at, limit) {
			continue
		}
		e := h.entry(stage.Stage)
		e.Hit, e.Detail = by(at, limit), s.day(string(stage.Stage)+" due", limit)+", "+late(s.day(what, at), "not "+what)
		out = append(out, s.ripe(e, stage.At, limit)...)
	}
	return out
}

func late(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func acknowledgedInTime(s *sheet, h *Measured) []Entry {
	due := func(st StageStory) time.Time {
		return s.policy.CalendarNamed(st.Calendar).Deadline(st.At, s.policy.SLA.Acknowledge)
	}
	return s.promised(h, due, func(st StageStory) time.Time { return st.Acknowledged }, "acknowledged")
}

func touchedInTime(s *sheet, h *Measured) []Entry {
	due := func(st StageStory) time.Time {
		switch {
		case st.Turn > 0 && !st.Call.IsZero():
			return st.Call
		case st.Turn == 0 && !st.Due.IsZero(): // another owner's deadline is not what was promised
			return st.Due
		}
		return s.policy.CalendarNamed(st.Calendar).Deadline(st.At, s.policy.SLA.FirstTouch)
	}
	return s.promised(h, due, func(st StageStory) time.Time { return st.Touched }, "touched")
}

// touchedAtLatest is the promise that has no exception; a stage that promises
// a call has its own.
func touchedAtLatest(s *sheet, h *Measured) []Entry {
	due := func(st StageStory) time.Time {
		if !st.Call.IsZero() {
			return time.Time{}
		}
		return s.policy.Calendar.Deadline(st.At, s.policy.SLA.FirstTouchLatest)
	}
	return s.promised(h, due, func(st StageStory) time.Time { return st.Touched }, "touched")
}

func callInTime(s *sheet, h *Measured) []Entry {
	return s.promised(h, func(st StageStory) time.Time { return st.Call }, func(st StageStory) time.Time { return st.Talked }, "held")
}

// week is one that the owner had to report on.
type week struct {
	due time.Time
	met bool
}

// weeks are those that ended while sales had the account.
func (s *sheet) weeks(h *Measured) (out []week) {
	if s.policy.SLA.Report.IsZero() {
		return nil
	}
	end := h.ended()
	for from, n := h.Story.Handed, 0; n < maxReports; n++ {
		due := s.policy.Calendar.Deadline(from, s.policy.SLA.Report)
		if !s.seen(due) || by(end, due) {
			break
		}
		w := week{due: due}
		for _, at := range h.Story.Reports {
			w.met = w.met || at.After(from) && !at.After(due)
		}
		if s.in(due) {
			out = append(out, w)
		}
		from = due
	}
	return out
}

func reportsInTime(s *sheet, h *Measured) []Entry {
	var out []Entry
	for _, w := range s.weeks(h) {
		e := h.entry(h.now())
		e.Hit, e.Detail = w.met, s.day("week to", w.due)
		out = append(out, e)
	}
	return out
}

// now is the handoff's last stage.
func (h *Measured) now() Stage {
	if n := len(h.Story.Stages); n > 0 {
		return h.Story.Stages[n-1].Stage
	}
	return SDR
}

func feedback(s *sheet, h *Measured) []Entry {
	weeks := s.weeks(h)
	if len(weeks) == 0 {
		return nil
	}
	met := 0
	for _, w := range weeks {
		if w.met {
			met++
		}
	}
	e := h.entry(h.now())
	e.Hit, e.Detail = met == len(weeks), fmt.Sprintf("%d of %d weeks", met, len(weeks))
	return []Entry{e}
}

// returnedInTime are accounts of SDRs that nobody answered for: handoffd gives
// them a day more than the clocks say, for the looks in between.
func returnedInTime(s *sheet, h *Measured) []Entry {
	cal, e := s.policy.Calendar, h.Story
	silent := cal.Deadline(e.Handed, s.policy.SLA.Return)
	limit := cal.Deadline(silent, s.policy.Lifecycle.LastWindow).Add(day)
	answered := len(e.Stages) != 1 || h.first() != SDR || by(e.Responded, limit) || by(e.Opportunity, limit)
	if answered || len(e.Returns) > 0 && e.Returns[0].At.Before(silent) || by(h.Closed, silent) {
		return nil
	}
	entry := h.entry(SDR)
	var at time.Time
	if len(e.Returns) > 0 {
		at = e.Returns[0].At
	}
	entry.Hit, entry.Detail = by(at, limit), late(s.day("given back", at), "still with sales")
	if !s.in(limit) {
		return nil // it is not silent yet, or was counted before
	}
	return []Entry{entry}
}
