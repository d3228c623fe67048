//go:build unix

package store

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestLockEndsThoughItsFileIsOpen: a child process has copies of all our files
// from its fork until its exec, and with them the lock, which a mere close
// would leave to it for that while.
func TestLockEndsThoughItsFileIsOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handoffd.db")
	first, second := openAt(t, path, Options{}), openAt(t, path, Options{})
	if err := first.Lock(); err != nil {
		t.Fatal(err)
	}
	child, err := unix.Dup(int(first.lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(child) })
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Lock(); err != nil {
		t.Errorf("a closed store still holds the lock: %v", err)
	}
}
