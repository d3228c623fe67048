package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

// outboxModel is the outbox as one would write it without a database: a list
// in the order of creation. The store must always agree with it.
type outboxModel struct {
	path   string
	store  *Store
	clock  *clock.Fake
	rows   []engine.OutboxRow
	pruned map[string]bool
}

// TestOutboxModel drives the store and the model through the same history,
// rollbacks, restarts and pruning included.
func TestOutboxModel(t *testing.T) {
	t.Parallel()
	m := &outboxModel{path: filepath.Join(t.TempDir(), "handoffd.db"), clock: clock.NewFake(noon)}
	m.open(t)
	defer func() { _ = m.store.Close() }()
	rapid.Check(t, func(rt *rapid.T) {
		m.empty(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"look":    m.check,
			"enqueue": m.enqueue,
			"put":     m.put,
			"undo":    m.undo,
			"prune":   m.prune,
			"restart": m.restart,
			"wait": func(rt *rapid.T) {
				m.clock.Advance(time.Duration(rapid.IntRange(1, 90).Draw(rt, "minutes")) * time.Minute)
			},
		})
		m.check(rt)
	})
}

// empty begins a new history in the same file, which is faster than a new one.
func (m *outboxModel) empty(rt *rapid.T) {
	m.rows, m.pruned = nil, map[string]bool{}
	m.update(rt, func(tx engine.Tx) error {
		_, err := tx.(*Tx).exec("emptying", `DELETE FROM outbox`)
		_, keysErr := tx.(*Tx).exec("emptying", `DELETE FROM outbox_delivered`)
		return errors.Join(err, keysErr)
	})
}

func (m *outboxModel) open(t interface{ Fatal(...any) }) {
	s, err := Open(context.Background(), m.path, Options{Clock: m.clock})
	if err != nil {
		t.Fatal(err)
	}
	m.store = s
}

func (m *outboxModel) update(rt *rapid.T, f func(tx engine.Tx) error) {
	if err := m.store.Update(context.Background(), f); err != nil {
		rt.Fatal(err)
	}
}

func (m *outboxModel) drawState(rt *rapid.T) string {
	return rapid.SampledFrom([]string{engine.OutboxPending, engine.OutboxSending, engine.OutboxUnknown, engine.OutboxDone, engine.OutboxParked}).Draw(rt, "state")
}

func (m *outboxModel) drawTime(rt *rapid.T) time.Time {
	minutes := rapid.IntRange(-60, 60).Draw(rt, "minutes from now")
	if minutes == 0 {
		return time.Time{}
	}
	return m.clock.Now().Add(time.Duration(minutes) * time.Minute)
}

func (m *outboxModel) drawRow(rt *rapid.T) engine.OutboxRow {
	return engine.OutboxRow{
		Key:       fmt.Sprintf("key %d", rapid.IntRange(0, 15).Draw(rt, "key")),
		Account:   rapid.SampledFrom([]string{"", "a", "b"}).Draw(rt, "account"),
		System:    rapid.SampledFrom(connectors.Systems()).Draw(rt, "system"),
		Priority:  rapid.IntRange(engine.PriorityHandoff, engine.PriorityReport).Draw(rt, "priority"),
		State:     engine.OutboxPending,
		NotBefore: m.drawTime(rt),
	}
}

func (m *outboxModel) find(key string) int {
	return slices.IndexFunc(m.rows, func(r engine.OutboxRow) bool { return r.Key == key })
}

func (m *outboxModel) enqueue(rt *rapid.T) {
	rows := rapid.SliceOfN(rapid.Custom(m.drawRow), 0, 6).Draw(rt, "rows")
	want := 0
	for _, r := range rows {
		if m.find(r.Key) >= 0 || m.pruned[r.Key] {
			continue
		}
		r.Created = m.clock.Now()
		m.rows = append(m.rows, r)
		want++
	}
	m.update(rt, func(tx engine.Tx) error {
		n, err := tx.Enqueue(rows)
		if n != want {
			rt.Errorf("%d rows were new, want %d", n, want)
		}
		return err
	})
}

