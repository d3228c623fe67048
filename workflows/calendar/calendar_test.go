package calendar_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/workflows/calendar"
)

const layout = "2006-01-02 15:04 -0700"

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(layout, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newCalendar(t *testing.T, config calendar.Config) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newYork() calendar.Config {
	return calendar.Config{Zone: "America/New_York", Week: "mon-fri", Hours: "09:00-17:30", Holidays: []string{"us"}}
}

func with(change func(*calendar.Config)) calendar.Config {
	config := newYork()
	change(&config)
	return config
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	always := with(func(c *calendar.Config) { c.Week, c.Hours, c.Holidays = "sun-sat", "00:00-24:00", nil })
	berlin := calendar.Config{Zone: "Europe/Berlin", Week: "mon-fri", Hours: "08:00-16:00", Holidays: []string{"de-by"}}
	dubai := calendar.Config{Zone: "Asia/Dubai", Week: "sun-thu", Hours: "09:00-18:00"}
	apia := calendar.Config{Zone: "Pacific/Apia", Week: "mon-fri", Hours: "09:00-17:00"}
	tests := []struct {
		name     string
		config   calendar.Config
		from     string
		span     string
		deadline string
	}{
		// 2026-11-16 is a Monday; Thanksgiving is on 2026-11-26.
		{"three days from Monday morning", newYork(), "2026-11-16 10:00 -0500", "3 business days", "2026-11-19 17:30 -0500"},
		{"three days from Monday afternoon", newYork(), "2026-11-16 17:29 -0500", "3 business days", "2026-11-19 17:30 -0500"},
		{"the close belongs to the next day", newYork(), "2026-11-16 17:30 -0500", "3 business days", "2026-11-20 17:30 -0500"},
		{"before opening it is already the day", newYork(), "2026-11-16 02:00 -0500", "3 business days", "2026-11-19 17:30 -0500"},
		{"from Friday night", newYork(), "2026-11-13 22:00 -0500", "3 business days", "2026-11-19 17:30 -0500"},
		{"from Sunday", newYork(), "2026-11-15 12:00 -0500", "3 business days", "2026-11-19 17:30 -0500"},
		{"over a weekend", newYork(), "2026-11-19 10:00 -0500", "3 business days", "2026-11-24 17:30 -0500"},
		{"over Thanksgiving", newYork(), "2026-11-24 10:00 -0500", "3 business days", "2026-11-30 17:30 -0500"},
		{"on Thanksgiving", newYork(), "2026-11-26 10:00 -0500", "1 business day", "2026-11-30 17:30 -0500"},
		{"over a holiday kept on Friday", newYork(), "2026-07-02 10:00 -0400", "1 business day", "2026-07-06 17:30 -0400"},
		{"over New Year kept in the old year", newYork(), "2021-12-30 10:00 -0500", "1 business day", "2022-01-03 17:30 -0500"},
		{"in another zone than the team's", newYork(), "2026-11-17 01:00 +0900", "3 business days", "2026-11-19 17:30 -0500"},
		{"over the change to summer time", newYork(), "2026-03-06 10:00 -0500", "1 business day", "2026-03-09 17:30 -0400"},
		{"over the change to winter time", newYork(), "2026-10-30 10:00 -0400", "1 business day", "2026-11-02 17:30 -0500"},
		{"same day", newYork(), "2026-11-16 10:00 -0500", "same day", "2026-11-16 17:30 -0500"},
		{"same day at night", newYork(), "2026-11-16 20:00 -0500", "same day", "2026-11-17 17:30 -0500"},
		{"elapsed hours", newYork(), "2026-11-14 10:00 -0500", "48h", "2026-11-16 10:00 -0500"},
		{"elapsed days over the change of the clock", newYork(), "2026-10-31 10:00 -0400", "2d", "2026-11-02 09:00 -0500"},
		{"hours within a day", newYork(), "2026-11-16 10:00 -0500", "4 business hours", "2026-11-16 14:00 -0500"},
		{"hours to the close", newYork(), "2026-11-16 13:30 -0500", "4 business hours", "2026-11-16 17:30 -0500"},
		{"hours over a weekend", newYork(), "2026-11-13 15:30 -0500", "4 business hours", "2026-11-16 11:00 -0500"},
		{"hours over several days", newYork(), "2026-11-16 09:00 -0500", "20 business hours", "2026-11-18 12:00 -0500"},
		{"hours from the night", newYork(), "2026-11-16 03:00 -0500", "90 business minutes", "2026-11-16 10:30 -0500"},
		{"Bavarian holiday", berlin, "2026-06-03 10:00 +0200", "1 business day", "2026-06-05 16:00 +0200"},
		{"weekend on Friday and Saturday", dubai, "2026-11-19 10:00 +0400", "1 business day", "2026-11-22 18:00 +0400"},
		{"the day that Samoa skipped", apia, "2011-12-29 10:00 -1000", "1 business day", "2012-01-02 17:00 +1400"},
		{"all day, every day", always, "2026-11-16 10:00 -0500", "3 business days", "2026-11-19 23:59 -0500"},
		{"twenty-three-hour day", always, "2026-03-07 23:00 -0500", "25 business hours", "2026-03-09 01:00 -0400"},
		{"twenty-five-hour day", always, "2026-11-01 00:00 -0400", "25 business hours", "2026-11-02 00:00 -0500"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCalendar(t, tt.config)
			got := c.Deadline(at(t, tt.from), calendar.MustSpan(tt.span))
			if got := got.Format(layout); got != tt.deadline {
				t.Errorf("%s from %s is %s, want %s", tt.span, tt.from, got, tt.deadline)
			}
			if got.Location() != c.Location() {
				t.Errorf("the deadline is in %v", got.Location())
			}
		})
	}
}

