package store

import (
	"database/sql"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	putForgotten = `INSERT INTO forgotten (hash, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	people       = `
SELECT c.id, c.system, c.home_id, c.name, c.title, c.email, c.modified, coalesce(l.account, ''), 0
FROM contacts AS c LEFT JOIN links AS l ON l.id = c.home_id AND l.system = c.system AND l.object = 'account'
WHERE c.id = $1
UNION
SELECT c.id, c.system, c.home_id, c.name, c.title, c.email, c.modified, coalesce(l.account, ''), 0
FROM contacts AS c LEFT JOIN links AS l ON l.id = c.home_id AND l.system = c.system AND l.object = 'account'
WHERE lower(c.email) = $2 AND c.email <> ''
UNION
SELECT f.id, f.system, f.home_id, f.name, '', f.email, 0, coalesce(l.account, ''), 1
FROM former_people AS f LEFT JOIN links AS l ON l.id = f.home_id AND l.system = f.system AND l.object = 'account'
WHERE f.id = $1
UNION
SELECT f.id, f.system, f.home_id, f.name, '', f.email, 0, coalesce(l.account, ''), 1
FROM former_people AS f LEFT JOIN links AS l ON l.id = f.home_id AND l.system = f.system AND l.object = 'account'
WHERE lower(f.email) = $2 AND f.email <> ''
ORDER BY 9, 2, 1`
	eraseFormer   = `DELETE FROM former_people WHERE id = $1 AND system = $2`
	eraseReadings = `DELETE FROM readings WHERE record = $1`
	eraseLabels   = `UPDATE points SET label = '' WHERE source = $1 AND label <> ''`
	eraseProblems = `DELETE FROM problems WHERE system = $1 AND object = $2 AND id = $3`
	eraseMerged   = `DELETE FROM merged WHERE system = $1 AND object = $2 AND id = $3`
	eraseSources  = `UPDATE points SET source = $2 WHERE source = $1`
)

var (
	forgottenHashes = `SELECT hash FROM forgotten WHERE ` + inList("hash", 1)
	madeResults     = `SELECT result, key FROM outbox WHERE result <> '' AND ` + inList("result", 1)
)

// Made gives of the vendor's ids those that are results of our own writes,
// with the write's key.
func (t *Tx) Made(ids []string) (map[string]string, error) {
	found := map[string]string{}
	err := t.eachList("finding our own records", madeResults, ids, func(rows *sql.Rows) error {
		var id, key string
		err := rows.Scan(&id, &key)
		found[id] = key
		return err
	})
	return found, err
}

// Forgotten tells which of the hashes are of people to be forgotten.
func (t *Tx) Forgotten(hashes []string) (map[string]bool, error) {
	return t.among("reading who is forgotten", forgottenHashes, hashes)
}

// among runs a query that gives back those of the values that are there.
func (t *Tx) among(doing, query string, values []string) (map[string]bool, error) {
	found := map[string]bool{}
	err := t.eachList(doing, query, values, func(rows *sql.Rows) error {
		var value string
		err := rows.Scan(&value)
		found[value] = true
		return err
	})
	return found, err
}

// PutForgotten remembers people to be forgotten.
func (t *Tx) PutForgotten(hashes []string, at time.Time) error {
	_, err := execEach(t, "remembering who is forgotten", putForgotten, hashes, func(h string, buf []any) []any {
		return append(buf, h, micros(at))
	})
	t.force = true // a person asked for it
	return err
}

// People finds contacts, as they are and as they were, by the vendor's id or
// the e-mail address.
func (t *Tx) People(query string) ([]engine.PersonRow, error) {
	query = strings.TrimSpace(query)
	var found []engine.PersonRow
	err := t.query("finding a contact", people, func(rows *sql.Rows) error {
		p := engine.PersonRow{ContactRow: engine.ContactRow{
			Ref: connectors.Ref{Object: connectors.Contact}, Home: connectors.Ref{Object: connectors.Account},
		}}
		var modified int64
		err := rows.Scan(&p.Ref.ID, (*string)(&p.Ref.System), &p.Home.ID, &p.Name, &p.Title, &p.Email, &modified, &p.Account, &p.Former)
		p.Home.System, p.Modified = p.Ref.System, timeOf(modified)
		found = append(found, p)
		return err
	}, query, strings.ToLower(query))
	return found, err
}

// Erase removes the contact, what it was before, its counters' readings and its
// problems, and takes the labels off its points, which are alias's from now on.
func (t *Tx) Erase(ref connectors.Ref, alias string) error {
	if err := t.DeleteContacts([]connectors.Ref{ref}); err != nil {
		return err
	}
	if _, err := t.exec("erasing a contact", eraseFormer, ref.ID, string(ref.System)); err != nil {
		return err
	}
	for _, query := range []string{eraseReadings, eraseLabels} {
		if _, err := t.exec("erasing a contact", query, ref.String()); err != nil {
			return err
		}
	}
	if _, err := t.exec("erasing a contact", eraseSources, ref.String(), alias); err != nil {
		return err
	}
	for _, query := range []string{eraseProblems, eraseMerged} {
		if _, err := t.exec("erasing a contact", query, string(ref.System), string(ref.Object), ref.ID); err != nil {
			return err
		}
	}
	return nil
}
