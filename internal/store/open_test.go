package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"handoffd/internal/engine"
)

func TestOpenCreatesPrivateFiles(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file modes")
	}
	folder := filepath.Join(t.TempDir(), "a", "data")
	path := filepath.Join(folder, "handoffd.db")
	s := openAt(t, path, Options{})
	update(t, s, func(tx engine.Tx) error { return tx.PutSetting("a", "1") })
	if err := s.Lock(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{
		folder: 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600, path + ".lock": 0o600,
	} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}

func TestOpenTakesAnyPath(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"50% off?.db", "a#b&c=d.db", "file:x.db", "ünï.db", "a b.db"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), name)
			s := openAt(t, path, Options{})
			update(t, s, func(tx engine.Tx) error { return tx.PutSetting("a", "1") })
			if _, err := os.Stat(path); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestOpenAgainKeepsRows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handoffd.db")
	s := openAt(t, path, Options{})
	update(t, s, func(tx engine.Tx) error { return tx.PutSetting("a", "1") })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantSetting(t, openAt(t, path, Options{}), "a", "1")
	wantSetting(t, openAt(t, path, Options{ReadOnly: true}), "a", "1")
}

func wantSetting(t testing.TB, s *Store, key, want string) {
	t.Helper()
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Setting(key)
		if got != want {
			t.Errorf("setting %s is %q, want %q", key, got, want)
		}
		return err
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	run := func(statement string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			if err := openAt(t, path, Options{}).Close(); err != nil {
				t.Fatal(err)
			}
			execRaw(t, path, statement)
		}
	}
	tests := []struct {
		name    string
		prepare func(t *testing.T, path string)
		opts    Options
		want    error
		says    string
	}{
		{"missing, for reading", func(*testing.T, string) {}, Options{ReadOnly: true}, fs.ErrNotExist, ""},
		{"newer", run(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`), Options{}, ErrNewer, "version 99"},
		{"newer, for reading", run(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`), Options{ReadOnly: true}, ErrNewer, "version 99"},
		{"older, for reading", run(`DELETE FROM goose_db_version WHERE version_id > 0`), Options{ReadOnly: true}, ErrOlder, "version 0"},
		{"another program's", func(t *testing.T, path string) { execRaw(t, path, `CREATE TABLE notes (text)`) }, Options{}, ErrForeign, ""},
		{"no database", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 500)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, Options{}, ErrCorrupt, ""},
		{"a folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, Options{}, nil, "it is a folder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "handoffd.db")
			tt.prepare(t, path)
			s, err := Open(context.Background(), path, tt.opts)
			if err == nil {
				t.Fatal("opened", s.Close())
			}
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %q does not say %q and the path", err, tt.says)
			}
		})
	}
}

// A database of another program is only looked at: not even its journal mode
// may change.
func TestOpenLeavesForeignFileAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "other.db")
	execRaw(t, path, `CREATE TABLE notes (text)`)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), path, Options{}); !errors.Is(err, ErrForeign) {
		t.Fatalf("got %v, want %v", err, ErrForeign)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Error("the file was changed")
	}
}

// execRaw runs a statement on the file behind the store's back.
func execRaw(t testing.TB, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func TestMigrationsMatchTheHeader(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	version, err := inspect(context.Background(), s.path, reading)
	if err != nil {
		t.Fatal(err)
	}
	want, err := latest()
	if err != nil {
		t.Fatal(err)
	}
	if version != want || want < 1 {
		t.Errorf("a new store has version %d, want %d", version, want)
	}
}

// A store must not be brought up to date under a daemon that runs on it.
func TestOpenOlderStoreInUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handoffd.db")
	running := openAt(t, path, Options{})
	if err := running.Lock(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), path, Options{}); err != nil {
		t.Fatalf("a store that is up to date can be opened beside a daemon: %v", err)
	}
	execRaw(t, path, `DELETE FROM goose_db_version WHERE version_id > 0`)
	if _, err := Open(context.Background(), path, Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v, want %v", err, ErrLocked)
	}
}

func TestReadOnlyStore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handoffd.db")
	writer := openAt(t, path, Options{})
	reader := openAt(t, path, Options{ReadOnly: true})
	update(t, writer, func(tx engine.Tx) error { return tx.PutSetting("a", "1") })
	wantSetting(t, reader, "a", "1")
	if err := reader.Update(context.Background(), func(engine.Tx) error { return nil }); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Update gives %v, want %v", err, ErrReadOnly)
	}
	for name, s := range map[string]*Store{"store for reading": reader, "View of a store": writer} {
		err := s.View(context.Background(), func(tx engine.Tx) error { return tx.PutSetting("a", "2") })
		if !errors.Is(err, ErrReadOnly) {
			t.Errorf("writing in a %s gives %v, want %v", name, err, ErrReadOnly)
		}
	}
	wantSetting(t, writer, "a", "1")
}

func TestClosedStore(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	nothing := func(engine.Tx) error { return nil }
	if err := s.Update(context.Background(), nothing); !errors.Is(err, ErrClosed) {
		t.Errorf("Update gives %v, want %v", err, ErrClosed)
	}
	if err := s.View(context.Background(), nothing); !errors.Is(err, ErrClosed) {
		t.Errorf("View gives %v, want %v", err, ErrClosed)
	}
}

// Close waits for what runs; it does not pull the file from under it.
func TestCloseWaitsForTransactions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handoffd.db")
	s := openAt(t, path, Options{})
	closed := make(chan error)
	update(t, s, func(tx engine.Tx) error {
		go func() { closed <- s.Close() }()
		<-s.closed // Close has begun
		return tx.PutSetting("a", "1")
	})
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	wantSetting(t, openAt(t, path, Options{}), "a", "1")
}
