package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/engine"
)

// TestLedgerOfAlerts counts what one addressee is told alone on one channel,
// in a span that holds its end but not its beginning.
func TestLedgerOfAlerts(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	var counts []int
	err := s.Update(t.Context(), func(tx engine.Tx) error {
		if err := tx.AddAlerts([]engine.AlertRow{
			{Key: "begin", Channel: "email", Addressee: "a", At: noon.Add(-time.Hour)},
			{Key: "in", Channel: "email", Addressee: "a", At: noon.Add(-time.Minute)},
			{Key: "in", Channel: "email", Addressee: "a", At: noon},
			{Key: "end", Channel: "email", Addressee: "a", At: noon},
			{Key: "later", Channel: "email", Addressee: "a", At: noon.Add(time.Second)},
			{Key: "held", Channel: "email", Addressee: "a", At: noon, Digest: "d"},
			{Key: "other", Channel: "email", Addressee: "b", At: noon},
			{Key: "elsewhere", Channel: "slack", Addressee: "a", At: noon},
		}); err != nil {
			return err
		}
		for _, who := range []string{"a", "b", "c"} {
			n, err := tx.AlertsTold("email", who, noon.Add(-time.Hour), noon)
			if err != nil {
				return err
			}
			counts = append(counts, n)
		}
		return nil
	})
	if diff := cmp.Diff([]int{2, 1, 0}, counts); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := s.Prune(t.Context(), noon.Add(time.Hour), map[string]time.Duration{PruneOutbox: time.Hour}); err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx engine.Tx) error {
		n, err := tx.AlertsTold("email", "a", time.Time{}, noon.Add(time.Hour))
		if n != 2 {
			t.Errorf("%d entries are left, want the two of noon and later", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatADigestCarries lists held rows in their order, and finds one row.
func TestWhatADigestCarries(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	err := s.Update(t.Context(), func(tx engine.Tx) error {
		_, err := tx.Enqueue([]engine.OutboxRow{
			{Key: "2", System: "email", State: engine.OutboxDone, Result: "d"}, {Key: "1", System: "email", State: engine.OutboxDone, Result: "d"},
			{Key: "3", System: "email"},
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx engine.Tx) error {
		held, err := tx.OutboxHeld("d")
		if err != nil || len(held) != 2 || held[0].Key != "2" || held[1].Key != "1" {
			t.Errorf("held %+v, %v", held, err)
		}
		if none, err := tx.OutboxHeld(""); err != nil || len(none) != 0 {
			t.Errorf("no digest carries %+v, %v", none, err)
		}
		row, found, err := tx.OutboxRow("3")
		if err != nil || !found || row.State != engine.OutboxPending {
			t.Errorf("row %+v, %t, %v", row, found, err)
		}
		_, found, err = tx.OutboxRow("4")
		if found {
			t.Error("a row was found that is not there")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
