package calendar_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/us"
	"pgregory.net/rapid"

	"handoffd/workflows/calendar"
)

// slow is the calendar as a child would compute it: it looks at the clock on
// the wall every minute. The office opens on a working day when the clock has
// reached the opening time, and closes when it has reached the closing time;
// a clock that is set back opens nothing again.
type slow struct {
	start time.Time
	// open tells for each minute from start whether the office is open, day
	// which date it is open for.
	open []bool
	day  []int
}

type rules struct {
	zone     *time.Location
	week     [7]bool
	from, to int // minutes on the clock's face
	us       bool
	extra    map[string]bool
}

func watch(r rules, start time.Time, minutes int) slow {
	s := slow{start: start}
	working := make(map[int]bool)
	var reachedDay, reachedFace int // the latest that the clock has shown
	// It watches from two days before, so as to know what was reached.
	for m := -2 * 24 * 60; m < minutes; m++ {
		local := start.Add(time.Duration(m) * time.Minute).In(r.zone)
		year, month, date := local.Date()
		day, face := year*10000+int(month)*100+date, local.Hour()*60+local.Minute()
		if day > reachedDay || day == reachedDay && face > reachedFace {
			reachedDay, reachedFace = day, face
		}
		if _, known := working[day]; !known {
			working[day] = r.works(time.Date(year, month, date, 0, 0, 0, 0, time.UTC))
		}
		if m >= 0 {
			s.open = append(s.open, working[reachedDay] && reachedFace >= r.from && reachedFace < r.to)
			s.day = append(s.day, reachedDay)
		}
	}
	return s
}

func (r rules) works(date time.Time) bool {
	holidays := &cal.Calendar{Holidays: us.Holidays}
	actual, observed, _ := holidays.IsHoliday(date)
	weekend := date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
	off := r.extra[date.Format(time.DateOnly)] || r.us && (observed || actual && weekend)
	return r.week[date.Weekday()] && !off
}

func (s slow) at(m int) time.Time { return s.start.Add(time.Duration(m) * time.Minute) }

// nextOpen is the first open minute from m on.
func (s slow) nextOpen(m int) int {
	for !s.open[m] {
		m++
	}
	return m
}

// close is the first minute from the open minute m on that is not open for
// the same day.
func (s slow) close(m int) int {
	day := s.day[m]
	for s.open[m] && s.day[m] == day {
		m++
	}
	return m
}

func (s slow) addHours(m, d int) int {
	for m = s.nextOpen(m); d > 0; d-- {
		m = s.nextOpen(m) + 1
	}
	return m
}

func (s slow) addDays(m, n int) int {
	for m = s.close(s.nextOpen(m)); n > 0; n-- {
		m = s.close(s.nextOpen(m))
	}
	return m
}

func (s slow) between(a, b int) (minutes int) {
	for ; a < b; a++ {
		if s.open[a] {
			minutes++
		}
	}
	return minutes
}

func drawRules(t *rapid.T, start time.Time) (rules, calendar.Config) {
	name := rapid.SampledFrom([]string{
		"UTC", "America/New_York", "Europe/London", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kwajalein",
		"Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "America/St_Johns", "America/Santiago", "Africa/Casablanca",
	}).Draw(t, "zone")
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	r := rules{zone: zone, extra: make(map[string]bool), us: rapid.Bool().Draw(t, "us")}
	config := calendar.Config{Zone: name}
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	for _, d := range rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 2, 7, rapid.ID[int]).Draw(t, "week") {
		r.week[d] = true
		config.Week += "," + names[d]
	}
	config.Week = config.Week[1:]
	r.from = rapid.SampledFrom([]int{0, 1, 30, 60, 90, 120, 150, 180, 540}).Draw(t, "from")
	r.to = rapid.SampledFrom([]int{119, 150, 180, 210, 1050, 1439, 1440}).Filter(func(to int) bool { return to >= r.from+25 }).Draw(t, "to")
	config.Hours = fmt.Sprintf("%02d:%02d-%02d:%02d", r.from/60, r.from%60, r.to/60, r.to%60)
	if r.us {
		config.Holidays = []string{"us"}
	}
	for _, d := range rapid.SliceOfN(rapid.IntRange(0, 8), 0, 3).Draw(t, "extra") {
		day := start.AddDate(0, 0, d)
		config.Extra = append(config.Extra, day)
		r.extra[day.Format(time.DateOnly)] = true
	}
	return r, config
}

