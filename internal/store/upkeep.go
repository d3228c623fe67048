package store

import (
	"database/sql"
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	linksOfAccount = `SELECT system, object, id FROM links WHERE account = $1 ORDER BY system, object, id`
	// Those that are dirty already stay so, at no cost worth a condition.
	markParkedDirty = `UPDATE accounts SET dirty = 1 WHERE id IN (SELECT account FROM outbox WHERE state = 'parked')`
	problemCount    = `SELECT count(*) FROM problems`
	troubled        = `SELECT DISTINCT system, object FROM problems`
	// Updates are not sent again as they were: their fields may have moved on,
	// and the account's next decision plans what is still needed.
	retryAllParked = `
UPDATE outbox SET state = 'pending', not_before = $1 WHERE state = 'parked' AND kind IN ('create_task', 'create_note')
  AND EXISTS (SELECT 1 FROM handoffs WHERE handoffs.account = outbox.account AND closed IS NULL)
  OR state = 'parked' AND kind = 'create_account'`
)

var retryParked = `
UPDATE outbox SET state = 'pending', not_before = $1 WHERE state = 'parked' AND kind IN ('create_task', 'create_note')
  AND EXISTS (SELECT 1 FROM handoffs WHERE handoffs.account = outbox.account AND closed IS NULL)
  AND ` + inList("account", 2)

var problemsOfRecords = `
SELECT system, object, id, field, vendor, value, reason, since, next_try FROM problems
WHERE ` + inList("id", 1) + ` ORDER BY system, object, id, field`

// ProblemsOf lists the problems of the records with these ids, whichever
// system and object they are of.
func (t *Tx) ProblemsOf(ids []string) ([]engine.ProblemRow, error) {
	var found []engine.ProblemRow
	err := t.eachList("reading problems of records", problemsOfRecords, ids, appendProblems(&found))
	return found, err
}

// ProblemCount counts all problems.
func (t *Tx) ProblemCount() (int, error) {
	var n int
	err := t.query("counting problems", problemCount, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, err
}

// LinksOf lists the records that lead to the account, old ids included.
func (t *Tx) LinksOf(account string) ([]connectors.Ref, error) {
	var found []connectors.Ref
	err := t.query("reading links", linksOfAccount, func(rows *sql.Rows) error {
		var r connectors.Ref
		err := rows.Scan((*string)(&r.System), (*string)(&r.Object), &r.ID)
		found = append(found, r)
		return err
	}, account)
	return found, err
}

// RetryParked makes parked creates of those accounts pending again, where the
// handoff that they belong to is still open.
func (t *Tx) RetryParked(accounts []string, now time.Time) error {
	const doing = "trying parked writes again"
	for chunk := range slices.Chunk(accounts, listChunk) {
		list, err := listArg(chunk)
		if err != nil {
			return t.fail(doing, err)
		}
		if _, err := t.exec(doing, retryParked, micros(now), list); err != nil {
			return err
		}
	}
	return nil
}

// RetryAllParked is RetryParked for all accounts.
func (t *Tx) RetryAllParked(now time.Time) error {
	_, err := t.exec("trying parked writes again", retryAllParked, micros(now))
	return err
}

// ObjectsInTrouble lists the systems and objects that have problems.
func (t *Tx) ObjectsInTrouble() ([]connectors.Ref, error) {
	var found []connectors.Ref
	err := t.query("reading what has problems", troubled, func(rows *sql.Rows) error {
		var r connectors.Ref
		err := rows.Scan((*string)(&r.System), (*string)(&r.Object))
		found = append(found, r)
		return err
	})
	return found, err
}

// MarkParkedDirty makes accounts with parked writes be decided anew.
func (t *Tx) MarkParkedDirty() error {
	_, err := t.exec("marking accounts with parked writes", markParkedDirty)
	return err
}
