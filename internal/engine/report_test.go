package engine_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

// reportHouse has two accounts on the list, one of them handed off on
// 2 November.
func reportHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.sf.objects = []connectors.Object{connectors.Task, connectors.Opportunity}
	h.mapping = strings.Replace(mappingText, "target:", "target_account:", 1)
	h.policy = strings.Replace(policyText, "gate: target", "gate: target_account", 1)
	h.restart()
	h.pair(1, "20")
	h.pair(2, "30")
	h.pair(1, "85")
	h.once()
	return h
}

func (h *house) compiled() *workflows.Policy {
	var c yamlpos.Collector
	m := mapping.Compile(yamlpos.Parse("m.yaml", []byte(h.mapping), &c).Root(), &c)
	p := workflows.Compile(yamlpos.Parse("p.yaml", []byte(h.policy), &c).Root(), m, "hash", &c)
	if err := c.Err(); err != nil {
		h.t.Fatal(err)
	}
	p.Bind()
	return p
}

func (h *house) month(at time.Time) workflows.Report {
	h.t.Helper()
	r, err := engine.MonthReport(h.t.Context(), h.store, h.compiled(), at, h.clock.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func figure(t *testing.T, r workflows.Report, measure string, hits, n int) *workflows.Figure {
	t.Helper()
	f := r.Figure(measure)
	if f == nil || f.Hits != hits || f.N != n {
		t.Errorf("%s: %+v, want %d of %d", measure, f, hits, n)
	}
	return f
}

func TestMonthReport(t *testing.T) {
	t.Parallel()
	h := reportHouse(t)
	r := h.month(h.clock.Now())
	f := figure(t, r, "handed_off", 1, 1)
	if e := f.Entries[0]; e.Name != "Acme 1" || e.Owner != "Ann" || e.Account == "" {
		t.Errorf("entry %+v", e)
	}
	figure(t, r, "handoff_rate", 1, 2)
	figure(t, r, "hand_off_in_time", 1, 1)
	figure(t, r, "signal_to_rule", 1, 1)
	if r.Final || r.Frozen || !strings.HasPrefix(r.Policy, "v1 ") {
		t.Errorf("report %s, final %v, frozen %v", r.Policy, r.Final, r.Frozen)
	}
	if f.Before != nil {
		t.Errorf("a month in which handoffd did not run is compared with: %+v", f.Before)
	}
	if g := r.Groups[1]; g.By != "criterion" || g.Value != "rises(score, 70)" {
		t.Errorf("group %s %s", g.By, g.Value)
	}
}

// TestFrozenMonth: what comes in within a week of the month's end counts, and
// nothing changes any more after that.
func TestFrozenMonth(t *testing.T) {
	t.Parallel()
	h := reportHouse(t)
	november := h.clock.Now()
	h.sf.put(connectors.Task, "00T1", []string{sfID(1)}, map[string]string{"Subject": "Call", "Status": "Completed", "IsClosed": "true", "TaskSubtype": "Call", "OwnerId": "005000000000001AAA", "CompletedDateTime": "2026-11-05T10:00:00Z"})
	h.clock.Set(time.Date(2026, 12, 7, 23, 59, 59, 0, time.UTC))
	h.once()
	before := h.month(november)
	figure(t, before, "worked", 1, 1)
	if !before.Final || before.Frozen {
		t.Errorf("final %v, frozen %v a week after the end", before.Final, before.Frozen)
	}
	h.clock.Advance(time.Second)
	first := h.month(november)
	if !first.Frozen {
		t.Fatal("it is not frozen")
	}
	h.sf.put(connectors.Opportunity, "006", []string{sfID(1)}, map[string]string{"Name": "Acme", "StageName": "Discovery", "IsClosed": "false", "CreatedDate": "2026-11-06T10:00:00Z"})
	h.policy = strings.Replace(h.policy, "limits:", "targets: {handoff_rate: 90-100 %}\nlimits:", 1)
	h.restart()
	h.step(30 * 24 * time.Hour)
	again := h.month(november)
	a, errA := json.Marshal(first)
	b, errB := json.Marshal(again)
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Errorf("made again:\n%s\nwant\n%s", b, a)
	}
	december := h.month(h.clock.Now().AddDate(0, -1, 0))
	if f := december.Figure("handed_off"); f.Before == nil || *f.Before.Value != 1 {
		t.Errorf("December is compared with %+v, want November's 1", f.Before)
	}
}

// TestUpkeepFreezes: a month is frozen whether anybody asks for it or not.
func TestUpkeepFreezes(t *testing.T) {
	t.Parallel()
	h := reportHouse(t)
	h.clock.Set(time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC))
	h.once()
	if err := h.store.View(t.Context(), func(tx engine.Tx) error {
		doc, err := tx.FrozenReport("2026-11")
		if doc == nil {
			t.Error("November is not frozen")
		}
		if early, err := tx.FrozenReport("2026-10"); early != nil || err != nil {
			t.Errorf("October, when handoffd did not run, is frozen: %s, %v", early, err)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestUpkeepFreezesAgain: a report that could not be written is frozen at the
// next upkeep, by the same daemon (I7).
func TestUpkeepFreezesAgain(t *testing.T) {
	t.Parallel()
	h := reportHouse(t)
	h.make(&brokenStore{Store: h.store, failAt: 1}) // the first that upkeep writes is the report
	h.clock.Set(time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC))
	if err := h.engine.Upkeep(t.Context()); !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "report") {
		t.Fatalf("upkeep: %v, want the report to fail", err)
	}
	h.clock.Advance(24 * time.Hour)
	if err := h.engine.Upkeep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.store.View(t.Context(), func(tx engine.Tx) error {
		doc, err := tx.FrozenReport("2026-11")
		if doc == nil {
			t.Error("November is not frozen")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// gauge is the count of a day.
func (h *house) gauge(day string) (g workflows.Gauge) {
	h.t.Helper()
	if err := h.store.View(h.t.Context(), func(tx engine.Tx) error {
		doc, err := tx.LastGauge(day, day)
		if err != nil || doc == nil {
			return err
		}
		return json.Unmarshal(doc, &g)
	}); err != nil {
		h.t.Fatal(err)
	}
	return g
}

// TestGaugeOncePerDay: the list's size of a past day stays, and only the last
// day of a month keeps its lists.
func TestGaugeOncePerDay(t *testing.T) {
	t.Parallel()
	h := reportHouse(t)
	h.pair(3, "10")
	h.once()
	if g := h.gauge("2026-11-02"); g.Targets != 2 {
		t.Errorf("%d on the list, want the 2 of the day's first look", g.Targets)
	}
	h.step(9 * 24 * time.Hour)
	if g := h.gauge("2026-11-11"); g.Targets != 3 || g.Old != 3 || len(g.Outdated) != 3 {
		t.Errorf("count %+v, want 3 on the list, all scores old", g)
	}
	h.step(24 * time.Hour)
	if g := h.gauge("2026-11-11"); g.Old != 3 || g.Outdated != nil {
		t.Errorf("count %+v, want its numbers without its lists", g)
	}
}

// TestGaugeOfWhoWaits: who is ready and cannot be handed off is counted, and
// since when that is late.
func TestGaugeOfWhoWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.sf.users[0].Active = false // nobody to give it to
	h.pair(1, "85")
	h.pair(2, "10")
	h.once()
	h.step(72 * time.Hour)
	g := h.gauge("2026-11-05")
	if g.Queue != 1 || len(g.Late) != 1 || !g.Late[0].Since.Equal(h.clock.Now().Add(-24*time.Hour)) {
		t.Errorf("count %+v, want the one that was to be handed off a day ago", g)
	}
}

// TestNoGaugeBeforeLoaded: half a list is none.
func TestNoGaugeBeforeLoaded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "20")
	if err := h.engine.Gauge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.store.View(t.Context(), func(tx engine.Tx) error {
		doc, err := tx.LastGauge("2026-01-01", "2026-12-31")
		if doc != nil {
			t.Errorf("counted %s before everything was read", doc)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestPeriodReport(t *testing.T) {
	t.Parallel()
	h := reportHouse(t)
	now := h.clock.Now()
	r, err := engine.PeriodReport(t.Context(), h.store, h.compiled(), "weekly digest", now.AddDate(0, 0, -1), now.Add(time.Hour), now)
	if err != nil {
		t.Fatal(err)
	}
	figure(t, r, "handed_off", 1, 1)
	if f := figure(t, r, "handoff_rate", 1, 2); f.Standing != "" {
		t.Errorf("a day is held against a month's target: %s", f.Standing)
	}
}
