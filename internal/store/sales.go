package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"handoffd/connectors"
	"handoffd/mapping"
)

const (
	putSales = `
INSERT INTO sales_activities (id, system, object, home_id, modified, doc) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id, system, object) DO UPDATE SET home_id = excluded.home_id, modified = excluded.modified, doc = excluded.doc`
	deleteSales  = `DELETE FROM sales_activities WHERE id = $1 AND system = $2 AND object = $3`
	salesColumns = `SELECT id, object, home_id, modified, doc FROM sales_activities WHERE system = $1 AND `
)

var (
	salesOfHomes = salesColumns + inList("home_id", 2) + ` ORDER BY home_id, id`
	salesByID    = salesColumns + inList("id", 2)
)

// PutSales adds or replaces activities.
func (t *Tx) PutSales(rows []mapping.SalesActivity) error {
	const doing = "writing sales activities"
	docs := make([]string, len(rows))
	for i, a := range rows {
		if a.Home.Object != connectors.Account || a.Home.ID == "" || a.Home.System != a.Ref.System {
			return fmt.Errorf("%s: %s is no account's record of the same CRM", doing, a.Home)
		}
		doc, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("%s: encoding %s: %w", doing, a.Ref, err)
		}
		docs[i] = string(doc)
	}
	i := 0
	_, err := execEach(t, doing, putSales, rows, func(a mapping.SalesActivity, buf []any) []any {
		doc := docs[i]
		i++
		return append(buf, a.Ref.ID, string(a.Ref.System), string(a.Ref.Object), a.Home.ID, micros(a.Modified), doc)
	})
	return err
}

// DeleteSales removes activities whose records are gone.
func (t *Tx) DeleteSales(refs []connectors.Ref) error {
	_, err := execEach(t, "removing sales activities", deleteSales, refs, func(r connectors.Ref, buf []any) []any {
		return append(buf, r.ID, string(r.System), string(r.Object))
	})
	return err
}

// Sales returns the activities of the accounts' records.
func (t *Tx) Sales(homes []connectors.Ref) (map[connectors.Ref][]mapping.SalesActivity, error) {
	found := map[connectors.Ref][]mapping.SalesActivity{}
	for _, g := range groupRefs(homes) {
		err := t.sales(salesOfHomes, g, func(a mapping.SalesActivity) { found[a.Home] = append(found[a.Home], a) })
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// SalesRecords returns what is known of the records.
func (t *Tx) SalesRecords(refs []connectors.Ref) (map[connectors.Ref]mapping.SalesActivity, error) {
	found := map[connectors.Ref]mapping.SalesActivity{}
	for _, g := range groupRefs(refs) {
		err := t.sales(salesByID, g, func(a mapping.SalesActivity) {
			if a.Ref.Object == g.object {
				found[a.Ref] = a
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (t *Tx) sales(query string, g refGroup, add func(mapping.SalesActivity)) error {
	return t.eachList("reading sales activities", query, g.ids, func(rows *sql.Rows) error {
		a := mapping.SalesActivity{
			Ref:  connectors.Ref{System: g.system},
			Home: connectors.Ref{System: g.system, Object: connectors.Account},
		}
		var modified int64
		var doc []byte
		if err := rows.Scan(&a.Ref.ID, (*string)(&a.Ref.Object), &a.Home.ID, &modified, &doc); err != nil {
			return err
		}
		if err := json.Unmarshal(doc, &a); err != nil {
			return fmt.Errorf("decoding %s: %w", a.Ref, err)
		}
		a.Modified = timeOf(modified)
		add(a)
		return nil
	}, string(g.system))
}
