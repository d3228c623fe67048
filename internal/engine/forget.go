package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"handoffd/connectors"
)

// erased stands where a person's data was.
const erased = "[erased]"

// Forgotten is what Forget has done.
type Forgotten struct {
	// Records are the person's records, in whichever CRM.
	Records []string `json:"records"`
	// Redacted counts the summaries, writes, decisions and labels from which
	// the person's name and address were taken.
	Redacted int `json:"redacted"`
}

// Forget erases a person, given by a contact's id in either CRM or by e-mail
// address, and keeps them out if they are read again. It knows them from then
// on by hashes only. Numbers stay: how often somebody of the account came. A
// person of whom nothing is known is kept out all the same; if the query is no
// address, there is nothing to know them by, and an error says so.
func Forget(ctx context.Context, s Store, query string, now time.Time) (out Forgotten, err error) {
	err = s.Update(ctx, func(tx Tx) error {
		people, err := sameAddress(tx, query)
		if err != nil {
			return err
		}
		if len(people) == 0 && !strings.Contains(query, "@") {
			return fmt.Errorf("no contact has the id %q; an e-mail address can be kept out before it is read", query)
		}
		var hashes []string
		if strings.Contains(query, "@") {
			hashes = personHashes(connectors.Ref{}, query)[1:]
		}
		for _, p := range people {
			hashes = append(hashes, personHashes(p.Ref, p.Email)...)
			n, err := erase(tx, p)
			if err != nil {
				return err
			}
			out.Records, out.Redacted = append(out.Records, p.Ref.String()), out.Redacted+n
		}
		return tx.PutForgotten(hashes, now)
	})
	if err != nil {
		return Forgotten{}, fmt.Errorf("forgetting: %w", err)
	}
	return out, nil
}

// sameAddress finds the person's records: those that the query names, and
// those in the other CRM with the same address.
func sameAddress(tx Tx, query string) ([]PersonRow, error) {
	found, err := tx.People(query)
	if err != nil {
		return nil, err
	}
	people, known := []PersonRow{}, map[connectors.Ref]bool{}
	add := func(rows []PersonRow) {
		for _, p := range rows {
			if !known[p.Ref] {
				known[p.Ref] = true
				people = append(people, p)
			}
		}
	}
	add(found)
	for _, p := range found {
		if p.Email == "" {
			continue
		}
		more, err := tx.People(p.Email)
		if err != nil {
			return nil, err
		}
		add(more)
	}
	return people, nil
}

// erase removes a person's record and takes the person out of what was written
// down about the account.
func erase(tx Tx, p PersonRow) (redacted int, err error) {
	if err := tx.Erase(p.Ref); err != nil || p.Account == "" {
		return 0, err
	}
	links, err := tx.LinksOf(p.Account)
	if err != nil {
		return 0, err
	}
	var homes []connectors.Ref
	for _, l := range links {
		if l.Object == connectors.Account {
			homes = append(homes, l)
		}
	}
	words := []string{p.Email, p.Name, `"contact_id":"` + p.Ref.ID + `"`}
	for i, w := range words {
		if len([]rune(strings.TrimSpace(w))) < 3 { // would take letters out of other words
			words[i] = ""
		}
	}
	n, err := tx.Redact(p.Account, homes, words[:2], erased)
	if err != nil {
		return 0, err
	}
	_, err = tx.Redact(p.Account, nil, words[2:], `"contact_id":""`)
	return n, err
}
