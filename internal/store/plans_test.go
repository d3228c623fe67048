package store

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

func exerciseRouting(tx engine.Tx) error {
	_, listing := tx.Assignments("a/1")
	_, reading := tx.Turns()
	return errors.Join(
		tx.AddAssignment(engine.AssignmentRow{Handoff: "a/1"}), listing, tx.AssignedSince(time.Time{}, func(string, time.Time) {}),
		reading, tx.PutTurns([]engine.TurnRow{{Pool: "p", Person: "a"}}),
	)
}

func exerciseReports(tx engine.Tx) error {
	_, counting := tx.LastGauge("2026-10-01", "2026-10-31")
	_, reading := tx.FrozenReport("2026-10")
	return errors.Join(
		tx.PutGauge("2026-10-05", noon, []byte("{}")), counting, tx.FreezeReport("2026-10", noon, []byte("{}")), reading,
		tx.StageOwners(noon, func(string, string, string) {}),
	)
}

func exercisePast(tx engine.Tx) error {
	_, pages := tx.Summaries("a/1")
	_, one := tx.WaitAt("a", noon)
	_, all := tx.WaitsAt(noon)
	_, quiet := tx.QuietAt("a", noon)
	return errors.Join(
		tx.AddSummary(engine.SummaryRow{Handoff: "a/9", Stage: "sdr", At: noon, Text: "Dana"}),
		tx.AddWaits([]engine.WaitRow{{Account: "a", At: noon, Kind: "limit", Doc: []byte("{}")}}), pages, one, all, quiet,
	)
}

// exercise calls every method once, so that every query gets prepared.
func exercise(tx engine.Tx) error {
	refs := []connectors.Ref{hsAccount("1")}
	var errs []error
	note := func(err error) { errs = append(errs, err) }
	note(tx.PutAccounts([]engine.AccountRow{{ID: "a"}}))
	note(tx.PutAccounts([]engine.AccountRow{{ID: "a", Name: "b"}, {ID: "gone"}}))
	note(tx.PutLinks([]engine.Link{{Ref: refs[0], Account: "a"}, {Ref: refs[0], Account: "a"}}))
	note(tx.PutKeys([]engine.MatchKey{{Ref: refs[0], Rule: "r", Key: "k"}, {Ref: refs[0], Rule: "r", Key: "k2"}}))
	note(tx.PutKeys([]engine.MatchKey{{Ref: refs[0], Rule: "r", Key: "k"}}))
	contacts := []engine.ContactRow{{Ref: hsContact("1"), Home: refs[0]}, {Ref: hsContact("1"), Home: hsAccount("2")}}
	note(tx.PutContacts(contacts))
	note(tx.DeleteContacts([]connectors.Ref{hsContact("1")}))
	note(tx.PutReadings([]mapping.CounterReading{{Key: mapping.CounterKey{Record: "r"}}}))
	note(tx.PutPoints([]engine.PointRow{{Home: refs[0]}}))
	note(exercisePast(tx))
	note(exerciseForgetting(tx, refs))
	note(tx.MarkParkedDirty())
	note(tx.MarkSeen(refs))
	note(tx.RetryHeld(connectors.HubSpot, "{}", noon))
	note(tx.ReleaseHeld(connectors.HubSpot, "{}", noon))
	note(tx.ClearSeen(connectors.HubSpot))
	note(tx.DeleteCursor(connectors.HubSpot, "x"))
	note(tx.PutHandoff(engine.HandoffRow{ID: "a/1", Account: "a"}))
	note(tx.AddDecisions([]engine.DecisionRow{{Account: "a"}}))
	note(exerciseBacktest(tx))
	note(exerciseRouting(tx))
	note(tx.PutReaches([]engine.ReachRow{{Home: refs[0], At: noon}}))
	note(exerciseReports(tx))
	note(tx.PutCursor(engine.CursorRow{}))
	note(tx.PutProblems([]engine.ProblemRow{{}}))
	note(tx.SettleProblems(refs[0], nil))
	note(tx.PutUsers(connectors.HubSpot, []connectors.User{{ID: "1"}}))
	note(tx.PutSetting("a", "b"))
	note(tx.(*Tx).MoveLinks("gone", "a"))
	note(tx.DeleteAccount("gone"))
	note(tx.MarkAllDirty())
	note(tx.PutMerged(refs[0], noon))
	note(tx.PutActivityReads([]engine.ActivityRead{{Ref: refs[0]}, {Ref: refs[0]}}))
	note(tx.DropPoints(refs[0], "x", []string{"s"}))
	note(tx.RenameSource(refs[0], "x", "y"))
	note(tx.Hasten(noon, noon))
	_, err := tx.AddPoints([]engine.PointRow{{Home: refs[0]}})
	note(err)
	_, err = tx.Enqueue([]engine.OutboxRow{{Key: "k"}})
	note(err)
	note(tx.PutOutbox([]engine.OutboxRow{{Key: "k", State: engine.OutboxDone}}))
	note(exerciseIdentity(tx))
	note(exerciseAlerts(tx))
	note(exerciseCreations(tx))
	return errors.Join(append(errs, exerciseReads(tx, refs), exerciseReads(tx, append(refs, hsAccount("2"))))...)
}

