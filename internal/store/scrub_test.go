package store

import (
	"bytes"
	"os"
	"testing"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// traces counts how often the word stands in the store's files.
func traces(t *testing.T, s *Store, word string) (n int) {
	t.Helper()
	for _, file := range []string{s.path, s.path + "-wal"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		n += bytes.Count(data, []byte(word))
	}
	return n
}

// What was forgotten is in no file any more, though the store stays open and
// is being read.
func TestScrub(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	row := engine.ContactRow{Ref: hsContact("71"), Home: hsAccount("1"), Name: "Dana Fox-Lee", Email: "dana@x.example", Modified: noon}
	update(t, s, func(tx engine.Tx) error { return tx.PutContacts([]engine.ContactRow{row}) })
	view(t, s, func(tx engine.Tx) error { _, err := tx.People("71"); return err })
	update(t, s, func(tx engine.Tx) error { return tx.Erase(row.Ref, "x") })
	if traces(t, s, "Fox-Lee") == 0 {
		t.Fatal("there is nothing to scrub")
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := traces(t, s, "Fox-Lee") + traces(t, s, "dana@x"); n > 0 {
		t.Errorf("%d traces are left", n)
	}
	update(t, s, func(tx engine.Tx) error { return tx.PutContacts([]engine.ContactRow{row}) })
	var secure int
	session := <-s.writer.free
	defer s.writer.give(session)
	if err := session.conn.QueryRowContext(t.Context(), "PRAGMA secure_delete").Scan(&secure); err != nil || secure != 1 {
		t.Errorf("secure_delete is %d, %v: what is deleted stays in the file until it is overwritten", secure, err)
	}
}

// A contact is found by what it was, until it is forgotten.
func TestFormerPeople(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	ref := hsContact("71")
	put := func(home, name, email string) {
		update(t, s, func(tx engine.Tx) error {
			return tx.PutContacts([]engine.ContactRow{{Ref: ref, Home: hsAccount(home), Name: name, Email: email, Modified: noon}})
		})
	}
	former := func(query string) (found []string) {
		view(t, s, func(tx engine.Tx) error {
			rows, err := tx.People(query)
			for _, r := range rows {
				if r.Former && r.Ref == ref {
					found = append(found, r.Home.ID+" "+r.Name+" "+r.Email)
				}
			}
			return err
		})
		return found
	}
	put("1", "Dana", "")
	put("1", "Dana", "dana@x.example") // gaining an address is no past
	put("2", "Dana", "dana@x.example")
	put("2", "Dee", "dee@x.example")
	same(t, "by the former address", former("DANA@x.example"), []string{"1 Dana dana@x.example", "2 Dana dana@x.example"})
	same(t, "by the present address", former("dee@x.example"), []string(nil))
	update(t, s, func(tx engine.Tx) error { return tx.DeleteContacts([]connectors.Ref{ref}) })
	same(t, "after the deletion", former("71"), []string{"1 Dana dana@x.example", "2 Dana dana@x.example", "2 Dee dee@x.example"})
	update(t, s, func(tx engine.Tx) error { return tx.Erase(ref, "x") })
	same(t, "after forgetting", former("71"), []string(nil))
}
