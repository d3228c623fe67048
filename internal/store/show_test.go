package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// What `show`, `cases` and `problems` ask reads no table from end to end, and
// nothing is found but through an index. `problems` lists all there are: along
// the key, and not sorted.
func TestPlansOfWhatIsShown(t *testing.T) {
	t.Parallel()
	// Of what the query itself has found: at most 20 ids, the ids of one
	// account, and the last writes and conflicts.
	own := []string{"SCAN found", "SCAN r", "SCAN CONSTANT ROW", "SCAN (subquery-"}
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		for query, least := range map[string]int{overviews: 15, casesInState: 4, allProblems: 1} {
			searches := 0
			for _, step := range explain(t, tx.(*Tx), query) {
				if strings.HasPrefix(step, "SCAN") && !slices.ContainsFunc(own, func(o string) bool { return strings.HasPrefix(step, o) }) || strings.Contains(step, "AUTOMATIC") {
					t.Errorf("%s\n  in %s", step, query)
				}
				if query == allProblems && strings.Contains(step, "B-TREE") {
					t.Errorf("problems are sorted: %s", step)
				}
				if strings.HasPrefix(step, "SEARCH") {
					searches++
				}
			}
			if searches < least {
				t.Errorf("%d searches, want at least %d in %s", searches, least, query)
			}
		}
		return nil
	})
}

func TestOverviews(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	at := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	sf, hs, old := sfAccount("001000000000001AAA"), hsAccount("2"), hsAccount("old")
	problem := func(ref connectors.Ref, field string) engine.ProblemRow {
		return engine.ProblemRow{Ref: ref, Field: field, Vendor: "v", Value: `"quoted"` + "\n<é>\x00", Reason: "r", Since: at(1), NextTry: at(2)}
	}
	own := problem(connectors.Ref{System: "handoffd", Object: "route", ID: "a"}, "")
	own.NextTry = time.Time{}
	ofHS, ofPerson, ofFormer, strange := problem(hs, "f"), problem(hsContact("71"), "e"), problem(hsContact("72"), "e"), problem(hsContact("99"), "e")
	update(t, s, func(tx engine.Tx) error {
		_, err := tx.Enqueue([]engine.OutboxRow{
			{Key: "k1", Account: "a", System: connectors.HubSpot, Kind: "update", Created: at(1)},
			{Key: "k2", Account: "a", System: connectors.Salesforce, Kind: "create_task", Created: at(2)},
			{Key: "k3", Account: "a", System: connectors.HubSpot, Kind: "update", Created: at(3), Error: "e"},
			{Key: "other", Account: "b"},
		})
		return errors.Join(err,
			tx.PutAccounts([]engine.AccountRow{{ID: "a", Name: "Acme", State: "s", Doc: []byte{0, 255}, Life: []byte("l"), Due: at(9), Changed: at(1)}, {ID: "b", Name: "Other"}}),
			tx.PutLinks([]engine.Link{{Ref: sf, Account: "a"}, {Ref: hs, Account: "a"}, {Ref: old, Account: "a"}, {Ref: hsAccount("5"), Account: "b"}}),
			tx.PutContacts([]engine.ContactRow{{Ref: hsContact("71"), Home: hs}, {Ref: hsContact("73"), Home: hs}, {Ref: hsContact("72"), Home: old}, {Ref: hsContact("99"), Home: hsAccount("5")}}),
			tx.PutProblems([]engine.ProblemRow{own, ofHS, ofPerson, ofFormer, strange}),
			tx.AddDecisions([]engine.DecisionRow{{Account: "a", At: at(2), Reason: "last"}, {Account: "a", At: at(1), Reason: "first"}}),
			tx.PutHandoff(engine.HandoffRow{ID: "a/1", Account: "a", Rule: "r", Opened: at(1), Closed: at(2)}),
			tx.PutHandoff(engine.HandoffRow{ID: "a/2", Account: "a", Rule: "intent", Stage: "sdr", Owner: "Ann", Opened: at(3)}),
			tx.AddAssignment(engine.AssignmentRow{Handoff: "a/2", At: at(1), Why: []string{"first"}}),
			tx.AddAssignment(engine.AssignmentRow{Handoff: "a/2", At: at(0), Why: []string{"second", "of all"}}),
			tx.AddConflicts([]engine.ConflictRow{{Account: "a", Field: "x", At: at(1)}, {Account: "a", Field: "z", At: at(2)}, {Account: "a", Field: "y", At: at(2), Winner: "hubspot"}, {Account: "b", Field: "y", At: at(2)}}),
		)
	})
	want := engine.Overview{
		AccountRow: engine.AccountRow{ID: "a", Name: "Acme", State: "s", Doc: []byte{0, 255}, Life: []byte("l"), Due: at(9), Changed: at(1)},
		Reason:     "last", Decided: at(2),
		Handoff: &engine.ShownHandoff{ID: "a/2", Rule: "intent", Stage: "sdr", Owner: "Ann", Opened: at(3), Assigned: []string{"second", "of all"}},
		Writes: []engine.ShownWrite{
			{Key: "k3", System: "hubspot", Kind: "update", State: "pending", Created: at(3), Error: "e"},
			{Key: "k2", System: "salesforce", Kind: "create_task", State: "pending", Created: at(2)},
		},
		Conflicts: []engine.ShownConflict{{Field: "y", At: at(2), Winner: "hubspot"}, {Field: "z", At: at(2)}},
		Links:     []connectors.Ref{hs, old, sf},
		People:    map[connectors.Ref]int{sf: 0, hs: 2, old: 1},
		Problems: []engine.HomeProblem{
			{ProblemRow: own}, {ProblemRow: ofHS}, {ProblemRow: ofPerson, Home: hs}, {ProblemRow: ofFormer, Home: old},
		},
	}
	for _, query := range []string{"a", sf.ID, sf.ID[:15], strings.ToLower(sf.ID), "old", " ACME "} {
		view(t, s, func(tx engine.Tx) error {
			got, err := tx.Overviews(query, 2, 2)
			same(t, query, got, []engine.Overview{want})
			return err
		})
	}
}

