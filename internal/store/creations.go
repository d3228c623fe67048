package store

import (
	"database/sql"
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	// The states are those of the index outbox_open.
	openCreates = ` FROM outbox WHERE outbox.system = $1 AND outbox.state NOT IN ('done', 'parked') AND outbox.kind = 'create_account'`

	creations = `
SELECT outbox.system, outbox.account, coalesce((SELECT name FROM accounts WHERE accounts.id = outbox.account), '')` + openCreates + ` ORDER BY outbox.priority, outbox.seq LIMIT $2`
	countCreations  = `SELECT count(*)` + openCreates
	createsUnderWay = `SELECT count(*)` + openCreates + ` AND outbox.state <> 'pending'`
)

var (
	retryCreations    = `UPDATE outbox SET state = 'pending', not_before = $1 WHERE state = 'parked' AND kind = 'create_account' AND ` + inList("account", 2)
	withdrawCreations = `UPDATE outbox SET state = 'parked', error = $1 WHERE state = 'pending' AND kind = 'create_account' AND ` + inList("account", 2)
)

// Creations lists and counts the records that are to be made in a CRM.
func (t *Tx) Creations(system connectors.System, limit int) (found []engine.CreateRow, all int, err error) {
	const doing = "reading which records are to be made"
	err = t.query(doing, creations, func(rows *sql.Rows) error {
		var r engine.CreateRow
		err := rows.Scan((*string)(&r.System), &r.Account, &r.Name)
		found = append(found, r)
		return err
	}, string(system), limit)
	if err != nil || len(found) < limit {
		return found, len(found), err
	}
	all, err = t.countOf(doing, countCreations, system)
	return found, all, err
}

// CreatesUnderWay counts the records of which it is not known whether they
// have been made.
func (t *Tx) CreatesUnderWay(system connectors.System) (int, error) {
	return t.countOf("counting records that are being made", createsUnderWay, system)
}

func (t *Tx) countOf(doing, query string, system connectors.System) (n int, err error) {
	err = t.query(doing, query, func(rows *sql.Rows) error { return rows.Scan(&n) }, string(system))
	return n, err
}

// RetryCreations makes parked creates of the accounts pending again.
func (t *Tx) RetryCreations(accounts []string, now time.Time) error {
	return t.eachAccounts("trying again to make records", retryCreations, micros(now), accounts)
}

// WithdrawCreations parks creates of the accounts that were not sent.
func (t *Tx) WithdrawCreations(accounts []string, why string) error {
	return t.eachAccounts("taking back records to be made", withdrawCreations, why, accounts)
}

func (t *Tx) eachAccounts(doing, statement string, first any, accounts []string) error {
	for chunk := range slices.Chunk(accounts, listChunk) {
		list, err := listArg(chunk)
		if err != nil {
			return t.fail(doing, err)
		}
		if _, err := t.exec(doing, statement, first, list); err != nil {
			return err
		}
	}
	return nil
}
