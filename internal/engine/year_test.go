package engine_test

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/connectortest"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

// TestYear plays a year of many accounts, with people and buyers who do by
// chance whatever they may, and holds handoffd to all that it promises. In a
// hurry it is a year of fewer accounts, under the race detector two months. It
// takes about a minute, and that one alone: the parallel tests wait for it.
func TestYear(t *testing.T) {
	accounts, days := 2000, 366
	switch {
	case connectortest.Raced:
		accounts, days = 40, 60
	case testing.Short():
		accounts = 40
	}
	starts := rand.New(rand.NewPCG(11, 11))
	y := playYear(t, accounts, days, func() bool { return starts.IntN(20) == 0 })
	y.end()
}

// playYear plays some days; restart tells whether the daemon starts anew before
// it looks.
func playYear(t *testing.T, accounts, days int, restart func() bool) *yearWatch {
	t.Helper()
	h := newHouse(t)
	w := newYear(h, accounts, 1)
	y := newWatch(w)
	for cycle := range days * cyclesPerDay {
		h.clock.Advance(w.pause())
		w.play()
		if restart() {
			h.restart()
		}
		read := []int{len(h.sf.log), len(h.hs.log)}
		h.once()
		y.look()
		h.sf.drop(read[0])
		h.hs.drop(read[1])
		if cycle%(30*cyclesPerDay) == 29 {
			y.rest()
		}
	}
	return y
}

// TestRestartsChangeNothing: the same year comes out the same, whether the
// daemon runs through or starts anew all the time.
func TestRestartsChangeNothing(t *testing.T) {
	t.Parallel()
	days := 120
	if connectortest.Raced {
		days = 30
	}
	play := func(restart bool) map[string]string {
		y := playYear(t, 30, days, func() bool { return restart })
		story := map[string]string{}
		for id, l := range y.lives {
			life, err := json.Marshal(l.life)
			if err != nil {
				t.Fatal(err)
			}
			story[id] = string(life)
		}
		for key, at := range y.told {
			story[key] = at.String()
		}
		for _, c := range []*crm{y.w.h.sf, y.w.h.hs} {
			for key := range c.made {
				story[key] = "made"
			}
		}
		return story
	}
	want(t, "with restarts", play(true), play(false))
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
	for range 2 {
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
	if len(rows) != len(y.w.accounts) {
		y.fault("%d accounts, want %d", len(rows), len(y.w.accounts))
	}
	texts := workflows.DefaultStatus()
	byName := map[string]workflows.State{}
	for _, r := range rows {
		byName[r.Name] = workflows.State(r.State)
		if l := y.lives[r.ID]; l == nil || l.life.State != byName[r.Name] {
			y.fault("%s is %s, and was last seen as %+v", r.ID, r.State, l)
		}
	}
	for _, a := range y.w.accounts {
		state := byName["Acme "+a.id()]
		y.risen(a, state)
		for _, side := range mapping.Sides() {
			got := y.w.h.hs.field(a.id(), "status")
			if side.System() == connectors.Salesforce {
				if !a.both {
					continue
				}
				got = y.w.h.sf.field(sfID(a.n), "Status__c")
			}
			if got != texts[state] && (state != workflows.Nurture && state != workflows.Ready) {
				y.fault("account %d is %s and shows %q in %s", a.n, state, got, side.System())
			}
		}
	}
}

// risen: an account on the list that nobody ever had, and whose score is high
// enough, is not left in nurture.
func (y *yearWatch) risen(a *yearAccount, state workflows.State) {
	id := "hs-" + a.id()
	if a.both {
		id = "sf-" + sfID(a.n)
	}
	score, err := strconv.Atoi(y.w.h.hs.field(a.id(), "score"))
	fresh := y.lives[id] != nil && y.lives[id].life.Episode == 0 && y.lives[id].life.Ended.IsZero() && y.w.h.hs.field(a.id(), "not_before") == ""
	if fresh && state == workflows.Nurture && err == nil && score >= 70 && y.w.h.hs.field(a.id(), "target") == "true" {
		y.fault("account %d has score %d and is in nurture: %+v", a.n, score, y.lives[id])
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
