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
	keysOfRecord = `SELECT rule, key FROM match_keys WHERE system = $1 AND object = $2 AND id = $3 ORDER BY rule, key`
	recordsByKey = `SELECT object, id FROM match_keys WHERE rule = $1 AND key = $2 AND system = $3 ORDER BY object, id`
)

var keysOfRecords = `SELECT rule, key, id FROM match_keys WHERE system = $1 AND object = $2 AND ` + inList("id", 3)

// PutKeys makes these the only keys of the records that are named in them, so
// that the keys of a rule that no longer stands go away. Rows with an empty
// Key name a record and give it none. Keys rarely change, so what stands is
// read first and only the difference is written.
func (t *Tx) PutKeys(keys []engine.MatchKey) error {
	const doing = "writing match keys"
	stale := make(map[engine.MatchKey]bool, len(keys))
	for _, g := range groupRefs(distinctRefs(keys)) {
		err := t.eachList(doing, keysOfRecords, g.ids, func(rows *sql.Rows) error {
			k := engine.MatchKey{Ref: connectors.Ref{System: g.system, Object: g.object}}
			err := rows.Scan(&k.Rule, &k.Key, &k.Ref.ID)
			stale[k] = true
			return err
		}, string(g.system), string(g.object))
		if err != nil {
			return err
		}
	}
	var fresh, gone []engine.MatchKey
	for _, k := range keys {
		switch {
		case stale[k]:
			stale[k] = false
		case k.Key != "":
			if _, stands := stale[k]; !stands {
				fresh = append(fresh, k)
			}
		}
	}
	for k, isStale := range stale {
		if isStale {
			gone = append(gone, k)
		}
	}
	if _, err := execEach(t, doing, removeKey, gone, keyArgs); err != nil {
		return err
	}
	_, err := execEach(t, doing, addKey, fresh, keyArgs)
	return err
}

func distinctRefs(keys []engine.MatchKey) []connectors.Ref {
	refs := make([]connectors.Ref, len(keys))
	for i, k := range keys {
		refs[i] = k.Ref
	}
	return refs
}

func keyArgs(k engine.MatchKey, buf []any) []any {
	return append(buf, k.Rule, k.Key, string(k.Ref.System), string(k.Ref.Object), k.Ref.ID)
}

// Keys returns the record's keys by rule.
func (t *Tx) Keys(ref connectors.Ref) (map[string]string, error) {
	found := map[string]string{}
	err := t.query("reading match keys", keysOfRecord, func(rows *sql.Rows) error {
		var rule, key string
		err := rows.Scan(&rule, &key)
		found[rule] = key
		return err
	}, string(ref.System), string(ref.Object), ref.ID)
	return found, err
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
