package engine_test

import (
	"bytes"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func release(t *testing.T, h *house) {
	t.Helper()
	if err := engine.Release(t.Context(), h.store, h.clock.Now()); err != nil {
		t.Fatal(err)
	}
}

// TestTooManyAtOnceAreHeld: all intent accounts of the cycle wait for a
// release, inbound ones pass; people are told once (I11).
func TestTooManyAtOnceAreHeld(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}", inbound, "hold: {above: 3}")
	var log bytes.Buffer
	h.log = slog.NewTextHandler(&log, nil)
	h.restart()
	h.pair(1, "10")
	h.hs.put(connectors.Contact, "71", []string{"1"}, map[string]string{"visits": "0"})
	h.once()
	h.clock.Advance(time.Minute)
	for n := range 4 {
		h.pair(n+2, "80")
	}
	h.hs.put(connectors.Contact, "71", nil, map[string]string{"visits": "1"})
	s := h.once()
	want(t, "handed off", handedOff(t, h), []string{"1"})
	if s.Hold == nil || len(s.Hold.Accounts) != 4 || !strings.Contains(s.Hold.String(), "4 handoffs are held since 2026-11-02 15:01:00 UTC: 4 accounts at once are more than hold.above 3") {
		t.Fatalf("held %+v", s.Hold)
	}
	l, _ := life(t, h, 3)
	if !strings.HasPrefix(l.Queued.String(), "waits: held: 4 accounts at once") {
		t.Errorf("waits %s", l.Queued)
	}

	// It outlives a restart, and what comes while it stands joins it.
	h.restart()
	h.clock.Advance(time.Hour)
	h.pair(6, "75")
	s = h.once()
	if s.Handoffs != 0 || len(s.Hold.Accounts) != 5 {
		t.Fatalf("handed off %d, held %+v", s.Handoffs, s.Hold)
	}
	if n := strings.Count(log.String(), "handoffs are held\""); n != 1 {
		t.Errorf("told %d times:\n%s", n, log.String())
	}

	// A release lets go what is held now; what comes later is judged anew.
	release(t, h)
	for n := range 3 {
		h.pair(n+10, "75")
	}
	s = h.once()
	want(t, "after the release", handedOff(t, h), []string{"1", "2", "3", "4", "5", "6", "10", "11", "12"})
	if s.Hold != nil {
		t.Errorf("still held: %s", s.Hold)
	}
	for n := range 4 {
		h.pair(n+20, "75")
	}
	if s = h.once(); s.Hold == nil || len(s.Hold.Accounts) != 4 {
		t.Errorf("the next ones are not held: %+v", s.Hold)
	}
}

// TestAHoldEndsWithItsAccounts: none is ready any more, so nothing is held.
func TestAHoldEndsWithItsAccounts(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}", "hold: {above: 1}")
	h.pair(1, "80")
	h.pair(2, "80")
	h.once()
	for n := range 2 {
		h.hs.put(connectors.Account, strconv.Itoa(n+1), nil, map[string]string{"score": "10"})
	}
	h.once()
	if s := h.once(); s.Hold != nil || s.Handoffs != 0 {
		t.Errorf("held %+v, handed off %d", s.Hold, s.Handoffs)
	}
	h.pair(3, "80")
	if s := h.once(); s.Handoffs != 1 {
		t.Errorf("handed off %d", s.Handoffs)
	}
}

// TestTheFactorOfNormal holds once there is a history of two weeks.
func TestTheFactorOfNormal(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}", "hold: {above: 100, factor: 2}")
	wave := func(from, n int) engine.Summary {
		for i := range n {
			h.pair(from+i, "80")
		}
		h.clock.Advance(time.Hour)
		return h.once()
	}
	wave(100, 6)
	if s := wave(200, 13); s.Hold != nil {
		t.Fatalf("held without a history: %s", s.Hold)
	}
	h.clock.Advance(16 * 24 * time.Hour)
	if s := wave(300, 19); s.Hold != nil { // 2 x 9.5
		t.Fatalf("held: %s", s.Hold)
	}
	s := wave(400, 26) // more than 2 x 38/3
	if s.Hold == nil || s.Hold.Reason != "26 accounts at once are more than hold.factor 2 times the normal delivery of 12.7" {
		t.Fatalf("held %+v", s.Hold)
	}
	release(t, h)
	if h.once(); h.sf.count(connectors.CreateTask) != 64 {
		t.Errorf("%d tasks, want 64", h.sf.count(connectors.CreateTask))
	}
}

// TestTheFirstReleaseCoversThePlan: day one is not held a second time (I13).
func TestTheFirstReleaseCoversThePlan(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, per_month: 5}", "hold: {above: 3}")
	h.goLive = false
	h.restart()
	for n := range 6 {
		h.pair(n, strconv.Itoa(70+n))
	}
	s := h.once()
	if s.Hold != nil || len(s.Planned) != 6 || s.Planned[5].Waits == "" {
		t.Fatalf("held %v, planned %+v, want five and one that waits", s.Hold, s.Planned)
	}
	release(t, h)
	if s = h.once(); s.Handoffs != 5 || s.Hold != nil {
		t.Fatalf("handed off %d, held %v", s.Handoffs, s.Hold)
	}
	h.clock.Set(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	for n := range 3 {
		h.pair(n+10, "75")
	}
	if s = h.once(); s.Handoffs != 9 {
		t.Errorf("handed off %d, held %v: the one that waited was released, three more are no wave", s.Handoffs, s.Hold)
	}
}

func TestHoldOff(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}", "hold: off")
	for n := range 40 {
		h.pair(n, "80")
	}
	if s := h.once(); s.Handoffs != 40 || s.Hold != nil {
		t.Errorf("handed off %d, held %v", s.Handoffs, s.Hold)
	}
}

// TestHeldByDefault: 26 at once wait for a look.
func TestHeldByDefault(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n := range 26 {
		h.pair(n, "80")
	}
	if s := h.once(); s.Handoffs != 0 || s.Hold == nil {
		t.Fatalf("handed off %d, held %v", s.Handoffs, s.Hold)
	}
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "10"})
	h.once()
	release(t, h)
	if s := h.once(); s.Handoffs != 25 {
		t.Errorf("handed off %d after the release", s.Handoffs)
	}
}
