package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/workflows"
	"handoffd/workflows/calendar"
)

func limitsPolicy(t testing.TB, limits string) *workflows.Policy {
	t.Helper()
	return policy(t, strings.Replace(policyText, "limits: {order: intent_score * value}", "limits: "+limits, 1))
}

// TestVolumeIsExact: whatever was handed off before, the first limit that is
// reached keeps the next account waiting, and none is ever exceeded. The slow
// reference counts by the dates that the team's clock shows.
func TestVolumeIsExact(t *testing.T) {
	t.Parallel()
	p := limitsPolicy(t, "{per_day: 2, per_week: 5, per_month: 12, segments: {enterprise: {per_week: 2}}, owner: {per_day: 1, per_month: 6}}")
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC)
		var done []workflows.Handed
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "minutes")) * time.Minute)
			h := workflows.Handed{
				At: now, Type: rapid.SampledFrom([]workflows.Type{workflows.Intent, workflows.Intent, workflows.Inbound}).Draw(t, "type"),
				Segment: rapid.SampledFrom([]string{"", "enterprise"}).Draw(t, "segment"), Owner: rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "owner"),
			}
			v := p.Volume(now, done)
			full := v.Full(h.Segment) != nil || v.OwnerFull(h.Owner, h.Owner) != nil
			if want := slowlyFull(p, now, done, h); full != want {
				t.Fatalf("at %s for %+v: full %v, want %v, after %d", now, h, full, want, len(done))
			}
			if h.Type != workflows.Intent || !full {
				done = append(done, h)
			}
		}
	})
}

func slowlyFull(p *workflows.Policy, now time.Time, done []workflows.Handed, h workflows.Handed) bool {
	shown := func(at time.Time, period calendar.Period) string {
		at = at.In(p.Calendar.Location())
		switch period {
		case calendar.Week:
			year, week := at.ISOWeek()
			return fmt.Sprint(year, week)
		case calendar.Month:
			return at.Format("2006-01")
		}
		return at.Format(time.DateOnly)
	}
	reached := func(limit workflows.Limit, counts func(workflows.Handed) bool) bool {
		for period, most := range limit {
			n := 0
			for _, d := range done {
				if d.Type == workflows.Intent && counts(d) && shown(d.At, period) == shown(now, period) {
					n++
				}
			}
			if n >= most {
				return true
			}
		}
		return false
	}
	return reached(p.Limits.Intent, func(workflows.Handed) bool { return true }) ||
		h.Segment != "" && reached(p.Limits.Segments[h.Segment], func(d workflows.Handed) bool { return d.Segment == h.Segment }) ||
		reached(p.Limits.Owner, func(d workflows.Handed) bool { return d.Owner == h.Owner })
}

func TestTheLimitThatOpensLastIsNamed(t *testing.T) {
	t.Parallel()
	p := limitsPolicy(t, "{per_day: 1, per_month: 1, segments: {enterprise: {per_week: 1}}}")
	now := time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)
	full := p.Volume(now, []workflows.Handed{{At: now, Type: workflows.Intent, Segment: "enterprise"}}).Full("enterprise")
	if full == nil || full.Text != "per_month limit 1 reached (1 of 1)" || !full.End.Equal(time.Date(2026, 12, 1, 5, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v", full)
	}
}

func TestCapsThatOnlyAlert(t *testing.T) {
	t.Parallel()
	p := limitsPolicy(t, "{inbound: {per_day: 1, per_week: 2}}")
	now := time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)
	v := p.Volume(now, nil)
	for n, want := range []int{0, 1, 2} {
		v.Add(workflows.Handed{At: now, Type: workflows.Inbound})
		if got := v.Exceeded(workflows.Inbound); len(got) != want {
			t.Errorf("after %d: %+v", n+1, got)
		}
	}
	if v.Full("") != nil || len(v.Exceeded(workflows.Relationship)) != 0 {
		t.Error("an inbound cap keeps others")
	}
}

func TestOwnerKey(t *testing.T) {
	t.Parallel()
	sf := workflows.OwnerKey(connectors.Salesforce, connectors.User{ID: "005", Email: "Ann@Acme.example"})
	hs := workflows.OwnerKey(connectors.HubSpot, connectors.User{ID: "1", Email: "ann@acme.example"})
	if sf != hs || workflows.OwnerKey(connectors.HubSpot, connectors.User{ID: "1"}) == workflows.OwnerKey(connectors.Salesforce, connectors.User{ID: "1"}) {
		t.Errorf("keys %q and %q", sf, hs)
	}
}

func TestHoldExceeds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	history := func(days, deliveries, each int) (out []workflows.Handed) {
		for d := range deliveries {
			for range each {
				out = append(out, workflows.Handed{At: now.AddDate(0, 0, -days).Add(time.Duration(d) * time.Hour), Type: workflows.Intent})
			}
		}
		return append(out, workflows.Handed{At: now.AddDate(0, 0, -29), Type: workflows.Inbound})
	}
	hold := workflows.Hold{Above: 25, Factor: 5}
	tests := []struct {
		name   string
		hold   workflows.Hold
		n      int
		before []workflows.Handed
		want   bool
	}{
		{"the number itself passes", hold, 25, nil, false},
		{"one more does not", hold, 26, nil, true},
		{"the factor, with a history", hold, 16, history(20, 4, 3), true},
		{"just the factor", hold, 15, history(20, 4, 3), false},
		{"a history of less than two weeks", hold, 20, history(13, 4, 3), false},
		{"a few are never too many", hold, 10, history(20, 10, 1), false},
		{"more than a few", hold, 11, history(20, 10, 1), true},
		{"what is older than 30 days is no normal", hold, 20, history(31, 4, 3), false},
		{"off", workflows.Hold{}, 1000, history(20, 4, 3), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := tt.hold.Exceeds(tt.n, tt.before, now)
			if (got != "") != tt.want {
				t.Errorf("got %q", got)
			}
			if got != "" && !tt.hold.May(tt.n) {
				t.Error("May says that it cannot be")
			}
		})
	}
}
