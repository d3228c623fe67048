package store

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// counts is how many of childWrite's rows there are of each kind.
type counts struct{ Accounts, Outbox, Decisions, Cursor int }

func countRows(t *testing.T, s *Store) (c counts) {
	t.Helper()
	view(t, s, func(tx engine.Tx) error {
		accounts, err := tx.AccountsAfter("", 1_000_000)
		outbox, outboxErr := tx.Outbox("")
		decisions, decisionsErr := tx.Decisions("all", time.Time{}, 1_000_000)
		cursors, cursorsErr := tx.Cursors(connectors.HubSpot)
		last, numberErr := strconv.Atoi(string(cursors[connectors.Account].Cursor))
		c = counts{len(accounts), len(outbox), len(decisions), last + 1}
		return errors.Join(err, outboxErr, decisionsErr, cursorsErr, numberErr)
	})
	return c
}

func all(n int) counts { return counts{n, n, n, n} }

// intact lets SQLite check every page and index of the file.
func intact(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var result string
	err = db.QueryRow("PRAGMA integrity_check").Scan(&result)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	same(t, "integrity", result, "ok")
}

// I7: a process that is killed in the middle of a transaction leaves exactly
// what it had committed, and the next one goes on from there.
func TestKilledInTransaction(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]Options{"opened for writing": {}, "opened for reading first": {ReadOnly: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "handoffd.db")
			c := startChild(t, "half", path)
			same(t, "child", c.line(t), "half")
			c.kill()
			same(t, "rows", countRows(t, openAt(t, path, opts)), all(3))
			s := openAt(t, path, Options{})
			update(t, s, func(tx engine.Tx) error { return childWrite(tx, 3) })
			same(t, "rows after going on", countRows(t, s), all(4))
			intact(t, path)
		})
	}
}

// Killed at any moment, several times over: never less than what was reported
// as committed, never half of anything.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handoffd.db")
	for _, lines := range []int{1, 40, 7, 150} {
		c := startChild(t, "busy", path)
		last := ""
		for range lines {
			last = c.line(t)
		}
		c.kill()
		reported, err := strconv.Atoi(last)
		if err != nil {
			t.Fatal(err)
		}
		s := openAt(t, path, Options{})
		got := countRows(t, s)
		// The child starts from zero each time: accounts and outbox rows are
		// written over, decisions add up.
		if got.Cursor < reported+1 {
			t.Errorf("%d transactions were reported, %d are there", reported+1, got.Cursor)
		}
		if got.Accounts != got.Outbox || got.Accounts < got.Cursor {
			t.Errorf("half a transaction: %+v", got)
		}
		update(t, s, func(tx engine.Tx) error { return tx.PutSetting(fmt.Sprint("after ", lines), "fine") })
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		intact(t, path)
	}
}
