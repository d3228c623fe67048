package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"handoffd/internal/engine"
)

const handoffColumns = `id, account, rule, type, stage, policy, opened, closed, outcome,
    system, owner_id, owner, due, reasons, summary, hash, story, segment, signal_at, met_at, queued`

const (
	putHandoff = `
INSERT INTO handoffs (` + handoffColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
ON CONFLICT (id) DO UPDATE SET
    account = excluded.account, rule = excluded.rule, type = excluded.type, stage = excluded.stage,
    policy = excluded.policy, opened = excluded.opened, closed = excluded.closed, outcome = excluded.outcome,
    system = excluded.system, owner_id = excluded.owner_id, owner = excluded.owner, due = excluded.due,
    reasons = excluded.reasons, summary = excluded.summary, hash = excluded.hash, story = excluded.story,
    segment = excluded.segment, signal_at = excluded.signal_at, met_at = excluded.met_at, queued = excluded.queued`
	openHandoff   = `SELECT ` + handoffColumns + ` FROM handoffs WHERE account = $1 AND closed IS NULL`
	openHandoffID = `SELECT id FROM handoffs WHERE account = $1 AND closed IS NULL`
	putStory      = `UPDATE handoffs SET story = $2 WHERE account = $1 AND closed IS NULL`
	handoffsSince = `SELECT ` + handoffColumns + ` FROM handoffs WHERE opened >= $1 ORDER BY opened, id`
)

// PutHandoff inserts or replaces the handoff. ErrSecondHandoff says that the
// account has another one that is open; the transaction can go on after it.
func (t *Tx) PutHandoff(h engine.HandoffRow) error {
	const doing = "writing handoff"
	if h.Closed.IsZero() {
		// The unique index would refuse it as well, but not by name.
		open := ""
		err := t.query(doing, openHandoffID, func(rows *sql.Rows) error { return rows.Scan(&open) }, h.Account)
		if err != nil {
			return err
		}
		if open != "" && open != h.ID {
			return fmt.Errorf("%s %s: %w (%s)", doing, h.ID, ErrSecondHandoff, open)
		}
	}
	reasons, err := json.Marshal(h.Reasons)
	if err != nil {
		return fmt.Errorf("%s %s: encoding its reasons: %w", doing, h.ID, err)
	}
	_, err = t.exec(doing, putHandoff, h.ID, h.Account, h.Rule, h.Type, h.Stage, h.Policy,
		micros(h.Opened), nullable(h.Closed), h.Outcome, string(h.System), h.OwnerID, h.Owner,
		nullable(h.Due), string(reasons), h.Summary, h.Hash, string(h.Story),
		textOrNull(h.Segment), nullable(h.SignalAt), nullable(h.MetAt), h.Queued.Microseconds())
	return err
}

// PutStory replaces the story of the account's open handoff, if it has one.
func (t *Tx) PutStory(account string, story []byte) error {
	_, err := t.exec("writing the story of a handoff", putStory, account, string(story))
	return err
}

// OpenHandoff returns the account's open handoff, nil if it has none.
func (t *Tx) OpenHandoff(account string) (*engine.HandoffRow, error) {
	var found []engine.HandoffRow
	if err := t.query("reading open handoff", openHandoff, appendHandoffs(&found), account); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, nil
	}
	return &found[0], nil
}

// Handoffs lists those opened at or after since, oldest first.
func (t *Tx) Handoffs(since time.Time) ([]engine.HandoffRow, error) {
	var found []engine.HandoffRow
	err := t.query("reading handoffs", handoffsSince, appendHandoffs(&found), micros(since))
	return found, err
}

func appendHandoffs(list *[]engine.HandoffRow) scanFunc {
	return func(rows *sql.Rows) error {
		var h engine.HandoffRow
		var opened int64
		var closed, due sql.NullInt64
		var reasons []byte
		var story string
		var c times
		err := rows.Scan(&h.ID, &h.Account, &h.Rule, &h.Type, &h.Stage, &h.Policy, &opened, &closed, &h.Outcome,
			(*string)(&h.System), &h.OwnerID, &h.Owner, &due, &reasons, &h.Summary, &h.Hash, &story,
			&c.segment, &c.signal, &c.met, &c.wait)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(reasons, &h.Reasons); err != nil {
			return fmt.Errorf("decoding the reasons of %s: %w", h.ID, err)
		}
		if story != "" {
			h.Story = []byte(story)
		}
		h.Opened, h.Closed, h.Due = timeOf(opened), timeOrZero(closed), timeOrZero(due)
		h.HandoffTimes = c.row()
		*list = append(*list, h)
		return nil
	}
}
