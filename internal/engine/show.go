package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// Shown is all that is known of one account.
type Shown struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Domain  string    `json:"domain,omitempty"`
	State   string    `json:"state"`
	Since   time.Time `json:"since,omitzero"`
	Outcome string    `json:"outcome,omitempty"`
	// Reason is the last logged decision's.
	Reason  string    `json:"reason,omitempty"`
	Decided time.Time `json:"decided,omitzero"`
	// Waits says why a ready account is not handed off, Met since when it
	// meets the criteria, Late that this is longer than the service level.
	Waits string    `json:"waits,omitempty"`
	Met   time.Time `json:"met,omitzero"`
	Late  bool      `json:"late,omitempty"`
	// Linked says which rule joined the two records, "" if none did.
	Linked   string         `json:"linked,omitempty"`
	Fields   []ShownField   `json:"fields"`
	Links    []string       `json:"links"`
	Contacts int            `json:"contacts"`
	Problems []ShownProblem `json:"problems"`
	Writes   []ShownWrite   `json:"writes"`
	// Conflicts are the last ones, newest first: both CRMs had changed a
	// field, or a change of what has one master was put back.
	Conflicts []ShownConflict `json:"conflicts"`
	Handoff   *ShownHandoff   `json:"handoff,omitempty"`
}

// ShownField is one field: both sides' values beside the merged one.
type ShownField struct {
	Name       string `json:"name"`
	Value      string `json:"value"`
	Salesforce string `json:"salesforce"`
	HubSpot    string `json:"hubspot"`
	// From says whose value counts, Why by which policy.
	From string    `json:"from"`
	Why  string    `json:"why"`
	At   time.Time `json:"at,omitzero"`
}

// ShownProblem is something parked.
type ShownProblem struct {
	Record  string    `json:"record"`
	Field   string    `json:"field,omitempty"`
	Value   string    `json:"value,omitempty"`
	Reason  string    `json:"reason"`
	Since   time.Time `json:"since"`
	NextTry string    `json:"next_try"`
}

// ShownWrite is one of the last writes.
type ShownWrite struct {
	Key     string    `json:"key"`
	System  string    `json:"system"`
	Kind    string    `json:"kind"`
	State   string    `json:"state"`
	Created time.Time `json:"created"`
	Sent    time.Time `json:"sent,omitzero"`
	Result  string    `json:"result,omitempty"`
	Error   string    `json:"error,omitempty"`
}

// ShownConflict is a field on which the CRMs disagreed, and who won.
type ShownConflict struct {
	Field      string    `json:"field"`
	At         time.Time `json:"at"`
	Salesforce string    `json:"salesforce"`
	HubSpot    string    `json:"hubspot"`
	Winner     string    `json:"winner"`
	Policy     string    `json:"policy"`
	Reason     string    `json:"reason,omitempty"`
}

// ShownHandoff is the open handoff.
type ShownHandoff struct {
	ID     string    `json:"id"`
	Rule   string    `json:"rule"`
	Stage  string    `json:"stage"`
	Owner  string    `json:"owner"`
	Opened time.Time `json:"opened"`
	Due    time.Time `json:"due,omitzero"`
	// Assigned says who was considered as the owner of the present stage, in
	// order, and at last why it is this one.
	Assigned []string `json:"assigned,omitempty"`
}

// shownWrites is how many of the last writes are shown, shownConflicts of the
// last conflicts.
const (
	shownWrites    = 10
	shownConflicts = 10
)

