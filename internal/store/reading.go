package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	putCursor = `
INSERT INTO cursors (system, object, cursor, loaded, through, changed) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (system, object) DO UPDATE SET cursor = excluded.cursor, loaded = excluded.loaded,
    through = excluded.through, changed = excluded.changed`
	cursorsOfSystem = `SELECT object, cursor, loaded, through, changed FROM cursors WHERE system = $1`

	putUser = `
INSERT INTO users (system, id, name, email, active, manager_id, teams, queue)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	usersOfSystem = `
SELECT id, name, email, active, manager_id, teams, queue FROM users WHERE system = $1 ORDER BY id`

	putSetting = `
INSERT INTO settings (key, value) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value`
)

// Cursors tells how far each object of the system has been read.
func (t *Tx) Cursors(system connectors.System) (map[connectors.Object]engine.CursorRow, error) {
	found := map[connectors.Object]engine.CursorRow{}
	err := t.query("reading cursors", cursorsOfSystem, func(rows *sql.Rows) error {
		c := engine.CursorRow{System: system}
		var through sql.NullInt64
		var changed int64
		err := rows.Scan((*string)(&c.Object), (*string)(&c.Cursor), &c.Loaded, &through, &changed)
		c.Through, c.Changed = timeOrZero(through), timeOf(changed)
		found[c.Object] = c
		return err
	}, string(system))
	return found, err
}

// PutCursor says how far an object has been read. It belongs in the
// transaction that writes what was read (I1). A zero Changed becomes now.
func (t *Tx) PutCursor(c engine.CursorRow) error {
	if c.Changed.IsZero() {
		c.Changed = t.clock.Now()
	}
	_, err := t.exec("writing cursor", putCursor, string(c.System), string(c.Object), string(c.Cursor),
		flag(c.Loaded), nullable(c.Through), micros(c.Changed))
	return err
}

// PutUsers makes these the users of the system; others are forgotten, so that
// nobody who has left the directory is given work.
func (t *Tx) PutUsers(system connectors.System, users []connectors.User) error {
	const doing = "writing users"
	teams := make(map[string]string, len(users))
	for _, u := range users {
		text, err := json.Marshal(u.Teams)
		if err != nil {
			return fmt.Errorf("%s: encoding the teams of %s: %w", doing, u.ID, err)
		}
		teams[u.ID] = string(text)
	}
	if _, err := t.exec(doing, `DELETE FROM users WHERE system = $1`, string(system)); err != nil {
		return err
	}
	_, err := execEach(t, doing, putUser, users, func(u connectors.User, buf []any) []any {
		return append(buf, string(system), u.ID, u.Name, u.Email, flag(u.Active), u.ManagerID, teams[u.ID], flag(u.Queue))
	})
	return err
}

// Users lists the users of the system, by id.
func (t *Tx) Users(system connectors.System) ([]connectors.User, error) {
	var found []connectors.User
	err := t.query("reading users", usersOfSystem, func(rows *sql.Rows) error {
		var u connectors.User
		var teams []byte
		if err := rows.Scan(&u.ID, &u.Name, &u.Email, &u.Active, &u.ManagerID, &teams, &u.Queue); err != nil {
			return err
		}
		if err := json.Unmarshal(teams, &u.Teams); err != nil {
			return fmt.Errorf("decoding the teams of %s: %w", u.ID, err)
		}
		found = append(found, u)
		return nil
	}, string(system))
	return found, err
}

// Setting returns the value of the key, "" if it was never set.
func (t *Tx) Setting(key string) (string, error) {
	var value string
	err := t.query("reading a setting", `SELECT value FROM settings WHERE key = $1`, func(rows *sql.Rows) error {
		return rows.Scan(&value)
	}, key)
	return value, err
}

// PutSetting sets the value of the key. Settings are what people tell a
// running daemon ("pause"), so the commit waits for the disk.
func (t *Tx) PutSetting(key, value string) error {
	_, err := t.exec("writing a setting", putSetting, key, value)
	t.force = true
	return err
}
