package workflows

import (
	"fmt"
	"time"
)

// Hold says when one cycle would hand off so many intent accounts that a
// person has to look first (I11).
type Hold struct {
	// Above is the most that one cycle hands off, 0 for any number.
	Above int
	// Factor of the normal delivery is the most, 0 for any.
	Factor float64
}

func defaultHold() Hold { return Hold{Above: 25, Factor: 5} }

// What the factor needs before it says anything: a history to know what is
// normal, and enough accounts to be worth a person's look.
const (
	holdLooksBack = 30 * 24 * time.Hour
	holdHistory   = 14 * 24 * time.Hour
	holdLeast     = 10
)

// LooksBack is how far back handoffs are needed for Exceeds.
func (h Hold) LooksBack() time.Duration { return holdLooksBack }

// May tells whether n accounts could be too many, whatever the history.
func (h Hold) May(n int) bool { return h.Above > 0 && n > h.Above || h.Factor > 0 && n > holdLeast }

// Exceeds says why n accounts in one cycle are too many, "" if they are not.
// Handoffs of one moment are one delivery.
func (h Hold) Exceeds(n int, before []Handed, now time.Time) string {
	if h.Above > 0 && n > h.Above {
		return fmt.Sprintf("%d accounts at once are more than hold.above %d", n, h.Above)
	}
	if h.Factor == 0 || n <= holdLeast {
		return ""
	}
	deliveries, total, oldest := map[time.Time]bool{}, 0, now
	for _, b := range before {
		if b.Type != Intent || b.At.Before(now.Add(-holdLooksBack)) {
			continue
		}
		deliveries[b.At] = true
		total++
		if b.At.Before(oldest) {
			oldest = b.At
		}
	}
	if total == 0 || now.Sub(oldest) < holdHistory {
		return ""
	}
	normal := float64(total) / float64(len(deliveries))
	if float64(n) <= h.Factor*normal {
		return ""
	}
	return fmt.Sprintf("%d accounts at once are more than hold.factor %g times the normal delivery of %.1f", n, h.Factor, normal)
}
