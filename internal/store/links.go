package store

import (
	"database/sql"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// A link that stays as it is is not written.
const putLink = `
INSERT INTO links (id, system, object, account) VALUES ($1, $2, $3, $4)
ON CONFLICT (id, system, object) DO UPDATE SET account = excluded.account
WHERE links.account <> excluded.account`

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
	_, err := execEach(t, "writing links", putLink, links, func(l engine.Link, buf []any) []any {
		return append(buf, l.Ref.ID, string(l.Ref.System), string(l.Ref.Object), l.Account)
	})
	return err
}
