package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
	// Summaries are the frozen pages of its stages, oldest first.
	Summaries []FrozenSummary `json:"summaries,omitempty"`
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
		found, err := tx.Overviews(query, shownWrites, shownConflicts)
		if err != nil || len(found) == 0 {
			return err
		}
		if len(found) > 1 {
			for _, o := range found {
				several = append(several, o.AccountRow)
			}
			return nil
		}
		one, err = show(m, found[0])
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("showing %s: %w", query, err)
	}
	return one, several, nil
}

func show(m *mapping.Mapping, o Overview) (*Shown, error) {
	a, err := m.Decode(o.ID, o.Doc)
	if err != nil {
		return nil, err
	}
	var life workflows.Life
	if len(o.Life) > 0 {
		if err := json.Unmarshal(o.Life, &life); err != nil {
			return nil, fmt.Errorf("decoding the life of account %s: %w", o.ID, err)
		}
	}
	out := &Shown{
		ID: o.ID, Name: o.Name, Domain: o.Domain, State: o.State, Since: life.Since, Outcome: o.Outcome, Reason: o.Reason, Decided: o.Decided,
		Linked: a.Linked, Handoff: o.Handoff, Links: []string{}, Problems: []ShownProblem{}, Fields: showFields(m, a),
		Writes: append([]ShownWrite{}, o.Writes...), Conflicts: append([]ShownConflict{}, o.Conflicts...),
	}
	if o.Handoff != nil {
		verified(o.Handoff.Summaries)
	}
	if life.State == workflows.Ready && life.Queued != nil {
		out.Waits, out.Met, out.Late = life.Queued.String(), life.Met, life.Late
	}
	out.around(o, homes(a))
	return out, nil
}

// around adds the records, people and problems of the account. People of a
// record that it has no longer are not its people any more.
func (s *Shown) around(o Overview, homes []connectors.Ref) {
	for _, l := range o.Links {
		s.Links = append(s.Links, l.String())
	}
	for _, home := range homes {
		s.Contacts += o.People[home]
	}
	var rows []ProblemRow
	for _, p := range o.Problems {
		if p.Home == (connectors.Ref{}) || slices.Contains(homes, p.Home) {
			rows = append(rows, p.ProblemRow)
		}
	}
	for _, p := range slices.Compact(rows) {
		s.Problems = append(s.Problems, showProblem(p))
	}
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
