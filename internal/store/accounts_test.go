package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func sfAccount(id string) connectors.Ref {
	return connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: id}
}

func hsAccount(id string) connectors.Ref {
	return connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: id}
}

func hsContact(id string) connectors.Ref {
	return connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: id}
}

func ids(rows []engine.AccountRow) []string {
	list := []string{}
	for _, r := range rows {
		list = append(list, r.ID)
	}
	return list
}

// same reports a difference between what is there and what should be.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestAccountsRoundTrip(t *testing.T) {
	t.Parallel()
	full := engine.AccountRow{
		ID: "sf-1", Name: "Acme “GmbH” 'x'\x00y", Domain: "acme.example", State: "handed_off", Outcome: "intent",
		Doc: []byte{0, 1, 0xff}, Life: []byte(`{"a":1}`), Dirty: true, Both: true,
		Due: noon.Add(time.Hour + 123*time.Microsecond), Changed: noon.Add(-time.Hour),
	}
	but := func(change func(*engine.AccountRow)) []engine.AccountRow {
		other := full
		change(&other)
		return []engine.AccountRow{other}
	}
	tests := []struct {
		name       string
		before     []engine.AccountRow
		put, found engine.AccountRow
	}{
		{"all fields", nil, full, full},
		{"no fields", nil, engine.AccountRow{ID: "sf-1"}, engine.AccountRow{ID: "sf-1", Changed: noon}},
		{"replaced, same name", []engine.AccountRow{{ID: "sf-1", Name: full.Name, Domain: full.Domain}}, full, full},
		{"replaced, new name", []engine.AccountRow{{ID: "sf-1", Name: "Old", Domain: full.Domain, Dirty: true, Due: noon}}, full, full},
		{"replaced, new domain", []engine.AccountRow{{ID: "sf-1", Name: full.Name, Domain: "old.example"}}, full, full},
		{"the same in what it is found and counted by", []engine.AccountRow{{ID: "sf-1", Name: full.Name, Domain: full.Domain, State: full.State, Outcome: full.Outcome, Both: true}}, full, full},
		{"in another state", but(func(a *engine.AccountRow) { a.State = "working" }), full, full},
		{"with another outcome", but(func(a *engine.AccountRow) { a.Outcome = "inbound" }), full, full},
		{"in one CRM only", but(func(a *engine.AccountRow) { a.Both = false }), full, full},
		{"emptied", []engine.AccountRow{full}, engine.AccountRow{ID: "sf-1", Changed: noon}, engine.AccountRow{ID: "sf-1", Changed: noon}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := openTest(t)
			update(t, s, func(tx engine.Tx) error { return tx.PutAccounts(tt.before) })
			for range 2 { // twice is as once
				update(t, s, func(tx engine.Tx) error { return tx.PutAccounts([]engine.AccountRow{tt.put}) })
			}
			view(t, s, func(tx engine.Tx) error {
				got, err := tx.Accounts([]string{"sf-1", "absent", "sf-1"})
				same(t, "accounts", got, map[string]engine.AccountRow{"sf-1": tt.found})
				return err
			})
		})
	}
}

func TestAccountWithoutID(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	err := s.Update(t.Context(), func(tx engine.Tx) error { return tx.PutAccounts([]engine.AccountRow{{ID: "a"}, {Name: "b"}}) })
	if err == nil || !strings.Contains(err.Error(), "row 1 has no id") {
		t.Errorf("got %v", err)
	}
}

func TestAccountsOfLongList(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	var rows []engine.AccountRow
	var list []string
	for i := range 2*listChunk + 10 {
		id := fmt.Sprintf("sf-%06d", i)
		rows, list = append(rows, engine.AccountRow{ID: id}), append(list, id)
	}
	update(t, s, func(tx engine.Tx) error { return tx.PutAccounts(rows) })
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Accounts(list)
		same(t, "count", len(got), len(list))
		none, noneErr := tx.Accounts(nil)
		same(t, "of no ids", none, map[string]engine.AccountRow{})
		return errors.Join(err, noneErr)
	})
}

