package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strings"

	"handoffd/connectors"
)

// redaction is one place where texts stand that may name a person: a query
// whose first columns are the row's key and the others texts, and how a row is
// put back with the key first.
type redaction struct {
	doing, query, update string
	keys                 int
}

// redactionsOfAccount are the places of one account, whose id is asked for.
func redactionsOfAccount() []redaction {
	return []redaction{
		{"redacting handoffs", `SELECT id, summary, reasons, story, outcome FROM handoffs WHERE account = $1`,
			`UPDATE handoffs SET summary = $2, reasons = $3, story = $4, outcome = $5 WHERE id = $1`, 1},
		{"redacting summaries", `SELECT s.seq, s.text FROM handoffs AS h CROSS JOIN summaries AS s ON s.handoff = h.id WHERE h.account = $1`,
			`UPDATE summaries SET text = $2 WHERE seq = $1`, 1},
		{"redacting writes", `SELECT seq, payload, error FROM outbox WHERE account = $1`,
			`UPDATE outbox SET payload = $2, error = $3 WHERE seq = $1`, 1},
		{"redacting decisions", `SELECT seq, reason, trace FROM decisions WHERE account = $1`,
			`UPDATE decisions SET reason = $2, trace = $3 WHERE seq = $1`, 1},
		{"redacting conflicts", `SELECT account, at, field, salesforce, hubspot, reason FROM conflicts WHERE account = $1`,
			`UPDATE conflicts SET salesforce = $4, hubspot = $5, reason = $6 WHERE account = $1 AND at = $2 AND field = $3`, 3},
		{"redacting lives", `SELECT id, life FROM accounts WHERE id = $1`, `UPDATE accounts SET life = $2 WHERE id = $1`, 1},
		{"redacting problems", `SELECT system, object, id, field, value, reason FROM problems WHERE id = $1 OR id IN (SELECT id FROM links WHERE account = $1)`,
			`UPDATE problems SET value = $5, reason = $6 WHERE system = $1 AND object = $2 AND id = $3 AND field = $4`, 4},
	}
}

// redactionsOfHome are the places of an account's record, whose id and system
// are asked for.
func redactionsOfHome() []redaction {
	return []redaction{
		{"redacting sales activities", `SELECT id, system, object, doc FROM sales_activities WHERE home_id = $1 AND system = $2`,
			`UPDATE sales_activities SET doc = $4 WHERE id = $1 AND system = $2 AND object = $3`, 3},
		{"redacting labels", `SELECT home_id, system, at, signal, source, label FROM points WHERE home_id = $1 AND system = $2 AND label <> ''`,
			`UPDATE points SET label = $6 WHERE home_id = $1 AND system = $2 AND at = $3 AND signal = $4 AND source = $5`, 5},
	}
}

// redactionsOfNobody are the places that belong to no account.
func redactionsOfNobody() []redaction {
	return []redaction{
		{"redacting reports", `SELECT month, doc FROM reports`, `UPDATE reports SET doc = $2 WHERE month = $1`, 1},
		{"redacting gauges", `SELECT day, doc FROM gauges`, `UPDATE gauges SET doc = $2 WHERE day = $1`, 1},
		{"redacting cases", `SELECT id, key, reason FROM match_cases`, `UPDATE match_cases SET key = $2, reason = $3 WHERE id = $1`, 1},
	}
}

const (
	// It reads whole tables, each once: nobody is forgotten often.
	accountsNaming = `
SELECT account FROM handoffs WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(summary || reasons || story || outcome), w.value))
UNION
SELECT h.account FROM summaries AS s JOIN handoffs AS h ON h.id = s.handoff
WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(s.text), w.value))
UNION
SELECT account FROM outbox WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(coalesce(CAST(payload AS TEXT), '') || error), w.value))
UNION
SELECT account FROM decisions
WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(reason || coalesce(CAST(trace AS TEXT), '')), w.value))
UNION
SELECT account FROM conflicts WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(salesforce || ' ' || hubspot || ' ' || reason), w.value))
UNION
SELECT id FROM accounts
WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(coalesce(CAST(doc AS TEXT), '') || coalesce(CAST(life AS TEXT), '')), w.value))
UNION
SELECT coalesce(l.account, p.id) FROM problems AS p LEFT JOIN links AS l ON l.id = p.id AND l.system = p.system AND l.object = 'account'
WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(p.value || ' ' || p.reason), w.value))
UNION
SELECT l.account FROM points AS p JOIN links AS l ON l.id = p.home_id AND l.system = p.system AND l.object = 'account'
WHERE p.label <> '' AND EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(p.label), w.value))
UNION
SELECT l.account FROM sales_activities AS s JOIN links AS l ON l.id = s.home_id AND l.system = s.system AND l.object = 'account'
WHERE EXISTS (SELECT 1 FROM json_each($1) AS w WHERE instr(lower(s.doc), w.value))`

	// An account is not found by a person's address any more.
	eraseKeys = `DELETE FROM match_keys WHERE instr(lower(key), lower($1))`
)

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
	for _, place := range redactionsOfAccount() {
		r.redact(place, account)
	}
	for _, home := range homes {
		for _, place := range redactionsOfHome() {
			r.redact(place, home.ID, string(home.System))
		}
	}
	if account == "" {
		for _, place := range redactionsOfNobody() {
			r.redact(place)
		}
		r.keys(words)
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

// redact cleans every row of a place.
func (r *redactor) redact(place redaction, args ...any) {
	var found [][]any
	if r.err != nil {
		return
	}
	r.err = r.t.query(place.doing, place.query, func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		err = rows.Scan(into...)
		found = append(found, row)
		return err
	}, args...)
	for _, row := range found {
		if r.err == nil && r.cleanRow(row[place.keys:]) {
			r.changed++
			_, r.err = r.t.exec(place.doing, place.update, row...)
		}
	}
}

// cleanRow cleans the columns, which stay texts or blobs as they are.
func (r *redactor) cleanRow(columns []any) (changed bool) {
	for i, column := range columns {
		switch text := column.(type) {
		case string:
			if clean, dirty := r.clean([]byte(text)); dirty {
				columns[i], changed = string(clean), true
			}
		case []byte:
			if clean, dirty := r.clean(text); dirty {
				columns[i], changed = clean, true
			}
		}
	}
	return changed
}

// keys removes what accounts were found by, where that is an address.
func (r *redactor) keys(words []string) {
	for _, w := range words {
		if r.err == nil && strings.Contains(w, "@") {
			_, r.err = r.t.exec("redacting match keys", eraseKeys, w)
		}
	}
}
