package engine_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// byHand is the rule of handoffs that a person made, and the name of the step;
// adopted that of those that were found on the first day.
const (
	byHand  = "moved by hand"
	adopted = "adopted"
)

// ours tells whether handoffd made a handoff.
func ours(r engine.HandoffRow) bool { return r.Rule != byHand && r.Rule != adopted }

// end holds the whole year to what was promised.
func (y *yearWatch) end() {
	h := y.w.h
	h.t.Helper()
	var handoffs []engine.HandoffRow
	first := map[string]engine.AssignmentRow{}
	paths := map[string]int{}
	decisions := 0
	err := h.store.View(h.t.Context(), func(tx engine.Tx) (err error) {
		if handoffs, err = tx.Handoffs(time.Time{}); err != nil {
			return err
		}
		for _, row := range handoffs {
			given, err := tx.Assignments(row.ID)
			if err != nil {
				return err
			}
			if len(given) > 0 {
				first[row.ID] = given[0]
			}
			if ours(row) {
				paths["ready handed_off "+workflows.HandOffTransition]++
			}
		}
		for id := range y.lives {
			rows, err := tx.Decisions(id, time.Time{}, 100000)
			if err != nil {
				return err
			}
			decisions += len(rows)
			for _, r := range rows {
				y.replay(r, paths)
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	y.handoffs(handoffs)
	y.tasks(handoffs)
	y.limits(handoffs, first)
	y.paths(paths)
	h.t.Logf("%d handoffs, %d decisions, fired %v, waited %v, told %d", len(handoffs), decisions, y.fired, y.waited, len(y.told))
}

// replay makes a logged decision anew from the log alone (I6), and notes which
// way the account went.
func (y *yearWatch) replay(r engine.DecisionRow, paths map[string]int) {
	var t workflows.Trace
	if err := json.Unmarshal(r.Trace, &t); err != nil {
		y.w.h.t.Fatal(err)
	}
	if t.Life == nil {
		if outcome, rule := y.policy.Replay(t); outcome != t.Outcome || outcome == workflows.HandOff && rule != t.Rule {
			y.fault("%s of %s: %s %s is replayed as %s %s", r.Account, r.At, t.Outcome, t.Rule, outcome, rule)
		}
		if t.Outcome == workflows.HandOff && t.State != workflows.Ready && t.State != workflows.Hibernation {
			paths[string(t.State)+" ready criteria met"]++
		}
		return
	}
	if !y.policy.ReplaySteps(t) {
		y.fault("%s of %s: %s is replayed otherwise: %s", r.Account, r.At, t.Reason, r.Trace)
	}
	for _, s := range t.Life.Steps {
		if s.Name == byHand {
			paths[byHand+" to "+string(s.To)]++
			continue
		}
		paths[fmt.Sprintf("%s %s %s", s.From, s.To, s.Name)]++
	}
}

// paths: every way that the table knows was taken, and every state but ready
// was set by hand.
func (y *yearWatch) paths(taken map[string]int) {
	var missed []string
	for _, tr := range workflows.Transitions() {
		if path := fmt.Sprintf("%s %s %s", tr.From, tr.To, tr.Name); taken[path] == 0 {
			missed = append(missed, path)
		}
	}
	for _, s := range workflows.States() {
		if path := byHand + " to " + string(s); s != workflows.Ready && taken[path] == 0 {
			missed = append(missed, path)
		}
	}
	if len(y.w.accounts) >= 1000 && len(missed) > 0 {
		y.fault("nobody went %s", strings.Join(missed, "; "))
	}
	y.w.h.t.Logf("paths %v; not taken: %q", taken, missed)
}

// handoffs come one after the other, and in time.
func (y *yearWatch) handoffs(rows []engine.HandoffRow) {
	last := map[string]engine.HandoffRow{}
	for _, r := range rows {
		if l, ok := last[r.Account]; ok && (l.Closed.IsZero() || l.Closed.After(r.Opened)) {
			y.fault("%s: %s was opened at %s while %s was open: %s", r.Account, r.ID, r.Opened, l.ID, l.Closed)
		}
		last[r.Account] = r
		if !ours(r) {
			continue
		}
		waited := r.Opened.Sub(r.MetAt) - r.Queued
		if waited > 48*time.Hour+longestCycle && !y.toldOf(fmt.Sprintf("%s/ready/%d/alert/late/", r.Account, r.MetAt.Unix())) {
			y.fault("%s was handed off %s after it was ready, %s of it in the queue, and nobody was told", r.ID, r.Opened.Sub(r.MetAt), r.Queued)
		}
	}
}

func (y *yearWatch) toldOf(prefix string) bool {
	for key := range y.told {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// tasks: each stage that handoffd made has one, and nothing else has.
func (y *yearWatch) tasks(rows []engine.HandoffRow) {
	made := map[string]bool{}
	for _, c := range []*crm{y.w.h.sf, y.w.h.hs} {
		for key, w := range c.made {
			if w.Op == connectors.CreateTask {
				if made[key] {
					y.fault("%s is in both CRMs", key)
				}
				made[key] = true
			}
		}
	}
	for _, r := range rows {
		e, err := r.Episode()
		if err != nil || e == nil {
			y.fault("%s has no story: %v", r.ID, err)
			continue
		}
		for i, s := range e.Stages {
			key := fmt.Sprintf("%s/%s/task", r.ID, s.Stage)
			if want := ours(r) || i > 0; made[key] != want {
				y.fault("%s: made %v, want %v", key, made[key], want)
			}
			delete(made, key)
		}
	}
	for key := range made {
		y.fault("%s belongs to no stage", key)
	}
}

// limits counts the handoffs anew, by the days of New York.
func (y *yearWatch) limits(rows []engine.HandoffRow, first map[string]engine.AssignmentRow) {
	zone := y.policy.Calendar.Location()
	limits := limitsFor(len(y.w.accounts))
	counts, most := map[string]int{}, map[string]int{}
	count := func(what string, limit int) {
		counts[what]++
		most[what] = limit
	}
	for _, r := range rows {
		if !ours(r) || r.Type != string(workflows.Intent) {
			continue
		}
		at := r.Opened.In(zone)
		year, number := at.ISOWeek()
		week := fmt.Sprintf("week %d-%d", year, number)
		count("day "+at.Format(time.DateOnly), limits.day)
		count(week, limits.week)
		count("month "+at.Format("2006-01"), limits.month)
		if r.Segment == "enterprise" {
			count("enterprise in "+week, limits.enterprise)
		}
		count(first[r.ID].Person+" in month "+at.Format("2006-01"), limits.owner)
	}
	for what, n := range counts {
		if n > most[what] {
			y.fault("%d handed off of %s, at most %d", n, what, most[what])
		}
	}
	full := 0
	for what, n := range counts {
		if n == most[what] {
			full++
		}
	}
	if full == 0 {
		y.fault("no limit was ever reached")
	}
}
