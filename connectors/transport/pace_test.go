package transport_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

func TestLimiterHoldsThePace(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start).AutoAdvance()
	limiter := transport.NewLimiter(fake, 4, 2)
	for range 10 {
		if err := limiter.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if took := fake.Now().Sub(start); took != 2*time.Second {
		t.Errorf("10 tokens at 4/s after a burst of 2 took %s", took)
	}
	limiter.Hold(fake.Now().Add(time.Minute))
	before := fake.Now()
	if err := limiter.Wait(t.Context()); err != nil || fake.Now().Sub(before) != time.Minute {
		t.Errorf("held limiter waited %s, err %v", fake.Now().Sub(before), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if limiter.Wait(ctx) == nil {
		t.Error("a token for nobody")
	}
}

func Test429HoldsTheBucketForOthers(t *testing.T) {
	t.Parallel()
	n := 0
	fake := clock.NewFake(start).AutoAdvance()
	limiters := map[string]transport.Limiter{"search": transport.NewLimiter(fake, 100, 100)}
	c := transport.New(transport.Options{
		Clock: fake, Classify: byChain, Limiters: limiters, MaxAttempts: 1,
		Base: transport.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if n++; n == 1 {
				w.Header().Set("Retry-After", "9")
				w.WriteHeader(429)
			}
		})),
	})
	call := transport.Call{Endpoint: "e", Buckets: []string{"search", "unknown"}}
	send(t, c, call, "GET", "")
	_, seen := send(t, c, call, "GET", "")
	if seen.Err != nil || fake.Now().Sub(start) != 9*time.Second {
		t.Errorf("err %v after %s", seen.Err, fake.Now().Sub(start))
	}
}

func vendorCount(h http.Header) (used, limit int64, ok bool) {
	switch h.Get("Usage") {
	case "":
		return 0, 0, false
	case "full":
		return 1000, 1000, true
	case "96%":
		return 960, 1000, true
	default:
		return 100, 1000, true
	}
}

func TestBudgetStarvesReportsFirst(t *testing.T) {
	t.Parallel()
	const all = "handoff alert status poll sync report"
	names := []string{"handoff", "alert", "status", "poll", "sync", "report"}
	tests := []struct {
		name  string
		usage string
		spent int // by us, of a share of 200
		want  string
	}{
		{"plenty", "10%", 0, all},
		{"reports starve at 60 %", "10%", 120, "handoff alert status poll sync"},
		{"sync at 80 %", "10%", 160, "handoff alert status poll"},
		{"polling at 90 %", "10%", 180, "handoff alert status"},
		{"status at 95 %", "10%", 190, "handoff alert"},
		{"alerts at 98 %", "10%", 196, "handoff"},
		{"all at the end", "10%", 200, ""},
		{"others have used it", "96%", 0, "handoff alert status poll"},
		{"nothing left at all", "full", 0, "handoff"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			budget := transport.NewBudget(transport.BudgetOptions{Share: 0.2, Read: vendorCount})
			for range tt.spent {
				if budget.Spend(start, transport.PriorityHandoff) != nil {
					t.Fatal("refused too early")
				}
			}
			budget.Observe(start, 200, http.Header{"Usage": {tt.usage}})
			got := ""
			for p, name := range names {
				// Each question is put to an equal budget: a granted one spends.
				trial := transport.NewBudget(transport.BudgetOptions{Share: 0.2, Read: vendorCount})
				for range tt.spent {
					_ = trial.Spend(start, transport.PriorityHandoff)
				}
				trial.Observe(start, 200, http.Header{"Usage": {tt.usage}})
				if err := trial.Spend(start, transport.Priority(p)); err == nil {
					got += " " + name
				} else if err.Class != connectors.Retry || !err.RetryAt.After(start) {
					t.Errorf("%s refused with %+v", name, err)
				}
			}
			if len(got) > 0 {
				got = got[1:]
			}
			if got != tt.want {
				t.Errorf("may spend: %q, want %q", got, tt.want)
			}
		})
	}
}

func TestBudgetForgets(t *testing.T) {
	t.Parallel()
	rolling := transport.NewBudget(transport.BudgetOptions{Calls: 2})
	midnight := transport.NewBudget(transport.BudgetOptions{Calls: 2, Resets: func(now time.Time) time.Time {
		return now.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}})
	for name, budget := range map[string]*transport.Budget{"rolling": rolling, "midnight": midnight} {
		_ = budget.Spend(start, 0)
		_ = budget.Spend(start.Add(time.Hour), 0)
		err := budget.Spend(start.Add(2*time.Hour), 0)
		if err == nil {
			t.Fatalf("%s: a third of two", name)
		}
		if budget.Spend(err.RetryAt.Add(-time.Second), 0) == nil && name == "midnight" {
			t.Errorf("%s: room before %s", name, err.RetryAt)
		}
		if again := budget.Spend(err.RetryAt, 0); again != nil {
			t.Errorf("%s: still refused at RetryAt %s: %v", name, err.RetryAt, again)
		}
	}
	if at := midnight.Allowance(start.Add(time.Hour * 20)).Resets; !at.Equal(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("resets at %s", at)
	}
}

// TestBudgetLaw: whatever the order of requests and the passing of time, no
// 24 hours ever see more than our share.
func TestBudgetLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.Int64Range(1, 50).Draw(t, "share")
		budget := transport.NewBudget(transport.BudgetOptions{Calls: share})
		now := start
		var granted []time.Time
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 7200).Draw(t, "seconds")) * time.Second)
			if budget.Spend(now, transport.Priority(rapid.IntRange(0, 5).Draw(t, "priority"))) == nil {
				granted = append(granted, now)
			}
			var recent int64
			for _, at := range granted {
				if now.Sub(at) < 24*time.Hour {
					recent++
				}
			}
			if recent > share {
				t.Fatalf("%d requests in a day, share %d", recent, share)
			}
		}
	})
}

func TestQuotaStopsBeforeSending(t *testing.T) {
	t.Parallel()
	budget := transport.NewBudget(transport.BudgetOptions{Calls: 1})
	n := 0
	c, _ := newChain(t, func(http.ResponseWriter, *http.Request) { n++ }, func(o *transport.Options) { o.Quota = budget })
	send(t, c, transport.Call{Endpoint: "e"}, "GET", "")
	_, seen := send(t, c, transport.Call{Endpoint: "e"}, "GET", "")
	if n != 1 || seen.Attempts != 0 || seen.Err == nil || seen.Err.Code != "OUR_SHARE" {
		t.Errorf("server saw %d, seen %+v", n, seen)
	}
}
