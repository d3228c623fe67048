package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

// The benchmarks work on a store that already holds many accounts, because
// the depth of the indexes and the cache decide the speed.
const (
	benchAccounts = 10_000
	benchPage     = 500
	benchPoints   = 10 // per account
)

func benchRef(i int) connectors.Ref {
	return connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: fmt.Sprintf("001%012dAAA", i*7919%1_000_003)}
}

func benchID(i int) string { return "sf-" + benchRef(i).ID }

// benchDoc is as long as the stored form of an account with a dozen fields.
func benchDoc(i int) []byte { return fmt.Appendf(make([]byte, 0, 900), "%0900d", i) }

func benchAccountsOf(from, to int, at time.Time) []engine.AccountRow {
	rows := make([]engine.AccountRow, 0, to-from)
	for i := from; i < to; i++ {
		rows = append(rows, engine.AccountRow{
			ID: benchID(i), Name: fmt.Sprintf("Account %d", i), Domain: fmt.Sprintf("account%d.example", i), State: "target", Outcome: "waiting",
			Doc: benchDoc(i), Life: []byte(`{"state":"target"}`), Dirty: i%2 == 0, Due: at.Add(time.Hour), Changed: at,
		})
	}
	return rows
}

func benchLinksOf(from, to int) []engine.Link {
	links := make([]engine.Link, 0, to-from)
	for i := from; i < to; i++ {
		links = append(links, engine.Link{Ref: benchRef(i), Account: benchID(i)})
	}
	return links
}

func benchPointsOf(from, to int, at time.Time) []engine.PointRow {
	rows := make([]engine.PointRow, 0, (to-from)*benchPoints)
	for i := from; i < to; i++ {
		for p := range benchPoints {
			rows = append(rows, engine.PointRow{Home: benchRef(i), Point: mapping.Point{
				Signal: "visits", Source: fmt.Sprintf("hubspot/contact/%d", i*3+p%3), At: at.Add(time.Duration(p) * time.Minute), Value: 1,
			}})
		}
	}
	return rows
}

func perRow(b *testing.B, rows int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
}

func openBench(b *testing.B, at time.Time) *Store {
	b.Helper()
	s := openTest(b)
	for i := 0; i < benchAccounts; i += benchPage {
		update(b, s, func(tx engine.Tx) error {
			if err := tx.PutAccounts(benchAccountsOf(i, i+benchPage, at)); err != nil {
				return err
			}
			if err := tx.PutLinks(benchLinksOf(i, i+benchPage)); err != nil {
				return err
			}
			_, err := tx.AddPoints(benchPointsOf(i, i+benchPage, at))
			return err
		})
	}
	return s
}

// BenchmarkFirstLoad writes 10,000 accounts, their links and a point each in
// pages of 500. One row is one account with all of it.
func BenchmarkFirstLoad(b *testing.B) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for b.Loop() {
		b.StopTimer()
		s := openTest(b)
		b.StartTimer()
		for i := 0; i < benchAccounts; i += benchPage {
			update(b, s, func(tx engine.Tx) error {
				if err := tx.PutAccounts(benchAccountsOf(i, i+benchPage, at)); err != nil {
					return err
				}
				if err := tx.PutLinks(benchLinksOf(i, i+benchPage)); err != nil {
					return err
				}
				points := make([]engine.PointRow, 0, benchPage)
				for j := i; j < i+benchPage; j++ {
					points = append(points, engine.PointRow{Home: benchRef(j), Point: mapping.Point{Signal: "fit_score", Source: benchRef(j).String(), At: at, Value: 7}})
				}
				_, err := tx.AddPoints(points)
				return err
			})
		}
	}
	perRow(b, benchAccounts)
}

