package store

import (
	"errors"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func TestCursors(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	first := engine.CursorRow{System: connectors.HubSpot, Object: connectors.Account, Cursor: "c1"}
	second := engine.CursorRow{
		System: connectors.HubSpot, Object: connectors.Account, Cursor: `{"after":"2"}`, Loaded: true,
		Through: noon.Add(-time.Minute), Changed: noon.Add(time.Minute),
	}
	contacts := engine.CursorRow{System: connectors.HubSpot, Object: connectors.Contact, Cursor: "c2", Changed: noon}
	other := engine.CursorRow{System: connectors.Salesforce, Object: connectors.Account, Cursor: "c3", Changed: noon}
	read := func(system connectors.System) (rows map[connectors.Object]engine.CursorRow) {
		view(t, s, func(tx engine.Tx) (err error) {
			rows, err = tx.Cursors(system)
			return err
		})
		return rows
	}
	update(t, s, func(tx engine.Tx) error {
		return errors.Join(tx.PutCursor(first), tx.PutCursor(contacts), tx.PutCursor(other))
	})
	first.Changed = noon // the clock's
	same(t, "at first", read(connectors.HubSpot), map[connectors.Object]engine.CursorRow{connectors.Account: first, connectors.Contact: contacts})
	update(t, s, func(tx engine.Tx) error { return tx.PutCursor(second) })
	same(t, "moved on", read(connectors.HubSpot), map[connectors.Object]engine.CursorRow{connectors.Account: second, connectors.Contact: contacts})
	same(t, "of the other system", read(connectors.Salesforce), map[connectors.Object]engine.CursorRow{connectors.Account: other})
}

func TestProblems(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	problem := func(ref connectors.Ref, field, reason string, since time.Time) engine.ProblemRow {
		return engine.ProblemRow{Ref: ref, Field: field, Vendor: "v_" + field, Value: "x", Reason: reason, Since: since}
	}
	one, two := hsAccount("1"), sfAccount("1")
	whole, fit, score := problem(one, "", "whole", noon), problem(one, "fit", "no bool", noon), problem(one, "score", "no number", noon)
	fit.NextTry = noon.Add(time.Hour)
	elsewhere := problem(two, "fit", "no bool", noon)
	put := func(rows ...engine.ProblemRow) {
		t.Helper()
		update(t, s, func(tx engine.Tx) error { return tx.PutProblems(rows) })
	}
	all := func() (rows []engine.ProblemRow) {
		view(t, s, func(tx engine.Tx) (err error) {
			rows, err = tx.Problems()
			return err
		})
		return rows
	}
	settle := func(ref connectors.Ref, except ...string) {
		t.Helper()
		update(t, s, func(tx engine.Tx) error { return tx.SettleProblems(ref, except) })
	}
	unstamped := elsewhere
	unstamped.Since = time.Time{} // becomes now
	put(score, unstamped, fit, whole)
	same(t, "in order", all(), []engine.ProblemRow{whole, fit, score, elsewhere})

	renewed := problem(one, "fit", "still no bool", noon.Add(24*time.Hour))
	renewed.Value = "y"
	put(renewed)
	renewed.Since = noon
	same(t, "renewed", all(), []engine.ProblemRow{whole, renewed, score, elsewhere})

	view(t, s, func(tx engine.Tx) error {
		got, err := tx.ProblemRefs([]connectors.Ref{one, two, hsAccount("2"), hsContact("1")})
		same(t, "records with problems", got, map[connectors.Ref]bool{one: true, two: true})
		return err
	})
	settle(one, "score", "never heard of")
	same(t, "settled but one field", all(), []engine.ProblemRow{score, elsewhere})
	put(whole)
	settle(one, "")
	same(t, "settled but the record", all(), []engine.ProblemRow{whole, elsewhere})
	settle(one)
	same(t, "settled", all(), []engine.ProblemRow{elsewhere})
}

func TestUsers(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	ann := connectors.User{ID: "1", Name: "Ann", Email: "ann@acme.example", Active: true, ManagerID: "2", Teams: []string{"SDR", "EMEA"}}
	queue := connectors.User{ID: "2", Name: "Inbound", Queue: true}
	other := connectors.User{ID: "1", Name: "Other"}
	put := func(system connectors.System, users ...connectors.User) {
		t.Helper()
		update(t, s, func(tx engine.Tx) error { return tx.PutUsers(system, users) })
	}
	read := func(system connectors.System) (users []connectors.User) {
		view(t, s, func(tx engine.Tx) (err error) {
			users, err = tx.Users(system)
			return err
		})
		return users
	}
	put(connectors.HubSpot, queue, ann)
	put(connectors.Salesforce, other)
	same(t, "users", read(connectors.HubSpot), []connectors.User{ann, queue})
	ann.Active, ann.Teams = false, nil
	put(connectors.HubSpot, ann)
	same(t, "replaced", read(connectors.HubSpot), []connectors.User{ann})
	same(t, "of the other system", read(connectors.Salesforce), []connectors.User{other})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	wantSetting(t, s, "a", "")
	update(t, s, func(tx engine.Tx) error { return errors.Join(tx.PutSetting("a", "1"), tx.PutSetting("b", "")) })
	update(t, s, func(tx engine.Tx) error { return tx.PutSetting("a", "2") })
	wantSetting(t, s, "a", "2")
	wantSetting(t, s, "b", "")
}
