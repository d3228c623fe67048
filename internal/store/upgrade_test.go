package store

import (
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// olderStore makes a store as the migrations up to that version left it, and
// fills it.
func olderStore(t *testing.T, version int64, statements ...string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "handoffd.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", dsn(path, writing))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, folder, goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%v: %s", err, s)
		}
	}
	return path
}

// TestOutboxFromBefore: what waited in the outbox of an older version is
// delivered as before, and what was over stays over (I2, I7).
func TestOutboxFromBefore(t *testing.T) {
	t.Parallel()
	path := olderStore(t, 88, `
INSERT INTO outbox (seq, key, account, system, kind, priority, payload, state, attempts, not_before, created, sent, result, error, held) VALUES
    (3, 'done', 'a', 'hubspot', 'create_task', 1, x'00ff', 'done', 1, 10, 11, 12, '77', '', ''),
    (5, 'parked', 'a', 'hubspot', 'create_note', 1, x'7b7d', 'parked', 2, 13, 14, 15, '', 'refused', ''),
    (6, 'sending', 'b', 'hubspot', 'alert', 2, x'7b7d', 'sending', 3, 9, 16, 17, '', '', ''),
    (7, 'unknown', 'b', 'hubspot', 'update', 4, x'7b7d', 'unknown', 4, 18, 19, 20, '', 'no answer', ''),
    (8, 'held', 'c', 'hubspot', 'update', 3, x'7b7d', 'pending', 5, 21, 22, 23, '', 'no right', '{"reason":"r"}'),
    (9, 'pending', 'c', 'hubspot', 'update', 3, NULL, 'pending', 0, 8, 24, 26, '', '', ''),
    (40, 'digested', '', 'slack', 'alert', 2, x'7b7d', 'done', 0, 7, 25, 27, 'digest/1', '', '')`,
		`INSERT INTO outbox_delivered (key) VALUES ('pruned')`)
	s := openAt(t, path, Options{})
	at := func(us int64) time.Time { return time.UnixMicro(us).UTC() }
	hubspot, none := connectors.HubSpot, []byte("{}")
	want := []engine.OutboxRow{
		{Seq: 3, Key: "done", Account: "a", System: hubspot, Kind: "create_task", Priority: 1, Payload: []byte{0, 0xff}, State: "done", Attempts: 1, NotBefore: at(10), Created: at(11), Sent: at(12), Result: "77"},
		{Seq: 5, Key: "parked", Account: "a", System: hubspot, Kind: "create_note", Priority: 1, Payload: none, State: "parked", Attempts: 2, NotBefore: at(13), Created: at(14), Sent: at(15), Error: "refused"},
		{Seq: 6, Key: "sending", Account: "b", System: hubspot, Kind: "alert", Priority: 2, Payload: none, State: "sending", Attempts: 3, NotBefore: at(9), Created: at(16), Sent: at(17)},
		{Seq: 7, Key: "unknown", Account: "b", System: hubspot, Kind: "update", Priority: 4, Payload: none, State: "unknown", Attempts: 4, NotBefore: at(18), Created: at(19), Sent: at(20), Error: "no answer"},
		{Seq: 8, Key: "held", Account: "c", System: hubspot, Kind: "update", Priority: 3, Payload: none, State: "pending", Attempts: 5, NotBefore: at(21), Created: at(22), Sent: at(23), Error: "no right", Held: `{"reason":"r"}`},
		{Seq: 9, Key: "pending", Account: "c", System: hubspot, Kind: "update", Priority: 3, State: "pending", NotBefore: at(8), Created: at(24), Sent: at(26)},
		{Seq: 40, Key: "digested", System: "slack", Kind: "alert", Priority: 2, Payload: none, State: "done", NotBefore: at(7), Created: at(25), Sent: at(27), Result: "digest/1"},
	}
	view(t, s, func(tx engine.Tx) error {
		rows, err := tx.Outbox("")
		same(t, "rows", rows, want)
		return err
	})
	same(t, "due", deliverableKeys(t, s, noon, 10), []string{"sending", "held", "pending", "unknown"})
	same(t, "new ones", enqueueRows(t, s, engine.OutboxRow{Key: "done"}, engine.OutboxRow{Key: "pruned"}, engine.OutboxRow{Key: "new", Account: "d"}), 1)
	view(t, s, func(tx engine.Tx) error {
		rows, err := tx.Outbox("d")
		if len(rows) != 1 || rows[0].Seq != 41 {
			t.Errorf("a new row is %+v, want it after the others", rows)
		}
		return err
	})
}
