package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func TestAssignments(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	at := time.Date(2026, 11, 2, 15, 0, 0, 123000, time.UTC)
	first := engine.AssignmentRow{
		Handoff: "sf-1/1", Stage: "sdr", At: at, Person: "ann@acme.example", System: connectors.Salesforce, OwnerID: "005", Owner: "Ann",
		Source: "pool", Pool: "emea", Why: []string{"the account has no owner", "next in turn"},
	}
	second := engine.AssignmentRow{Handoff: "sf-1/1", Stage: "ae", At: at, Person: "bob@acme.example", System: connectors.HubSpot, OwnerID: "2", Source: "fallback"}
	other := engine.AssignmentRow{Handoff: "sf-1/10", Stage: "sdr", At: at.Add(-time.Hour), Person: "ann@acme.example", System: connectors.HubSpot, OwnerID: "1"}
	update(t, s, func(tx engine.Tx) error {
		for _, row := range []engine.AssignmentRow{first, second, other} {
			if err := tx.AddAssignment(row); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Assignments("sf-1/1")
		if diff := cmp.Diff([]engine.AssignmentRow{first, second}, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		return err
	})
	for since, want := range map[time.Time]map[string]int{
		at.Add(-time.Hour):             {"ann@acme.example": 2, "bob@acme.example": 1},
		at:                             {"ann@acme.example": 1, "bob@acme.example": 1},
		at.Add(time.Nanosecond * 1000): {},
	} {
		got := map[string]int{}
		view(t, s, func(tx engine.Tx) error {
			return tx.AssignedSince(since, func(person string, when time.Time) {
				got[person]++
				if when.Before(since) {
					t.Errorf("%s at %v, before %v", person, when, since)
				}
			})
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("since %v: -want +got:\n%s", since, diff)
		}
	}
}

// TestTurns keeps fractions to the last bit, or the sequence would change.
func TestTurns(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	third := 1.0 / 3
	update(t, s, func(tx engine.Tx) error {
		if err := tx.PutTurns([]engine.TurnRow{{Pool: "emea", Person: "ann", Credit: 1, Last: 1}, {Pool: "emea", Person: "bob", Credit: -third}}); err != nil {
			return err
		}
		return tx.PutTurns([]engine.TurnRow{{Pool: "emea", Person: "ann", Credit: third - 1, Last: 7}, {Pool: "apac", Person: "ann", Credit: third}})
	})
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Turns()
		want := []engine.TurnRow{
			{Pool: "apac", Person: "ann", Credit: third}, {Pool: "emea", Person: "ann", Credit: third - 1, Last: 7}, {Pool: "emea", Person: "bob", Credit: -third},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		return err
	})
}
