package workflows_test

import (
	"testing"
	"time"
)

func TestReviewOverdue(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText) // signed on 1 and 2 October 2026, reviewed every 90 days
	first := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]bool{89 * 24 * time.Hour: false, 91 * 24 * time.Hour: true} {
		if got := p.Signed.Overdue(first.Add(after)); got != want {
			t.Errorf("%s after the first signature: overdue %v, want %v", after, got, want)
		}
	}
}
