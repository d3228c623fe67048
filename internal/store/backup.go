package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup writes a copy of the store as it stands now to dest, readable by the
// present user alone. It runs beside reads and writes. A file that is there
// already is left alone and reported as fs.ErrExist. The copy is a store: put
// it in the old one's place to restore it.
func (s *Store) Backup(ctx context.Context, dest string) error {
	if err := s.backup(ctx, dest); err != nil {
		return fmt.Errorf("backing up to %s: %w", dest, err)
	}
	return nil
}

func (s *Store) backup(ctx context.Context, dest string) (err error) {
	// Absolute, because SQLite would read "file:x" as a URI.
	if dest, err = filepath.Abs(dest); err != nil {
		return err
	}
	// The name is taken first and the copy moved there when it is whole, so
	// that what stands under the name is never half a store.
	partial := dest + ".partial"
	for _, name := range []string{dest, partial} {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, removeEmptyOrPartial(name, partial)) }()
		if err := f.Close(); err != nil {
			return err
		}
	}
	if err := s.copyTo(ctx, partial); err != nil {
		return err
	}
	if err := syncFile(partial); err != nil {
		return fmt.Errorf("forcing the copy to the disk: %w", err)
	}
	return os.Rename(partial, dest)
}

// copyTo writes the last committed state into the empty file.
func (s *Store) copyTo(ctx context.Context, file string) error {
	session, err := s.readers.take(ctx, s.closed)
	if err != nil {
		return err
	}
	defer s.readers.give(session)
	// To SQLite the copy is a write; the connection serves nothing else after.
	defer session.drop()
	if err := session.run("PRAGMA query_only = 0"); err != nil {
		return wrap(ctx, "preparing the copy", err)
	}
	stmt, err := session.prepare("VACUUM INTO $1")
	if err != nil {
		return wrap(ctx, "copying", err)
	}
	if _, err := stmt.ExecContext(ctx, file); err != nil {
		return wrap(ctx, "copying", err)
	}
	return nil
}

// removeEmptyOrPartial clears what a failed backup leaves: the partial copy
// and the empty file that held its name. A whole copy stays.
func removeEmptyOrPartial(name, partial string) error {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if name == partial || info.Size() == 0 {
		return os.Remove(name)
	}
	return nil
}
