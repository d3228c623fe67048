package store

import (
	"database/sql"
	"time"
)

const (
	putGauge = `
INSERT INTO gauges (day, at, doc) VALUES ($1, $2, $3)
ON CONFLICT (day) DO UPDATE SET at = excluded.at, doc = excluded.doc`
	lastGauge    = `SELECT doc FROM gauges WHERE day >= $1 AND day <= $2 ORDER BY day DESC LIMIT 1`
	freezeReport = `INSERT INTO reports (month, made, doc) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	frozenReport = `SELECT doc FROM reports WHERE month = $1`
	// The first one who had a stage is whose report it is: a stage that goes
	// to somebody else went to them first.
	stageOwners = `SELECT handoff, stage, owner FROM assignments WHERE at >= $1 ORDER BY at`
)

// PutGauge keeps how all accounts stood on a day.
func (t *Tx) PutGauge(day string, at time.Time, doc []byte) error {
	_, err := t.exec("keeping a day's count", putGauge, day, micros(at), string(doc))
	return err
}

// LastGauge returns the last one from one day to another, nil if there is none.
func (t *Tx) LastGauge(from, to string) (doc []byte, err error) {
	err = t.query("reading a day's count", lastGauge, func(rows *sql.Rows) error { return rows.Scan(&doc) }, from, to)
	return doc, err
}

// FreezeReport keeps a month's report, unless one is kept already.
func (t *Tx) FreezeReport(month string, at time.Time, doc []byte) error {
	_, err := t.exec("freezing a report", freezeReport, month, micros(at), string(doc))
	return err
}

// FrozenReport returns a month's report, nil if none is kept.
func (t *Tx) FrozenReport(month string) (doc []byte, err error) {
	err = t.query("reading a report", frozenReport, func(rows *sql.Rows) error { return rows.Scan(&doc) }, month)
	return doc, err
}

// StageOwners calls f with everybody who was given a stage at or after since,
// oldest first.
func (t *Tx) StageOwners(since time.Time, f func(handoff, stage, owner string)) error {
	return t.query("reading who was given what", stageOwners, func(rows *sql.Rows) error {
		var handoff, stage, owner string
		err := rows.Scan(&handoff, &stage, &owner)
		if err == nil {
			f(handoff, stage, owner)
		}
		return err
	}, micros(since))
}
