package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockedByte is far behind the process id, since Windows forbids others to
// read what is locked.
const lockedByte = 1 << 30

// tryLock takes an exclusive lock on the open file, which ends with endLock or
// when the process dies. It does not wait.
func tryLock(f *os.File) error {
	at := windows.Overlapped{Offset: lockedByte}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errHeld
	}
	return err
}

// endLock gives the lock up at once; Windows does not say how soon closing the
// file would.
func endLock(f *os.File) error {
	at := windows.Overlapped{Offset: lockedByte}
	return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, &at)
}