// Where several fit there is nothing but the rows, as FindAccounts lists them.
func TestOverviewsOfSeveral(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	var rows []engine.AccountRow
	for i := range 25 {
		rows = append(rows, engine.AccountRow{ID: string(rune('a' + i)), Name: "Holding"})
	}
	update(t, s, func(tx engine.Tx) error {
		return errors.Join(tx.PutAccounts(rows), tx.PutLinks([]engine.Link{{Ref: hsAccount("1"), Account: "a"}}),
			tx.AddDecisions([]engine.DecisionRow{{Account: "a", At: noon, Reason: "r"}}))
	})
	for query, n := range map[string]int{"holding": 20, "nobody": 0, " ": 0} {
		view(t, s, func(tx engine.Tx) error {
			got, err := tx.Overviews(query, 2, 2)
			found, findErr := tx.FindAccounts(query)
			want := make([]engine.Overview, len(found))
			for i, row := range found {
				want[i] = engine.Overview{AccountRow: row, People: map[connectors.Ref]int{}}
			}
			if len(got) != n {
				t.Errorf("%q: %d found, want %d", query, len(got), n)
			}
			same(t, query, append([]engine.Overview{}, got...), want)
			return errors.Join(err, findErr)
		})
	}
}

func TestTrace(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	told := map[string]int{}
	ctx := WithTrace(t.Context(), func(query string) { told[query]++ })
	err := s.Update(ctx, func(tx engine.Tx) error {
		_, readErr := tx.Setting("a")
		_, againErr := tx.Setting("a")
		return errors.Join(readErr, againErr, tx.PutSetting("a", "1"), tx.AddDecisions(make([]engine.DecisionRow, 3)))
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 3 || told[addDecision] != 3 {
		t.Errorf("told of %v", told)
	}
}
