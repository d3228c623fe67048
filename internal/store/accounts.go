package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"handoffd/internal/engine"
)

const accountColumns = `id, name, domain, state, outcome, doc, life, dirty, due, changed, both`

// A row is written by the first of these that finds its case. Most writes
// change neither what an account is found by, nor how it is counted, nor
// whether it is there, so the first ones leave those indexes alone.
const (
	hasten      = `UPDATE accounts SET due = $1 WHERE dirty = 0 AND due IS NOT NULL AND due > $1 AND due <= $2`
	keepAccount = `
UPDATE accounts SET doc = $7, life = $8, dirty = $9, due = $10, changed = $11
WHERE id = $1 AND name = $2 AND name_key = $3 AND domain = $4 AND state = $5 AND outcome = $6 AND both = $12`
	updateAccount = `
UPDATE accounts SET state = $5, outcome = $6, doc = $7, life = $8, dirty = $9, due = $10, changed = $11, both = $12
WHERE id = $1 AND name = $2 AND name_key = $3 AND domain = $4`
	addAccount = `
INSERT INTO accounts (id, name, name_key, domain, state, outcome, doc, life, dirty, due, changed, both)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT DO NOTHING`
	renameAccount = `
UPDATE accounts SET name = $2, name_key = $3, domain = $4,
    state = $5, outcome = $6, doc = $7, life = $8, dirty = $9, due = $10, changed = $11, both = $12
WHERE id = $1`
)

var (
	accountsByID    = `SELECT ` + accountColumns + ` FROM accounts WHERE ` + inList("id", 1)
	dirtyAccounts   = `SELECT ` + accountColumns + ` FROM accounts WHERE dirty = 1 ORDER BY id LIMIT $1`
	dueAccounts     = `SELECT ` + accountColumns + ` FROM accounts WHERE dirty = 0 AND due <= $1 ORDER BY due, id LIMIT $2`
	accountsInState = `SELECT ` + accountColumns + ` FROM accounts WHERE state = $1`
	accountsAfter   = `SELECT ` + accountColumns + ` FROM accounts WHERE id > $1 ORDER BY id LIMIT $2`
)

func scanAccount(rows *sql.Rows) (a engine.AccountRow, err error) {
	var due sql.NullInt64
	var changed int64
	err = rows.Scan(&a.ID, &a.Name, &a.Domain, &a.State, &a.Outcome, &a.Doc, &a.Life, &a.Dirty, &due, &changed, &a.Both)
	a.Due, a.Changed = timeOrZero(due), timeOf(changed)
	return a, err
}

// appendAccounts adds the rows of a query to list.
func appendAccounts(list *[]engine.AccountRow) scanFunc {
	return func(rows *sql.Rows) error {
		a, err := scanAccount(rows)
		*list = append(*list, a)
		return err
	}
}

func sortByID(list []engine.AccountRow) {
	slices.SortFunc(list, func(a, b engine.AccountRow) int { return cmp.Compare(a.ID, b.ID) })
}

// Accounts returns the rows with these ids.
func (t *Tx) Accounts(ids []string) (map[string]engine.AccountRow, error) {
	found := make(map[string]engine.AccountRow, len(ids))
	err := t.eachList("reading accounts", accountsByID, ids, func(rows *sql.Rows) error {
		a, err := scanAccount(rows)
		found[a.ID] = a
		return err
	})
	return found, err
}

// AccountsToDecide returns the dirty rows by id, then the due ones by id. If
// there are more than limit, the ones that were due first are taken.
func (t *Tx) AccountsToDecide(now time.Time, limit int) ([]engine.AccountRow, error) {
	if limit <= 0 {
		return nil, nil
	}
	var dirty, due []engine.AccountRow
	if err := t.query("reading changed accounts", dirtyAccounts, appendAccounts(&dirty), limit); err != nil {
		return nil, err
	}
	if room := limit - len(dirty); room > 0 {
		if err := t.query("reading due accounts", dueAccounts, appendAccounts(&due), micros(now), room); err != nil {
			return nil, err
		}
	}
	sortByID(due)
	return append(dirty, due...), nil
}

// AccountsInState returns the rows in that state, by id.
func (t *Tx) AccountsInState(state string) ([]engine.AccountRow, error) {
	var list []engine.AccountRow
	if err := t.query("reading accounts in a state", accountsInState, appendAccounts(&list), state); err != nil {
		return nil, err
	}
	sortByID(list)
	return list, nil
}

// AccountsAfter returns the rows whose id comes after id, by id, at most limit.
func (t *Tx) AccountsAfter(id string, limit int) ([]engine.AccountRow, error) {
	if limit <= 0 {
		return nil, nil
	}
	var list []engine.AccountRow
	err := t.query("reading accounts in order", accountsAfter, appendAccounts(&list), id, limit)
	return list, err
}

// PutAccounts inserts or replaces the rows. A zero Changed becomes now.
func (t *Tx) PutAccounts(rows []engine.AccountRow) error {
	const doing = "writing accounts"
	now := t.clock.Now()
	args := func(a engine.AccountRow, buf []any) []any {
		if a.Changed.IsZero() {
			a.Changed = now
		}
		return append(buf, a.ID, a.Name, fold(a.Name), a.Domain, a.State, a.Outcome, a.Doc, a.Life,
			flag(a.Dirty), nullable(a.Due), micros(a.Changed), flag(a.Both))
	}
	for i, a := range rows {
		if a.ID == "" {
			return fmt.Errorf("%s: row %d has no id", doing, i)
		}
	}
	return putEach(t, doing, rows, args, keepAccount, updateAccount, addAccount, renameAccount)
}

// DeleteAccount removes the row. It refuses while a record leads to it.
func (t *Tx) DeleteAccount(id string) error {
	const doing = "deleting account"
	var links int
	count := func(rows *sql.Rows) error { return rows.Scan(&links) }
	if err := t.query(doing, `SELECT count(*) FROM links WHERE account = $1`, count, id); err != nil {
		return err
	}
	if links > 0 {
		return fmt.Errorf("%s %s: %d records still lead to it", doing, id, links)
	}
	_, err := t.exec(doing, `DELETE FROM accounts WHERE id = $1`, id)
	return err
}

// Hasten makes due at now what is due until then.
func (t *Tx) Hasten(now, until time.Time) error {
	_, err := t.exec("hastening what is due", hasten, micros(now), micros(until))
	return err
}

// MarkAllDirty makes every account be decided anew.
func (t *Tx) MarkAllDirty() error {
	_, err := t.exec("marking all accounts", `UPDATE accounts SET dirty = 1 WHERE dirty = 0`)
	return err
}

// AccountCounts counts accounts by State and by Outcome.
func (t *Tx) AccountCounts() (states, outcomes map[string]int, err error) {
	states, outcomes = map[string]int{}, map[string]int{}
	err = t.query("counting accounts", `SELECT state, outcome, count(*) FROM accounts GROUP BY state, outcome`, func(rows *sql.Rows) error {
		var state, outcome string
		var n int
		err := rows.Scan(&state, &outcome, &n)
		states[state] += n
		outcomes[outcome] += n
		return err
	})
	return states, outcomes, err
}
