package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

var _ engine.Store = (*Store)(nil)

// readers is how many transactions can read at once.
const readers = 4

// Store is an open store. It is safe for concurrent use.
type Store struct {
	path    string
	clock   clock.Clock
	writer  *pool // nil when open for reading only
	readers *pool

	closing sync.Once
	closed  chan struct{}

	mu   sync.Mutex // guards lock
	lock *os.File   // nil while not held
}

// Options say how to open a store.
type Options struct {
	// Clock stamps rows that come without a time of their own. Without one
	// it is the wall clock.
	Clock clock.Clock
	// ReadOnly opens a store that must be there and up to date, and never
	// writes to it, so that it can be looked at while a daemon runs on it.
	ReadOnly bool
}

// Open opens the store at path. Unless it is opened for reading only, a store
// that is not there is created, with its folder, for the present user alone,
// and an older one is brought up to date. Errors can be told apart by
// ErrNewer, ErrOlder, ErrForeign, ErrLocked (an older store is in use, so it
// cannot be brought up to date) and fs.ErrNotExist.
func Open(ctx context.Context, path string, opts Options) (*Store, error) {
	s, err := open(ctx, path, opts)
	if err != nil {
		return nil, fmt.Errorf("opening store %s: %w", path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string, opts Options) (_ *Store, err error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: absolute, clock: opts.Clock, closed: make(chan struct{})}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if err := prepareFile(absolute, opts.ReadOnly); err != nil {
		return nil, err
	}
	if err := s.bringUpToDate(ctx, opts.ReadOnly); err != nil {
		return nil, err
	}
	beside := following
	if !opts.ReadOnly {
		beside = reading
		if s.writer, err = newPool(absolute, writing, 1); err != nil {
			return nil, err
		}
	}
	if s.readers, err = newPool(absolute, beside, readers); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// prepareFile makes an empty file where there is none. SQLite gives its own
// files beside it the same mode.
func prepareFile(path string, readOnly bool) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return errors.New("it is a folder, not a file")
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist) || readOnly:
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making its folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process was faster
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// Close waits for running transactions, closes the file and gives up the
// lock. Later calls do nothing; transactions begun later fail with ErrClosed.
func (s *Store) Close() error {
	var errs []error
	s.closing.Do(func() {
		close(s.closed)
		for _, p := range []*pool{s.readers, s.writer} {
			if p != nil {
				errs = append(errs, p.close())
			}
		}
		errs = append(errs, s.unlock())
	})
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing store %s: %w", s.path, err)
	}
	return nil
}

// Update runs f in a transaction that reads and writes, and commits it if f
// returns nil; otherwise, and when f panics or ctx ends, nothing is changed.
// Updates run one after the other, so f must not call Update.
func (s *Store) Update(ctx context.Context, f func(engine.Tx) error) error {
	if s.writer == nil {
		return ErrReadOnly
	}
	return s.transact(ctx, s.writer, "BEGIN IMMEDIATE", f)
}

// View runs f in a transaction that reads one consistent state, beside any
// Update that is under way.
func (s *Store) View(ctx context.Context, f func(engine.Tx) error) error {
	return s.transact(ctx, s.readers, "BEGIN", f)
}

func (s *Store) transact(ctx context.Context, p *pool, begin string, f func(engine.Tx) error) error {
	session, err := p.take(ctx, s.closed)
	if err != nil {
		return fmt.Errorf("beginning transaction: %w", err)
	}
	defer p.give(session)
	if err := session.run(begin); err != nil {
		session.drop()
		return wrap(ctx, "beginning transaction", err)
	}
	t := &Tx{ctx: ctx, s: session, clock: s.clock, trace: traceOf(ctx)}
	defer t.rollback() // does nothing after a commit; runs on a panic as well
	if err := f(t); err != nil {
		return err
	}
	return t.commit(s.path + "-wal")
}
