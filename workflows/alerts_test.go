package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

// alertPolicy compiles a policy of which only alerts, digest and calendar
// matter.
func alertPolicy(t interface{ Fatalf(string, ...any) }, calendar, alerts, digest string) *workflows.Policy {
	var c yamlpos.Collector
	m := mapping.Compile(yamlpos.Parse("m.yaml", []byte("account: {score: {type: number, hubspot: score}}"), &c).Root(), &c)
	text := fmt.Sprintf("version: 1\ncalendar: %s\nalerts: %s\ndigest: %s\nhandoffs: {a: {type: inbound, to: ae, when: score >= 1}}\n", calendar, alerts, digest)
	p := workflows.Compile(yamlpos.Parse("p.yaml", []byte(text), &c).Root(), m, "hash", &c)
	if err := c.Err(); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return p
}

func at(t *testing.T, zone, wall string) time.Time {
	t.Helper()
	l, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", wall, l)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, quiet, now, want string }{
		{"by day", "20:00-07:00", "2026-11-03 12:00", "2026-11-03 12:00"},
		{"the beginning is quiet", "20:00-07:00", "2026-11-03 20:00", "2026-11-04 07:00"},
		{"after midnight", "20:00-07:00", "2026-11-04 03:10", "2026-11-04 07:00"},
		{"the end is not quiet", "20:00-07:00", "2026-11-04 07:00", "2026-11-04 07:00"},
		{"a siesta", "12:00-14:00", "2026-11-04 13:00", "2026-11-04 14:00"},
		{"until midnight", "18:00-24:00", "2026-11-04 19:00", "2026-11-05 00:00"},
		{"the night of the longer day", "20:00-07:00", "2026-10-31 23:00", "2026-11-01 07:00"},
		{"the end is skipped by the clock", "20:00-02:30", "2026-03-07 22:00", "2026-03-08 03:00"},
		{"a weekend without the setting", "20:00-07:00", "2026-11-07 12:00", "2026-11-07 12:00"},
		{"a weekend", "{hours: \"20:00-07:00\", weekend: true}", "2026-11-06 21:00", "2026-11-09 07:00"},
		{"a weekend's noon", "{hours: \"20:00-07:00\", weekend: true}", "2026-11-08 12:00", "2026-11-09 07:00"},
		{"a holiday", "{hours: \"20:00-07:00\", weekend: true}", "2026-11-26 12:00", "2026-11-27 07:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			quiet := c.quiet
			if quiet[0] != '{' {
				quiet = fmt.Sprintf("%q", quiet)
			}
			p := alertPolicy(t, "{zone: America/New_York, holidays: us}", "{quiet_hours: "+quiet+"}", "{}")
			now := at(t, "America/New_York", c.now)
			if got, want := p.TellAt(false, now), at(t, "America/New_York", c.want); !got.Equal(want) {
				t.Errorf("told at %v, want %v", got, want)
			}
			if got := p.TellAt(true, now); !got.Equal(now) {
				t.Errorf("urgent: told at %v, want now", got)
			}
		})
	}
}

// zones have odd changes of the clock: at midnight, by half an hour, of a day.
func zones() []string {
	return []string{"America/New_York", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Beirut", "Pacific/Apia", "UTC"}
}

// TestQuietHoursLaw: what is told never comes early and never in quiet hours,
// and all the time from now until then is quiet.
func TestQuietHoursLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minute := rapid.IntRange(0, 24*60-1)
		from, to := minute.Draw(t, "from"), minute.Draw(t, "to")
		if from == to {
			to = (to + 1) % (24 * 60)
		}
		zone := rapid.SampledFrom(zones()).Draw(t, "zone")
		weekend := rapid.Bool().Draw(t, "weekend")
		p := alertPolicy(t, "{zone: "+zone+"}", fmt.Sprintf("{quiet_hours: {hours: \"%02d:%02d-%02d:%02d\", weekend: %t}}", from/60, from%60, to/60, to%60, weekend), "{}")
		now := time.Date(2026, 1, 1, 0, rapid.IntRange(0, 366*24*60).Draw(t, "minute"), 0, 0, time.UTC)
		quiet := func(x time.Time) bool {
			local := x.In(p.Calendar.Location())
			of := local.Hour()*60 + local.Minute()
			in := from <= of && of < to
			if from > to {
				in = of >= from || of < to
			}
			return in || weekend && !p.Calendar.WorkingDay(x)
		}
		got := p.TellAt(false, now)
		if got.Before(now) || quiet(got) {
			t.Fatalf("a notice of %v is told at %v", now, got)
		}
		for x := now; x.Before(got); x = x.Add(7 * time.Minute) {
			if !quiet(x) {
				t.Fatalf("a notice of %v waits until %v, though %v is not quiet", now, got, x)
			}
		}
	})
}

