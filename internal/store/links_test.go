package store

import (
	"errors"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	same1, same2 := sfAccount("1"), hsAccount("1") // one id in two systems
	contact := hsContact("1")                      // and of two objects
	update(t, s, func(tx engine.Tx) error {
		return errors.Join(
			// The accounts may come after the links.
			tx.PutLinks([]engine.Link{{Ref: same1, Account: "a"}, {Ref: same2, Account: "b"}, {Ref: contact, Account: "b"}}),
			tx.PutAccounts([]engine.AccountRow{{ID: "a", Outcome: "waiting"}, {ID: "b"}}),
		)
	})
	update(t, s, func(tx engine.Tx) error {
		return tx.PutLinks([]engine.Link{{Ref: same1, Account: "a"}, {Ref: same2, Account: "a"}})
	})
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Links([]connectors.Ref{same1, contact, same2, same1, sfAccount("absent")})
		same(t, "links", got, map[connectors.Ref]string{same1: "a", same2: "a", contact: "b"})
		none, noneErr := tx.Links(nil)
		same(t, "links of nothing", none, map[connectors.Ref]string{})
		return errors.Join(err, noneErr)
	})
}

func TestKeys(t *testing.T) {
	t.Parallel()
	one, two, three := sfAccount("1"), sfAccount("2"), hsAccount("1")
	key := func(r connectors.Ref, rule, key string) engine.MatchKey {
		return engine.MatchKey{Ref: r, Rule: rule, Key: key}
	}
	start := []engine.MatchKey{key(one, "domain", "acme"), key(one, "id", "77"), key(two, "domain", "acme"), key(three, "domain", "acme")}
	type refs = []connectors.Ref
	tests := []struct {
		name              string
		put               []engine.MatchKey
		acme, bolt, seven refs // Salesforce records with these domains and that id
	}{
		{"nothing new", nil, refs{one, two}, nil, refs{one}},
		{"the same again", start, refs{one, two}, nil, refs{one}},
		{"another key under one rule", []engine.MatchKey{key(one, "domain", "bolt")}, refs{two}, refs{one}, refs{one}},
		{"none under one rule", []engine.MatchKey{key(one, "domain", "")}, refs{two}, nil, refs{one}},
		{"none at all", []engine.MatchKey{key(one, "domain", ""), key(one, "id", "")}, refs{two}, nil, nil},
		{"twice in one list", []engine.MatchKey{key(one, "domain", "bolt"), key(one, "domain", "bolt")}, refs{two}, refs{one}, refs{one}},
		{"of several records", []engine.MatchKey{key(one, "domain", "bolt"), key(two, "id", "77"), key(three, "domain", "acme")}, refs{two}, refs{one}, refs{one, two}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := openTest(t)
			update(t, s, func(tx engine.Tx) error { return tx.PutKeys(start) })
			update(t, s, func(tx engine.Tx) error { return tx.PutKeys(tt.put) })
			find := func(rule, key string, system connectors.System) (found refs) {
				view(t, s, func(tx engine.Tx) (err error) {
					found, err = tx.RecordsByKey(rule, key, system)
					return err
				})
				return found
			}
			same(t, "acme", find("domain", "acme", connectors.Salesforce), tt.acme)
			same(t, "bolt", find("domain", "bolt", connectors.Salesforce), tt.bolt)
			same(t, "77", find("id", "77", connectors.Salesforce), tt.seven)
			same(t, "acme in the other system", find("domain", "acme", connectors.HubSpot), refs{three})
		})
	}
}

func TestContacts(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	home, other := hsAccount("1"), hsAccount("2")
	row := func(id string, home connectors.Ref, name string, at time.Time) engine.ContactRow {
		return engine.ContactRow{Ref: hsContact(id), Home: home, Name: name, Title: "CTO", Email: id + "@acme.example", Modified: at}
	}
	ann, bob, cy, moved := row("a", home, "Ann", noon), row("b", home, "Bob", noon.Add(time.Hour)), row("c", home, "Cy", noon), row("d", other, "Di", noon)
	none := row("e", connectors.Ref{}, "Ed", noon)
	update(t, s, func(tx engine.Tx) error {
		before := row("d", home, "Di", noon)
		return tx.PutContacts([]engine.ContactRow{ann, bob, row("c", home, "Old name", noon), before, none})
	})
	update(t, s, func(tx engine.Tx) error { return tx.PutContacts([]engine.ContactRow{cy, moved}) })
	find := func(homes ...connectors.Ref) (found map[connectors.Ref][]engine.ContactRow) {
		view(t, s, func(tx engine.Tx) (err error) {
			found, err = tx.Contacts(homes)
			return err
		})
		return found
	}
	same(t, "contacts", find(home, other, sfAccount("1"), hsContact("a")), map[connectors.Ref][]engine.ContactRow{home: {bob, ann, cy}, other: {moved}})
	update(t, s, func(tx engine.Tx) error {
		return tx.DeleteContacts([]connectors.Ref{hsContact("a"), hsContact("absent")})
	})
	same(t, "after a deletion", find(home), map[connectors.Ref][]engine.ContactRow{home: {bob, cy}})
}

func TestContactsRefuse(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	for name, c := range map[string]engine.ContactRow{
		"an account":                 {Ref: hsAccount("1"), Home: hsAccount("1")},
		"a home in the other system": {Ref: hsContact("1"), Home: sfAccount("1")},
		"a home that is no account":  {Ref: hsContact("1"), Home: hsContact("2")},
	} {
		if err := s.Update(t.Context(), func(tx engine.Tx) error { return tx.PutContacts([]engine.ContactRow{c}) }); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
