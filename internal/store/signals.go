package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

const (
	putCounter = `
INSERT INTO counters (record, property, value) VALUES ($1, $2, $3)
ON CONFLICT (record, property) DO UPDATE SET value = excluded.value`
	addPoint = `
INSERT INTO points (home_id, system, at, signal, source, value, label) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING`
)

var (
	countersOfRecords = `SELECT record, property, value FROM counters WHERE ` + inList("record", 1)
	pointsOfHomes     = `
SELECT home_id, at, signal, source, value, label FROM points
WHERE system = $1 AND at >= $2 AND ` + inList("home_id", 3) + ` ORDER BY home_id, at, signal, source`
)

// Counters returns what the counters stood at last.
func (t *Tx) Counters(keys []mapping.CounterKey) (map[mapping.CounterKey]float64, error) {
	wanted := make(map[mapping.CounterKey]bool, len(keys))
	var records []string
	for _, k := range keys {
		wanted[k] = true
		// Callers ask for all counters of a record in a row, so this alone
		// keeps the list near the number of records; doubles do no harm.
		if n := len(records); n == 0 || records[n-1] != k.Record {
			records = append(records, k.Record)
		}
	}
	found := make(map[mapping.CounterKey]float64, len(keys))
	err := t.eachList("reading counters", countersOfRecords, records, func(rows *sql.Rows) error {
		var k mapping.CounterKey
		var value float64
		err := rows.Scan(&k.Record, &k.Property, &value)
		if wanted[k] {
			found[k] = value
		}
		return err
	})
	return found, err
}

// PutCounters sets what the counters stand at.
func (t *Tx) PutCounters(values map[mapping.CounterKey]float64) error {
	// In the order of the table's key, which keeps the writes close together.
	keys := slices.SortedFunc(maps.Keys(values), func(a, b mapping.CounterKey) int {
		return cmp.Or(cmp.Compare(a.Record, b.Record), cmp.Compare(a.Property, b.Property))
	})
	_, err := execEach(t, "writing counters", putCounter, keys, func(k mapping.CounterKey, buf []any) []any {
		return append(buf, k.Record, k.Property, values[k])
	})
	return err
}

// AddPoints adds the points that are not yet there and returns how many were
// new. One that is there stays as it is. Every Home must be an account.
func (t *Tx) AddPoints(rows []engine.PointRow) (int, error) {
	const doing = "adding points"
	for _, p := range rows {
		if p.Home.Object != connectors.Account || p.Home.ID == "" {
			return 0, fmt.Errorf("%s: %s is no account's record", doing, p.Home)
		}
	}
	n, err := execEach(t, doing, addPoint, rows, func(p engine.PointRow, buf []any) []any {
		return append(buf, p.Home.ID, string(p.Home.System), micros(p.At), p.Signal, p.Source, p.Value, p.Label)
	})
	return int(n), err
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
			if err := rows.Scan(&id, &at, &p.Signal, &p.Source, &p.Value, &p.Label); err != nil {
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
