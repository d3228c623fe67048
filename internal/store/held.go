package store

import (
	"database/sql"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	// A row under way is counted too: it still waits if it is refused again.
	heldWrites = `
SELECT system, kind, held, count(*), min(not_before) FROM outbox
WHERE held <> '' AND state IN ('pending', 'sending') GROUP BY system, kind, held ORDER BY system, kind, held`
	retryHeld   = `UPDATE outbox SET not_before = $3 WHERE held <> '' AND system = $1 AND held = $2 AND state = 'pending'`
	releaseHeld = `UPDATE outbox SET held = '', not_before = $3 WHERE held <> '' AND system = $1 AND held = $2 AND state = 'pending'`
)

// HeldWrites counts what waits for somebody to act, by system, kind and
// reason.
func (t *Tx) HeldWrites() ([]engine.HeldRow, error) {
	var found []engine.HeldRow
	err := t.query("reading which writes wait", heldWrites, func(rows *sql.Rows) error {
		var r engine.HeldRow
		var next int64
		err := rows.Scan((*string)(&r.System), &r.Kind, &r.Held, &r.Count, &next)
		r.NextTry = timeOf(next)
		found = append(found, r)
		return err
	})
	return found, err
}

// RetryHeld makes what waits for that reason due at a time.
func (t *Tx) RetryHeld(system connectors.System, held string, at time.Time) error {
	_, err := t.exec("putting off writes that wait", retryHeld, string(system), held, micros(at))
	return err
}

// ReleaseHeld makes what waited for that reason due.
func (t *Tx) ReleaseHeld(system connectors.System, held string, now time.Time) error {
	_, err := t.exec("trying writes again that waited", releaseHeld, string(system), held, micros(now))
	return err
}
