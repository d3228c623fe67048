package store

import (
	"database/sql"

	"handoffd/internal/engine"
)

const (
	// Two conflicts of one field at one time are one.
	addConflict = `
INSERT INTO conflicts (account, field, at, salesforce, hubspot, winner, policy, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`
	conflictColumns = `account, field, at, salesforce, hubspot, winner, policy, reason`
	accountsFights  = `SELECT ` + conflictColumns + ` FROM conflicts WHERE account = $1 ORDER BY at DESC, field LIMIT $2`
	allFights       = `SELECT ` + conflictColumns + ` FROM conflicts ORDER BY at DESC, account, field LIMIT $1`
)

// AddConflicts appends to the log of conflicts.
func (t *Tx) AddConflicts(rows []engine.ConflictRow) error {
	_, err := execEach(t, "logging conflicts", addConflict, rows, func(c engine.ConflictRow, buf []any) []any {
		return append(buf, c.Account, c.Field, micros(c.At), c.Salesforce, c.HubSpot, c.Winner, c.Policy, c.Reason)
	})
	return err
}

// Conflicts lists those of an account, or of all with "", newest first, at
// most limit.
func (t *Tx) Conflicts(account string, limit int) ([]engine.ConflictRow, error) {
	if limit <= 0 {
		return nil, nil
	}
	query, args := accountsFights, []any{account, limit}
	if account == "" {
		query, args = allFights, []any{limit}
	}
	var found []engine.ConflictRow
	err := t.query("reading conflicts", query, func(rows *sql.Rows) error {
		var c engine.ConflictRow
		var at int64
		err := rows.Scan(&c.Account, &c.Field, &at, &c.Salesforce, &c.HubSpot, &c.Winner, &c.Policy, &c.Reason)
		c.At = timeOf(at)
		found = append(found, c)
		return err
	}, args...)
	return found, err
}
