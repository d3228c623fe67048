package store

import (
	"database/sql"
	"fmt"
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const outboxColumns = `key, seq, account, system, kind, priority, payload, state, attempts, not_before, created, sent, result, error, held`

const (
	enqueue = `
INSERT INTO outbox (key, account, system, kind, priority, payload, state, attempts, not_before, created, sent, result, error, held)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (key) DO NOTHING`
	// What is done stays done (I2).
	updateOutbox = `
UPDATE outbox SET state = $2, attempts = $3, not_before = $4, sent = $5, result = $6, error = $7, held = $8
WHERE key = $1 AND (state <> 'done' OR $2 = 'done')`
	// The states are those of the index outbox_open, here and below.
	deliverable = `
SELECT ` + outboxColumns + ` FROM outbox
WHERE system = $1 AND state NOT IN ('done', 'parked') AND (state = 'sending' OR not_before <= $2)
ORDER BY priority, seq LIMIT $3`
	outboxAll       = `SELECT ` + outboxColumns + ` FROM outbox ORDER BY seq`
	outboxOfAccount = `SELECT ` + outboxColumns + ` FROM outbox WHERE account = $1 ORDER BY seq`
	outboxWaiting   = `SELECT system, count(*) FROM outbox WHERE state NOT IN ('done', 'parked') GROUP BY system`
	nextDelivery    = `SELECT min(not_before) FROM outbox WHERE state IN ('pending', 'unknown')`
)

var deliveredKeys = `SELECT key FROM outbox_delivered WHERE ` + inList("key", 1)

// Enqueue adds the rows whose key is new and returns how many were. Keys of
// rows that were done and pruned are not new: Prune remembers them. An empty
// State means pending, a zero Created now.
func (t *Tx) Enqueue(rows []engine.OutboxRow) (int, error) {
	const doing = "filling the outbox"
	rows, err := t.withoutDelivered(doing, rows)
	if err != nil {
		return 0, err
	}
	now := t.clock.Now()
	n, err := execEach(t, doing, enqueue, rows, func(r engine.OutboxRow, buf []any) []any {
		if r.State == "" {
			r.State = engine.OutboxPending
		}
		if r.Created.IsZero() {
			r.Created = now
		}
		return append(buf, r.Key, r.Account, string(r.System), r.Kind, r.Priority, r.Payload, r.State, r.Attempts,
			micros(r.NotBefore), micros(r.Created), micros(r.Sent), r.Result, r.Error, r.Held)
	})
	return int(n), err
}

// withoutDelivered leaves out the rows whose keys Prune remembers. Asked for in
// the statement that adds them, each row would cost more.
func (t *Tx) withoutDelivered(doing string, rows []engine.OutboxRow) ([]engine.OutboxRow, error) {
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.Key
	}
	delivered, err := t.among(doing, deliveredKeys, keys)
	if err != nil || len(delivered) == 0 {
		return rows, err
	}
	return slices.DeleteFunc(slices.Clone(rows), func(r engine.OutboxRow) bool { return delivered[r.Key] }), nil
}

// Deliverable returns rows of the system that are pending or unknown and not
// before now, or sending, by priority and then by Seq, at most limit.
func (t *Tx) Deliverable(system connectors.System, now time.Time, limit int) ([]engine.OutboxRow, error) {
	if limit <= 0 {
		return nil, nil
	}
	var found []engine.OutboxRow
	err := t.query("reading the outbox", deliverable, appendOutbox(&found), string(system), micros(now), limit)
	return found, err
}

// PutOutbox updates State, Attempts, NotBefore, Sent, Result, Error and Held. A
// row that is not there is an error, and so is making a done row undone
// (ErrDelivered): either would send it twice or never. When a row is marked as
// sending, the commit waits for the disk, because the request that follows
// must not outlive the mark.
func (t *Tx) PutOutbox(rows []engine.OutboxRow) error {
	const doing = "updating the outbox"
	for i, r := range rows {
		n, err := execEach(t, doing, updateOutbox, rows[i:i+1], func(r engine.OutboxRow, buf []any) []any {
			return append(buf, r.Key, r.State, r.Attempts, micros(r.NotBefore), micros(r.Sent), r.Result, r.Error, r.Held)
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return t.fail(doing, t.whyNotUpdated(r.Key))
		}
		t.force = t.force || r.State == engine.OutboxSending
	}
	return nil
}

// whyNotUpdated explains why updateOutbox found no row.
func (t *Tx) whyNotUpdated(key string) error {
	why := fmt.Errorf("row %s is not there", key)
	err := t.query("reading an outbox row", `SELECT state FROM outbox WHERE key = $1`, func(*sql.Rows) error {
		why = fmt.Errorf("row %s: %w", key, ErrDelivered)
		return nil
	}, key)
	if err != nil {
		return err
	}
	return why
}

// Outbox lists the rows of an account, or all with "", oldest first.
func (t *Tx) Outbox(account string) ([]engine.OutboxRow, error) {
	var found []engine.OutboxRow
	var err error
	if account == "" {
		err = t.query("listing the outbox", outboxAll, appendOutbox(&found))
	} else {
		err = t.query("listing the outbox", outboxOfAccount, appendOutbox(&found), account)
	}
	return found, err
}

// OutboxWaiting counts by system the rows that are neither done nor parked.
func (t *Tx) OutboxWaiting() (map[connectors.System]int, error) {
	counts := map[connectors.System]int{}
	err := t.query("counting the outbox", outboxWaiting, func(rows *sql.Rows) error {
		var system connectors.System
		var n int
		err := rows.Scan((*string)(&system), &n)
		counts[system] = n
		return err
	})
	return counts, err
}

// NextDelivery is the earliest NotBefore of pending or unknown rows.
func (t *Tx) NextDelivery() (time.Time, bool, error) {
	var next sql.NullInt64
	err := t.query("reading the next delivery", nextDelivery, func(rows *sql.Rows) error { return rows.Scan(&next) })
	return timeOrZero(next), next.Valid, err
}

func appendOutbox(list *[]engine.OutboxRow) scanFunc {
	return func(rows *sql.Rows) error {
		var r engine.OutboxRow
		var notBefore, created, sent int64
		err := rows.Scan(&r.Key, &r.Seq, &r.Account, (*string)(&r.System), &r.Kind, &r.Priority, &r.Payload,
			&r.State, &r.Attempts, &notBefore, &created, &sent, &r.Result, &r.Error, &r.Held)
		r.NotBefore, r.Created, r.Sent = timeOf(notBefore), timeOf(created), timeOf(sent)
		*list = append(*list, r)
		return err
	}
}
