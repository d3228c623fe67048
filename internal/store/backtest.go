package store

import (
	"database/sql"
	"time"

	"handoffd/internal/engine"
)

var _ engine.BacktestTx = (*Tx)(nil)

const (
	// Per account: where its log begins to matter, then the log from there.
	logsOf = `
WITH begins AS (
    SELECT k.value AS account,
      (SELECT max(at) FROM decisions WHERE account = k.value AND at <= $1 AND outcome <> 'moved') AS decided,
      (SELECT max(at) FROM decisions WHERE account = k.value AND at <= $1 AND outcome = 'moved') AS moved
    FROM json_each($3) AS k)
SELECT d.account, d.trace FROM begins AS b CROSS JOIN decisions AS d
WHERE d.account = b.account AND d.at <= $2 AND (d.at >= coalesce(b.decided, 0) OR d.at = b.moved)
ORDER BY d.account, d.at, d.seq`
	firstDecision = `SELECT at FROM decisions WHERE seq = (SELECT min(seq) FROM decisions)`
)

// Logs calls f with the traces of each account's decisions up to to, oldest
// first: those after from, and the last of both kinds before it.
func (t *Tx) Logs(accounts []string, from, to time.Time, f func(account string, trace []byte) error) error {
	return t.eachList("reading logs", logsOf, accounts, func(rows *sql.Rows) error {
		var account string
		var trace []byte
		if err := rows.Scan(&account, &trace); err != nil {
			return err
		}
		return f(account, trace)
	}, micros(from), micros(to))
}

// FirstDecision is when the oldest decision of the log was made.
func (t *Tx) FirstDecision() (at time.Time, err error) {
	err = t.query("reading the first decision", firstDecision, func(rows *sql.Rows) error {
		var stamp int64
		err := rows.Scan(&stamp)
		at = timeOf(stamp)
		return err
	})
	return at, err
}
