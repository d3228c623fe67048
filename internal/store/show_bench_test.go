package store

import (
	"context"
	"fmt"
	"testing"

	"handoffd/internal/engine"
)

// The store that is shown: every account has two records, two people, two
// decisions, two writes and a conflict; every tenth a handoff.
const (
	shownAccounts = 100_000
	shownProblems = 1_000
	shownCases    = 1_000 // open ones, and as many settled
)

// shownRows are the tables that are filled and with what, for each i of n.
var shownRows = []string{
	`accounts (id, name, name_key, domain, state, outcome, dirty, due, changed, life, doc)
	SELECT 'sf-'||printf('001%012dAAA', i), 'Account '||i, 'account '||i, 'account'||i||'.example', 'target', 'waiting', 0, i, 1, NULL, randomblob(300) FROM n`,
	`links (id, system, object, account)
	SELECT printf('001%012dAAA', i), 'salesforce', 'account', 'sf-'||printf('001%012dAAA', i) FROM n`,
	`links (id, system, object, account)
	SELECT printf('9%09d', i), 'hubspot', 'account', 'sf-'||printf('001%012dAAA', i) FROM n`,
	`contacts (id, system, home_id, name, title, email, modified)
	SELECT printf('7%09d', i), 'hubspot', printf('9%09d', i), 'Dana', '', '', 1 FROM n`,
	`contacts (id, system, home_id, name, title, email, modified)
	SELECT printf('003%012dAAA', i), 'salesforce', printf('001%012dAAA', i), 'Dana', '', '', 1 FROM n`,
	`decisions (account, at, policy, outcome, reason, trace)
	SELECT 'sf-'||printf('001%012dAAA', i), j.value, '3', 'waiting', 'no reason', NULL FROM n CROSS JOIN json_each('[1,2]') AS j`,
	`outbox (key, account, system, kind, priority, payload, state, attempts, not_before, created, sent, result, error)
	SELECT i||'/'||j.value, 'sf-'||printf('001%012dAAA', i), 'hubspot', 'update', 3, NULL, 'done', 1, 1, 1, 1, '', '' FROM n CROSS JOIN json_each('[1,2]') AS j`,
	`conflicts (account, field, at, salesforce, hubspot, winner, policy, reason)
	SELECT 'sf-'||printf('001%012dAAA', i), 'phone', 1, 'a', 'b', 'hubspot', 'sync: newest', '' FROM n`,
	`handoffs (id, account, rule, type, stage, policy, opened, outcome, system, owner_id, owner, reasons, summary, hash)
	SELECT 'sf-'||printf('001%012dAAA', i)||'/1', 'sf-'||printf('001%012dAAA', i), 'intent', '', 'sdr', '3', 1, '', 'hubspot', '1', 'Ann', '[]', '', '' FROM n WHERE i % 10 = 0`,
}

// fillShown writes the rows by SQL alone: by Put it would take far longer.
func fillShown(b *testing.B, s *Store) {
	b.Helper()
	const page = 50_000
	for from := 0; from < shownAccounts; from += page {
		update(b, s, func(tx engine.Tx) error {
			for _, rows := range shownRows {
				query := `WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1 + $2) INSERT INTO ` + rows
				if _, err := tx.(*Tx).exec("filling", query, from, page); err != nil {
					return err
				}
			}
			return nil
		})
	}
	update(b, s, func(tx engine.Tx) error {
		for i := range shownProblems {
			ref := hsAccount(fmt.Sprintf("9%09d", i*(shownAccounts/shownProblems)))
			if err := tx.PutProblems([]engine.ProblemRow{{Ref: ref, Field: "score", Value: "140", Reason: "above the range", Since: noon}}); err != nil {
				return err
			}
		}
		for i := range 2 * shownCases {
			ref := hsAccount(fmt.Sprintf("9%09d", i*(shownAccounts/shownCases/2)))
			state := []string{engine.CaseOpen, engine.CaseSettled}[i%2]
			candidates := []engine.Candidate{{Ref: ref}, {Ref: sfAccount(fmt.Sprintf("001%012dAAA", i))}}
			if err := tx.PutCase(engine.MatchCase{ID: fmt.Sprint(i), Rule: "domain", State: state, Since: noon, Candidates: candidates}); err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkShown asks a store of 100,000 accounts what show (by each way of
// finding an account), problems and cases ask.
func BenchmarkShown(b *testing.B) {
	s := openTest(b)
	fillShown(b, s)
	show := func(format string) func(engine.Tx, int) (int, error) {
		return func(tx engine.Tx, n int) (int, error) {
			found, err := tx.Overviews(fmt.Sprintf(format, n*7919%shownAccounts), 10, 10)
			return len(found), err
		}
	}
	kinds := []struct {
		name string
		rows int
		ask  func(engine.Tx, int) (int, error)
	}{
		{"show_id", 1, show("sf-001%012dAAA")},
		{"show_salesforce15", 1, show("001%012d")},
		{"show_hubspot", 1, show("9%09d")},
		{"show_domain", 1, show("account%d.example")},
		{"show_name", 1, show("ACCOUNT %d")},
		{"problems", shownProblems, func(tx engine.Tx, _ int) (int, error) {
			rows, err := tx.Problems()
			return len(rows), err
		}},
		{"cases", shownCases, func(tx engine.Tx, _ int) (int, error) {
			rows, err := tx.Cases(engine.CaseOpen)
			return len(rows), err
		}},
	}
	for _, k := range kinds {
		b.Run(k.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n++
				err := s.View(context.Background(), func(tx engine.Tx) error {
					got, err := k.ask(tx, n)
					if got != k.rows {
						b.Fatalf("%d rows, want %d", got, k.rows)
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
