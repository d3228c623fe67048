//go:build unix

package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock takes an exclusive lock on the open file, which ends with endLock or
// when the process dies. It does not wait.
func tryLock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errHeld
	}
	return err
}

// endLock gives the lock up at once. Closing the file would not do: the lock
// is held until the last copy of the open file is closed, and a child process
// has one from its fork until its exec.
func endLock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_UN) }
