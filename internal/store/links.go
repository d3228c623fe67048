package store

import (
	"database/sql"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	addLink = `
INSERT INTO links (id, system, object, account) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING`
	redirectLink = `
UPDATE links SET account = $4 WHERE id = $1 AND system = $2 AND object = $3 AND account <> $4`
)

const matchedCount = `SELECT count(*) FROM accounts WHERE both = 1 AND outcome <> $1`

var linksByID = `SELECT id, account FROM links WHERE system = $1 AND object = $2 AND ` + inList("id", 3)

// Links tells which accounts the records belong to.
func (t *Tx) Links(refs []connectors.Ref) (map[connectors.Ref]string, error) {
	found := make(map[connectors.Ref]string, len(refs))
	for _, g := range groupRefs(refs) {
		err := t.eachList("reading links", linksByID, g.ids, func(rows *sql.Rows) error {
			var id, account string
			err := rows.Scan(&id, &account)
			found[connectors.Ref{System: g.system, Object: g.object, ID: id}] = account
			return err
		}, string(g.system), string(g.object))
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// PutLinks makes records lead to accounts. When the transaction is committed
// the accounts must be there; ErrDangling says that one is not.
func (t *Tx) PutLinks(links []engine.Link) error {
	args := func(l engine.Link, buf []any) []any {
		return append(buf, l.Ref.ID, string(l.Ref.System), string(l.Ref.Object), l.Account)
	}
	return putEach(t, "writing links", links, args, addLink, redirectLink)
}

// MoveLinks makes everything that leads to one account lead to another, old
// ids of merged records included. It goes before DeleteAccount.
func (t *Tx) MoveLinks(from, to string) error {
	_, err := t.exec("moving links", `UPDATE links SET account = $2 WHERE account = $1`, from, to)
	return err
}

// MatchedCount counts the accounts that have a living record in both systems,
// without those of one outcome.
func (t *Tx) MatchedCount(without string) (int, error) {
	var n int
	err := t.query("counting matched accounts", matchedCount, func(rows *sql.Rows) error { return rows.Scan(&n) }, without)
	return n, err
}
