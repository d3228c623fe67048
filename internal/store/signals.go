package store

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

const (
	putReading = `
INSERT INTO readings (record, property, at, value, home_id) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (record, property, at) DO UPDATE SET value = excluded.value, home_id = excluded.home_id`
	// Each element of the list is a record, a property and a time.
	readingsAround = `
SELECT r.record, r.property, r.at, r.value, r.home_id FROM json_each($1) AS k CROSS JOIN readings AS r
WHERE r.record = k.value ->> 0 AND r.property = k.value ->> 1 AND r.at = (
    SELECT max(at) FROM readings WHERE record = k.value ->> 0 AND property = k.value ->> 1 AND at <= k.value ->> 2)
UNION ALL
SELECT r.record, r.property, r.at, r.value, r.home_id FROM json_each($1) AS k CROSS JOIN readings AS r
WHERE r.record = k.value ->> 0 AND r.property = k.value ->> 1 AND r.at = (
    SELECT min(at) FROM readings WHERE record = k.value ->> 0 AND property = k.value ->> 1 AND at > k.value ->> 2)`
	putPoint = `
INSERT INTO points (home_id, system, at, signal, source, value, label, owner) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (home_id, system, at, signal, source) DO UPDATE SET value = excluded.value, label = excluded.label, owner = excluded.owner`
	addPoint = `
INSERT INTO points (home_id, system, at, signal, source, value, label, owner) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING`
)

var pointsOfHomes = `
SELECT home_id, at, signal, source, value, label, owner FROM points
WHERE system = $1 AND at >= $2 AND ` + inList("home_id", 3) + ` ORDER BY home_id, at, signal, source`

// Readings returns of each counter the last reading at or before the key's
// time and the first one after it.
func (t *Tx) Readings(keys []engine.ReadingKey) ([]mapping.CounterReading, error) {
	const doing = "reading counters"
	var found []mapping.CounterReading
	for chunk := range slices.Chunk(keys, listChunk) {
		list := make([][3]any, len(chunk))
		for i, k := range chunk {
			list[i] = [3]any{k.Record, k.Property, micros(k.At)}
		}
		text, err := json.Marshal(list)
		if err != nil {
			return nil, t.fail(doing, err)
		}
		err = t.query(doing, readingsAround, func(rows *sql.Rows) error {
			var r mapping.CounterReading
			var at int64
			err := rows.Scan(&r.Key.Record, &r.Key.Property, &at, &r.Value, &r.Home)
			r.At = timeOf(at)
			found = append(found, r)
			return err
		}, string(text))
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// PutReadings adds readings, or replaces those of the same time.
func (t *Tx) PutReadings(rows []mapping.CounterReading) error {
	// In the order of the table's key, which keeps the writes close together.
	rows = slices.SortedStableFunc(slices.Values(rows), func(a, b mapping.CounterReading) int {
		return cmp.Or(cmp.Compare(a.Key.Record, b.Key.Record), cmp.Compare(a.Key.Property, b.Key.Property))
	})
	_, err := execEach(t, "writing counters", putReading, rows, func(r mapping.CounterReading, buf []any) []any {
		return append(buf, r.Key.Record, r.Key.Property, micros(r.At), r.Value, r.Home)
	})
	return err
}

// AddPoints adds the points that are not yet there and returns how many were
// new. One that is there stays as it is. Every Home must be an account.
func (t *Tx) AddPoints(rows []engine.PointRow) (int, error) {
	n, err := t.writePoints("adding points", addPoint, rows)
	return int(n), err
}

// PutPoints adds points or replaces those that are there.
func (t *Tx) PutPoints(rows []engine.PointRow) error {
	_, err := t.writePoints("writing points", putPoint, rows)
	return err
}

func (t *Tx) writePoints(doing, query string, rows []engine.PointRow) (int64, error) {
	for _, p := range rows {
		if p.Home.Object != connectors.Account || p.Home.ID == "" {
			return 0, fmt.Errorf("%s: %s is no account's record", doing, p.Home)
		}
	}
	return execEach(t, doing, query, rows, func(p engine.PointRow, buf []any) []any {
		return append(buf, p.Home.ID, string(p.Home.System), micros(p.At), p.Signal, p.Source, p.Value, p.Label, p.Owner)
	})
}

// Points returns the points of the accounts' records at or after since, in the
// order of time, and at one time by signal and source.
func (t *Tx) Points(homes []connectors.Ref, since time.Time) (map[connectors.Ref][]mapping.Point, error) {
	found := make(map[connectors.Ref][]mapping.Point, len(homes))
	for _, g := range groupRefs(homes) {
		if g.object != connectors.Account {
			continue // points belong to nothing else
		}
		var home connectors.Ref
		var points []mapping.Point
		flush := func() {
			if points != nil {
				found[home] = points
			}
		}
		err := t.eachList("reading points", pointsOfHomes, g.ids, func(rows *sql.Rows) error {
			var id string
			var at int64
			var p mapping.Point
			if err := rows.Scan(&id, &at, &p.Signal, &p.Source, &p.Value, &p.Label, &p.Owner); err != nil {
				return err
			}
			if id != home.ID {
				flush()
				home, points = connectors.Ref{System: g.system, Object: g.object, ID: id}, nil
			}
			p.At = timeOf(at)
			points = append(points, p)
			return nil
		}, string(g.system), micros(since))
		if err != nil {
			return nil, err
		}
		flush()
	}
	return found, nil
}
