package store

import (
	"context"
	"database/sql"
	"time"

	"handoffd/internal/engine"
)

const (
	addAlert   = `INSERT INTO alerts (key, channel, addressee, at, digest) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	alertsTold = `SELECT count(*) FROM alerts WHERE channel = $1 AND addressee = $2 AND digest = '' AND at > $3 AND at <= $4`
	outboxByID = `SELECT ` + outboxColumns + ` FROM outbox WHERE key = $1`
	// The second condition is the one of the index outbox_result.
	outboxHeld = `SELECT ` + outboxColumns + ` FROM outbox WHERE result = $1 AND result <> '' ORDER BY seq`
	oldAlerts  = `DELETE FROM alerts WHERE at < $1`
)

// AddAlerts adds to the ledger of alerts; what is there stays as it is.
func (t *Tx) AddAlerts(rows []engine.AlertRow) error {
	_, err := execEach(t, "keeping the ledger of alerts", addAlert, rows, func(a engine.AlertRow, buf []any) []any {
		return append(buf, a.Key, a.Channel, a.Addressee, micros(a.At), a.Digest)
	})
	return err
}

// AlertsTold counts what an addressee is told alone on a channel after one
// time and until another.
func (t *Tx) AlertsTold(channel, addressee string, after, until time.Time) (int, error) {
	var n int
	err := t.query("counting alerts", alertsTold, func(rows *sql.Rows) error { return rows.Scan(&n) },
		channel, addressee, micros(after), micros(until))
	return n, err
}

// OutboxRow finds a row by its key.
func (t *Tx) OutboxRow(key string) (row engine.OutboxRow, found bool, err error) {
	var rows []engine.OutboxRow
	if err := t.query("reading an outbox row", outboxByID, appendOutbox(&rows), key); err != nil || len(rows) == 0 {
		return row, false, err
	}
	return rows[0], true, nil
}

// OutboxHeld lists the rows that a digest carries, oldest first.
func (t *Tx) OutboxHeld(digest string) ([]engine.OutboxRow, error) {
	var found []engine.OutboxRow
	err := t.query("reading what a digest carries", outboxHeld, appendOutbox(&found), digest)
	return found, err
}

// pruneAlerts removes old entries of the ledger, which go with the outbox.
func (s *Store) pruneAlerts(ctx context.Context, before time.Time) error {
	return s.Update(ctx, func(tx engine.Tx) error {
		_, err := tx.(*Tx).exec("removing old rows", oldAlerts, micros(before))
		return err
	})
}
