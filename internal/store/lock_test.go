package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"handoffd/internal/engine"
)

func wantLocked(t *testing.T, s *Store, pid int) {
	t.Helper()
	err := s.Lock()
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprint("process ", pid)) {
		t.Errorf("got %v, want %v by process %d", err, ErrLocked, pid)
	}
}

func TestLockBetweenProcesses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handoffd.db")
	s := openAt(t, path, Options{})
	c := startChild(t, "lock", path)
	same(t, "child", c.line(t), "locked")
	wantLocked(t, s, c.cmd.Process.Pid)
	// Others may still look and leave messages, as "pause" does.
	update(t, s, func(tx engine.Tx) error { return tx.PutSetting("paused", "yes") })
	c.kill()
	if err := s.Lock(); err != nil {
		t.Errorf("a dead process still holds the lock: %v", err)
	}
}

func TestLockWithinProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handoffd.db")
	first, second := openAt(t, path, Options{}), openAt(t, path, Options{})
	for range 2 {
		if err := first.Lock(); err != nil {
			t.Fatal(err)
		}
	}
	wantLocked(t, second, os.Getpid())
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Lock(); err != nil {
		t.Errorf("a closed store still holds the lock: %v", err)
	}
}

// The file may be left over, and hold anything: only the lock on it counts.
func TestLockFileLeftOver(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "999999\n", "nonsense"} {
		path := filepath.Join(t.TempDir(), "handoffd.db")
		if err := os.WriteFile(path+".lock", []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := openAt(t, path, Options{}).Lock(); err != nil {
			t.Errorf("with %q in it: %v", content, err)
		}
	}
}

func TestHolder(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{"": "another process", "x": "another process", "12\n": "process 12", "12": "process 12"} {
		path := filepath.Join(t.TempDir(), "lock")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		same(t, content, holder(f), want)
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
