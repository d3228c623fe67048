package store

import (
	"database/sql"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	putActivityRead = `
INSERT INTO activity_reads (id, system, object, home_id, modified) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id, system, object) DO UPDATE SET home_id = excluded.home_id, modified = excluded.modified`
	// A point that the other has already is dropped with the rest.
	renameSource = `
UPDATE points SET source = $4 WHERE home_id = $1 AND system = $2 AND source = $3 AND NOT EXISTS (
    SELECT 1 FROM points AS p WHERE p.home_id = $1 AND p.system = $2 AND p.at = points.at AND p.signal = points.signal AND p.source = $4)`
	putMerged = `
INSERT INTO merged (id, system, object, at) VALUES ($1, $2, $3, $4) ON CONFLICT (id, system, object) DO UPDATE SET at = max(at, excluded.at)`
	dropSource = `DELETE FROM points WHERE home_id = $1 AND system = $2 AND source = $3`
)

var (
	contactsByID  = `SELECT id, home_id, name, title, email, modified, joined FROM contacts WHERE system = $1 AND ` + inList("id", 2)
	activityReads = `SELECT id, home_id, modified FROM activity_reads WHERE system = $1 AND object = $2 AND ` + inList("id", 3)
	mergedAt      = `SELECT id, at FROM merged WHERE system = $1 AND object = $2 AND ` + inList("id", 3)
	dropPointsOf  = `DELETE FROM points WHERE home_id = $1 AND system = $2 AND source = $3 AND ` + inList("signal", 4)
)

// ContactRecords returns what is known of the contacts.
func (t *Tx) ContactRecords(refs []connectors.Ref) (map[connectors.Ref]engine.ContactRow, error) {
	found := map[connectors.Ref]engine.ContactRow{}
	for _, g := range groupRefs(refs) {
		if g.object != connectors.Contact {
			continue
		}
		err := t.eachList("reading contacts", contactsByID, g.ids, func(rows *sql.Rows) error {
			c := engine.ContactRow{Ref: connectors.Ref{System: g.system, Object: g.object}}
			var home string
			var modified, joined int64
			err := rows.Scan(&c.Ref.ID, &home, &c.Name, &c.Title, &c.Email, &modified, &joined)
			c.Home, c.Modified, c.Joined = homeOf(g.system, home), timeOf(modified), timeOf(joined)
			found[c.Ref] = c
			return err
		}, string(g.system))
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// homeOf is an account's record, or none.
func homeOf(system connectors.System, id string) connectors.Ref {
	if id == "" {
		return connectors.Ref{}
	}
	return connectors.Ref{System: system, Object: connectors.Account, ID: id}
}

// ActivityReads returns what is remembered of the records.
func (t *Tx) ActivityReads(refs []connectors.Ref) (map[connectors.Ref]engine.ActivityRead, error) {
	found := map[connectors.Ref]engine.ActivityRead{}
	for _, g := range groupRefs(refs) {
		err := t.eachList("reading what was known of activities", activityReads, g.ids, func(rows *sql.Rows) error {
			r := engine.ActivityRead{Ref: connectors.Ref{System: g.system, Object: g.object}}
			var home string
			var modified int64
			err := rows.Scan(&r.Ref.ID, &home, &modified)
			r.Home, r.Modified = homeOf(g.system, home), timeOf(modified)
			found[r.Ref] = r
			return err
		}, string(g.system), string(g.object))
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// PutActivityReads remembers activities.
func (t *Tx) PutActivityReads(rows []engine.ActivityRead) error {
	_, err := execEach(t, "remembering activities", putActivityRead, rows, func(r engine.ActivityRead, buf []any) []any {
		return append(buf, r.Ref.ID, string(r.Ref.System), string(r.Ref.Object), r.Home.ID, micros(r.Modified))
	})
	return err
}

// DropPoints removes an account's points of these signals that were read from
// a record.
func (t *Tx) DropPoints(home connectors.Ref, source string, signals []string) error {
	const doing = "removing points"
	list, err := listArg(signals)
	if err != nil {
		return t.fail(doing, err)
	}
	_, err = t.exec(doing, dropPointsOf, home.ID, string(home.System), source, list)
	return err
}

// RenameSource lets an account's points that were read from one record be
// another's. A point that the other has already is dropped.
func (t *Tx) RenameSource(home connectors.Ref, from, to string) error {
	if _, err := t.exec("moving points of a contact", renameSource, home.ID, string(home.System), from, to); err != nil {
		return err
	}
	_, err := t.exec("moving points of a contact", dropSource, home.ID, string(home.System), from)
	return err
}

// PutMerged notes the stamp with which a record was merged away.
func (t *Tx) PutMerged(ref connectors.Ref, at time.Time) error {
	_, err := t.exec("noting a merge", putMerged, ref.ID, string(ref.System), string(ref.Object), micros(at))
	return err
}

// MergedAt gives those stamps.
func (t *Tx) MergedAt(refs []connectors.Ref) (map[connectors.Ref]time.Time, error) {
	found := map[connectors.Ref]time.Time{}
	for _, g := range groupRefs(refs) {
		err := t.eachList("reading merges", mergedAt, g.ids, func(rows *sql.Rows) error {
			ref := connectors.Ref{System: g.system, Object: g.object}
			var at int64
			err := rows.Scan(&ref.ID, &at)
			found[ref] = timeOf(at)
			return err
		}, string(g.system), string(g.object))
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
