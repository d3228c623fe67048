package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/internal/engine"
	"handoffd/workflows"
)

// yearWatch looks at the store after every cycle, and holds what it finds
// against what stood there before.
type yearWatch struct {
	w      *yearWorld
	policy *workflows.Policy
	rows   map[string]engine.AccountRow // written since the last look
	lives  map[string]*watched
	before time.Time // the cycle before
	told   map[string]time.Time
	alerts [2]int // looked at so far, by CRM
	waited map[workflows.WaitKind]int
	fired  map[string]int
	faults int
}

type watched struct {
	life workflows.Life
	// due is when the next clock runs out, zero for none; open names those
	// that run.
	due  time.Time
	open map[string]bool
}

func newWatch(w *yearWorld) *yearWatch {
	y := &yearWatch{
		w: w, policy: compilePolicy(w.h), rows: map[string]engine.AccountRow{}, lives: map[string]*watched{}, before: w.h.clock.Now(), told: map[string]time.Time{},
		waited: map[workflows.WaitKind]int{}, fired: map[string]int{},
	}
	w.h.spy = y.see
	w.h.restart()
	return y
}

func (y *yearWatch) fault(format string, args ...any) {
	y.w.h.t.Helper()
	if y.faults++; y.faults > 30 {
		y.w.h.t.Fatal("too many faults")
	}
	y.w.h.t.Errorf(y.w.h.clock.Now().Format(time.DateTime)+" "+format, args...)
}

// look looks at every account that was written in this cycle, and at the clocks
// of the others.
func (y *yearWatch) look() {
	y.w.h.t.Helper()
	now := y.w.h.clock.Now()
	y.hear(now)
	for id, was := range y.lives {
		if _, written := y.rows[id]; !written && !was.due.IsZero() && !was.due.After(now) {
			y.fault("%s: a clock was due at %s and nobody looked: %+v", id, was.due, was.life)
		}
	}
	for id, r := range y.rows {
		var life workflows.Life
		if err := json.Unmarshal(r.Life, &life); err != nil {
			y.w.h.t.Fatal(err)
		}
		y.state(r, life)
		y.clocks(id, y.lives[id], life, now)
	}
	clear(y.rows)
	y.before = now
}

// see takes down what is written to the store.
func (y *yearWatch) see(rows []engine.AccountRow) {
	for _, r := range rows {
		y.rows[r.ID] = r
		if r.Life == nil { // it is another account now
			delete(y.rows, r.ID)
		}
	}
}

// hear takes down what people were told, and that nothing is told twice.
func (y *yearWatch) hear(now time.Time) {
	for i, c := range []*crm{y.w.h.sf, y.w.h.hs} {
		for _, a := range c.alerts[y.alerts[i]:] {
			if at, twice := y.told[a.Key]; twice {
				y.fault("%s was told at %s already", a.Key, at)
			}
			y.told[a.Key] = now
		}
		y.alerts[i] = len(c.alerts)
	}
}

// state is what must hold of every account at every time.
func (y *yearWatch) state(r engine.AccountRow, life workflows.Life) {
	open := life.Open != nil
	switch {
	case r.State != string(life.State) || !slices.Contains(workflows.States(), life.State):
		y.fault("%s: two states, %q and %q", r.ID, r.State, life.State)
	case open && !life.State.Open(), !open && life.State.Open() && life.State != workflows.Opportunity:
		y.fault("%s: %s with the handoff %+v", r.ID, life.State, life.Open)
	case life.State == workflows.Ready && (life.Queued == nil || life.Queued.Reason == "" || life.Met.IsZero()):
		y.fault("%s: ready, and waits for no reason: %+v", r.ID, life)
	case life.State != workflows.Ready && life.Queued != nil:
		y.fault("%s: %s, and waits: %+v", r.ID, life.State, life.Queued)
	case life.State == workflows.Ready && life.MetAs != workflows.Intent && life.Queued.Kind != workflows.WaitsForOwner:
		y.fault("%s: %s waits for %s", r.ID, life.MetAs, life.Queued.Kind)
	case r.Outcome == string(workflows.HandOff) && life.State != workflows.Ready && !life.State.Open():
		y.notBefore(r, life)
	}
	if life.State == workflows.Ready && life.Queued != nil {
		y.waited[life.Queued.Kind]++
	}
	if open {
		y.stages(r.ID, life.Open)
	}
}

// notBefore: criteria that are met make an account ready, unless sales said
// when to come back.
func (y *yearWatch) notBefore(r engine.AccountRow, life workflows.Life) {
	for _, a := range y.w.accounts {
		if r.Name == "Acme "+a.id() && y.w.h.hs.field(a.id(), "not_before") == "" && (!a.both || y.w.h.sf.field(sfID(a.n), "Not_Before__c") == "") {
			y.fault("%s: meets the criteria and is %s: %+v", r.ID, life.State, life)
		}
	}
}