func exerciseAlerts(tx engine.Tx) error {
	_, toldErr := tx.AlertsTold("email", "a", noon, noon)
	_, _, rowErr := tx.OutboxRow("k")
	_, heldErr := tx.OutboxHeld("d")
	return errors.Join(tx.AddAlerts([]engine.AlertRow{{Key: "k", Channel: "email", At: noon}}), toldErr, rowErr, heldErr)
}

func exerciseIdentity(tx engine.Tx) error {
	_, casesErr := tx.Cases(engine.CaseOpen)
	_, ofErr := tx.CasesOf([]connectors.Ref{hsAccount("1")})
	_, countErr := tx.CaseCount()
	_, splitsErr := tx.Splits()
	pair := engine.Pair{Salesforce: "1", HubSpot: "1"}
	return errors.Join(casesErr, ofErr, countErr, splitsErr,
		tx.PutCase(engine.MatchCase{ID: "c", State: engine.CaseOpen, Candidates: []engine.Candidate{{Ref: hsAccount("1")}}}),
		tx.PutSplits([]engine.Pair{pair}), tx.RemoveSplit(pair),
		tx.MoveRecord(hsAccount("1"), hsAccount("2"), true), tx.MoveRecord(sfAccount("1"), sfAccount("2"), false),
		tx.MoveHistory("a", "b"), tx.MoveSystemLinks("a", "a", connectors.HubSpot), tx.PutPayloads([]engine.OutboxRow{{Key: "k"}}))
}

// exerciseForgetting leaves a row of every kind that names somebody, and has
// it redacted.
func exerciseForgetting(tx engine.Tx, refs []connectors.Ref) error {
	home := refs[0]
	_, err := tx.Enqueue([]engine.OutboxRow{{Key: "named", Account: "a", Payload: []byte(`{"text":"Dana"}`)}})
	errs := []error{
		err, tx.PutHandoff(engine.HandoffRow{ID: "a/9", Account: "a", Opened: noon, Closed: noon, Summary: "Dana"}),
		tx.AddDecisions([]engine.DecisionRow{{Account: "a", At: noon, Reason: "Dana"}}),
		tx.PutPoints([]engine.PointRow{{Home: home, Point: mapping.Point{Signal: "s", Source: "x", At: noon, Label: "Dana"}}}),
		tx.PutForgotten([]string{"h"}, noon), tx.Erase(connectors.Ref{System: home.System, Object: connectors.Contact, ID: "gone"}, "alias"),
	}
	n, err := tx.Redact("a", []connectors.Ref{home}, []string{"Dana"}, "[erased]")
	if n < 4 {
		errs = append(errs, fmt.Errorf("%d rows were redacted, want at least 4", n))
	}
	_, nobodys := tx.Redact("", nil, []string{"dana@x.example"}, "[erased]")
	return errors.Join(append(errs, err, nobodys, tx.RetryParked([]string{"a"}, noon), tx.RetryAllParked(noon))...)
}

// exerciseReads asks for lists of as many as there are refs: a list of one is
// another query.
func exerciseReads(tx engine.Tx, refs []connectors.Ref) error {
	var ids []string
	var contacts []connectors.Ref
	for _, r := range refs {
		ids, contacts = append(ids, r.ID), append(contacts, hsContact(r.ID))
	}
	var errs []error
	add := func(_ any, err error) { errs = append(errs, err) }
	add(tx.Accounts(ids))
	add(tx.AccountsToDecide(noon, 10))
	add(tx.AccountsInState("s"))
	add(tx.AccountsAfter("", 10))
	add(tx.FindAccounts("a"))
	add(tx.Links(refs))
	add(tx.CasesOf(refs))
	add(tx.Sales(refs))
	add(tx.SalesRecords(contacts))
	add(tx.RecordsByKey("r", "k", connectors.HubSpot))
	add(tx.Contacts(refs))
	add(tx.Readings([]engine.ReadingKey{{CounterKey: mapping.CounterKey{Record: "r"}}}))
	add(tx.ProblemsOf(ids))
	add(tx.LinksOf("a"))
	add(tx.ProblemCount())
	add(tx.Overviews("a", 5, 5))
	add(tx.ObjectsInTrouble())
	add(tx.People("r"))
	add(tx.AccountsNaming(ids))
	add(tx.Made(ids))
	add(tx.Unseen(connectors.HubSpot, "", 5))
	add(tx.Forgotten(ids))
	add(tx.Points(refs, noon))
	add(tx.OpenHandoff("a"))
	add(tx.Handoffs(noon))
	add(tx.Decisions("a", time.Time{}, 1))
	add(tx.Deliverable(connectors.HubSpot, noon, 1))
	add(tx.Outbox("a"))
	add(tx.Outbox(""))
	add(tx.OutboxWaiting())
	add(tx.Cursors(connectors.HubSpot))
	add(tx.Problems())
	add(tx.ProblemRefs(refs))
	add(tx.Users(connectors.HubSpot))
	add(tx.Setting("a"))
	add(tx.MatchedCount("out_of_scope"))
	add(tx.HeldWrites())
	add(tx.TakeReaches(refs))
	add(tx.ContactRecords(contacts))
	add(tx.ActivityReads(refs))
	add(tx.MergedAt(refs))
	_, _, err := tx.NextDelivery()
	errs = append(errs, err)
	_, _, err = tx.AccountCounts()
	return errors.Join(append(errs, err)...)
}

