package store

import (
	"errors"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func enqueueRows(t testing.TB, s *Store, rows ...engine.OutboxRow) (n int) {
	t.Helper()
	update(t, s, func(tx engine.Tx) (err error) {
		n, err = tx.Enqueue(rows)
		return err
	})
	return n
}

func deliverableKeys(t testing.TB, s *Store, now time.Time, limit int) []string {
	t.Helper()
	keys := []string{}
	view(t, s, func(tx engine.Tx) error {
		rows, err := tx.Deliverable(connectors.HubSpot, now, limit)
		for _, r := range rows {
			keys = append(keys, r.Key)
		}
		return err
	})
	return keys
}

func TestOutboxRoundTrip(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	full := engine.OutboxRow{
		Key: "a/1/task", Seq: 99, Account: "a", System: connectors.HubSpot, Kind: "create_task", Priority: engine.PriorityStatus,
		Payload: []byte(`{"key":"a/1/task"}`), State: engine.OutboxUnknown, Attempts: 3, NotBefore: noon.Add(time.Hour),
		Created: noon.Add(-time.Hour), Sent: noon.Add(-time.Minute), Result: "77", Error: "timed out", Held: `{"reason":"r"}`,
	}
	bare := engine.OutboxRow{Key: "storm", System: connectors.Salesforce}
	same(t, "new", enqueueRows(t, s, full, bare, full), 2)
	changed := full
	changed.Payload, changed.State = []byte("other"), engine.OutboxPending
	same(t, "new the second time", enqueueRows(t, s, changed), 0)

	full.Seq = 1 // the store's own
	bare.Seq, bare.State, bare.Created = 2, engine.OutboxPending, noon
	list := func(account string) (rows []engine.OutboxRow) {
		view(t, s, func(tx engine.Tx) (err error) {
			rows, err = tx.Outbox(account)
			return err
		})
		return rows
	}
	same(t, "of all", list(""), []engine.OutboxRow{full, bare})
	same(t, "of an account", list("a"), []engine.OutboxRow{full})
	same(t, "of none", list("b"), []engine.OutboxRow(nil))

	put := full
	put.State, put.Attempts, put.NotBefore, put.Sent, put.Result, put.Error = engine.OutboxDone, 4, time.Time{}, noon, "78", ""
	want := put
	put.Account, put.Payload, put.Priority, put.Created = "x", nil, 9, noon // not updated
	update(t, s, func(tx engine.Tx) error { return tx.PutOutbox([]engine.OutboxRow{put}) })
	same(t, "updated", list("a"), []engine.OutboxRow{want})
	view(t, s, func(tx engine.Tx) error {
		waiting, err := tx.OutboxWaiting()
		same(t, "waiting", waiting, map[connectors.System]int{connectors.Salesforce: 1})
		return err
	})
}

func TestDeliverable(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	row := func(key, state string, priority int, notBefore time.Time) engine.OutboxRow {
		return engine.OutboxRow{Key: key, System: connectors.HubSpot, State: state, Priority: priority, NotBefore: notBefore}
	}
	later := noon.Add(time.Microsecond)
	other := row("other system", engine.OutboxPending, 0, time.Time{})
	other.System = connectors.Salesforce
	enqueueRows(t, s,
		row("field", engine.OutboxPending, engine.PriorityField, time.Time{}),
		row("status 1", engine.OutboxPending, engine.PriorityStatus, noon),
		row("handoff later", engine.OutboxPending, engine.PriorityHandoff, later),
		row("handoff sending", engine.OutboxSending, engine.PriorityHandoff, later),
		row("handoff done", engine.OutboxDone, engine.PriorityHandoff, time.Time{}),
		row("handoff parked", engine.OutboxParked, engine.PriorityHandoff, time.Time{}),
		row("status unknown later", engine.OutboxUnknown, engine.PriorityStatus, later),
		row("status unknown", engine.OutboxUnknown, engine.PriorityStatus, noon),
		row("handoff", engine.OutboxPending, engine.PriorityHandoff, noon.Add(-time.Hour)),
		other,
	)
	due := []string{"handoff sending", "handoff", "status 1", "status unknown", "field"}
	same(t, "due", deliverableKeys(t, s, noon, 100), due)
	same(t, "the first three", deliverableKeys(t, s, noon, 3), due[:3])
	same(t, "none", deliverableKeys(t, s, noon, 0), []string{})
	same(t, "later", deliverableKeys(t, s, later, 100),
		[]string{"handoff later", "handoff sending", "handoff", "status 1", "status unknown later", "status unknown", "field"})
}

func TestNextDelivery(t *testing.T) {
	t.Parallel()
	row := func(key, state string, notBefore time.Time) engine.OutboxRow {
		return engine.OutboxRow{Key: key, System: connectors.HubSpot, State: state, NotBefore: notBefore}
	}
	tests := []struct {
		name string
		rows []engine.OutboxRow
		want time.Time
		some bool
	}{
		{"empty", nil, time.Time{}, false},
		{"all over", []engine.OutboxRow{row("a", engine.OutboxDone, noon), row("b", engine.OutboxParked, noon), row("c", engine.OutboxSending, noon)}, time.Time{}, false},
		{"pending", []engine.OutboxRow{row("a", engine.OutboxPending, noon), row("b", engine.OutboxUnknown, noon.Add(time.Hour))}, noon, true},
		{"unknown", []engine.OutboxRow{row("a", engine.OutboxPending, noon.Add(time.Hour)), row("b", engine.OutboxUnknown, noon)}, noon, true},
		{"at once", []engine.OutboxRow{row("a", engine.OutboxPending, time.Time{}), row("b", engine.OutboxUnknown, noon)}, time.Time{}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := openTest(t)
			enqueueRows(t, s, tt.rows...)
			view(t, s, func(tx engine.Tx) error {
				next, some, err := tx.NextDelivery()
				same(t, "next", next, tt.want)
				same(t, "some", some, tt.some)
				return err
			})
		})
	}
}

