package workflows

import (
	"fmt"
	"strings"
	"time"

	"handoffd/mapping"
)

// Booker says whose doing it was that a meeting was agreed. "" is not known.
type Booker string

// The bookers.
const (
	// ByLink: the buyer booked it by a scheduling link.
	ByLink Booker = "link"
	// OnRequest: the handoff itself was what the buyer asked for.
	OnRequest Booker = "request"
	// OnAnswer: the buyer had written, called, or sent a form before.
	OnAnswer Booker = "answer"
	// BySales: sales had been in touch, and no answer stands in the CRMs.
	BySales Booker = "sales"
)

// ownerSays begins the response that only the owner reports.
const ownerSays = "the owner says "

// book takes up a meeting that was agreed; the first one counts.
func (f *Facts) book(a mapping.SalesActivity) {
	switch {
	case f.Booked.IsZero() || a.Created.Before(f.Booked):
		f.Booked, f.Link = a.Created, a.SelfBooked
	case a.Created.Equal(f.Booked):
		f.Link = f.Link || a.SelfBooked
	}
}

// bookedBy notes the first meeting that was agreed, and whose doing it was. A
// meeting that was cancelled later stays the first.
func (t *turn) bookedBy() {
	e, f := t.life.Open, &t.facts
	e.Asked = first(e.Asked, f.Asked)
	if f.Again != "" {
		e.Asked = first(e.Asked, f.Now)
	}
	if f.Booked.IsZero() || !e.Booked.IsZero() && f.Booked.After(e.Booked) {
		return
	}
	e.Booked, e.Before = f.Booked, 0
	for _, at := range f.Touches {
		if at.Before(e.Booked) {
			e.Before++
		}
	}
	switch told := strings.HasPrefix(e.Response, ownerSays) && e.Responded.Before(e.Booked); {
	case f.Link:
		e.BookedBy = ByLink
	case e.Type == Inbound:
		e.BookedBy = OnRequest
	case by(e.Asked, e.Booked):
		e.BookedBy = OnAnswer
	case e.Before > 0 && !told: // an answer of which only the owner knows may have brought it
		e.BookedBy = BySales
	default:
		e.BookedBy = ""
	}
}

// step is what is known of the next step of a handoff.
type step struct {
	booker Booker
	chased bool
	at     time.Time
	detail string
}

// next tells how the next step came about; ok is false if nobody has done
// anything yet.
func (s *sheet) next(e *Episode) (n step, ok bool) {
	switch {
	case !e.Booked.IsZero():
		n = step{booker: e.BookedBy, chased: e.BookedBy == BySales, at: e.Booked}
		n.detail = s.day("call scheduled", e.Booked) + map[Booker]string{
			ByLink: " by its link", OnRequest: ", as it had asked for", OnAnswer: " after its answer",
			BySales: fmt.Sprintf(" by sales, without an answer after %d of its touches", e.Before), "": ", not known by whom",
		}[e.BookedBy]
	case e.Type == Inbound && !e.talked().IsZero():
		n = step{booker: OnRequest, at: e.talked(), detail: s.day("called", e.talked()) + ", as it had asked for"}
	case !e.FirstTouch.IsZero():
		n = step{chased: true, booker: BySales, at: e.FirstTouch, detail: s.day("no call yet, sales chases since", e.FirstTouch)}
	default:
		return n, false
	}
	return n, true
}

// talked is when a call or a meeting took place first.
func (e *Episode) talked() (at time.Time) {
	for _, s := range e.Stages {
		at = first(at, s.Talked)
	}
	return at
}

// nextStep counts the handoffs whose next step came about in one way, among
// all that were worked or have a call.
func nextStep(hit func(step) bool) func(*sheet, *Measured) []Entry {
	return func(s *sheet, h *Measured) []Entry {
		n, ok := s.next(h.Story)
		if !ok {
			return nil
		}
		list := during(s, h, n.at, "")
		for i := range list {
			list[i].Hit, list[i].Detail = hit(n), n.detail
		}
		return list
	}
}

func agreed(n step) bool  { return n.booker != "" && !n.chased }
func chased(n step) bool  { return n.chased }
func unknown(n step) bool { return n.booker == "" }