func (m *outboxModel) put(rt *rapid.T) {
	if len(m.rows) == 0 {
		rt.Skip("nothing to update")
	}
	i := rapid.IntRange(0, len(m.rows)-1).Draw(rt, "row")
	r := m.rows[i]
	was := r.State
	r.State, r.NotBefore, r.Sent = m.drawState(rt), m.drawTime(rt), m.drawTime(rt)
	r.Attempts++
	r.Result, r.Error = rapid.String().Draw(rt, "result"), rapid.String().Draw(rt, "error")
	err := m.store.Update(context.Background(), func(tx engine.Tx) error { return tx.PutOutbox([]engine.OutboxRow{r}) })
	if was == engine.OutboxDone && r.State != engine.OutboxDone {
		if err == nil {
			rt.Fatalf("what was done became %s", r.State)
		}
		return
	}
	if err != nil {
		rt.Fatal(err)
	}
	m.rows[i] = r
}

// undo makes changes in a transaction that fails.
func (m *outboxModel) undo(rt *rapid.T) {
	r := m.drawRow(rt)
	stop := fmt.Errorf("stop")
	err := m.store.Update(context.Background(), func(tx engine.Tx) error {
		if _, err := tx.Enqueue([]engine.OutboxRow{r}); err != nil {
			return err
		}
		if len(m.rows) > 0 && m.rows[0].State != engine.OutboxDone {
			changed := m.rows[0]
			changed.State = engine.OutboxDone
			if err := tx.PutOutbox([]engine.OutboxRow{changed}); err != nil {
				return err
			}
		}
		return stop
	})
	if !errors.Is(err, stop) {
		rt.Fatal(err)
	}
}

func (m *outboxModel) prune(rt *rapid.T) {
	const keep = time.Hour
	before := m.clock.Now().Add(-keep)
	var want int64
	m.rows = slices.DeleteFunc(m.rows, func(r engine.OutboxRow) bool {
		old := r.State == engine.OutboxDone && r.Created.Before(before) && r.Sent.Before(before)
		if old {
			m.pruned[r.Key] = true
			want++
		}
		return old
	})
	removed, err := m.store.Prune(context.Background(), m.clock.Now(), map[string]time.Duration{PruneOutbox: keep})
	if err != nil {
		rt.Fatal(err)
	}
	if removed[PruneOutbox] != want {
		rt.Errorf("%d rows were pruned, want %d", removed[PruneOutbox], want)
	}
}

func (m *outboxModel) restart(rt *rapid.T) {
	if rapid.IntRange(0, 4).Draw(rt, "really") > 0 {
		rt.Skip("restarts are slow, and few tell as much as many")
	}
	if err := m.store.Close(); err != nil {
		rt.Fatal(err)
	}
	m.open(rt)
}

// check compares everything that the outbox can be asked.
func (m *outboxModel) check(rt *rapid.T) {
	ignoreSeq := gocmp.FilterPath(func(p gocmp.Path) bool { return p.Last().String() == ".Seq" }, gocmp.Ignore())
	agree := func(what string, got, want any) {
		if d := gocmp.Diff(want, got, ignoreSeq); d != "" {
			rt.Fatalf("%s (-model +store):\n%s", what, d)
		}
	}
	now := m.clock.Now()
	err := m.store.View(context.Background(), func(tx engine.Tx) error {
		all, err := tx.Outbox("")
		if err != nil {
			return err
		}
		agree("all rows", all, append([]engine.OutboxRow(nil), m.rows...))
		for _, system := range connectors.Systems() {
			got, err := tx.Deliverable(system, now, 5)
			if err != nil {
				return err
			}
			agree("deliverable of "+string(system), got, m.deliverable(system, now, 5))
		}
		next, some, err := tx.NextDelivery()
		wantNext, wantSome := m.nextDelivery()
		agree("next delivery", []any{next, some}, []any{wantNext, wantSome})
		return err
	})
	if err != nil {
		rt.Fatal(err)
	}
}

func (m *outboxModel) deliverable(system connectors.System, now time.Time, limit int) (due []engine.OutboxRow) {
	for _, r := range m.rows {
		waiting := r.State == engine.OutboxPending || r.State == engine.OutboxUnknown
		if r.System == system && (r.State == engine.OutboxSending || waiting && !r.NotBefore.After(now)) {
			due = append(due, r)
		}
	}
	slices.SortStableFunc(due, func(a, b engine.OutboxRow) int { return cmp.Compare(a.Priority, b.Priority) })
	return due[:min(limit, len(due))]
}

func (m *outboxModel) nextDelivery() (next time.Time, some bool) {
	for _, r := range m.rows {
		if r.State != engine.OutboxPending && r.State != engine.OutboxUnknown {
			continue
		}
		if !some || r.NotBefore.Before(next) {
			next, some = r.NotBefore, true
		}
	}
	return next, some
}
