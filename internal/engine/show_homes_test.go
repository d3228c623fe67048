package engine_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

// told is a store that knows one account.
type told struct {
	engine.Store
	engine.Tx
	overview engine.Overview
}

func (s *told) View(_ context.Context, f func(engine.Tx) error) error { return f(s) }

func (s *told) Overviews(string, int, int) ([]engine.Overview, error) {
	return []engine.Overview{s.overview}, nil
}

// People are those of the records that the account has, not of one that was
// deleted or merged away; and a problem is shown once, through whichever
// records it was found.
func TestShowPeopleOfLivingRecords(t *testing.T) {
	t.Parallel()
	m := compileMapping(t, mappingText)
	view := func(id string) *mapping.View {
		return &mapping.View{ID: id, Cells: make([]mapping.Cell, len(m.Fields))}
	}
	a := &mapping.Account{ID: "a", Own: make([]connectors.Value, len(m.Fields))}
	a.Views[mapping.SalesforceSide], a.Views[mapping.HubSpotSide] = view(sfID(1)), view("2")
	a.Views[mapping.HubSpotSide].Deleted = true
	doc, err := m.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	account := func(system connectors.System, id string) connectors.Ref {
		return connectors.Ref{System: system, Object: connectors.Account, ID: id}
	}
	sf, hs, old := account(connectors.Salesforce, sfID(1)), account(connectors.HubSpot, "2"), account(connectors.Salesforce, sfID(9))
	of := func(system connectors.System, object connectors.Object, id string, home connectors.Ref) engine.HomeProblem {
		return engine.HomeProblem{ProblemRow: engine.ProblemRow{Ref: connectors.Ref{System: system, Object: object, ID: id}}, Home: home}
	}
	s := &told{overview: engine.Overview{
		AccountRow: engine.AccountRow{ID: "a", Doc: doc}, Links: []connectors.Ref{hs, sf, old}, People: map[connectors.Ref]int{sf: 3, hs: 5, old: 7},
		Problems: []engine.HomeProblem{
			of(connectors.HubSpot, connectors.Account, "2", connectors.Ref{}), of(connectors.HubSpot, connectors.Contact, "71", hs),
			of(connectors.Salesforce, connectors.Contact, "c", connectors.Ref{}), of(connectors.Salesforce, connectors.Contact, "c", sf),
			of(connectors.Salesforce, connectors.Contact, "d", sf), of(connectors.Salesforce, connectors.Contact, "e", old),
		},
	}}
	shown, _, err := engine.Show(t.Context(), s, m, "a")
	if err != nil || shown.Contacts != 3 {
		t.Fatalf("%+v, %v, want 3 people", shown, err)
	}
	var records []string
	for _, p := range shown.Problems {
		records = append(records, p.Record)
	}
	if diff := cmp.Diff([]string{"hubspot/account/2", "salesforce/contact/c", "salesforce/contact/d"}, records); diff != "" {
		t.Errorf("problems: -want +got:\n%s", diff)
	}
}
