package store

import (
	"database/sql"
	"time"

	"handoffd/internal/engine"
)

const (
	addSummary  = `INSERT INTO summaries (handoff, stage, at, hash, text) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	summariesOf = `SELECT handoff, stage, at, hash, text FROM summaries WHERE handoff = $1 ORDER BY seq`

	addWait = `INSERT INTO waits (account, at, kind, doc) VALUES ($1, $2, $3, $4)`
	waitAt  = `SELECT account, at, kind, doc FROM waits WHERE account = $1 AND at <= $2 ORDER BY at DESC, seq DESC LIMIT 1`
	waitsAt = `
SELECT account, at, kind, doc FROM waits AS w
WHERE at <= $1 AND kind <> '' AND account <> ''
  AND seq = (SELECT seq FROM waits WHERE account = w.account AND at <= $1 ORDER BY at DESC, seq DESC LIMIT 1)`
	quietAt = `
SELECT a.key, a.channel, a.addressee, a.at, a.digest FROM outbox AS o CROSS JOIN alerts AS a ON a.key = o.key
WHERE o.account = $1 AND o.created <= $2 AND a.at > $2 ORDER BY a.at, a.key`
)

// AddSummary freezes the page of a handoff's stage.
func (t *Tx) AddSummary(r engine.SummaryRow) error {
	_, err := t.exec("freezing a summary", addSummary, r.Handoff, r.Stage, micros(r.At), r.Hash, r.Text)
	return err
}

// Summaries lists the frozen pages of a handoff, oldest first.
func (t *Tx) Summaries(handoff string) ([]engine.SummaryRow, error) {
	var found []engine.SummaryRow
	err := t.query("reading frozen summaries", summariesOf, func(rows *sql.Rows) error {
		var r engine.SummaryRow
		var at int64
		err := rows.Scan(&r.Handoff, &r.Stage, &at, &r.Hash, &r.Text)
		r.At = timeOf(at)
		found = append(found, r)
		return err
	}, handoff)
	return found, err
}

// AddWaits notes what keeps accounts from sales from now on.
func (t *Tx) AddWaits(rows []engine.WaitRow) error {
	_, err := execEach(t, "noting what waits", addWait, rows, func(r engine.WaitRow, buf []any) []any {
		return append(buf, r.Account, micros(r.At), r.Kind, string(r.Doc))
	})
	return err
}

// WaitAt returns what was noted last of an account at a time.
func (t *Tx) WaitAt(account string, at time.Time) (*engine.WaitRow, error) {
	found, err := t.waits("reading what an account waited for", waitAt, account, micros(at))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// WaitsAt lists what kept all accounts at a time.
func (t *Tx) WaitsAt(at time.Time) ([]engine.WaitRow, error) {
	return t.waits("reading what waited", waitsAt, micros(at))
}

func (t *Tx) waits(doing, query string, args ...any) ([]engine.WaitRow, error) {
	var found []engine.WaitRow
	err := t.query(doing, query, func(rows *sql.Rows) error {
		var r engine.WaitRow
		var at int64
		err := rows.Scan(&r.Account, &at, &r.Kind, &r.Doc)
		r.At = timeOf(at)
		found = append(found, r)
		return err
	}, args...)
	return found, err
}

// QuietAt lists the notices about an account that waited for their time then.
func (t *Tx) QuietAt(account string, at time.Time) ([]engine.AlertRow, error) {
	var found []engine.AlertRow
	err := t.query("reading which notices waited", quietAt, func(rows *sql.Rows) error {
		var r engine.AlertRow
		var at int64
		err := rows.Scan(&r.Key, &r.Channel, &r.Addressee, &at, &r.Digest)
		r.At = timeOf(at)
		found = append(found, r)
		return err
	}, account, micros(at))
	return found, err
}