// BenchmarkPut writes a page of rows of one kind into a filled store.
func BenchmarkPut(b *testing.B) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	later := func(n int) time.Time { return at.Add(time.Duration(n) * time.Hour) }
	kinds := []struct {
		name string
		rows int
		put  func(tx engine.Tx, n, from, to int) error
	}{
		{"accounts", benchPage, func(tx engine.Tx, n, from, to int) error {
			return tx.PutAccounts(benchAccountsOf(from, to, later(n)))
		}},
		{"links_unchanged", benchPage, func(tx engine.Tx, _, from, to int) error { return tx.PutLinks(benchLinksOf(from, to)) }},
		{"keys", benchPage, func(tx engine.Tx, n, from, to int) error {
			keys := make([]engine.MatchKey, 0, to-from)
			for i := from; i < to; i++ {
				keys = append(keys, engine.MatchKey{Ref: benchRef(i), Rule: "domain", Key: fmt.Sprintf("account%d.example", i)})
			}
			return tx.PutKeys(keys)
		}},
		{"points", benchPage * benchPoints, func(tx engine.Tx, n, from, to int) error {
			_, err := tx.AddPoints(benchPointsOf(from, to, later(n)))
			return err
		}},
		{"counters", benchPage, func(tx engine.Tx, n, from, to int) error {
			rows := make([]mapping.CounterReading, 0, to-from)
			for i := from; i < to; i++ {
				key := mapping.CounterKey{Record: fmt.Sprintf("hubspot/contact/%d", i*3), Property: "hs_email_open"}
				rows = append(rows, mapping.CounterReading{Key: key, Reading: mapping.Reading{At: later(n), Value: float64(n)}})
			}
			return tx.PutReadings(rows)
		}},
		{"decisions", benchPage, func(tx engine.Tx, n, from, to int) error {
			rows := make([]engine.DecisionRow, 0, to-from)
			for i := from; i < to; i++ {
				rows = append(rows, engine.DecisionRow{Account: benchID(i), At: later(n), Policy: "3", Outcome: "waiting", Reason: "not enough visits", Trace: benchDoc(i)[:400]})
			}
			return tx.AddDecisions(rows)
		}},
		{"outbox", benchPage, func(tx engine.Tx, n, from, to int) error {
			rows := make([]engine.OutboxRow, 0, to-from)
			for i := from; i < to; i++ {
				rows = append(rows, engine.OutboxRow{Key: fmt.Sprintf("%s/%d/task", benchID(i), n), Account: benchID(i), System: connectors.HubSpot, Kind: "create_task", Payload: benchDoc(i)})
			}
			_, err := tx.Enqueue(rows)
			return err
		}},
	}
	for _, k := range kinds {
		b.Run(k.name, func(b *testing.B) {
			s := openBench(b, at)
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				from := n * benchPage % benchAccounts
				n++
				update(b, s, func(tx engine.Tx) error { return k.put(tx, n, from, from+benchPage) })
			}
			perRow(b, k.rows)
		})
	}
}

// BenchmarkRead reads what a page needs: 500 accounts, and their points.
func BenchmarkRead(b *testing.B) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s := openBench(b, at)
	page := func(n int) (ids []string, refs []connectors.Ref) {
		from := n * benchPage % benchAccounts
		for i := from; i < from+benchPage; i++ {
			ids, refs = append(ids, benchID(i)), append(refs, benchRef(i))
		}
		return ids, refs
	}
	kinds := []struct {
		name string
		rows int
		read func(tx engine.Tx, ids []string, refs []connectors.Ref) (int, error)
	}{
		{"accounts", benchPage, func(tx engine.Tx, ids []string, _ []connectors.Ref) (int, error) {
			rows, err := tx.Accounts(ids)
			return len(rows), err
		}},
		{"links", benchPage, func(tx engine.Tx, _ []string, refs []connectors.Ref) (int, error) {
			links, err := tx.Links(refs)
			return len(links), err
		}},
		{"points", benchPage * benchPoints, func(tx engine.Tx, _ []string, refs []connectors.Ref) (int, error) {
			points, err := tx.Points(refs, at)
			n := 0
			for _, list := range points {
				n += len(list)
			}
			return n, err
		}},
	}
	for _, k := range kinds {
		b.Run(k.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				ids, refs := page(n)
				n++
				err := s.View(context.Background(), func(tx engine.Tx) error {
					got, err := k.read(tx, ids, refs)
					if got != k.rows {
						b.Fatalf("read %d rows, want %d", got, k.rows)
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			perRow(b, k.rows)
		})
	}
}
