package store

import (
	"database/sql"
	"time"

	"handoffd/internal/engine"
)

const (
	addDecision = `
INSERT INTO decisions (account, at, policy, outcome, reason, trace) VALUES ($1, $2, $3, $4, $5, $6)`
	decisionsBefore = `
SELECT account, at, policy, outcome, reason, trace FROM decisions
WHERE account = $1 AND at <= $2 ORDER BY at DESC, seq DESC LIMIT $3`
)

// endOfTime is after every time that is stored.
const endOfTime = int64(1<<63 - 1)

// AddDecisions appends to the decision log.
func (t *Tx) AddDecisions(rows []engine.DecisionRow) error {
	_, err := execEach(t, "logging decisions", addDecision, rows, func(d engine.DecisionRow, buf []any) []any {
		return append(buf, d.Account, micros(d.At), d.Policy, d.Outcome, d.Reason, d.Trace)
	})
	return err
}

// Decisions lists the account's, newest first, made at or before at (zero for
// all), at most limit.
func (t *Tx) Decisions(account string, at time.Time, limit int) ([]engine.DecisionRow, error) {
	if limit <= 0 {
		return nil, nil
	}
	until := endOfTime
	if !at.IsZero() {
		until = micros(at)
	}
	var found []engine.DecisionRow
	err := t.query("reading decisions", decisionsBefore, func(rows *sql.Rows) error {
		var d engine.DecisionRow
		var at int64
		err := rows.Scan(&d.Account, &at, &d.Policy, &d.Outcome, &d.Reason, &d.Trace)
		d.At = timeOf(at)
		found = append(found, d)
		return err
	}, account, until, limit)
	return found, err
}