func TestPutOutboxRefuses(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	enqueueRows(t, s,
		engine.OutboxRow{Key: "done", System: connectors.HubSpot, State: engine.OutboxDone},
		engine.OutboxRow{Key: "open", System: connectors.HubSpot},
	)
	tests := []struct {
		name string
		row  engine.OutboxRow
		want error
	}{
		{"a row that is not there", engine.OutboxRow{Key: "absent", State: engine.OutboxDone}, nil},
		{"to send again what is done", engine.OutboxRow{Key: "done", State: engine.OutboxPending}, ErrDelivered},
		{"a state that does not exist", engine.OutboxRow{Key: "open", State: "sent"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := s.Update(t.Context(), func(tx engine.Tx) error {
				return tx.PutOutbox([]engine.OutboxRow{{Key: "open", State: engine.OutboxParked}, tt.row})
			})
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			same(t, "due", deliverableKeys(t, s, noon, 10), []string{"open"})
		})
	}
	t.Run("done again is fine", func(t *testing.T) {
		t.Parallel()
		update(t, s, func(tx engine.Tx) error {
			return tx.PutOutbox([]engine.OutboxRow{{Key: "done", State: engine.OutboxDone, Result: "1"}})
		})
	})
}

// What a power cut must not take back makes the commit wait for the disk.
func TestForcedCommits(t *testing.T) {
	t.Parallel()
	mark := func(state string) func(tx engine.Tx) error {
		return func(tx engine.Tx) error { return tx.PutOutbox([]engine.OutboxRow{{Key: "k", State: state}}) }
	}
	tests := []struct {
		name string
		f    func(tx engine.Tx) error
		want bool
	}{
		{"marking as sending", mark(engine.OutboxSending), true},
		{"recording a result", mark(engine.OutboxDone), false},
		{"a setting", func(tx engine.Tx) error { return tx.PutSetting("paused", "yes") }, true},
		{"an account", func(tx engine.Tx) error { return tx.PutAccounts([]engine.AccountRow{{ID: "a"}}) }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := openTest(t)
			enqueueRows(t, s, engine.OutboxRow{Key: "k", System: connectors.HubSpot})
			forced := false
			update(t, s, func(tx engine.Tx) error {
				err := tt.f(tx)
				forced = tx.(*Tx).force
				return err
			})
			same(t, "forced", forced, tt.want)
		})
	}
}
