package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// errHeld is what tryLock says when somebody else has the lock.
var errHeld = errors.New("lock is held")

// Lock takes the store for this process: while it is held, every other
// Lock of the same path, also in this process, fails with ErrLocked. The
// operating system gives it up when the process dies, so it never has to be
// cleared by hand; the file <path>.lock stays and means nothing by itself.
// A second call on the same Store does nothing.
func (s *Store) Lock() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock != nil {
		return nil
	}
	f, err := os.OpenFile(s.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("locking store: %w", err)
	}
	if err := tryLock(f); err != nil {
		if errors.Is(err, errHeld) {
			err = fmt.Errorf("%w by %s", ErrLocked, holder(f))
		}
		return errors.Join(fmt.Errorf("locking store: %w", err), f.Close())
	}
	// The number is for people only; the lock holds without it.
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing process id to the lock: %w", err), endLock(f), f.Close())
	}
	s.lock = f
	return nil
}

// unlock gives the lock up, if it is held.
func (s *Store) unlock() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	f := s.lock
	s.lock = nil
	// Emptied first, so that nobody is told of a process that has gone.
	err := f.Truncate(0)
	if err := errors.Join(err, endLock(f), f.Close()); err != nil {
		return fmt.Errorf("unlocking store: %w", err)
	}
	return nil
}

// holder names the process that wrote its id into the lock file.
func holder(f *os.File) string {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 32))
	if err != nil {
		return "another process"
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return "another process"
	}
	return "process " + strconv.Itoa(pid)
}
