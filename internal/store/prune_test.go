package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

const day = 24 * time.Hour

func prune(t testing.TB, s *Store, keep map[string]time.Duration) map[string]int64 {
	t.Helper()
	removed, err := s.Prune(t.Context(), noon, keep)
	if err != nil {
		t.Fatal(err)
	}
	return removed
}

func TestPrunePoints(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	point := func(home connectors.Ref, signal, source string, days int) engine.PointRow {
		return engine.PointRow{Home: home, Point: mapping.Point{Signal: signal, Source: source, At: noon.Add(-time.Duration(days) * day), Value: float64(days)}}
	}
	home, twin := hsAccount("1"), sfAccount("1")
	rows := []engine.PointRow{
		point(home, "visits", "c/1", 40), point(home, "visits", "c/1", 31), point(home, "visits", "c/1", 30), point(home, "visits", "c/1", 1),
		point(home, "visits", "c/2", 50), point(home, "visits", "c/2", 41), // the newest of this source
		point(home, "score", "c/1", 60),  // the only one of this signal
		point(twin, "visits", "c/1", 35), // the only one of this record
	}
	// Many homes, to go through several batches.
	for i := range pruneBatch + 500 {
		many := hsAccount(fmt.Sprintf("m%05d", i))
		rows = append(rows, point(many, "visits", "c/1", 90), point(many, "visits", "c/1", 5))
	}
	update(t, s, func(tx engine.Tx) error {
		_, err := tx.AddPoints(rows)
		return err
	})
	same(t, "removed", prune(t, s, map[string]time.Duration{PrunePoints: 30 * day}), map[string]int64{PrunePoints: 3 + pruneBatch + 500})
	same(t, "removed again", prune(t, s, map[string]time.Duration{PrunePoints: 30 * day}), map[string]int64{PrunePoints: 0})
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Points([]connectors.Ref{home, twin, hsAccount("m00000")}, time.Time{})
		same(t, "left", got, map[connectors.Ref][]mapping.Point{
			home: {rows[6].Point, rows[5].Point, rows[2].Point, rows[3].Point}, twin: {rows[7].Point}, hsAccount("m00000"): {rows[9].Point},
		})
		return err
	})
}

func TestPruneDecisions(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	decision := func(account string, days int, reason string) engine.DecisionRow {
		return engine.DecisionRow{Account: account, At: noon.Add(-time.Duration(days) * day), Reason: reason}
	}
	update(t, s, func(tx engine.Tx) error {
		return tx.AddDecisions([]engine.DecisionRow{
			decision("a", 400, "1"), decision("a", 400, "2"), decision("a", 100, "3"),
			decision("b", 500, "1"), decision("b", 400, "2"), decision("b", 400, "3"),
		})
	})
	same(t, "removed", prune(t, s, map[string]time.Duration{PruneDecisions: 365 * day}), map[string]int64{PruneDecisions: 4})
	view(t, s, func(tx engine.Tx) error {
		a, err := tx.Decisions("a", time.Time{}, 10)
		same(t, "left of a", a, []engine.DecisionRow{decision("a", 100, "3")})
		b, bErr := tx.Decisions("b", time.Time{}, 10)
		same(t, "left of b", b, []engine.DecisionRow{decision("b", 400, "3")})
		return errors.Join(err, bErr)
	})
}

func TestPruneOutbox(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	row := func(key, state string, created, sent int) engine.OutboxRow {
		return engine.OutboxRow{Key: key, System: connectors.HubSpot, State: state,
			Created: noon.Add(-time.Duration(created) * day), Sent: noon.Add(-time.Duration(sent) * day)}
	}
	old := row("old", engine.OutboxDone, 40, 40)
	rows := []engine.OutboxRow{
		old, row("sent lately", engine.OutboxDone, 40, 1), row("new", engine.OutboxDone, 1, 1),
		row("parked", engine.OutboxParked, 40, 40), row("unknown", engine.OutboxUnknown, 40, 40),
	}
	for i := range pruneBatch + 1 {
		rows = append(rows, row(fmt.Sprint("many ", i), engine.OutboxDone, 50, 50))
	}
	enqueueRows(t, s, rows...)
	same(t, "removed", prune(t, s, map[string]time.Duration{PruneOutbox: 30 * day}), map[string]int64{PruneOutbox: pruneBatch + 2})
	view(t, s, func(tx engine.Tx) error {
		left, err := tx.Outbox("")
		keys := []string{}
		for _, r := range left {
			keys = append(keys, r.Key)
		}
		same(t, "left", keys, []string{"sent lately", "new", "parked", "unknown"})
		return err
	})
	// I2: what was delivered is never delivered again.
	same(t, "taken again", enqueueRows(t, s, row("old", engine.OutboxPending, 0, 0), row("fresh", engine.OutboxPending, 0, 0)), 1)
	same(t, "due", deliverableKeys(t, s, noon, 10), []string{"unknown", "fresh"})
}

func TestPruneRefuses(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	for name, keep := range map[string]map[string]time.Duration{
		"an unknown table": {"accounts": day}, "no time": {PrunePoints: 0}, "time gone backwards": {PruneOutbox: -day},
	} {
		if _, err := s.Prune(t.Context(), noon, keep); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	same(t, "of nothing", prune(t, s, nil), map[string]int64{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Prune(ctx, noon, map[string]time.Duration{PrunePoints: day}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// The newest of the old readings stays: growth is told from it.
func TestPruneReadings(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	key := mapping.CounterKey{Record: "c/1", Property: "visits"}
	reading := func(days int, value float64) mapping.CounterReading {
		return mapping.CounterReading{Key: key, Reading: mapping.Reading{At: noon.Add(-time.Duration(days) * day), Value: value, Home: "h"}}
	}
	update(t, s, func(tx engine.Tx) error {
		return tx.PutReadings([]mapping.CounterReading{reading(50, 1), reading(40, 2), reading(31, 3), reading(5, 4)})
	})
	same(t, "removed", prune(t, s, map[string]time.Duration{PruneReadings: 30 * day}), map[string]int64{PruneReadings: 2})
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Readings([]engine.ReadingKey{{CounterKey: key, At: noon.Add(-20 * day)}})
		same(t, "left", got, []mapping.CounterReading{reading(31, 3), reading(5, 4)})
		return err
	})
}

func TestPruneConflicts(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		return tx.AddConflicts([]engine.ConflictRow{
			{Account: "a", Field: "value", At: noon.Add(-40 * day)}, {Account: "a", Field: "value", At: noon}, {Account: "b", Field: "value", At: noon.Add(-50 * day)},
		})
	})
	same(t, "removed", prune(t, s, map[string]time.Duration{PruneConflicts: 30 * day}), map[string]int64{PruneConflicts: 2})
}