func TestStorm(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 2, 12, 20, 0, 0, time.UTC)
	for _, c := range []struct {
		most, sent int
		held       bool
	}{{0, 1000, false}, {20, 0, false}, {20, 19, false}, {20, 20, true}, {20, 21, true}} {
		digest, held := workflows.Alerts{Storm: c.most}.StormDigest(c.sent, noon)
		if held != c.held || held && !digest.Equal(noon.Truncate(time.Hour).Add(time.Hour)) {
			t.Errorf("after %d of %d: held %t until %v", c.sent, c.most, held, digest)
		}
	}
}

func TestDigestsDue(t *testing.T) {
	t.Parallel()
	p := alertPolicy(t, "{zone: America/New_York}", "{people: {heads: vp@acme.example}}", "{weekly: {day: mon, to: heads}, monthly: {day: 1, at: \"07:30\", to: heads}}")
	weekly, monthly := p.Digests[0], p.Digests[1]
	day := func(s string) time.Time { return at(t, "America/New_York", s) }
	for _, c := range []struct {
		name      string
		got, want time.Time
	}{
		{"week", p.NextDigest(weekly, day("2026-11-22 12:00")), day("2026-11-23 08:00")},
		{"the moment itself is past", p.NextDigest(weekly, day("2026-11-23 08:00")), day("2026-11-30 08:00")},
		{"the same day", p.NextDigest(weekly, day("2026-11-23 07:59")), day("2026-11-23 08:00")},
		{"month", p.NextDigest(monthly, day("2026-11-22 12:00")), day("2026-12-01 07:30")},
		{"the latest of many", p.LatestDigest(weekly, day("2026-11-02 08:00"), day("2026-11-25 00:00")), day("2026-11-23 08:00")},
		{"the only one", p.LatestDigest(weekly, day("2026-11-23 08:00"), day("2026-11-23 08:00")), day("2026-11-23 08:00")},
		{"a week before", p.DigestPeriod(weekly, day("2026-11-02 08:00")).From, day("2026-10-26 08:00")},
		{"a month before", p.DigestPeriod(monthly, day("2026-12-01 07:30")).From, day("2026-11-01 07:30")},
	} {
		if !c.got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	a, b := p.DigestPeriod(weekly, day("2026-11-02 08:00")), p.DigestPeriod(monthly, day("2026-12-01 07:30"))
	if a.Key() == b.Key() || a.Key() != "report/weekly/2026-11-02T13:00Z" {
		t.Errorf("keys %q and %q", a.Key(), b.Key())
	}
}

// TestDigestLaw: the next digest is later, falls on its day at its time, and
// none lies in between.
func TestDigestLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones()).Draw(t, "zone")
		p := alertPolicy(t, "{zone: "+zone+"}", "{}", "{}")
		d := workflows.Digest{Name: rapid.SampledFrom([]string{workflows.Weekly, workflows.Monthly}).Draw(t, "name"), At: time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "at")) * time.Minute}
		d.Weekday, d.Day = time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")), rapid.IntRange(1, 28).Draw(t, "day")
		now := time.Date(2026, 1, 1, 0, rapid.IntRange(0, 366*24*60).Draw(t, "minute"), 0, 0, time.UTC)
		next := p.NextDigest(d, now)
		local := next.In(p.Calendar.Location())
		if !next.After(now) || d.Name == workflows.Weekly && local.Weekday() != d.Weekday || d.Name == workflows.Monthly && local.Day() != d.Day {
			t.Fatalf("after %v comes %v", now, local)
		}
		if again := p.NextDigest(d, next.Add(-time.Second)); !again.Equal(next) {
			t.Fatalf("a second before %v the next is %v", next, again)
		}
	})
}

func TestAlertDefaults(t *testing.T) {
	t.Parallel()
	a := alertPolicy(t, "{}", "{}", "{}").Alerts
	want := map[workflows.Audience][]workflows.Channel{}
	for _, to := range workflows.Audiences() {
		want[to] = []workflows.Channel{workflows.ByCRM}
	}
	if diff := cmp.Diff(want, a.To); diff != "" || a.Quiet.On || a.Storm != 20 {
		t.Errorf("defaults %+v\n%s", a, diff)
	}
}
