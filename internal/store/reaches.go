package store

import (
	"database/sql"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const putReach = `
INSERT INTO reaches (home_id, system, at) VALUES ($1, $2, $3)
ON CONFLICT (home_id, system) DO UPDATE SET at = min(at, excluded.at)`

var (
	reachesOf   = `SELECT home_id, at FROM reaches WHERE system = $1 AND ` + inList("home_id", 2)
	dropReaches = `DELETE FROM reaches WHERE home_id = $1 AND system = $2`
)

// PutReaches notes when the first event happened that waits to be judged; an
// earlier one stays.
func (t *Tx) PutReaches(rows []engine.ReachRow) error {
	_, err := execEach(t, "noting what waits to be judged", putReach, rows, func(r engine.ReachRow, buf []any) []any {
		return append(buf, r.Home.ID, string(r.Home.System), micros(r.At))
	})
	return err
}

// TakeReaches returns what is noted of the records, and forgets it.
func (t *Tx) TakeReaches(homes []connectors.Ref) ([]engine.ReachRow, error) {
	const doing = "reading what waits to be judged"
	var found []engine.ReachRow
	for _, g := range groupRefs(homes) {
		if g.object != connectors.Account {
			continue
		}
		err := t.eachList(doing, reachesOf, g.ids, func(rows *sql.Rows) error {
			r := engine.ReachRow{Home: connectors.Ref{System: g.system, Object: g.object}}
			var at int64
			err := rows.Scan(&r.Home.ID, &at)
			r.At = timeOf(at)
			found = append(found, r)
			return err
		}, string(g.system))
		if err != nil {
			return nil, err
		}
	}
	_, err := execEach(t, doing, dropReaches, found, func(r engine.ReachRow, buf []any) []any {
		return append(buf, r.Home.ID, string(r.Home.System))
	})
	return found, err
}
