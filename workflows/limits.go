package workflows

import (
	"fmt"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/workflows/calendar"
)

// Limit caps handoffs per period of the team's calendar, 0 for no cap.
type Limit map[calendar.Period]int

// Limits say how many accounts sales gets. Those of the intent type make
// accounts wait; those of the other types only alert.
type Limits struct {
	Intent   Limit
	Segments map[string]Limit
	// Owner is the cap for each person.
	Owner Limit
	// Alert are the caps on types that never wait.
	Alert map[Type]Limit
}

// Longest is the longest period that intent handoffs are limited in, "" for
// none.
func (l Limits) Longest() calendar.Period {
	all := []Limit{l.Intent, l.Owner}
	for _, s := range l.Segments {
		all = append(all, s)
	}
	longest := calendar.Period("")
	for _, p := range calendar.Periods() {
		for _, limit := range all {
			if limit[p] > 0 {
				longest = p
			}
		}
	}
	return longest
}

// Handed is a handoff as limits count it.
type Handed struct {
	At      time.Time
	Type    Type
	Segment string
	// Owner is an OwnerKey.
	Owner string
}

// OwnerKey names a person in both CRMs alike: by e-mail address, or by the
// CRM's id where there is none.
func OwnerKey(system connectors.System, u connectors.User) string {
	if u.Email != "" {
		return strings.ToLower(u.Email)
	}
	return string(system) + "/" + u.ID
}

// Volume counts the handoffs of the periods that a moment is in.
type Volume struct {
	limits Limits
	starts map[calendar.Period]time.Time
	ends   map[calendar.Period]time.Time
	counts map[counted]int
}

type counted struct {
	period calendar.Period
	scope  string
}

// Volume begins to count at now with what was handed off before.
func (p *Policy) Volume(now time.Time, before []Handed) *Volume {
	v := &Volume{limits: p.Limits, starts: map[calendar.Period]time.Time{}, ends: map[calendar.Period]time.Time{}, counts: map[counted]int{}}
	for _, period := range calendar.Periods() {
		v.starts[period], v.ends[period] = p.Calendar.Bounds(period, now)
	}
	for _, h := range before {
		v.Add(h)
	}
	return v
}

// Since is how far back handoffs have to be counted.
func (v *Volume) Since() time.Time {
	since := v.starts[calendar.Day]
	for _, at := range v.starts {
		if at.Before(since) {
			since = at
		}
	}
	return since
}

// Add counts a handoff.
func (v *Volume) Add(h Handed) {
	for period, start := range v.starts {
		if h.At.Before(start) {
			continue
		}
		v.counts[counted{period, "type/" + string(h.Type)}]++
		if h.Type == Intent {
			v.counts[counted{period, "segment/" + h.Segment}]++
			v.counts[counted{period, "owner/" + h.Owner}]++
		}
	}
}

// Full is a limit that is reached.
type Full struct {
	// Text names it with its numbers: per_month limit 20 reached (20 of 20).
	Text string
	// Start and End bound the period.
	Start, End time.Time
	Period     calendar.Period
	Count, Cap int
}

// Full is the limit that keeps an intent account of the segment waiting, of
// several the one that opens last.
func (v *Volume) Full(segment string) *Full {
	full := v.reached("", v.limits.Intent, "type/"+string(Intent), 0)
	if segment != "" {
		full = laterFull(full, v.reached("segment "+segment+": ", v.limits.Segments[segment], "segment/"+segment, 0))
	}
	return full
}

// OwnerFull is the limit that keeps intent accounts of a person waiting.
func (v *Volume) OwnerFull(key, name string) *Full {
	return v.reached("owner "+name+": ", v.limits.Owner, "owner/"+key, 0)
}

// Exceeded are the caps of a type that only alerts which are exceeded now.
func (v *Volume) Exceeded(t Type) []Full {
	var out []Full
	for _, period := range calendar.Periods() {
		if full := v.reached(string(t)+": ", Limit{period: v.limits.Alert[t][period]}, "type/"+string(t), 1); full != nil {
			out = append(out, *full)
		}
	}
	return out
}

// reached finds the cap that stands at its number, or beyond it by that much.
func (v *Volume) reached(name string, limit Limit, scope string, beyond int) *Full {
	var full *Full
	for _, period := range calendar.Periods() {
		most, n := limit[period], v.counts[counted{period, scope}]
		if most == 0 || n < most+beyond {
			continue
		}
		full = laterFull(full, &Full{
			Text:  fmt.Sprintf("%sper_%s limit %d reached (%d of %d)", name, period, most, n, most),
			Start: v.starts[period], End: v.ends[period], Period: period, Count: n, Cap: most,
		})
	}
	return full
}

func laterFull(a, b *Full) *Full {
	if a == nil || b != nil && b.End.After(a.End) {
		return b
	}
	return a
}
