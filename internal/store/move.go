package store

import (
	"fmt"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	// A point that the other has already is dropped with the old home's rest.
	renameLevels = `UPDATE points SET source = $3 WHERE home_id = $1 AND system = $2 AND source = $4`
	movePoints   = `
INSERT INTO points (home_id, system, at, signal, source, value, label, owner)
SELECT $3, system, at, signal, source, value, label, owner FROM points WHERE home_id = $1 AND system = $2
ON CONFLICT DO NOTHING`
	dropPoints   = `DELETE FROM points WHERE home_id = $1 AND system = $2`
	moveContacts = `UPDATE contacts SET home_id = $3 WHERE home_id = $1 AND system = $2`
	// Only the counters of that CRM's records: ids of the other may be alike.
	moveReadings = `UPDATE readings SET home_id = $3 WHERE home_id = $1 AND home_id <> '' AND substr(record, 1, length($2) + 1) = $2 || '/'`
	moveSales    = `UPDATE sales_activities SET home_id = $3 WHERE home_id = $1 AND system = $2`

	addCandidateAs = `
INSERT INTO match_candidates (case_id, system, id)
SELECT case_id, system, $3 FROM match_candidates WHERE id = $1 AND system = $2
ON CONFLICT DO NOTHING`
	dropCandidate = `DELETE FROM match_candidates WHERE id = $1 AND system = $2`

	moveHandoffs    = `UPDATE handoffs SET account = $2 WHERE account = $1`
	moveDecisions   = `UPDATE decisions SET account = $2 WHERE account = $1`
	moveOutbox      = `UPDATE outbox SET account = $2 WHERE account = $1`
	moveSystemLinks = `UPDATE links SET account = $2 WHERE account = $1 AND system = $3`
	putPayload      = `UPDATE outbox SET payload = $2 WHERE key = $1 AND state <> 'done'`
)

// MoveRecord lets what hangs on one account record (points, contacts, splits,
// its place in match cases) hang on another.
func (t *Tx) MoveRecord(from, to connectors.Ref, continues bool) error {
	const doing = "moving what hangs on a record"
	if from.System != to.System || from.Object != connectors.Account || to.Object != connectors.Account {
		return fmt.Errorf("%s: %s cannot become %s", doing, from, to)
	}
	if from == to {
		return nil
	}
	system := string(from.System)
	if continues {
		if _, err := t.exec(doing, renameLevels, from.ID, system, to.String(), from.String()); err != nil {
			return err
		}
	}
	for _, query := range []string{movePoints, moveContacts, moveSales, moveReadings, addCandidateAs} {
		if _, err := t.exec(doing, query, from.ID, system, to.ID); err != nil {
			return err
		}
	}
	for _, query := range []string{dropPoints, dropCandidate} {
		if _, err := t.exec(doing, query, from.ID, system); err != nil {
			return err
		}
	}
	_, err := t.exec(doing, moveSplits(from.System), from.ID, to.ID)
	return err
}

// MoveHistory lets handoffs, decisions and writes belong to another account.
func (t *Tx) MoveHistory(from, to string) error {
	for _, query := range []string{moveHandoffs, moveDecisions, moveOutbox} {
		if _, err := t.exec("moving the history of an account", query, from, to); err != nil {
			return err
		}
	}
	return nil
}

// MoveSystemLinks is MoveLinks for the records of one system.
func (t *Tx) MoveSystemLinks(from, to string, system connectors.System) error {
	_, err := t.exec("moving links of one system", moveSystemLinks, from, to, string(system))
	return err
}

// PutPayloads replaces what is to be written by rows that are not done.
func (t *Tx) PutPayloads(rows []engine.OutboxRow) error {
	_, err := execEach(t, "changing pending writes", putPayload, rows, func(r engine.OutboxRow, buf []any) []any {
		return append(buf, r.Key, r.Payload)
	})
	return err
}