// drawStart prefers days around changes of the clock and around holidays.
func drawStart(t *rapid.T) time.Time {
	days := []string{
		"2011-12-28", "1993-08-19", "2018-11-01", "2018-02-15", "2026-03-05", "2026-10-29", "2026-03-27", "2026-10-22",
		"2026-04-02", "2026-10-01", "2026-12-22", "2021-12-28", "2026-07-01", "2006-10-26", "2007-03-08", "2026-04-21",
	}
	day := rapid.SampledFrom(days).Draw(t, "day")
	start, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return start.AddDate(0, 0, rapid.IntRange(-2, 2).Draw(t, "shift"))
}

// TestAgainstSlowCalendar compares every answer with the slow calendar's.
func TestAgainstSlowCalendar(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := drawStart(t)
		r, config := drawRules(t, start)
		c, err := calendar.New(config)
		if err != nil {
			t.Fatal(err)
		}
		s := watch(r, start, 45*24*60)
		a := rapid.IntRange(0, 6*24*60).Draw(t, "a")
		b := a + rapid.IntRange(0, 10*24*60).Draw(t, "length")
		n := rapid.IntRange(0, 3).Draw(t, "n")
		d := rapid.IntRange(0, 120).Draw(t, "minutes")

		if got, want := c.Open(s.at(a)), s.open[a]; got != want {
			t.Fatalf("open at %v is %v, want %v", s.at(a).In(r.zone), got, want)
		}
		same := func(what string, got time.Time, want int) {
			if !got.Equal(s.at(want)) {
				t.Fatalf("%s from %v is %v, want %v", what, s.at(a).In(r.zone), got, s.at(want).In(r.zone))
			}
		}
		same("next opening", c.NextOpen(s.at(a)), s.nextOpen(a))
		same("hours", c.AddHours(s.at(a), time.Duration(d)*time.Minute), s.addHours(a, d))
		due := c.AddDays(s.at(a), n)
		if r.to == 1440 {
			due = due.Add(time.Second)
		}
		same("days", due, s.addDays(a, n))
		if got, want := c.Between(s.at(a), s.at(b)), time.Duration(s.between(a, b))*time.Minute; got != want {
			t.Fatalf("between %v and %v is %v, want %v", s.at(a).In(r.zone), s.at(b).In(r.zone), got, want)
		}
		if got := c.DaysBetween(s.at(a), c.AddDays(s.at(a), n)); got != n {
			t.Fatalf("%d days from %v are counted as %d", n, s.at(a).In(r.zone), got)
		}
		spent := c.Between(s.at(a), c.AddHours(s.at(a), time.Duration(d)*time.Minute))
		if spent != time.Duration(d)*time.Minute {
			t.Fatalf("%d minutes from %v are counted as %v", d, s.at(a).In(r.zone), spent)
		}
	})
}

// FuzzParseSpan: nothing panics, and what is read is written so that it is
// read the same again.
func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"48h", "3 business days", "90 business minutes", "same day", "2w1d", "1 business", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		span, err := calendar.ParseSpan(s)
		if err != nil {
			return
		}
		if span.IsZero() {
			t.Fatalf("%q is nothing", s)
		}
		text, err := span.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var again calendar.Span
		if err := again.UnmarshalText(text); err != nil || again != span {
			t.Fatalf("%q was written as %q and read as %v (%v)", s, text, again, err)
		}
	})
}
