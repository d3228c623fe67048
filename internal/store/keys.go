package store

import (
	"database/sql"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	addKey = `
INSERT INTO match_keys (rule, key, system, object, id) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING`
	removeKey    = `DELETE FROM match_keys WHERE rule = $1 AND key = $2 AND system = $3 AND object = $4 AND id = $5`
	recordsByKey = `SELECT object, id FROM match_keys WHERE rule = $1 AND key = $2 AND system = $3 ORDER BY object, id`
)

var keysOfRecords = `SELECT rule, key, id FROM match_keys WHERE system = $1 AND object = $2 AND ` + inList("id", 3)

// PutKeys replaces what the records are compared by under the rules that the
// rows name: an empty Key leaves the record without one. Other rules' keys
// stay as they are. Keys rarely change, so what stands is read first and only
// the difference is written.
func (t *Tx) PutKeys(keys []engine.MatchKey) error {
	const doing = "writing match keys"
	named := make(map[engine.MatchKey]bool, len(keys)) // by record and rule
	refs := make([]connectors.Ref, len(keys))
	for i, k := range keys {
		named[engine.MatchKey{Ref: k.Ref, Rule: k.Rule}] = true
		refs[i] = k.Ref
	}
	stale := make(map[engine.MatchKey]bool, len(keys))
	for _, g := range groupRefs(refs) {
		err := t.eachList(doing, keysOfRecords, g.ids, func(rows *sql.Rows) error {
			k := engine.MatchKey{Ref: connectors.Ref{System: g.system, Object: g.object}}
			err := rows.Scan(&k.Rule, &k.Key, &k.Ref.ID)
			if named[engine.MatchKey{Ref: k.Ref, Rule: k.Rule}] {
				stale[k] = true
			}
			return err
		}, string(g.system), string(g.object))
		if err != nil {
			return err
		}
	}
	fresh, gone := difference(stale, keys)
	if _, err := execEach(t, doing, removeKey, gone, keyArgs); err != nil {
		return err
	}
	_, err := execEach(t, doing, addKey, fresh, keyArgs)
	return err
}

// difference tells which of the wanted keys are not yet there, and which of
// those that are there are no longer wanted. It empties there of the others.
func difference(there map[engine.MatchKey]bool, wanted []engine.MatchKey) (fresh, gone []engine.MatchKey) {
	for _, k := range wanted {
		if _, stands := there[k]; stands {
			there[k] = false
		} else if k.Key != "" {
			fresh = append(fresh, k)
		}
	}
	for k, unwanted := range there {
		if unwanted {
			gone = append(gone, k)
		}
	}
	return fresh, gone
}

func keyArgs(k engine.MatchKey, buf []any) []any {
	return append(buf, k.Rule, k.Key, string(k.Ref.System), string(k.Ref.Object), k.Ref.ID)
}

// RecordsByKey returns the records of the system that have the key, by id.
func (t *Tx) RecordsByKey(rule, key string, system connectors.System) ([]connectors.Ref, error) {
	var refs []connectors.Ref
	err := t.query("finding records by match key", recordsByKey, func(rows *sql.Rows) error {
		r := connectors.Ref{System: system}
		err := rows.Scan((*string)(&r.Object), &r.ID)
		refs = append(refs, r)
		return err
	}, rule, key, string(system))
	return refs, err
}
