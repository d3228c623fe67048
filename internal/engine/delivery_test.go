package engine_test

import (
	"testing"
	"time"

	"handoffd/connectors"
)

func TestWeeklyDelivery(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}", inbound, `deliver: {weekly: {day: tue, at: "09:00"}}`, "calendar: {zone: America/New_York}")
	h.clock.Set(time.Date(2026, 10, 28, 13, 0, 0, 0, time.UTC)) // a Wednesday; the clocks change on Sunday
	h.pair(1, "80")
	h.pair(2, "10")
	h.hs.put(connectors.Contact, "72", []string{"2"}, map[string]string{"visits": "0"})
	h.once()
	delivery := time.Date(2026, 11, 3, 14, 0, 0, 0, time.UTC) // 09:00 by the new clocks
	l, due := life(t, h, 1)
	want(t, "due", due, delivery)
	want(t, "waits", l.Queued.String(), "waits: the weekly delivery, Tuesday at 09:00 (2026-11-03), position 1 of 1 by score = 80")

	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Contact, "72", nil, map[string]string{"visits": "1"})
	h.restart()
	h.once()
	want(t, "inbound goes at once", handedOff(t, h), []string{"2"})

	h.clock.Set(delivery.Add(-time.Second))
	h.once()
	want(t, "just before", handedOff(t, h), []string{"2"})
	h.clock.Advance(time.Second)
	s := h.once()
	want(t, "at the delivery", handedOff(t, h), []string{"1", "2"})
	row := openHandoffs(t, h)[1]
	want(t, "in the queue", row.Queued, row.Opened.Sub(row.MetAt))
	want(t, "late", s.Late, 0)
	if row.SignalAt.IsZero() || row.SignalAt.After(row.MetAt) {
		t.Errorf("signal at %s, met at %s", row.SignalAt, row.MetAt)
	}
}

// TestALimitAtTheDeliveryWaitsForTheNext: room that comes in the middle of the
// week is used at the delivery.
func TestALimitAtTheDeliveryWaitsForTheNext(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, per_month: 1}", "deliver: weekly")
	h.pair(1, "90")
	h.pair(2, "80")
	h.once()
	for _, step := range []struct {
		at   time.Time
		want []string
	}{
		{time.Date(2026, 11, 9, 8, 59, 0, 0, time.UTC), nil},
		{time.Date(2026, 11, 9, 9, 0, 0, 0, time.UTC), []string{"1"}},
		{time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC), []string{"1"}},
		{time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), []string{"1"}},
		{time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC), []string{"1", "2"}},
	} {
		h.clock.Set(step.at)
		h.once()
		want(t, step.at.String(), handedOff(t, h), step.want)
	}
	want(t, "late", h.summary().Late, 0)
}
