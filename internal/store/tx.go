package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

var _ engine.Tx = (*Tx)(nil)

// Tx is one transaction; see engine.Tx for what its methods promise. It is
// good until the function that it was given to returns, and for one goroutine.
type Tx struct {
	// ctx is kept because the methods of engine.Tx take none: a transaction
	// belongs to one call, and ends with it.
	ctx   context.Context
	s     *session
	clock clock.Clock
	// err is the first fault of the database. SQLite may have rolled back by
	// itself then, so that any further statement would stand alone.
	err  error
	over bool
	// force makes the commit wait for the disk.
	force bool
	// trace is told of every statement, nil if nobody listens.
	trace func(query string)
}

// ready tells whether a statement may still be run.
func (t *Tx) ready(doing string) error {
	if t.over {
		return fmt.Errorf("%s: %w", doing, ErrClosed)
	}
	if t.err == nil && t.ctx.Err() != nil {
		t.err = fmt.Errorf("%s: %w", doing, context.Cause(t.ctx))
	}
	return t.err
}

// fail notes a fault after which the transaction can only be rolled back.
func (t *Tx) fail(doing string, err error) error {
	t.err = wrap(t.ctx, doing, err)
	return t.err
}

// exec runs one statement and returns how many rows it changed.
func (t *Tx) exec(doing, query string, args ...any) (int64, error) {
	if err := t.ready(doing); err != nil {
		return 0, err
	}
	stmt, err := t.s.prepare(query)
	if err != nil {
		return 0, t.fail(doing, err)
	}
	t.tell(query)
	result, err := stmt.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, t.fail(doing, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, t.fail(doing, err)
	}
	return n, nil
}

// execEach runs one statement per row and returns how many rows of the table
// changed. A prepared statement in a loop beats statements with many rows
// here: the driver looks up every parameter among all of them.
func execEach[R any](t *Tx, doing, query string, rows []R, args func(row R, buf []any) []any) (int64, error) {
	if err := t.ready(doing); err != nil || len(rows) == 0 {
		return 0, err
	}
	stmt, err := t.s.prepare(query)
	if err != nil {
		return 0, t.fail(doing, err)
	}
	var changed int64
	var buf []any
	for _, row := range rows {
		if err := t.ready(doing); err != nil {
			return changed, err
		}
		buf = args(row, buf[:0])
		t.tell(query)
		// Not t.ctx: watching it would cost the driver a goroutine per row.
		result, err := stmt.ExecContext(context.Background(), buf...)
		if err != nil {
			return changed, t.fail(doing, err)
		}
		n, err := result.RowsAffected()
		if err != nil {
			return changed, t.fail(doing, err)
		}
		changed += n
	}
	return changed, nil
}

// putEach writes every row by the first of the queries that changes something.
// One after the other, plain statements cost less than one upsert where a
// table has several indexes: before an upsert SQLite copies every page that it
// may have to restore.
func putEach[R any](t *Tx, doing string, rows []R, args func(row R, buf []any) []any, queries ...string) error {
	for i := range rows {
		for _, query := range queries {
			n, err := execEach(t, doing, query, rows[i:i+1], args)
			if err != nil {
				return err
			}
			if n > 0 {
				break
			}
		}
	}
	return nil
}

// scanFunc reads the row on which rows stands.
type scanFunc func(rows *sql.Rows) error

// query runs a query and has every row read by scan, which must not use t.
func (t *Tx) query(doing, query string, scan scanFunc, args ...any) error {
	if err := t.ready(doing); err != nil {
		return err
	}
	stmt, err := t.s.prepare(query)
	if err != nil {
		return t.fail(doing, err)
	}
	t.tell(query)
	rows, err := stmt.QueryContext(t.ctx, args...)
	if err != nil {
		return t.fail(doing, err)
	}
	for rows.Next() {
		if err := scan(rows); err != nil {
			return t.fail(doing, errors.Join(err, rows.Close()))
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return t.fail(doing, err)
	}
	return nil
}

// commit ends the transaction. An error means that nothing was changed,
// except when it comes from forcing: then the change stands but a power cut
// might undo it.
func (t *Tx) commit(log string) error {
	if err := t.ready("committing"); err != nil {
		return err
	}
	t.over = true
	if err := t.s.run("COMMIT"); err != nil {
		t.s.drop()
		return wrap(context.Background(), "committing", err)
	}
	if !t.force {
		return nil
	}
	if err := syncFile(log); err != nil {
		return fmt.Errorf("forcing the change to the disk: %w", err)
	}
	return nil
}

// rollback undoes a transaction that was not committed.
func (t *Tx) rollback() {
	if t.over {
		return
	}
	t.over = true
	// After a full disk or an interrupted write SQLite has rolled back by
	// itself and refuses to do it twice: the state is unclear, so leave it.
	if err := t.s.run("ROLLBACK"); err != nil {
		t.s.drop()
	}
}

// syncFile waits until what was written to the file is on the disk, through
// whichever handle it was written.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