func TestDeadlineOfMidnightCloseIsOnItsDay(t *testing.T) {
	t.Parallel()
	c := newCalendar(t, with(func(c *calendar.Config) { c.Hours = "12:00-24:00" }))
	from := at(t, "2026-11-16 13:00 -0500")
	if got := c.LocalDay(c.AddDays(from, 1)); got != "2026-11-17" {
		t.Errorf("due on %s", got)
	}
	if got := c.DaysBetween(from, c.AddDays(from, 1)); got != 1 {
		t.Errorf("%d days between", got)
	}
}

func TestZeroSpan(t *testing.T) {
	t.Parallel()
	c := newCalendar(t, newYork())
	from := at(t, "2026-11-14 10:00 -0500")
	if got := c.Deadline(from, calendar.Span{}); !got.Equal(from) {
		t.Errorf("got %v", got)
	}
	if got, want := c.AddHours(from, -time.Hour), c.NextOpen(from); !got.Equal(want) {
		t.Errorf("a negative time gives %v, want %v", got, want)
	}
}

func TestOpenAndBetween(t *testing.T) {
	t.Parallel()
	c := newCalendar(t, newYork())
	tests := []struct {
		name, at string
		open     bool
		next     string
	}{
		{"before opening", "2026-11-16 08:59 -0500", false, "2026-11-16 09:00 -0500"},
		{"opening", "2026-11-16 09:00 -0500", true, "2026-11-16 09:00 -0500"},
		{"noon", "2026-11-16 12:00 -0500", true, "2026-11-16 12:00 -0500"},
		{"close", "2026-11-16 17:30 -0500", false, "2026-11-17 09:00 -0500"},
		{"Saturday", "2026-11-14 12:00 -0500", false, "2026-11-16 09:00 -0500"},
		{"Thanksgiving", "2026-11-26 12:00 -0500", false, "2026-11-27 09:00 -0500"},
	}
	for _, tt := range tests {
		when := at(t, tt.at)
		if got := c.Open(when); got != tt.open {
			t.Errorf("%s: open is %v", tt.name, got)
		}
		if got := c.NextOpen(when).Format(layout); got != tt.next {
			t.Errorf("%s: next open %s, want %s", tt.name, got, tt.next)
		}
	}
	friday, tuesday := at(t, "2026-11-13 16:30 -0500"), at(t, "2026-11-17 09:15 -0500")
	if got, want := c.Between(friday, tuesday), time.Hour+8*time.Hour+30*time.Minute+15*time.Minute; got != want {
		t.Errorf("between is %v, want %v", got, want)
	}
	if got, want := c.Between(tuesday, friday), -c.Between(friday, tuesday); got != want {
		t.Errorf("backwards it is %v, want %v", got, want)
	}
	if got := c.DaysBetween(friday, tuesday); got != 2 {
		t.Errorf("%d days between, want 2", got)
	}
	if got := c.DaysBetween(tuesday, friday); got != -2 {
		t.Errorf("%d days backwards, want -2", got)
	}
}

