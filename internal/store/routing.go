package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"handoffd/internal/engine"
)

const (
	assignmentColumns = `handoff, stage, at, person, system, owner_id, owner, source, pool, why`
	addAssignment     = `INSERT INTO assignments (` + assignmentColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	assignmentsOf     = `SELECT ` + assignmentColumns + ` FROM assignments WHERE handoff = $1 ORDER BY seq`
	assignedSince     = `SELECT person, at FROM assignments WHERE at >= $1`
	allTurns          = `SELECT pool, person, credit, last FROM turns ORDER BY pool, person`
	putTurn           = `
INSERT INTO turns (pool, person, credit, last) VALUES ($1, $2, $3, $4)
ON CONFLICT (pool, person) DO UPDATE SET credit = excluded.credit, last = excluded.last`
)

// AddAssignment notes who was given a stage of a handoff.
func (t *Tx) AddAssignment(r engine.AssignmentRow) error {
	const doing = "noting who was given a handoff"
	why, err := json.Marshal(r.Why)
	if err != nil {
		return fmt.Errorf("%s: encoding why: %w", doing, err)
	}
	_, err = t.exec(doing, addAssignment, r.Handoff, r.Stage, micros(r.At), r.Person, string(r.System), r.OwnerID, r.Owner, r.Source, r.Pool, string(why))
	return err
}

// Assignments lists those of a handoff, oldest first.
func (t *Tx) Assignments(handoff string) ([]engine.AssignmentRow, error) {
	var found []engine.AssignmentRow
	err := t.query("reading who was given a handoff", assignmentsOf, func(rows *sql.Rows) error {
		var r engine.AssignmentRow
		var at int64
		var why []byte
		err := rows.Scan(&r.Handoff, &r.Stage, &at, &r.Person, (*string)(&r.System), &r.OwnerID, &r.Owner, &r.Source, &r.Pool, &why)
		if err != nil {
			return err
		}
		r.At = timeOf(at)
		found = append(found, r)
		return json.Unmarshal(why, &found[len(found)-1].Why)
	}, handoff)
	return found, err
}

// AssignedSince calls f with everybody who was given something at or after
// since.
func (t *Tx) AssignedSince(since time.Time, f func(person string, at time.Time)) error {
	return t.query("counting who was given what", assignedSince, func(rows *sql.Rows) error {
		var person string
		var at int64
		if err := rows.Scan(&person, &at); err != nil {
			return err
		}
		f(person, timeOf(at))
		return nil
	}, micros(since))
}

// Turns is how the pools stand.
func (t *Tx) Turns() ([]engine.TurnRow, error) {
	var found []engine.TurnRow
	err := t.query("reading whose turn it is", allTurns, func(rows *sql.Rows) error {
		var r engine.TurnRow
		err := rows.Scan(&r.Pool, &r.Person, &r.Credit, &r.Last)
		found = append(found, r)
		return err
	})
	return found, err
}

// PutTurns keeps how people stand in a pool.
func (t *Tx) PutTurns(rows []engine.TurnRow) error {
	_, err := execEach(t, "keeping whose turn it is", putTurn, rows, func(r engine.TurnRow, buf []any) []any {
		return append(buf, r.Pool, r.Person, r.Credit, r.Last)
	})
	return err
}
