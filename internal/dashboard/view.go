package dashboard

import (
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// reading is how far one object of one CRM has been read.
type reading struct {
	System  connectors.System
	Object  connectors.Object
	Loaded  bool
	Through time.Time // zero while it is not known
	Changed time.Time // zero if it was never read
}

// readings lists every object that is to be read, in the order in which it is.
func (s *server) readings(tx engine.Tx) ([]reading, error) {
	var objects map[connectors.System][]connectors.Object
	if s.o.Objects != nil {
		objects = s.o.Objects()
	}
	var list []reading
	for _, system := range connectors.Systems() {
		cursors, err := tx.Cursors(system)
		if err != nil {
			return nil, err
		}
		wanted := objects[system]
		if s.o.Objects == nil {
			wanted = known(cursors)
		}
		for _, o := range wanted {
			c := cursors[o]
			list = append(list, reading{System: system, Object: o, Loaded: c.Loaded, Through: c.Through, Changed: c.Changed})
		}
	}
	return list, nil
}

// known lists the accounts, and what else there is a cursor of.
func known(cursors map[connectors.Object]engine.CursorRow) []connectors.Object {
	out := []connectors.Object{connectors.Account}
	for o := range cursors {
		if o != connectors.Account {
			out = append(out, o)
		}
	}
	slices.Sort(out[1:])
	return out
}

// handoff is a handoff as it is shown: without its summary, which names
// contacts.
type handoff struct {
	ID      string            `json:"id"`
	Account string            `json:"account"`
	Name    string            `json:"name"`
	State   string            `json:"state"`
	Rule    string            `json:"rule"`
	Type    string            `json:"type"`
	Stage   string            `json:"stage"`
	Policy  string            `json:"policy"`
	Opened  time.Time         `json:"opened"`
	Closed  time.Time         `json:"closed,omitzero"`
	Outcome string            `json:"outcome,omitempty"`
	System  connectors.System `json:"system,omitempty"`
	OwnerID string            `json:"owner_id,omitempty"`
	Owner   string            `json:"owner,omitempty"`
	Due     time.Time         `json:"due,omitzero"`
	Reasons []string          `json:"reasons"`
	Hash    string            `json:"summary_sha256,omitempty"`
}

// Late tells whether the first outreach should have been made before now and
// nobody has taken up the handoff.
func (h handoff) Late(now time.Time) bool {
	return h.Closed.IsZero() && h.State == string(workflows.HandedOff) && !h.Due.IsZero() && now.After(h.Due)
}

// readHandoffs lists those opened at or after since, newest first.
func readHandoffs(tx engine.Tx, since time.Time) ([]handoff, error) {
	rows, err := tx.Handoffs(since)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(rows))
	for _, h := range rows {
		ids = append(ids, h.Account)
	}
	slices.Sort(ids)
	accounts, err := tx.Accounts(slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	list := make([]handoff, 0, len(rows))
	for _, h := range slices.Backward(rows) {
		a := accounts[h.Account]
		list = append(list, handoff{
			ID: h.ID, Account: h.Account, Name: a.Name, State: a.State, Rule: h.Rule, Type: h.Type, Stage: h.Stage, Policy: h.Policy,
			Opened: h.Opened, Closed: h.Closed, Outcome: h.Outcome, System: h.System, OwnerID: h.OwnerID, Owner: h.Owner, Due: h.Due,
			Reasons: append([]string{}, h.Reasons...), Hash: h.Hash,
		})
	}
	return list, nil
}

// problem is a parked value or record as it is shown, in the words of the
// problems command.
type problem struct {
	System  connectors.System `json:"system"`
	Object  connectors.Object `json:"object"`
	ID      string            `json:"id"`
	Field   string            `json:"field,omitempty"`
	Value   string            `json:"value,omitempty"`
	Reason  string            `json:"reason"`
	Since   time.Time         `json:"since"`
	NextTry time.Time         `json:"next_try,omitzero"`
}

// withheld stands where a reason would repeat what is written about a person.
const withheld = "the value does not fit; `handoffd problems` shows it"

// readProblems lists all problems, without what is written about persons.
func readProblems(tx engine.Tx) ([]problem, error) {
	rows, err := tx.Problems()
	if err != nil {
		return nil, err
	}
	list := make([]problem, 0, len(rows))
	for _, r := range rows {
		p := problem{
			System: r.Ref.System, Object: r.Ref.Object, ID: r.Ref.ID, Field: r.Field, Value: r.Value, Reason: r.Reason, Since: r.Since, NextTry: r.NextTry,
		}
		if personal(r.Ref.Object) {
			p.Value, p.Reason = "", withheld
		}
		list = append(list, p)
	}
	return list, nil
}

// personal tells whether records of the object are about a person or hold what
// one wrote. The engine also parks under names of its own (a write, a match, a
// route); those are about accounts.
func personal(o connectors.Object) bool {
	switch o {
	case connectors.Contact, connectors.Task, connectors.Meeting, connectors.Call, connectors.Email, connectors.Note:
		return true
	}
	return false
}
