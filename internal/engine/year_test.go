package engine_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

// TestYear plays a year of many accounts, with people and buyers who do by
// chance whatever they may, and holds handoffd to all that it promises.
func TestYear(t *testing.T) {
	t.Parallel()
	accounts, days := 2000, 366
	if testing.Short() {
		accounts = 100
	}
	if n, err := strconv.Atoi(os.Getenv("YEAR_N")); err == nil {
		accounts = n
	}
	h := newHouse(t)
	w := newYear(h, accounts, 1)
	y := newWatch(w)
	starts := rand.New(rand.NewPCG(11, 11))
	for day := range days {
		for range cyclesPerDay {
			h.clock.Advance(w.pause())
			w.play()
			if starts.IntN(20) == 0 {
				h.restart()
			}
			read := []int{len(h.sf.log), len(h.hs.log)}
			h.once()
			y.look()
			h.sf.drop(read[0])
			h.hs.drop(read[1])
		}
		if day%30 == 29 {
			y.rest()
		}
	}
	y.end()
}

// cyclesPerDay is how often the daemon looks in a simulated day, and
// longestCycle the most that lies between two looks.
const (
	cyclesPerDay = 1
	longestCycle = 36 * time.Hour / cyclesPerDay
)

// pause is the time from one look to the next.
func (w *yearWorld) pause() time.Duration { return longestCycle/3 + w.days(1.0/cyclesPerDay) }

// rest lets what was done come back, and then nothing more may be sent (I5).
func (y *yearWatch) rest() {
	h := y.w.h
	for range 4 {
		h.once()
		y.look()
	}
	before := []int{len(h.sf.writes), len(h.hs.writes), len(h.sf.alerts), len(h.hs.alerts)}
	h.once()
	for i, n := range []int{len(h.sf.writes), len(h.hs.writes), len(h.sf.alerts), len(h.hs.alerts)} {
		if n != before[i] {
			y.fault("%d writes at rest", n-before[i])
		}
	}
	for _, w := range h.sf.writes[before[0]:] {
		y.fault("at rest: %+v", w)
	}
	for _, w := range h.hs.writes[before[1]:] {
		y.fault("at rest: %+v", w)
	}
	y.shown()
}

// shown: every status is the same in both CRMs and is that of the account.
func (y *yearWatch) shown() {
	rows, err := everyAccount(y.w.h)
	if err != nil {
		y.w.h.t.Fatal(err)
	}
	texts := workflows.DefaultStatus()
	byName := map[string]workflows.State{}
	for _, r := range rows {
		byName[r.Name] = workflows.State(r.State)
	}
	for _, a := range y.w.accounts {
		state := byName["Acme "+a.id()]
		for _, side := range mapping.Sides() {
			got := y.w.h.hs.field(a.id(), "status")
			if side.System() == connectors.Salesforce {
				if !a.both {
					continue
				}
				got = y.w.h.sf.field(sfID(a.n), "Status__c")
			}
			if got != texts[state] && (state != workflows.Nurture && state != workflows.Ready) {
				y.dump("Acme " + a.id()) // DEBUG
				y.fault("account %d is %s and shows %q in %s", a.n, state, got, side.System())
			}
		}
	}
}

// compilePolicy compiles the house's policy for a test that looks by it.
func compilePolicy(h *house) *workflows.Policy {
	h.t.Helper()
	var c yamlpos.Collector
	m := mapping.Compile(yamlpos.Parse("m.yaml", []byte(h.mapping), &c).Root(), &c)
	p := workflows.Compile(yamlpos.Parse("p.yaml", []byte(h.policy), &c).Root(), m, "hash"+h.policy+h.mapping, &c)
	if err := c.Err(); err != nil {
		h.t.Fatal(err)
	}
	p.Bind()
	return p
}