func TestHolidays(t *testing.T) {
	t.Parallel()
	extra := with(func(c *calendar.Config) {
		c.Week = "mon-sat"
		c.Extra = []time.Time{time.Date(2026, 12, 24, 23, 59, 0, 0, time.FixedZone("", -11*3600))}
	})
	london := calendar.Config{Zone: "Europe/London", Week: "mon-fri", Hours: "09:00-18:00", Holidays: []string{"gb"}}
	tests := []struct {
		name    string
		config  calendar.Config
		day     string
		holiday string
		working bool
	}{
		{"holiday", newYork(), "2026-11-26", "Thanksgiving Day", false},
		{"ordinary day", newYork(), "2026-11-25", "", true},
		{"kept on Friday", newYork(), "2026-07-03", "Independence Day", false},
		{"its own date on a working Saturday", extra, "2026-07-04", "Independence Day", false},
		{"ordinary Saturday", extra, "2026-07-11", "", true},
		{"next year's, kept in this one", newYork(), "2021-12-31", "New Year's Day", false},
		{"extra day, whatever its zone", extra, "2026-12-24", "day off", false},
		{"Christmas on Sunday is kept on Monday", london, "2022-12-26", "Christmas Day", false},
		{"and Boxing Day then on Tuesday", london, "2022-12-27", "Boxing Day", false},
		{"Easter Monday", london, "2027-03-29", "Easter Monday", false},
		{"before the years that are known", newYork(), "1969-07-04", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCalendar(t, tt.config)
			noon, err := time.ParseInLocation("2006-01-02 15", tt.day+" 12", c.Location())
			if err != nil {
				t.Fatal(err)
			}
			name, _ := c.Holiday(noon)
			if working := c.WorkingDay(noon); name != tt.holiday || working != tt.working {
				t.Errorf("holiday %q, working %v; want %q, %v", name, working, tt.holiday, tt.working)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	var year []time.Time
	for d := range 370 {
		year = append(year, time.Date(2027, 1, 1+d, 0, 0, 0, 0, time.UTC))
	}
	tests := []struct {
		name    string
		config  calendar.Config
		key     string
		message string
	}{
		{"zone", with(func(c *calendar.Config) { c.Zone = "New York" }), "zone", `"New York" is no time zone`},
		{"no zone", with(func(c *calendar.Config) { c.Zone = "" }), "zone", `"" is no time zone`},
		{"the machine's zone", with(func(c *calendar.Config) { c.Zone = "Local" }), "zone", `"Local" is no time zone`},
		{"a path as zone", with(func(c *calendar.Config) { c.Zone = "../../etc/passwd" }), "zone", `is no time zone`},
		{"week", with(func(c *calendar.Config) { c.Week = "mon-fry" }), "week", `"mon-fry" is no week`},
		{"empty week", with(func(c *calendar.Config) { c.Week = "" }), "week", `"" is no week`},
		{"hours", with(func(c *calendar.Config) { c.Hours = "9-17" }), "hours", `"9-17" are no hours`},
		{"open end", with(func(c *calendar.Config) { c.Hours = "09:00" }), "hours", `"09:00" are no hours`},
		{"over night", with(func(c *calendar.Config) { c.Hours = "22:00-06:00" }), "hours", "must begin before they end"},
		{"no time at all", with(func(c *calendar.Config) { c.Hours = "09:00-09:00" }), "hours", "must begin before they end"},
		{"holidays", with(func(c *calendar.Config) { c.Holidays = []string{"us", "usa"} }), "holidays", `"usa" is no known set`},
		{"a year off", with(func(c *calendar.Config) { c.Extra = year }), "extra_holidays", "from 2027-01-01 on there is no working day for a year"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := calendar.New(tt.config)
			var fault *calendar.ConfigError
			if !errors.As(err, &fault) || c != nil {
				t.Fatalf("got %v, %v", c, err)
			}
			if fault.Key != tt.key || !strings.Contains(fault.Message, tt.message) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWeeks(t *testing.T) {
	t.Parallel()
	tests := []struct{ week, open string }{
		{"mon-fri", "Mon Tue Wed Thu Fri "},
		{"sun-thu", "Mon Tue Wed Thu Sun "},
		{"sat-wed", "Mon Tue Wed Sat Sun "},
		{"Mon-Thu, Sat", "Mon Tue Wed Thu Sat "},
		{"wed", "Wed "},
		{"sun-sat", "Mon Tue Wed Thu Fri Sat Sun "},
	}
	for _, tt := range tests {
		c := newCalendar(t, calendar.Config{Zone: "UTC", Week: tt.week, Hours: "00:00-24:00"})
		got := ""
		for d := range 7 {
			if day := time.Date(2026, 11, 16+d, 12, 0, 0, 0, time.UTC); c.Open(day) {
				got += day.Format("Mon ")
			}
		}
		if got != tt.open {
			t.Errorf("%s is open on %s, want %s", tt.week, got, tt.open)
		}
	}
}

// TestEverySetHasHolidays: each name leads to a list with New Year's Day, the
// one holiday that all of them share.
func TestEverySetHasHolidays(t *testing.T) {
	t.Parallel()
	names := calendar.HolidaySets()
	if !slices.IsSorted(names) || len(names) < 70 || !slices.Contains(names, "us") || !slices.Contains(names, "ch-zh") {
		t.Errorf("sets: %v", names)
	}
	for _, name := range names {
		c := newCalendar(t, calendar.Config{Zone: "UTC", Week: "mon-fri", Hours: "09:00-17:00", Holidays: []string{name}})
		if _, ok := c.Holiday(time.Date(2025, 1, 1, 12, 0, 0, 0, time.UTC)); !ok {
			t.Errorf("%s has no New Year's Day", name)
		}
	}
}

func TestParseSpan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want calendar.Span
	}{
		{"48h", calendar.Span{Elapsed: 48 * time.Hour}},
		{"30d", calendar.Span{Elapsed: 30 * 24 * time.Hour}},
		{"1d12h", calendar.Span{Elapsed: 36 * time.Hour}},
		{"3 business days", calendar.Span{BusinessDays: 3}},
		{"1 business day", calendar.Span{BusinessDays: 1}},
		{" 4  business   hours ", calendar.Span{BusinessHours: 4 * time.Hour}},
		{"90 business minutes", calendar.Span{BusinessHours: 90 * time.Minute}},
		{"same day", calendar.Span{SameDay: true}},
	}
	for _, tt := range tests {
		got, err := calendar.ParseSpan(tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
	for _, text := range []string{"", "0", "3", "3 days", "business days", "0 business days", "-1 business days", "1.5 business days", "3 business weeks", "3 business", "5001 business days", "9999999999999999999 business days", "next day", "48 h"} {
		if got, err := calendar.ParseSpan(text); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

func TestMustSpanPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	calendar.MustSpan("soon")
}
