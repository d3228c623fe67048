package workflows

import "time"

// way is a stretch of time of a handoff. running: its end has not come yet.
type way struct {
	took    time.Duration
	running bool
}

// clockMeasure makes a measure of a stretch of time of the period's handoffs;
// ok is false where it is not known or does not apply.
func clockMeasure(of func(*Measured) (w way, ok bool)) func(*sheet, *Measured) []Entry {
	return func(s *sheet, h *Measured) []Entry {
		w, ok := of(h)
		if !ok || !s.in(h.Story.Handed) {
			return nil
		}
		e := h.entry(h.first())
		e.Days, e.Early = daysOf(w.took), w.running
		e.Hit = !w.running
		return []Entry{e}
	}
}

// between is the way from one time to another. Two systems' clocks may differ
// a little: no way is shorter than nothing.
func between(from, to time.Time) (way, bool) {
	switch {
	case from.IsZero():
		return way{}, false
	case to.IsZero():
		return way{running: true}, true
	}
	return way{took: max(0, to.Sub(from))}, true
}

// start is the handoff's first stage.
func (h *Measured) start() StageStory {
	if len(h.Story.Stages) == 0 {
		return StageStory{At: h.Story.Handed}
	}
	return h.Story.Stages[0]
}

// made is when the first task was in the CRM: as the CRM says, or else as it
// was ordered. It is not before it was ordered.
func (h *Measured) made() time.Time { return latest(h.Story.Handed, h.start().Made) }

func signalToRule(h *Measured) (way, bool) {
	if h.MetAt.IsZero() {
		return way{}, false
	}
	return between(h.SignalAt, h.MetAt)
}

func inQueue(h *Measured) (way, bool) { return way{took: h.Queued}, !h.MetAt.IsZero() }

func ruleToTask(h *Measured) (way, bool) {
	if h.MetAt.IsZero() {
		return way{}, false
	}
	return between(h.MetAt.Add(h.Queued), h.made())
}

// systemDelay is the way from the fact to the task, without the queue.
func systemDelay(h *Measured) (way, bool) {
	if h.SignalAt.IsZero() {
		return way{}, false
	}
	return between(h.SignalAt.Add(h.Queued), h.made())
}

// humanDelay is the way from the task to the first touch, whoever's it was.
func humanDelay(h *Measured) (way, bool) {
	if h.Story.FirstTouch.IsZero() && !h.ended().IsZero() {
		return way{}, false
	}
	return between(h.made(), h.Story.FirstTouch)
}

// taskToAcknowledged is of the first stage only: the second one's owner is
// another.
func taskToAcknowledged(h *Measured) (way, bool) {
	at := h.start().Acknowledged
	if at.IsZero() && h.over() {
		return way{}, false
	}
	return between(h.made(), at)
}

func acknowledgedToTouch(h *Measured) (way, bool) {
	st := h.start()
	if st.Touched.IsZero() && h.over() {
		return way{}, false
	}
	return between(st.Acknowledged, st.Touched)
}

// over: the first stage ended, so what it did not see will not come.
func (h *Measured) over() bool { return len(h.Story.Stages) > 1 || !h.ended().IsZero() }

func firstActivity(s *sheet, h *Measured) []Entry {
	list := clockMeasure(func(h *Measured) (way, bool) {
		if h.Story.FirstTouch.IsZero() && !h.ended().IsZero() {
			return way{}, false
		}
		return between(h.Story.Handed, h.Story.FirstTouch)
	})(s, h)
	for i := range list {
		list[i].Detail = late(s.day("first touch", h.Story.FirstTouch), "not touched yet")
	}
	return list
}

func signalToTouch(h *Measured) (way, bool) {
	if h.Story.FirstTouch.IsZero() && !h.ended().IsZero() {
		return way{}, false
	}
	return between(h.SignalAt, h.Story.FirstTouch)
}
