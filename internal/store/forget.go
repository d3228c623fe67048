package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"html"
	"slices"
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

	textsOfHandoffs  = `SELECT id, summary, reasons, story FROM handoffs WHERE account = $1`
	redactHandoff    = `UPDATE handoffs SET summary = $2, reasons = $3, story = $4 WHERE id = $1`
	textsOfSummaries = `SELECT s.seq, s.text FROM handoffs AS h CROSS JOIN summaries AS s ON s.handoff = h.id WHERE h.account = $1`
	redactSummary    = `UPDATE summaries SET text = $2 WHERE seq = $1`
	textsOfOutbox    = `SELECT seq, payload FROM outbox WHERE account = $1`
	redactOutbox     = `UPDATE outbox SET payload = $2 WHERE seq = $1`
	textsOfDecisions = `SELECT seq, reason, trace FROM decisions WHERE account = $1`
	redactDecision   = `UPDATE decisions SET reason = $2, trace = $3 WHERE seq = $1`
	labelsOfHome     = `
SELECT at, signal, source, label FROM points WHERE home_id = $1 AND system = $2 AND label <> ''`
	// It reads whole tables, each once: nobody is forgotten often.
	accountsNaming = `
SELECT account FROM handoffs WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(summary || reasons), w.value))
UNION
SELECT h.account FROM summaries AS s JOIN handoffs AS h ON h.id = s.handoff
WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(s.text), w.value))
UNION
SELECT account FROM outbox WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(CAST(payload AS TEXT)), w.value))
UNION
SELECT account FROM decisions
WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(reason || coalesce(CAST(trace AS TEXT), '')), w.value))
UNION
SELECT l.account FROM sales_activities AS s JOIN links AS l ON l.id = s.home_id AND l.system = s.system AND l.object = 'account'
WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(s.doc), w.value))`
	redactLabel = `
UPDATE points SET label = $6 WHERE home_id = $1 AND system = $2 AND at = $3 AND signal = $4 AND source = $5`
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
// problems, and takes the labels off its points.
func (t *Tx) Erase(ref connectors.Ref) error {
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
	_, err := t.exec("erasing a contact", eraseProblems, string(ref.System), string(ref.Object), ref.ID)
	return err
}

// Redact puts text in place of each of the words wherever the account's past
// was written down.
func (t *Tx) Redact(account string, homes []connectors.Ref, words []string, text string) (int, error) {
	r := redactor{t: t, text: text}
	for _, w := range words {
		r.add(w)
	}
	if len(r.words) == 0 {
		return 0, nil
	}
	r.rows("redacting handoffs", textsOfHandoffs, redactHandoff, account)
	r.rows("redacting summaries", textsOfSummaries, redactSummary, account)
	r.rows("redacting writes", textsOfOutbox, redactOutbox, account)
	r.rows("redacting decisions", textsOfDecisions, redactDecision, account)
	for _, home := range homes {
		r.activities(home)
	}
	for _, home := range homes {
		r.labels(home)
	}
	return r.changed, r.err
}

// redactor replaces words in texts of the store.
type redactor struct {
	t       *Tx
	words   [][]byte
	text    string
	changed int
	err     error
}

func (r *redactor) add(word string) {
	for _, form := range written(word) {
		r.words = append(r.words, []byte(form))
	}
}

// written lists the forms in which a word may have been written: plain, in
// HTML, and either of them inside JSON.
func written(word string) (forms []string) {
	for _, form := range []string{word, html.EscapeString(word)} {
		quoted, err := json.Marshal(form)
		if err != nil || word == "" {
			continue
		}
		for _, f := range []string{form, string(quoted[1 : len(quoted)-1])} {
			if !slices.Contains(forms, f) {
				forms = append(forms, f)
			}
		}
	}
	return forms
}

// AccountsNaming finds the accounts in whose past one of the words stands.
func (t *Tx) AccountsNaming(words []string) (accounts []string, err error) {
	const doing = "finding who names a person"
	var forms []string
	for _, w := range words {
		forms = append(forms, written(strings.ToLower(w))...)
	}
	if len(forms) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(forms)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	err = t.query(doing, accountsNaming, func(rows *sql.Rows) error {
		var account string
		err := rows.Scan(&account)
		accounts = append(accounts, account)
		return err
	}, string(list))
	return accounts, err
}

// clean returns the text without the words; changed tells whether any was there.
func (r *redactor) clean(in []byte) (out []byte, changed bool) {
	out = in
	for _, w := range r.words {
		for from := 0; ; {
			i := indexFold(out[from:], w)
			if i < 0 {
				break
			}
			out = bytes.Join([][]byte{out[:from+i], out[from+i+len(w):]}, []byte(r.text))
			from += i + len(r.text)
			changed = true
		}
	}
	return out, changed
}

// indexFold is bytes.Index without regard to the case of ASCII letters, which
// is how e-mail addresses differ.
func indexFold(s, word []byte) int {
	for i := 0; i+len(word) <= len(s); i++ {
		if bytes.EqualFold(s[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}

// rows redacts the columns after the first of every row of a query.
func (r *redactor) rows(doing, query, update string, account string) {
	type row struct {
		key  any
		text [][]byte
	}
	var found []row
	if r.err != nil {
		return
	}
	r.err = r.t.query(doing, query, func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		one := row{text: make([][]byte, len(columns)-1)}
		into := []any{&one.key}
		for i := range one.text {
			into = append(into, &one.text[i])
		}
		err = rows.Scan(into...)
		found = append(found, one)
		return err
	}, account)
	for _, f := range found {
		if r.err != nil {
			return
		}
		args, any := []any{f.key}, false
		for i, text := range f.text {
			clean, changed := r.clean(text)
			any = any || changed
			if query == textsOfHandoffs || query == textsOfSummaries || query == textsOfDecisions && i == 0 {
				args = append(args, string(clean)) // the column holds text
			} else {
				args = append(args, clean)
			}
		}
		if any {
			r.changed++
			_, r.err = r.t.exec(doing, update, args...)
		}
	}
}

// labels redacts what the points of an account's record say of themselves.
func (r *redactor) labels(home connectors.Ref) {
	if r.err != nil {
		return
	}
	type label struct {
		at             int64
		signal, source string
		label          string
	}
	var found []label
	r.err = r.t.query("redacting labels", labelsOfHome, func(rows *sql.Rows) error {
		var l label
		err := rows.Scan(&l.at, &l.signal, &l.source, &l.label)
		found = append(found, l)
		return err
	}, home.ID, string(home.System))
	for _, l := range found {
		clean, changed := r.clean([]byte(l.label))
		if !changed || r.err != nil {
			continue
		}
		r.changed++
		_, r.err = r.t.exec("redacting labels", redactLabel, home.ID, string(home.System), l.at, l.signal, l.source, string(clean))
	}
}
