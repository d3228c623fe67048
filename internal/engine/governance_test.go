package engine_test

import (
	"strings"
	"testing"
	"time"
)

// TestASignatureWithoutAHash is good for the policy that stood when it was
// first seen: a policy that changed under the same signatures only plans.
func TestASignatureWithoutAHash(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signed = "one"
	h.restart()
	h.pair(1, "80")
	if s := h.once(); !s.Live || s.Handoffs != 1 {
		t.Fatalf("a new store takes the signatures as they are: %+v", s.Mode)
	}
	h.signed = "two"
	for range 2 { // a second start does not get used to it
		h.restart()
		h.pair(2, "80")
		s := h.once()
		if s.Live || s.Handoffs != 0 || len(s.Planned) != 1 || !strings.Contains(s.Reason, "the policy has changed since marketing signed it off (M, 2026-10-01; then one, now two)") {
			t.Fatalf("changed: %+v, planned %d", s.Mode, len(s.Planned))
		}
	}
	old := h.policy
	h.policy = strings.Replace(h.policy, "{by: M, on: 2026-10-01}", "{by: M, on: 2026-10-05}", 1)
	h.restart()
	if s := h.once(); s.Live || !strings.Contains(s.Reason, "since sales signed") {
		t.Fatalf("one side alone: %+v", s.Mode)
	}
	h.policy = strings.Replace(h.policy, "{by: S, on: 2026-10-01}", "{by: S, on: 2026-10-05}", 1)
	h.restart()
	if s := h.once(); !s.Live || s.Handoffs != 1 {
		t.Fatalf("signed anew by both: %+v", s.Mode)
	}
	h.policy, h.signed = old, "one"
	h.restart()
	if s := h.summary(); !s.Live {
		t.Errorf("the old policy with the old signatures is signed: %+v", s.Mode)
	}
}

func TestASignatureWithAHash(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signed = "one"
	h.policy = strings.ReplaceAll(h.policy, "on: 2026-10-01}", `on: 2026-10-01, hash: "one"}`)
	h.restart()
	if s := h.summary(); !s.Live {
		t.Fatalf("signed: %+v", s.Mode)
	}
	h.signed = "two"
	h.restart()
	if s := h.summary(); s.Live || !strings.Contains(s.Reason, "signed one, now two") {
		t.Fatalf("changed: %+v", s.Mode)
	}
}

func TestTheReviewIsDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.policy += "review_every: 60d\n"
	h.restart()
	if s := h.summary(); s.Review != "" {
		t.Fatalf("not yet: %s", s.Review)
	}
	h.clock.Set(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	texts, err := h.engine.Attention(t.Context())
	if err != nil || len(texts) != 1 || !strings.Contains(texts[0], "overdue since 2026-11-30") {
		t.Errorf("attention %q, %v", texts, err)
	}
}