// Show finds accounts by handoffd's id, the id of either CRM, domain or name,
// and shows the one that it found. If it found several, they are listed and
// nothing is shown; if none, both are nothing.
func Show(ctx context.Context, s Store, m *mapping.Mapping, query string) (one *Shown, several []AccountRow, err error) {
	err = s.View(ctx, func(tx Tx) error {
		rows, err := tx.FindAccounts(query)
		if err != nil || len(rows) == 0 {
			return err
		}
		if len(rows) > 1 {
			several = rows
			return nil
		}
		one, err = show(tx, m, rows[0])
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("showing %s: %w", query, err)
	}
	return one, several, nil
}

func show(tx Tx, m *mapping.Mapping, row AccountRow) (*Shown, error) {
	a, err := m.Decode(row.ID, row.Doc)
	if err != nil {
		return nil, err
	}
	var life workflows.Life
	if len(row.Life) > 0 {
		if err := json.Unmarshal(row.Life, &life); err != nil {
			return nil, fmt.Errorf("decoding the life of account %s: %w", row.ID, err)
		}
	}
	out := &Shown{
		ID: row.ID, Name: row.Name, Domain: row.Domain, State: row.State, Since: life.Since, Outcome: row.Outcome,
		Linked: a.Linked, Links: []string{}, Problems: []ShownProblem{}, Writes: []ShownWrite{}, Conflicts: []ShownConflict{}, Fields: showFields(m, a),
	}
	if life.State == workflows.Ready && life.Queued != nil {
		out.Waits, out.Met, out.Late = life.Queued.String(), life.Met, life.Late
	}
	if err := out.past(tx); err != nil {
		return nil, err
	}
	return out, out.around(tx, a)
}

// past adds the last decision, the open handoff and the last writes.
func (s *Shown) past(tx Tx) error {
	decisions, err := tx.Decisions(s.ID, time.Time{}, 1)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		s.Reason, s.Decided = d.Reason, d.At
	}
	h, err := tx.OpenHandoff(s.ID)
	if err != nil {
		return err
	}
	if h != nil {
		s.Handoff = &ShownHandoff{ID: h.ID, Rule: h.Rule, Stage: h.Stage, Owner: h.Owner, Opened: h.Opened, Due: h.Due}
		given, err := tx.Assignments(h.ID)
		if err != nil {
			return err
		}
		if len(given) > 0 {
			s.Handoff.Assigned = given[len(given)-1].Why
		}
	}
	writes, err := tx.LastWrites(s.ID, shownWrites)
	for _, w := range writes {
		s.Writes = append(s.Writes, ShownWrite{
			Key: w.Key, System: string(w.System), Kind: w.Kind, State: w.State, Created: w.Created, Sent: w.Sent, Result: w.Result, Error: w.Error,
		})
	}
	if err != nil {
		return err
	}
	conflicts, err := tx.Conflicts(s.ID, shownConflicts)
	for _, c := range conflicts {
		s.Conflicts = append(s.Conflicts, ShownConflict{
			Field: c.Field, At: c.At, Salesforce: c.Salesforce, HubSpot: c.HubSpot, Winner: c.Winner, Policy: c.Policy, Reason: c.Reason,
		})
	}
	return err
}

// around adds the records, people and problems of the account.
func (s *Shown) around(tx Tx, a *mapping.Account) error {
	links, err := tx.LinksOf(s.ID)
	if err != nil {
		return err
	}
	ids := []string{s.ID} // problems of routing are kept under handoffd's id
	for _, l := range links {
		s.Links, ids = append(s.Links, l.String()), append(ids, l.ID)
	}
	people, err := tx.Contacts(homes(a))
	if err != nil {
		return err
	}
	for _, list := range people {
		s.Contacts += len(list)
		for _, p := range list {
			ids = append(ids, p.Ref.ID)
		}
	}
	problems, err := tx.ProblemsOf(ids)
	for _, p := range problems {
		s.Problems = append(s.Problems, showProblem(p))
	}
	return err
}

func showProblem(p ProblemRow) ShownProblem {
	return ShownProblem{Record: p.Ref.String(), Field: p.Field, Value: p.Value, Reason: p.Reason, Since: p.Since, NextTry: NextTry(p)}
}

// showFields lays both sides' values beside the merged one.
func showFields(m *mapping.Mapping, a *mapping.Account) []ShownField {
	out := make([]ShownField, 0, len(m.Fields))
	for i := range m.Fields {
		f := &m.Fields[i]
		v, origin := m.Value(a, i)
		row := ShownField{Name: f.Name, Value: shown(v), Why: masterWords(f.Master), At: origin.At}
		side := func(s mapping.Side) string {
			view := a.Views[s]
			switch {
			case f.Vendor[s] == "" || view == nil || view.Deleted:
				return ""
			case view.Cells[i].Bad:
				return "(does not fit)"
			}
			return shown(view.Cells[i].Seen)
		}
		row.Salesforce, row.HubSpot = side(mapping.SalesforceSide), side(mapping.HubSpotSide)
		switch {
		case origin.Own:
			row.From = "handoffd"
		case !v.IsNull():
			row.From = string(origin.Side.System())
		}
		out = append(out, row)
	}
	return out
}

// shown is a value as text, "" for none.
func shown(v connectors.Value) string {
	if v.IsNull() {
		return ""
	}
	return v.String()
}

// masterWords names a field's policy as the config does.
func masterWords(m mapping.Master) string {
	switch m {
	case mapping.ReadOnly:
		return "read only"
	case mapping.FromSalesforce, mapping.FromHubSpot, mapping.FromHandoffd:
		return "from: " + string(m)
	default:
		return "sync: " + string(m)
	}
}

// NextTry says when something parked is tried again.
func NextTry(p ProblemRow) string {
	switch {
	case !p.NextTry.IsZero():
		return p.NextTry.UTC().Format(time.DateTime)
	case p.Ref.Object == routeObject:
		return "at every decision"
	default:
		return "when the record, the schema or the mapping changes"
	}
}
