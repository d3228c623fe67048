package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID is what the first migration writes into the file's header.
const applicationID = 1751410276

// bringUpToDate makes sure that the file is a store of this version.
func (s *Store) bringUpToDate(ctx context.Context, readOnly bool) error {
	a := reading
	if readOnly {
		a = following
	}
	have, err := inspect(ctx, s.path, a)
	if err != nil {
		return err
	}
	want, err := latest()
	if err != nil {
		return err
	}
	switch {
	case have > want:
		return fmt.Errorf("%w: it has version %d and this one knows %d; install the newer handoffd again", ErrNewer, have, want)
	case have == want:
		return nil
	case readOnly:
		return fmt.Errorf("%w: it has version %d, not %d; start handoffd on it once", ErrOlder, have, want)
	}
	// Under the lock, so that a running daemon never finds other tables than
	// those it was made for, and two processes do not do this at once.
	if err := s.Lock(); err != nil {
		return fmt.Errorf("bringing it up to date: %w", err)
	}
	return errors.Join(migrate(ctx, s.path), s.unlock())
}

// inspect returns the version of the file's tables, 0 for an empty file, and
// refuses what is not a store. It looks without changing anything, because
// the path may be a slip of the pen.
func inspect(ctx context.Context, path string, a access) (version int64, err error) {
	db, err := sql.Open("sqlite", dsn(path, a))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var id, tables int64
	err = db.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id),
		(SELECT count(*) FROM sqlite_schema WHERE name <> 'goose_db_version' AND name NOT LIKE 'sqlite_%')`).Scan(&id, &tables)
	if err != nil {
		return 0, wrap(ctx, "reading its header", err)
	}
	if id == 0 && tables == 0 {
		return 0, nil
	}
	if id != applicationID {
		return 0, ErrForeign
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	if err != nil {
		return 0, wrap(ctx, "reading its version", err)
	}
	return version, nil
}

// latest is the version of the newest migration.
func latest() (int64, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, fmt.Errorf("listing migrations: %w", err)
	}
	var newest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("naming migration: %w", err)
		}
		newest = max(newest, version)
	}
	return newest, nil
}

// migrate applies what is missing, each migration in a transaction.
func migrate(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", dsn(path, writing))
	if err != nil {
		return fmt.Errorf("opening database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return wrap(ctx, "reading its journal mode", err)
	}
	if mode != "wal" {
		return fmt.Errorf("its file system cannot share a log (journal mode %q); put it on a local disk", mode)
	}
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("opening migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, folder,
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return wrap(ctx, "bringing it up to date", err)
	}
	return nil
}
