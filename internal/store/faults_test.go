package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"handoffd/internal/engine"
)

// onWriter runs a statement on the one connection that writes.
func onWriter(t testing.TB, s *Store, statement string) {
	t.Helper()
	session, err := s.writer.take(context.Background(), s.closed)
	if err != nil {
		t.Fatal(err)
	}
	defer s.writer.give(session)
	stmt, err := session.prepare(statement)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stmt.Exec(); err != nil {
		t.Fatal(err)
	}
}

func bigAccounts(n int) []engine.AccountRow {
	rows := make([]engine.AccountRow, n)
	for i := range rows {
		rows[i] = engine.AccountRow{ID: fmt.Sprint("big-", i), Doc: make([]byte, 4096)}
	}
	return rows
}

// A full disk undoes the transaction and only that: when there is room again
// the store goes on (I7).
func TestDiskFull(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error { return tx.PutSetting("a", "1") })
	const full = "PRAGMA max_page_count = 80" // of one connection, which a fault may end
	onWriter(t, s, full)
	put := func(tx engine.Tx) error {
		if err := tx.PutSetting("a", "2"); err != nil {
			return err
		}
		return tx.PutAccounts(bigAccounts(500))
	}
	err := s.Update(t.Context(), put)
	if !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), "writing accounts") {
		t.Fatalf("got %v, want %v while writing accounts", err, ErrDiskFull)
	}
	wantSetting(t, s, "a", "1")
	// A caller that goes on after the error must not get statements through
	// one by one, now that SQLite has ended the transaction.
	onWriter(t, s, full)
	err = s.Update(t.Context(), func(tx engine.Tx) error {
		_ = put(tx)
		_ = tx.PutSetting("a", "3")
		return nil
	})
	if !errors.Is(err, ErrDiskFull) {
		t.Errorf("got %v, want %v", err, ErrDiskFull)
	}
	wantSetting(t, s, "a", "1")
	onWriter(t, s, "PRAGMA max_page_count = 100000")
	update(t, s, put)
	wantSetting(t, s, "a", "2")
}

func TestBusy(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handoffd.db")
	s, other := openAt(t, path, Options{}), openAt(t, path, Options{})
	onWriter(t, other, "PRAGMA busy_timeout = 0")
	update(t, s, func(engine.Tx) error {
		err := other.Update(t.Context(), func(tx engine.Tx) error { return tx.PutSetting("a", "1") })
		if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "beginning transaction") {
			t.Errorf("got %v, want %v while beginning", err, ErrBusy)
		}
		return nil
	})
	update(t, other, func(tx engine.Tx) error { return tx.PutSetting("a", "2") })
	wantSetting(t, s, "a", "2")
}

func TestDamagedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handoffd.db")
	s := openAt(t, path, Options{})
	update(t, s, func(tx engine.Tx) error { return tx.PutAccounts(bigAccounts(100)) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096 // the first holds the header and the schema
	for i := page; i < len(data); i++ {
		data[i] = 0xa5
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err = Open(t.Context(), path, Options{})
	if err == nil {
		err = s.View(t.Context(), func(tx engine.Tx) error {
			_, err := tx.AccountsAfter("", 100)
			return err
		})
		if closeErr := s.Close(); closeErr != nil {
			t.Error(closeErr)
		}
	}
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v, want %v", err, ErrCorrupt)
	}
}

// Errors name what was being done, and never what is in a row (I8).
func TestErrorsHoldNoContent(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	const secret = "jane.doe@customer.example"
	for name, f := range map[string]func(tx engine.Tx) error{
		"outbox": func(tx engine.Tx) error {
			_, err := tx.Enqueue([]engine.OutboxRow{{Key: "k", Payload: []byte(secret), State: secret}})
			return err
		},
		"contact": func(tx engine.Tx) error {
			return tx.PutContacts([]engine.ContactRow{{Ref: hsAccount("1"), Name: secret, Email: secret}})
		},
	} {
		err := s.Update(t.Context(), f)
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}
