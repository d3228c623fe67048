package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Scrub rewrites the file and empties its log, so that nothing is left on the
// disk of what was deleted or replaced before. It runs beside a daemon, which
// waits meanwhile, and needs as much free space as the store takes.
func (s *Store) Scrub(ctx context.Context) error {
	if s.writer == nil {
		return ErrReadOnly
	}
	if err := scrub(ctx, s.path); err != nil {
		return fmt.Errorf("scrubbing store %s: %w", s.path, err)
	}
	return nil
}

func scrub(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", dsn(path, scrubbing))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "VACUUM"); err != nil {
		return wrap(ctx, "rewriting the file", err)
	}
	var busy, pages, moved int
	if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return wrap(ctx, "emptying the log", err)
	}
	if busy != 0 {
		return errors.New("emptying the log: somebody kept reading the store")
	}
	return nil
}
