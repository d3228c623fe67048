package calendar_test

import (
	"fmt"
	"testing"
	"time"

	"handoffd/workflows/calendar"
)

// An account is handed off on a Friday night before a holiday week.
func Example() {
	team, err := calendar.New(calendar.Config{
		Zone: "America/New_York", Week: "mon-fri", Hours: "09:00-17:30", Holidays: []string{"us"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	handedOff := time.Date(2026, 11, 21, 1, 15, 0, 0, time.UTC) // Friday, 20:15 in New York
	for _, text := range []string{"24h", "same day", "3 business days", "4 business hours"} {
		due := team.Deadline(handedOff, calendar.MustSpan(text))
		fmt.Println(due.Format("Mon 2 Jan 15:04 MST"), "for", text)
	}
	// Output:
	// Sat 21 Nov 20:15 EST for 24h
	// Mon 23 Nov 17:30 EST for same day
	// Fri 27 Nov 17:30 EST for 3 business days
	// Mon 23 Nov 13:00 EST for 4 business hours
}

func BenchmarkDeadline(b *testing.B) {
	team, err := calendar.New(calendar.Config{
		Zone: "America/New_York", Week: "mon-fri", Hours: "09:00-17:30", Holidays: []string{"us"},
	})
	if err != nil {
		b.Fatal(err)
	}
	from, span := time.Date(2026, 11, 21, 1, 15, 0, 0, time.UTC), calendar.MustSpan("3 business days")
	b.ReportAllocs()
	for b.Loop() {
		team.Deadline(from, span)
	}
}
