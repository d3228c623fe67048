package workflows

import (
	"fmt"
	"time"
)

// soon is how long an account may take to be worked, and to become an
// opportunity; closing is how many months it has until it is won.
const (
	soon    = 30 * day
	closing = 6
)

func handedOff(s *sheet, h *Measured) []Entry {
	if !s.in(h.Story.Handed) {
		return nil
	}
	e := h.entry(h.first())
	e.Hit, e.Detail = true, h.Story.Rule
	return []Entry{e}
}

// during are handoffs of the period, as they stand at its end.
func during(s *sheet, h *Measured, at time.Time, what string) []Entry {
	if !s.in(h.Story.Handed) {
		return nil
	}
	e := h.entry(h.first())
	e.Hit, e.Detail = !at.IsZero(), s.day(what, at)
	return []Entry{e}
}

func workedSoFar(s *sheet, h *Measured) []Entry {
	return during(s, h, h.Story.FirstTouch, "first touch")
}

func convertedSoFar(s *sheet, h *Measured) []Entry {
	return during(s, h, h.Story.Opportunity, "opportunity")
}

// handoffRate counts accounts of the target account list.
func handoffRate(s *sheet) Figure {
	f := Figure{}
	seen := map[string]bool{}
	for i := range s.Handed {
		h := &s.Handed[i]
		if h.Story.OffTarget || seen[h.Account] {
			continue
		}
		for _, e := range handedOff(s, h) {
			seen[h.Account] = true
			f.Entries = append(f.Entries, e)
		}
	}
	if s.Gauge == nil {
		f.Unknown = "the target account list has not been counted yet"
		return f
	}
	f.N, f.Hits = s.Gauge.Targets, len(f.Entries)
	return f
}

// FieldTarget says whether an account is on the target account list.
const FieldTarget = "target_account"

func quality(s *sheet, h *Measured) []Entry {
	at, ripe := h.Story.FirstTouch, h.Story.Handed.Add(soon)
	e := h.entry(h.first())
	e.Hit, e.Detail = by(at, ripe), s.day("first touch", at)
	return s.ripe(e, h.Story.Handed, ripe)
}

// returnsOf are accounts that sales has given back for a reason of a class.
func returnsOf(class ReturnClass) func(*sheet, *Measured) []Entry {
	return func(s *sheet, h *Measured) []Entry {
		r := h.back()
		if r == nil {
			return during(s, h, time.Time{}, "")
		}
		list := during(s, h, r.At, "given back")
		for i := range list {
			list[i].Hit = s.policy.Lifecycle.Class(r.Reason) == class
			list[i].Detail += ": " + s.reason(r.Reason)
		}
		return list
	}
}

// reason shows the reasons that the policy knows. What a person wrote freely
// may name somebody, and a report is kept and sent about: it shows the class.
func (s *sheet) reason(text string) string {
	if _, known := s.policy.Lifecycle.Reasons[text]; known || text == byHand {
		return text
	}
	return string(s.policy.Lifecycle.Class(text))
}

func responsive(s *sheet, h *Measured) []Entry {
	list := during(s, h, h.Story.Responded, "response")
	for i := range list {
		if list[i].Hit {
			list[i].Detail += ": " + h.Story.Response
		}
	}
	return list
}

func calls(s *sheet, h *Measured) []Entry {
	if h.Story.Responded.IsZero() {
		return nil
	}
	return during(s, h, h.Story.Booked, "scheduled")
}

func opportunities(s *sheet, h *Measured) []Entry {
	at, ripe := h.Story.Opportunity, h.Story.Handed.Add(soon)
	e := h.entry(h.first())
	e.Hit, e.Detail = by(at, ripe), s.day("opportunity", at)
	return s.ripe(e, h.Story.Handed, ripe)
}

func closes(s *sheet, h *Measured) []Entry {
	at, ripe := h.Story.Won, s.policy.monthsAfter(h.Story.Handed, closing)
	e := h.entry(h.first())
	e.Hit, e.Detail = by(at, ripe), s.day("won", at)
	return s.ripe(e, h.Story.Handed, ripe)
}

func satisfaction(s *sheet, h *Measured) []Entry {
	n := len(h.Story.Ratings)
	if n == 0 || !s.in(h.Story.Ratings[n-1].At) {
		return nil
	}
	r := h.Story.Ratings[n-1]
	e := h.entry(h.first())
	e.Hit, e.Detail = r.Value >= agrees, fmt.Sprintf("rated %g on %s", r.Value, s.policy.Calendar.LocalDay(r.At))
	return []Entry{e}
}

// agrees is the rating from which sales says that the account was qualified.
const agrees = 4

// disputes are returns of the period, and those that marketing did not accept.
func disputes(s *sheet, h *Measured) []Entry {
	var out []Entry
	for _, r := range h.Story.Returns {
		if !s.in(r.At) {
			continue
		}
		e := h.entry(h.first())
		e.Hit, e.Detail = !r.Disputed.IsZero(), s.reason(r.Reason)
		if r.Verdict != "" {
			e.Detail += "; verdict: " + r.Verdict
		}
		out = append(out, e)
	}
	return out
}
