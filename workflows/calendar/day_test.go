package calendar

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rickar/cal/v2"
)

func TestKept(t *testing.T) {
	t.Parallel()
	movable := &cal.Holiday{
		Month: time.August, Day: 17, Func: cal.CalcDayOfMonth, EndYear: 2030,
		Observed: []cal.AltDay{{Day: time.Tuesday, Offset: -1}, {Day: time.Saturday, Offset: 2}},
	}
	tests := []struct {
		name string
		year int
		want []string
	}{
		{"on its date", 2026, []string{"2026-08-17"}},
		{"from a weekday to another", 2027, []string{"2027-08-16"}},
		{"from the weekend", 2024, []string{"2024-08-19", "2024-08-17"}},
		{"no longer kept", 2031, nil},
	}
	// 2024-08-17 was a Saturday, 2026-08-17 is a Monday, 2027-08-17 a Tuesday.
	for _, tt := range tests {
		var got []string
		for _, d := range kept(movable, tt.year) {
			got = append(got, d.String())
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestFirst: clocks that jump, repeat, or leave out a day.
func TestFirst(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, day string
		face            time.Duration
		want            string
	}{
		{"ordinary", "America/New_York", "2026-11-16", 9 * time.Hour, "2026-11-16T14:00:00Z"},
		{"left out hour", "America/New_York", "2026-03-08", 2*time.Hour + 30*time.Minute, "2026-03-08T07:00:00Z"},
		{"repeated hour", "America/New_York", "2026-11-01", time.Hour + 30*time.Minute, "2026-11-01T05:30:00Z"},
		{"left out midnight", "America/Sao_Paulo", "2018-11-04", 0, "2018-11-04T03:00:00Z"},
		{"midnight after a repeated hour", "America/Sao_Paulo", "2018-02-18", 0, "2018-02-18T03:00:00Z"},
		{"repeated half hour", "Australia/Lord_Howe", "2026-04-05", time.Hour + 45*time.Minute, "2026-04-04T14:45:00Z"},
		{"left out day", "Pacific/Apia", "2011-12-30", 9 * time.Hour, "2011-12-30T10:00:00Z"},
		{"another left out day", "Pacific/Kwajalein", "1993-08-21", 9 * time.Hour, "1993-08-21T12:00:00Z"},
		{"repeated day", "America/Juneau", "1867-10-18", 18 * time.Hour, "1867-10-18T02:57:41Z"},
		{"end of the day", "Asia/Kathmandu", "2026-11-16", 24 * time.Hour, "2026-11-16T18:15:00Z"},
		{"before all changes", "Europe/Berlin", "1850-01-01", 9 * time.Hour, "1850-01-01T08:06:32Z"},
	}
	for _, tt := range tests {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		d, err := time.Parse(time.DateOnly, tt.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := first(dayOf(d), tt.face, zone).UTC().Format(time.RFC3339); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
