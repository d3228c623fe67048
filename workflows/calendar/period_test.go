package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"handoffd/workflows/calendar"
)

func inNewYork(t testing.TB) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(calendar.Config{Zone: "America/New_York", Week: "mon-fri", Hours: "09:00-17:30"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestBounds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		period calendar.Period
		at     string
		start  string
		hours  float64
	}{
		{"day", calendar.Day, "2026-11-18T03:30:00Z", "2026-11-17T05:00:00Z", 24},
		{"a day of 25 hours", calendar.Day, "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", 25},
		{"a day of 23 hours", calendar.Day, "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", 23},
		{"a week begins on Monday", calendar.Week, "2026-11-22T12:00:00Z", "2026-11-16T05:00:00Z", 168},
		{"Monday itself", calendar.Week, "2026-11-16T05:00:00Z", "2026-11-16T05:00:00Z", 168},
		{"Sunday night", calendar.Week, "2026-11-16T04:59:59Z", "2026-11-09T05:00:00Z", 168},
		{"month with the change of clocks", calendar.Month, "2026-11-30T12:00:00Z", "2026-11-01T04:00:00Z", 30*24 + 1},
		{"the last night of the year", calendar.Month, "2027-01-01T04:59:59Z", "2026-12-01T05:00:00Z", 31 * 24},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			start, end := inNewYork(t).Bounds(tt.period, instant(t, tt.at))
			if !start.Equal(instant(t, tt.start)) || end.Sub(start).Hours() != tt.hours {
				t.Errorf("from %s, %v hours; want %s, %v", start.UTC().Format(time.RFC3339), end.Sub(start).Hours(), tt.start, tt.hours)
			}
		})
	}
}

func TestNextWeekly(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, at, want string }{
		{"the same day, before", "2026-11-16T13:59:59Z", "2026-11-16T14:00:00Z"},
		{"at the moment", "2026-11-16T14:00:00Z", "2026-11-16T14:00:00Z"},
		{"just after", "2026-11-16T14:00:01Z", "2026-11-23T14:00:00Z"},
		{"over the change of clocks", "2026-10-27T12:00:00Z", "2026-11-02T14:00:00Z"},
		{"before the change of clocks", "2026-10-25T12:00:00Z", "2026-10-26T13:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := inNewYork(t).NextWeekly(instant(t, tt.at), time.Monday, 9*time.Hour); !got.Equal(instant(t, tt.want)) {
				t.Errorf("got %s, want %s", got.UTC().Format(time.RFC3339), tt.want)
			}
		})
	}
	if got := inNewYork(t).NextWeekly(instant(t, "2026-03-08T05:00:00Z"), time.Sunday, 2*time.Hour+30*time.Minute); !got.Equal(instant(t, "2026-03-08T07:00:00Z")) {
		t.Errorf("a time that the clock jumps over gives %s, want the jump", got.UTC().Format(time.RFC3339))
	}
}

// TestPeriodsFollowEachOther: every moment is in exactly one period, and the
// next one begins where it ends.
func TestPeriodsFollowEachOther(t *testing.T) {
	t.Parallel()
	c := inNewYork(t)
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(1_600_000_000, 2_000_000_000).Draw(t, "now"), 0).UTC()
		for _, p := range calendar.Periods() {
			start, end := c.Bounds(p, now)
			if now.Before(start) || !now.Before(end) {
				t.Fatalf("%s is not in its %s from %s to %s", now, p, start, end)
			}
			if again, _ := c.Bounds(p, end.Add(-time.Nanosecond)); !again.Equal(start) {
				t.Fatalf("the last moment of the %s from %s is in that from %s", p, start, again)
			}
			if next, _ := c.Bounds(p, end); !next.Equal(end) {
				t.Fatalf("after the %s that ends at %s comes one that begins at %s", p, end, next)
			}
		}
		weekday, face := time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")), time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "minute"))*time.Minute
		if next := c.NextWeekly(now, weekday, face); next.Before(now) || next.Sub(now) > 7*24*time.Hour+time.Hour {
			t.Fatalf("after %s comes %s", now, next)
		}
	})
}
