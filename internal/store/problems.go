package store

import (
	"database/sql"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	// since is not among the updated columns: it is when the trouble began.
	putProblem = `
INSERT INTO problems (system, object, id, field, vendor, value, reason, since, next_try)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (system, object, id, field) DO UPDATE SET vendor = excluded.vendor, value = excluded.value,
    reason = excluded.reason, next_try = excluded.next_try`
	// The whole list is wanted: the range, into which every system falls, has
	// it read along the key, which is in the order of the list.
	allProblems = `
SELECT system, object, id, field, vendor, value, reason, since, next_try FROM problems
WHERE system >= '' ORDER BY system, object, id, field`
)

var (
	settleProblems   = `DELETE FROM problems WHERE system = $1 AND object = $2 AND id = $3 AND NOT (` + inList("field", 4) + `)`
	recordsInTrouble = `SELECT DISTINCT id FROM problems WHERE system = $1 AND object = $2 AND ` + inList("id", 3)
)

// PutProblems adds or renews problems. Since of one that stands stays; a zero
// Since of a new one becomes now.
func (t *Tx) PutProblems(rows []engine.ProblemRow) error {
	now := t.clock.Now()
	_, err := execEach(t, "parking problems", putProblem, rows, func(p engine.ProblemRow, buf []any) []any {
		if p.Since.IsZero() {
			p.Since = now
		}
		return append(buf, string(p.Ref.System), string(p.Ref.Object), p.Ref.ID, p.Field, p.Vendor, p.Value, p.Reason,
			micros(p.Since), nullable(p.NextTry))
	})
	return err
}

// SettleProblems removes the problems of a record except on the fields
// listed; "" among them is the problem of the whole record.
func (t *Tx) SettleProblems(ref connectors.Ref, except []string) error {
	const doing = "settling problems"
	if except == nil {
		except = []string{} // the list of no fields, not the absence of a list
	}
	fields, err := listArg(except)
	if err != nil {
		return t.fail(doing, err)
	}
	_, err = t.exec(doing, settleProblems, string(ref.System), string(ref.Object), ref.ID, fields)
	return err
}

// Problems lists them all by system, object, id and field.
func (t *Tx) Problems() ([]engine.ProblemRow, error) {
	var found []engine.ProblemRow
	err := t.query("reading problems", allProblems, appendProblems(&found))
	return found, err
}

// appendProblems adds the rows of a query to list.
func appendProblems(list *[]engine.ProblemRow) scanFunc {
	return func(rows *sql.Rows) error {
		var p engine.ProblemRow
		var since int64
		var next sql.NullInt64
		err := rows.Scan((*string)(&p.Ref.System), (*string)(&p.Ref.Object), &p.Ref.ID, &p.Field,
			&p.Vendor, &p.Value, &p.Reason, &since, &next)
		p.Since, p.NextTry = timeOf(since), timeOrZero(next)
		*list = append(*list, p)
		return err
	}
}

// ProblemRefs tells which of the records have any problem.
func (t *Tx) ProblemRefs(refs []connectors.Ref) (map[connectors.Ref]bool, error) {
	found := map[connectors.Ref]bool{}
	for _, g := range groupRefs(refs) {
		err := t.eachList("reading records with problems", recordsInTrouble, g.ids, func(rows *sql.Rows) error {
			r := connectors.Ref{System: g.system, Object: g.object}
			err := rows.Scan(&r.ID)
			found[r] = true
			return err
		}, string(g.system), string(g.object))
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