// Every query finds its rows through an index, so that a store of a million
// accounts answers like a small one. Those that read or count whole tables by
// their nature are named here.
func TestQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	whole := []string{outboxAll, waitsAt, allSplits, allTurns, troubled, accountsNaming, eraseSources, eraseKeys, "UPDATE accounts SET dirty = 1"}
	for _, place := range redactionsOfNobody() {
		whole = append(whole, place.query)
	}
	counting := []string{outboxWaiting, heldWrites, caseCount, problemCount, matchedCount, nextDelivery, "SELECT state, outcome, count(*)"}
	s := openTest(t)
	update(t, s, exercise)
	keep := map[string]time.Duration{PrunePoints: day, PruneDecisions: day, PruneOutbox: day, PruneReadings: day, PruneConflicts: day}
	if _, err := s.Prune(t.Context(), noon, keep); err != nil {
		t.Fatal(err)
	}
	isOne := func(list []string, query string) bool {
		return slices.ContainsFunc(list, func(q string) bool {
			one, listed := ofOne(q)
			return strings.HasPrefix(query, q) || listed && strings.HasPrefix(query, one)
		})
	}
	update(t, s, func(tx engine.Tx) error {
		queries := slices.Collect(maps.Keys(tx.(*Tx).s.statements))
		if len(queries) < 45 {
			t.Errorf("only %d queries were seen", len(queries))
		}
		for _, query := range queries {
			if query == "BEGIN IMMEDIATE" || query == "COMMIT" || isOne(whole, query) {
				continue
			}
			for _, step := range explain(t, tx.(*Tx), query) {
				scan := strings.HasPrefix(step, "SCAN") && !slices.ContainsFunc(harmless, func(s string) bool { return strings.Contains(step, s) })
				if scan && !(isOne(counting, query) && strings.Contains(step, "USING COVERING INDEX")) {
					t.Errorf("%s\n  in %s", step, query)
				}
				if strings.Contains(step, "TEMP B-TREE") && !strings.Contains(step, "UNION") && !isOne(sorting, query) {
					t.Errorf("%s\n  in %s", step, query)
				}
			}
		}
		return nil
	})
}

// harmless are scans of lists in memory, and of an index that holds nothing
// but the rows that are wanted.
var harmless = []string{"json_each", "CONSTANT ROW", "matched", "INDEX accounts_dirty", "SCAN k VIRTUAL", "INDEX outbox_open", "INDEX outbox_parked", "SCAN found", "SCAN r", "SCAN (subquery"}

// sorting are the queries that may sort: what they find is short.
var sorting = []string{findAccounts, overviews, casesInState, casesOfRecords, contactsOfHomes, recordsInTrouble, people, problemsOfRecords, linksOfAccount, logsOf, quietAt, summariesOf}

func explain(t *testing.T, tx *Tx, query string) (steps []string) {
	t.Helper()
	args := make([]any, strings.Count(query, "$"))
	for i := range args {
		args[i] = "[]"
	}
	err := tx.query("explaining", "EXPLAIN QUERY PLAN "+query, func(rows *sql.Rows) error {
		var id, parent, unused int
		var step string
		err := rows.Scan(&id, &parent, &unused, &step)
		steps = append(steps, step)
		return err
	}, args...)
	if err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	return steps
}

func exerciseCreations(tx engine.Tx) error {
	_, _, listErr := tx.Creations(connectors.HubSpot, 0)
	_, countErr := tx.CreatesUnderWay(connectors.HubSpot)
	return errors.Join(listErr, countErr, tx.RetryCreations([]string{"a"}, noon), tx.WithdrawCreations([]string{"a"}, "why"))
}
