package store

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// What can be wrong with a store. Each is found with errors.Is in whatever
// this package returns.
var (
	// ErrLocked: another process runs on this store.
	ErrLocked = errors.New("store is in use")
	// ErrNewer: the file was written by a newer handoffd.
	ErrNewer = errors.New("store was written by a newer handoffd")
	// ErrOlder: the file was written by an older handoffd, and it was opened
	// for reading only, so that it cannot be brought up to date.
	ErrOlder = errors.New("store was written by an older handoffd")
	// ErrForeign: the file is a database, but not one of handoffd's.
	ErrForeign = errors.New("not a store of handoffd")
	// ErrReadOnly: the store was opened for reading only.
	ErrReadOnly = errors.New("store is open for reading only")
	// ErrClosed: the store or the transaction is over.
	ErrClosed = errors.New("store is closed")
	// ErrSecondHandoff: the account has an open handoff already (I2).
	ErrSecondHandoff = errors.New("account already has an open handoff")
	// ErrDelivered: a done outbox row was to be made undone (I2).
	ErrDelivered = errors.New("outbox row is already done")
	// ErrDangling: a link would lead to an account that is not stored.
	ErrDangling = errors.New("a link leads to an account that is not stored")
	// ErrDiskFull: there is no room for the change; nothing was changed.
	ErrDiskFull = errors.New("disk is full")
	// ErrBusy: another process held the file for longer than we wait.
	ErrBusy = errors.New("database is locked by another process")
	// ErrCorrupt: the file is damaged or is no database.
	ErrCorrupt = errors.New("database file is damaged")
)

// SQLite's result codes that a caller can do something about; see
// https://www.sqlite.org/rescode.html. The low byte is the primary code.
const (
	codeBusy       = 5
	codeLocked     = 6
	codeReadOnly   = 8
	codeCorrupt    = 11
	codeFull       = 13
	codeNotADB     = 26
	codeForeignKey = 787
)

// wrap says what was being done when err struck, and which of the sentinels
// above it is. A fault that comes of the context's end is told as its cause.
func wrap(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	}
	if kind := kindOf(err); kind != nil {
		return fmt.Errorf("%s: %w: %w", doing, kind, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func kindOf(err error) error {
	var fault *sqlite.Error
	if !errors.As(err, &fault) {
		return nil
	}
	if fault.Code() == codeForeignKey {
		return ErrDangling
	}
	switch fault.Code() & 0xff {
	case codeBusy, codeLocked:
		return ErrBusy
	case codeReadOnly:
		return ErrReadOnly
	case codeCorrupt, codeNotADB:
		return ErrCorrupt
	case codeFull:
		return ErrDiskFull
	default:
		return nil
	}
}
