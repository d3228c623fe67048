package store

import (
	"errors"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

func TestCases(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	candidates := func(refs ...connectors.Ref) (out []engine.Candidate) {
		for _, r := range refs {
			out = append(out, engine.Candidate{Ref: r})
		}
		return out
	}
	one := engine.MatchCase{ID: "c1", Rule: "same domain", Key: "acme.example", Reason: "two fit", State: engine.CaseOpen, Since: noon, Candidates: candidates(sfAccount("1"), sfAccount("2"), hsAccount("3"))}
	two := engine.MatchCase{ID: "c2", Rule: "same domain", Key: "b.example", State: engine.CaseOpen, Since: noon.Add(-time.Hour), Candidates: candidates(hsAccount("1"))}
	update(t, s, func(tx engine.Tx) error {
		return errors.Join(
			tx.PutAccounts([]engine.AccountRow{{ID: "sf-1", Name: "Acme", Domain: "acme.example"}}), tx.PutLinks([]engine.Link{{Ref: sfAccount("1"), Account: "sf-1"}}),
			tx.PutCase(one), tx.PutCase(two))
	})
	one.Candidates[0].Name, one.Candidates[0].Domain = "Acme", "acme.example"
	read := func(what string, want []engine.MatchCase, f func(tx engine.Tx) ([]engine.MatchCase, error)) {
		t.Helper()
		view(t, s, func(tx engine.Tx) error {
			got, err := f(tx)
			same(t, what, got, want)
			return err
		})
	}
	inState := func(state string) func(tx engine.Tx) ([]engine.MatchCase, error) {
		return func(tx engine.Tx) ([]engine.MatchCase, error) { return tx.Cases(state) }
	}
	of := func(refs ...connectors.Ref) func(tx engine.Tx) ([]engine.MatchCase, error) {
		return func(tx engine.Tx) ([]engine.MatchCase, error) { return tx.CasesOf(refs) }
	}
	read("oldest first", []engine.MatchCase{two, one}, inState(engine.CaseOpen))
	read("of a record", []engine.MatchCase{one}, of(sfAccount("2"), hsAccount("3"), hsContact("1")))
	read("of none", nil, of(sfAccount("3")))

	again := one
	again.Since, again.Candidates = noon.Add(time.Hour), candidates(sfAccount("2"), hsAccount("3"))
	update(t, s, func(tx engine.Tx) error { return tx.PutCase(again) })
	again.Since = noon // it was open all the time
	read("changed", []engine.MatchCase{again}, of(sfAccount("2")))
	again.State, again.Closed = engine.CaseLinked, noon.Add(2*time.Hour)
	update(t, s, func(tx engine.Tx) error { return tx.PutCase(again) })
	read("closed", []engine.MatchCase{again}, inState(engine.CaseLinked))
	read("left", []engine.MatchCase{two}, inState(engine.CaseOpen))
	view(t, s, func(tx engine.Tx) error {
		n, err := tx.CaseCount()
		same(t, "count", n, 1)
		return err
	})
}

func TestSplitsFollowMerges(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	pair := func(sf, hs string) engine.Pair { return engine.Pair{Salesforce: sf, HubSpot: hs} }
	update(t, s, func(tx engine.Tx) error {
		return errors.Join(tx.PutSplits([]engine.Pair{pair("1", "9"), pair("2", "9"), pair("1", "9")}), tx.RemoveSplit(pair("2", "9")),
			tx.MoveRecord(sfAccount("1"), sfAccount("3"), false), tx.MoveRecord(hsAccount("9"), hsAccount("10"), true))
	})
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Splits()
		same(t, "splits", got, map[engine.Pair]bool{pair("1", "9"): true, pair("3", "9"): true, pair("1", "10"): true, pair("3", "10"): true})
		return err
	})
	err := s.Update(t.Context(), func(tx engine.Tx) error { return tx.MoveRecord(sfAccount("1"), hsAccount("1"), false) })
	if err == nil {
		t.Error("a record became one of the other CRM")
	}
}

// What hangs on a record that was merged away hangs on the survivor: points
// once each, people, and its place in cases.
func TestMoveRecord(t *testing.T) {
	t.Parallel()
	for name, continues := range map[string]bool{"absorbed": false, "the same record anew": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openTest(t)
			from, to := hsAccount("1"), hsAccount("2")
			visit := mapping.Point{Signal: "visits", Source: "hubspot/contact/7", At: noon, Value: 1}
			level := mapping.Point{Signal: "score", Source: from.String(), At: noon.Add(time.Minute), Value: 80}
			update(t, s, func(tx engine.Tx) error {
				_, err := tx.AddPoints([]engine.PointRow{{Home: from, Point: visit}, {Home: to, Point: visit}, {Home: from, Point: level}})
				return errors.Join(err,
					tx.PutContacts([]engine.ContactRow{{Ref: hsContact("7"), Home: from, Name: "Ann", Modified: noon}}),
					tx.PutCase(engine.MatchCase{ID: "c", State: engine.CaseOpen, Candidates: []engine.Candidate{{Ref: from}, {Ref: to}}}),
					tx.MoveRecord(from, to, continues), tx.MoveRecord(to, to, true))
			})
			if continues {
				level.Source = to.String()
			}
			view(t, s, func(tx engine.Tx) error {
				points, err := tx.Points([]connectors.Ref{from, to}, time.Time{})
				same(t, "points", points, map[connectors.Ref][]mapping.Point{to: {visit, level}})
				people, peopleErr := tx.Contacts([]connectors.Ref{from, to})
				same(t, "people", len(people[to]), 1)
				open, casesErr := tx.CasesOf([]connectors.Ref{from, to})
				same(t, "candidates", len(open) == 1 && len(open[0].Candidates) == 1, true)
				return errors.Join(err, peopleErr, casesErr)
			})
		})
	}
}

func TestMoveHistory(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		_, err := tx.Enqueue([]engine.OutboxRow{{Key: "b/1/task", Account: "b", System: connectors.HubSpot, Payload: []byte("1")}, {Key: "done", Account: "b", System: connectors.HubSpot, Payload: []byte("1"), State: engine.OutboxDone}})
		return errors.Join(err,
			tx.PutAccounts([]engine.AccountRow{{ID: "a"}, {ID: "b"}}),
			tx.PutLinks([]engine.Link{{Ref: sfAccount("1"), Account: "b"}, {Ref: hsAccount("1"), Account: "b"}}),
			tx.PutHandoff(engine.HandoffRow{ID: "b/1", Account: "b", Opened: noon}), tx.AddDecisions([]engine.DecisionRow{{Account: "b", At: noon}}),
			tx.MoveHistory("b", "a"), tx.MoveSystemLinks("b", "a", connectors.HubSpot),
			tx.PutPayloads([]engine.OutboxRow{{Key: "b/1/task", Payload: []byte("2")}, {Key: "done", Payload: []byte("2")}}))
	})
	view(t, s, func(tx engine.Tx) error {
		h, err := tx.OpenHandoff("a")
		same(t, "handoff", h != nil && h.ID == "b/1", true)
		log, logErr := tx.Decisions("a", time.Time{}, 9)
		same(t, "decisions", len(log), 1)
		rows, rowsErr := tx.Outbox("a")
		same(t, "payloads", string(rows[0].Payload)+string(rows[1].Payload), "21") // what is done stays as it is
		links, linksErr := tx.Links([]connectors.Ref{sfAccount("1"), hsAccount("1")})
		same(t, "links", links, map[connectors.Ref]string{sfAccount("1"): "b", hsAccount("1"): "a"})
		return errors.Join(err, logErr, rowsErr, linksErr)
	})
}
