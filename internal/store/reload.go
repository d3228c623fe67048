package store

import (
	"database/sql"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	deleteCursor = `DELETE FROM cursors WHERE system = $1 AND object = $2`
	markSeen     = `INSERT INTO seen (system, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	clearSeen    = `DELETE FROM seen WHERE system = $1`
	unseenLinks  = `
SELECT id, account FROM links
WHERE id > $2 AND system = $1 AND object = 'account'
  AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.system = links.system AND seen.id = links.id)
ORDER BY id LIMIT $3`
)

// DeleteCursor forgets how far an object has been read.
func (t *Tx) DeleteCursor(system connectors.System, object connectors.Object) error {
	_, err := t.exec("dropping a cursor", deleteCursor, string(system), string(object))
	return err
}

// MarkSeen notes account records that a reload came across; others are ignored.
func (t *Tx) MarkSeen(refs []connectors.Ref) error {
	accounts := make([]connectors.Ref, 0, len(refs))
	for _, r := range refs {
		if r.Object == connectors.Account {
			accounts = append(accounts, r)
		}
	}
	_, err := execEach(t, "noting what was seen", markSeen, accounts, func(r connectors.Ref, buf []any) []any {
		return append(buf, string(r.System), r.ID)
	})
	return err
}

// ClearSeen forgets what was seen in a system.
func (t *Tx) ClearSeen(system connectors.System) error {
	_, err := t.exec("forgetting what was seen", clearSeen, string(system))
	return err
}

// Unseen lists links of account records that were not seen, by id.
func (t *Tx) Unseen(system connectors.System, after string, limit int) ([]engine.Link, error) {
	var found []engine.Link
	err := t.query("finding what was not seen", unseenLinks, func(rows *sql.Rows) error {
		l := engine.Link{Ref: connectors.Ref{System: system, Object: connectors.Account}}
		err := rows.Scan(&l.Ref.ID, &l.Account)
		found = append(found, l)
		return err
	}, string(system), after, limit)
	return found, err
}
