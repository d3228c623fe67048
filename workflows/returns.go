package workflows

import (
	"slices"
	"strconv"
	"time"
)

// Return is one time that sales gave the account back, and what became of it.
type Return struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	// Disputed is when marketing disagreed, Decided when both heads had made
	// up their minds, Verdict for whom.
	Disputed time.Time `json:"disputed,omitzero"`
	Decided  time.Time `json:"decided,omitzero"`
	Verdict  string    `json:"verdict,omitempty"`
	// Back is when sales had the account again.
	Back time.Time `json:"back,omitzero"`
}

// Rating is what sales thinks of a handoff, from 1 to 5.
type Rating struct {
	At    time.Time `json:"at"`
	Value float64   `json:"value"`
}

// lastReturn is the return that is not over, nil if there is none.
func (e *Episode) lastReturn() *Return {
	if n := len(e.Returns); n > 0 && e.Returns[n-1].Back.IsZero() {
		return &e.Returns[n-1]
	}
	return nil
}

func (e *Episode) disputed(at time.Time) {
	if r := e.lastReturn(); r != nil {
		r.Disputed = at
	}
}

func (e *Episode) decided(at time.Time, verdict string) {
	if r := e.lastReturn(); r != nil {
		r.Decided, r.Verdict = at, verdict
	}
}

func (e *Episode) takenBack(at time.Time) {
	if r := e.lastReturn(); r != nil {
		r.Back = at
	}
}

// rate notes a rating. What is no number is none.
func (e *Episode) rate(w Word) {
	value, err := strconv.ParseFloat(w.Text, 64)
	if n := len(e.Ratings); err != nil || n > 0 && !w.At.After(e.Ratings[n-1].At) {
		return
	}
	e.Ratings = append(e.Ratings, Rating{At: w.At, Value: value})
}

// until is the episode as it stood when only what seen accepts had happened:
// a report of a past day counts nothing that came after it.
func (e *Episode) until(seen func(time.Time) bool) *Episode {
	c := e.clone()
	if len(c.Returns) == 0 && !c.Returned.IsZero() { // a story from before they were kept
		c.Returns = []Return{{At: c.Returned, Reason: c.Reason, Disputed: c.Disputed, Decided: c.Disputed, Verdict: c.Verdict}}
	}
	cut := func(times ...*time.Time) {
		for _, t := range times {
			if !seen(*t) {
				*t = time.Time{}
			}
		}
	}
	cut(&c.FirstTouch, &c.Responded, &c.Asked, &c.Booked, &c.Held, &c.Opportunity, &c.Won, &c.Lost)
	if c.Booked.IsZero() {
		c.BookedBy, c.Before = "", 0
	}
	c.Stages = slices.DeleteFunc(c.Stages, func(s StageStory) bool { return !seen(s.At) })
	for i := range c.Stages {
		s := &c.Stages[i]
		cut(&s.Made, &s.Acknowledged, &s.Touched, &s.Talked)
	}
	c.Reports = slices.DeleteFunc(c.Reports, func(t time.Time) bool { return !seen(t) })
	c.Ratings = slices.DeleteFunc(c.Ratings, func(r Rating) bool { return !seen(r.At) })
	c.Returns = slices.DeleteFunc(c.Returns, func(r Return) bool { return !seen(r.At) })
	for i := range c.Returns {
		r := &c.Returns[i]
		cut(&r.Disputed, &r.Decided, &r.Back)
		if r.Decided.IsZero() {
			r.Verdict = ""
		}
	}
	return c
}
