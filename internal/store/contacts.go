package store

import (
	"database/sql"
	"fmt"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	updateContact = `
UPDATE contacts SET name = $4, title = $5, email = $6, modified = $7, joined = $8 WHERE id = $1 AND system = $2 AND home_id = $3`
	addContact = `
INSERT INTO contacts (id, system, home_id, name, title, email, modified, joined) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING`
	moveContact = `
UPDATE contacts SET home_id = $3, name = $4, title = $5, email = $6, modified = $7, joined = $8 WHERE id = $1 AND system = $2`
	deleteContact = `DELETE FROM contacts WHERE id = $1 AND system = $2`
)

var contactsOfHomes = `
SELECT id, home_id, name, title, email, modified, joined FROM contacts
WHERE system = $1 AND ` + inList("home_id", 2) + ` ORDER BY home_id, modified DESC, id`

// PutContacts inserts or replaces people. A row's Home must be an account in
// the same CRM, or nothing for a person who has none.
func (t *Tx) PutContacts(rows []engine.ContactRow) error {
	const doing = "writing contacts"
	for _, c := range rows {
		if c.Ref.Object != connectors.Contact {
			return fmt.Errorf("%s: %s is no contact", doing, c.Ref)
		}
		none := connectors.Ref{}
		if c.Home != none && (c.Home.System != c.Ref.System || c.Home.Object != connectors.Account) {
			return fmt.Errorf("%s: %s cannot belong to %s", doing, c.Ref, c.Home)
		}
	}
	args := func(c engine.ContactRow, buf []any) []any {
		return append(buf, c.Ref.ID, string(c.Ref.System), c.Home.ID, c.Name, c.Title, c.Email, micros(c.Modified), micros(c.Joined))
	}
	return putEach(t, doing, rows, args, updateContact, addContact, moveContact)
}

// DeleteContacts removes people.
func (t *Tx) DeleteContacts(refs []connectors.Ref) error {
	_, err := execEach(t, "deleting contacts", deleteContact, refs, func(r connectors.Ref, buf []any) []any {
		return append(buf, r.ID, string(r.System))
	})
	return err
}

// Contacts returns the people of the accounts, the latest modified first.
func (t *Tx) Contacts(homes []connectors.Ref) (map[connectors.Ref][]engine.ContactRow, error) {
	found := make(map[connectors.Ref][]engine.ContactRow, len(homes))
	for _, g := range groupRefs(homes) {
		if g.object != connectors.Account {
			continue // nobody belongs to anything else
		}
		err := t.eachList("reading contacts", contactsOfHomes, g.ids, func(rows *sql.Rows) error {
			c := engine.ContactRow{
				Ref:  connectors.Ref{System: g.system, Object: connectors.Contact},
				Home: connectors.Ref{System: g.system, Object: connectors.Account},
			}
			var modified, joined int64
			err := rows.Scan(&c.Ref.ID, &c.Home.ID, &c.Name, &c.Title, &c.Email, &modified, &joined)
			c.Modified, c.Joined = timeOf(modified), timeOf(joined)
			found[c.Home] = append(found[c.Home], c)
			return err
		}, string(g.system))
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