// stages come one after the other, each once.
func (y *yearWatch) stages(id string, e *workflows.Episode) {
	for i, s := range e.Stages {
		if i > 0 && (s.Stage == e.Stages[i-1].Stage || s.At.Before(e.Stages[i-1].At)) || i > 1 {
			y.fault("%s: stages %+v", id, e.Stages)
		}
	}
}

// clocks holds what fired against the clocks that ran.
func (y *yearWatch) clocks(id string, was *watched, life workflows.Life, now time.Time) {
	is := &watched{life: life, open: map[string]bool{}}
	y.lives[id] = is
	if life.Open != nil {
		var fired map[string]time.Time
		if was != nil && was.life.Open != nil && was.life.Episode == life.Episode {
			fired = was.life.Open.Fired
			for name, at := range fired {
				if !life.Open.Fired[name].Equal(at) {
					y.fault("%s: %s fired at %s and then at %s", id, name, at, life.Open.Fired[name])
				}
			}
		}
		for name, at := range life.Open.Fired {
			if _, known := fired[name]; !known {
				y.justFired(id, was, life, name, at, now)
			}
		}
	}
	facts := workflows.Facts{Now: now, Outcome: workflows.HandOff, Type: life.MetAs}
	for _, c := range y.policy.Clocks(life, facts) {
		if c.Name == workflows.ClockAssign {
			y.assign(id, c, now)
			continue
		}
		done := life.Open != nil && !life.Open.Fired[c.Name].IsZero()
		if done || !c.Met.IsZero() && !c.Met.After(c.Due) {
			continue
		}
		is.open[c.Name] = true
		if !c.Due.After(now) {
			y.fault("%s: %s was due at %s and has not fired: %+v", id, c.Name, c.Due, life)
			continue
		}
		if is.due.IsZero() || c.Due.Before(is.due) {
			is.due = c.Due
		}
	}
}

// justFired: not before its time, and in the first cycle after it.
func (y *yearWatch) justFired(id string, was *watched, life workflows.Life, name string, at, now time.Time) {
	kind, _, _ := strings.Cut(name, "/")
	if kind != workflows.ClockReport {
		kind = name
	}
	y.fired[kind]++
	if !at.Equal(now) {
		y.fault("%s: %s fired at %s, not now", id, name, at)
	}
	e := *life.Open
	if len(e.Stages) > 1 && strings.HasPrefix(name, string(e.Stages[0].Stage)+"/") {
		e.Stages = e.Stages[:1] // it fired before the stage was over
	}
	life.Open = &e
	for _, c := range y.policy.Clocks(life, workflows.Facts{Now: now}) {
		if c.Name != name {
			continue
		}
		if c.Due.After(now) {
			y.fault("%s: %s fired before it was due, at %s", id, name, c.Due)
		}
		if was != nil && was.open[name] && !c.Due.After(y.before) {
			y.fault("%s: %s was due at %s and fired late", id, name, c.Due)
		}
		if c.Met.IsZero() && kind != workflows.ClockReport && e.Now().System != "" {
			y.heard(id, fmt.Sprintf("%s/%d/alert/%s", id, life.Episode, name), now)
		}
	}
}

// assign: heads and marketing are told when the day is over in which somebody
// was to be found for a request, and not before.
func (y *yearWatch) assign(id string, c workflows.Clock, now time.Time) {
	base := fmt.Sprintf("%s/life", id)
	if n := y.lives[id].life.Episode; n > 0 {
		base = fmt.Sprintf("%s/%d", id, n)
	}
	if late, told := !c.Due.After(now), y.toldOf(fmt.Sprintf("%s/alert/assign/%d", base, c.From.Unix())); late != told {
		y.fault("%s: nobody has the request since %s, told %v: %+v", id, c.From, told, y.lives[id].life)
	}
	if c.Due.After(now) {
		y.lives[id].due = c.Due
	}
}

// heard: the manager was told of what fired, in the same cycle. Owners may be
// gone.
func (y *yearWatch) heard(id, key string, now time.Time) {
	at, told := y.told[key+"manager"]
	if strings.Contains(key+"/", "/"+workflows.ClockAcknowledge+"/") || strings.Contains(key, "/"+workflows.ClockDecide) ||
		strings.Contains(key, "/"+workflows.ClockAssign) { // heads and marketing are, see assign
		return
	}
	if !told || !at.Equal(now) {
		y.fault("%s: nobody was told of %s", id, key)
	}
}

func everyAccount(h *house) (rows []engine.AccountRow, err error) {
	err = h.store.View(h.t.Context(), func(tx engine.Tx) error {
		for id := ""; ; {
			page, err := tx.AccountsAfter(id, 1000)
			if err != nil || len(page) == 0 {
				return err
			}
			rows, id = append(rows, page...), page[len(page)-1].ID
		}
	})
	return rows, err
}