// TestAListOfOne finds what a longer list does, whatever the value looks like.
func TestAListOfOne(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	list := []string{"1", "01", `["1"]`, `a"b\`, "null", "%", "ü <&>"}
	for _, id := range list {
		update(t, s, func(tx engine.Tx) error { return tx.PutAccounts([]engine.AccountRow{{ID: id, Name: id}}) })
	}
	view(t, s, func(tx engine.Tx) error {
		all, err := tx.Accounts(list)
		same(t, "of all", len(all), len(list))
		for _, id := range list {
			one, oneErr := tx.Accounts([]string{id})
			same(t, id, one, map[string]engine.AccountRow{id: all[id]})
			err = errors.Join(err, oneErr)
		}
		return err
	})
}

func TestAccountsToDecide(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		return tx.PutAccounts([]engine.AccountRow{
			{ID: "g-due-first", Due: noon.Add(-2 * time.Hour)},
			{ID: "d-dirty", Dirty: true},
			{ID: "a-due-last", Due: noon},
			{ID: "b-later", Due: noon.Add(time.Microsecond)},
			{ID: "e-dirty-and-due", Dirty: true, Due: noon.Add(-time.Hour)},
			{ID: "c-due-second", Due: noon.Add(-time.Hour)},
			{ID: "f-at-rest"},
		})
	})
	dirty := []string{"d-dirty", "e-dirty-and-due"}
	tests := []struct {
		limit int
		want  []string
	}{
		{-1, []string{}},
		{0, []string{}},
		{1, dirty[:1]},
		{2, dirty},
		{3, append(slices.Clone(dirty), "g-due-first")},
		{4, append(slices.Clone(dirty), "c-due-second", "g-due-first")},
		{100, append(slices.Clone(dirty), "a-due-last", "c-due-second", "g-due-first")},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint("limit ", tt.limit), func(t *testing.T) {
			t.Parallel()
			view(t, s, func(tx engine.Tx) error {
				rows, err := tx.AccountsToDecide(noon, tt.limit)
				same(t, "to decide", ids(rows), tt.want)
				return err
			})
		})
	}
}

func TestMarkAllDirty(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		return errors.Join(tx.PutAccounts([]engine.AccountRow{{ID: "a"}, {ID: "b", Dirty: true}, {ID: "c", Due: noon}}), tx.MarkAllDirty())
	})
	view(t, s, func(tx engine.Tx) error {
		rows, err := tx.AccountsToDecide(time.Time{}, 10)
		same(t, "dirty", ids(rows), []string{"a", "b", "c"})
		return err
	})
}

func TestAccountsInOrder(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		return tx.PutAccounts([]engine.AccountRow{
			{ID: "c", State: "target", Outcome: "waiting"}, {ID: "a", State: "target", Outcome: "no"},
			{ID: "d", State: "won", Outcome: "no"}, {ID: "b", State: "target", Outcome: "no"},
		})
	})
	view(t, s, func(tx engine.Tx) error {
		var walked []string
		for after := ""; ; {
			rows, err := tx.AccountsAfter(after, 3)
			if err != nil {
				return err
			}
			walked = append(walked, ids(rows)...)
			if len(rows) < 3 {
				break
			}
			after = rows[len(rows)-1].ID
		}
		same(t, "walk", walked, []string{"a", "b", "c", "d"})
		none, err := tx.AccountsAfter("", 0)
		same(t, "none", ids(none), []string{})
		inState, stateErr := tx.AccountsInState("target")
		same(t, "in state", ids(inState), []string{"a", "b", "c"})
		states, outcomes, countErr := tx.AccountCounts()
		same(t, "states", states, map[string]int{"target": 3, "won": 1})
		same(t, "outcomes", outcomes, map[string]int{"waiting": 1, "no": 3})
		return errors.Join(err, stateErr, countErr)
	})
}

func TestFindAccounts(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	rows := []engine.AccountRow{
		{ID: "sf-1", Name: "Straße Müller GmbH", Domain: "mueller.example"},
		{ID: "sf-2", Name: "Acme", Domain: "acme.example"},
		{ID: "hs-3", Name: "ACME", Domain: "acme-2.example"},
		{ID: "hs-4", Name: "Σίσυφος", Domain: ""},
	}
	for i := range 25 {
		rows = append(rows, engine.AccountRow{ID: fmt.Sprintf("many-%02d", i), Name: "Holding"})
	}
	update(t, s, func(tx engine.Tx) error {
		return errors.Join(tx.PutAccounts(rows), tx.PutLinks([]engine.Link{
			{Ref: sfAccount("001A0000001aaaaIAB"), Account: "sf-1"},
			{Ref: sfAccount("001A0000001aaaAIAR"), Account: "sf-2"}, // differs in case only
			{Ref: hsAccount("123456789012345"), Account: "hs-3"},    // 15 characters, and complete
			{Ref: hsAccount("123456789012345678"), Account: "hs-4"},
			{Ref: hsContact("777"), Account: "hs-4"},
		}))
	})
	tests := []struct {
		name, query string
		want        []string
	}{
		{"own id", "sf-1", []string{"sf-1"}},
		{"own id of one that was joined with it", "sf-001A0000001aaaAIAR", []string{"sf-2"}},
		{"own id of a record that is not known", "sf-", []string{}},
		{"Salesforce id, 18 characters", "001A0000001aaaaIAB", []string{"sf-1"}},
		{"Salesforce id, 15 characters", "001A0000001aaaa", []string{"sf-1"}},
		{"the same in other case", "001A0000001aaaA", []string{"sf-2"}},
		{"a beginning of one", "001A000", []string{}},
		{"HubSpot id as long as a Salesforce id", "123456789012345", []string{"hs-3"}},
		{"id of a linked contact", "777", []string{"hs-4"}},
		{"domain", "Acme.Example", []string{"sf-2"}},
		{"name of two", " acme ", []string{"hs-3", "sf-2"}},
		{"name with letters beyond ASCII", "STRASSE MÜLLER GMBH", []string{}},
		{"the same in upper case", "STRAßE MÜLLER GMBH", []string{"sf-1"}},
		{"letters with two lower-case forms", "ΣΊΣΥΦΟΣ", []string{"hs-4"}},
		{"part of a name", "Acm", []string{}},
		{"nothing", "  ", []string{}},
		{"no pattern", "%", []string{}},
		{"many", "holding", ids(rows[4:24])},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			view(t, s, func(tx engine.Tx) error {
				found, err := tx.FindAccounts(tt.query)
				same(t, "found", ids(found), tt.want)
				return err
			})
		})
	}
}

func TestFindAccountsFollowsChanges(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	put := func(name, domain string) {
		update(t, s, func(tx engine.Tx) error {
			return tx.PutAccounts([]engine.AccountRow{{ID: "a", Name: name, Domain: domain}})
		})
	}
	find := func(query string) []string {
		var found []engine.AccountRow
		view(t, s, func(tx engine.Tx) (err error) {
			found, err = tx.FindAccounts(query)
			return err
		})
		return ids(found)
	}
	put("Old", "old.example")
	put("New", "old.example")
	put("New", "new.example")
	for query, want := range map[string][]string{"old": {}, "new": {"a"}, "old.example": {}, "new.example": {"a"}} {
		same(t, query, find(query), want)
	}
}

func TestDeleteAccount(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		return errors.Join(
			tx.PutAccounts([]engine.AccountRow{{ID: "keep"}, {ID: "gone"}}),
			tx.PutLinks([]engine.Link{{Ref: sfAccount("1"), Account: "keep"}, {Ref: hsAccount("2"), Account: "gone"}, {Ref: hsAccount("old 2"), Account: "gone"}}),
		)
	})
	err := s.Update(t.Context(), func(tx engine.Tx) error { return tx.DeleteAccount("gone") })
	if err == nil || !strings.Contains(err.Error(), "2 records still lead to it") {
		t.Errorf("deleting with links gives %v", err)
	}
	update(t, s, func(tx engine.Tx) error {
		return errors.Join(tx.(*Tx).MoveLinks("gone", "keep"), tx.DeleteAccount("gone"), tx.DeleteAccount("never there"))
	})
	view(t, s, func(tx engine.Tx) error {
		rows, err := tx.AccountsAfter("", 10)
		same(t, "accounts", ids(rows), []string{"keep"})
		links, linksErr := tx.Links([]connectors.Ref{hsAccount("2"), hsAccount("old 2")})
		same(t, "links", links, map[connectors.Ref]string{hsAccount("2"): "keep", hsAccount("old 2"): "keep"})
		return errors.Join(err, linksErr)
	})
}
