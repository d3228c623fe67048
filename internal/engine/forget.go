package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// erased stands where a person's data was.
const erased = "[erased]"

// Forgotten is what Forget has done.
type Forgotten struct {
	// Records are the person's records, in whichever CRM.
	Records []string `json:"records"`
	// Redacted counts the summaries, writes, decisions and labels from which
	// the person's names and addresses were taken, and answers of surveys.
	Redacted int `json:"redacted"`
}

// Forget erases a person, given by a contact's id in either CRM or by e-mail
// address, and keeps them out if they are read again. It knows them from then
// on by hashes only. What the person was called before, and every account that
// they belonged to, count as well, also after the contact was deleted. Numbers
// stay: how often somebody of the account came. A person of whom nothing is
// known is kept out all the same; if the query is no address, there is nothing
// to know them by, and an error says so.
func Forget(ctx context.Context, s Store, query string, now time.Time) (out Forgotten, err error) {
	err = s.Update(ctx, func(tx Tx) error {
		out = Forgotten{}
		p, err := findPerson(tx, query)
		if err != nil {
			return err
		}
		if len(p.refs) == 0 && !strings.Contains(query, "@") {
			return fmt.Errorf("no contact has the id %q; an e-mail address can be kept out before it is read", query)
		}
		accounts, err := p.accounts(tx)
		if err != nil {
			return err
		}
		for _, ref := range p.refs {
			if err := tx.Erase(ref, alias(ref)); err != nil {
				return err
			}
			out.Records = append(out.Records, ref.String())
		}
		for _, account := range accounts {
			n, err := p.redact(tx, account)
			if err != nil {
				return err
			}
			out.Redacted += n
		}
		answers, err := forgetAnswers(tx, p.addresses)
		if err != nil {
			return err
		}
		out.Redacted += answers
		return tx.PutForgotten(p.hashes, now)
	})
	if err != nil {
		return Forgotten{}, fmt.Errorf("forgetting: %w", err)
	}
	return out, nil
}

// erasure is all that is known of somebody who is to be forgotten.
type erasure struct {
	refs []connectors.Ref
	rows []PersonRow
	// addresses are theirs for sure: the last ones, and the one asked for. An
	// older one may be somebody else's by now, or was never right.
	addresses []string
	hashes    []string
}

// findPerson finds the records that the query names or once named, and those
// in the other CRM with the same address.
func findPerson(tx Tx, query string) (*erasure, error) {
	p := &erasure{}
	if query = strings.TrimSpace(query); strings.Contains(query, "@") {
		p.know(query)
	}
	named, err := tx.People(query)
	if long := mapping.SalesforceID(query); err == nil && len(named) == 0 && long != query {
		named, err = tx.People(long) // as a Salesforce page shows it
	}
	if err != nil {
		return nil, err
	}
	if err := p.add(tx, named); err != nil {
		return nil, err
	}
	for _, address := range slices.Clone(p.addresses) {
		same, err := tx.People(address)
		if err != nil {
			return nil, err
		}
		if err := p.add(tx, same); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// add takes up the records of the rows with everything that they once were.
func (p *erasure) add(tx Tx, rows []PersonRow) error {
	for _, row := range rows {
		if slices.Contains(p.refs, row.Ref) {
			continue
		}
		p.refs = append(p.refs, row.Ref)
		p.hashes = append(p.hashes, personHashes(row.Ref, "")...)
		all, err := tx.People(row.Ref.ID)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(r PersonRow) bool { return r.Ref != row.Ref })
		gone := !slices.ContainsFunc(all, func(r PersonRow) bool { return !r.Former })
		for _, r := range all {
			if r.Email != "" && (gone || !r.Former) {
				p.know(r.Email)
			}
		}
		p.rows = append(p.rows, all...)
	}
	return nil
}

// know takes an address for the person's.
func (p *erasure) know(address string) {
	if slices.ContainsFunc(p.addresses, func(a string) bool { return strings.EqualFold(a, address) }) {
		return
	}
	p.addresses = append(p.addresses, address)
	p.hashes = append(p.hashes, personHashes(connectors.Ref{}, address)[1:]...)
}

// accounts are those that the person ever belonged to, and those whose past
// names an address or a record of the person: a split leaves it behind. One
// that is "" stands for records whose account is not known.
func (p *erasure) accounts(tx Tx) ([]string, error) {
	naming, err := tx.AccountsNaming(append(slices.Clone(p.addresses), p.marks()...))
	if err != nil {
		return nil, err
	}
	for _, row := range p.rows {
		naming = append(naming, row.Account)
	}
	naming = append(naming, "") // what belongs to no account
	slices.Sort(naming)
	return slices.Compact(naming), nil
}

// alias stands for a forgotten record as the source of numbers: those of two
// people must stay apart.
func alias(ref connectors.Ref) string { return "forgotten/" + personHashes(ref, "")[0][:16] }

// marks are how writes name the person's records.
func (p *erasure) marks() (marks []string) {
	for _, ref := range p.refs {
		marks = append(marks, `"contact_id":"`+ref.ID+`"`)
	}
	return marks
}

// redact takes the person out of what was written down about an account.
func (p *erasure) redact(tx Tx, account string) (int, error) {
	words := slices.Clone(p.addresses)
	var homes []connectors.Ref
	for _, row := range p.rows {
		words = append(words, row.Email, row.Name)
		if row.Account == account && row.Home.ID != "" {
			homes = append(homes, row.Home)
		}
	}
	words = slices.DeleteFunc(words, func(w string) bool { // would take letters out of other words
		return len([]rune(strings.TrimSpace(w))) < 3
	})
	// The longest first: a former name may be the beginning of the present one.
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	links, err := tx.LinksOf(account)
	if err != nil {
		return 0, err
	}
	for _, l := range links {
		if l.Object == connectors.Account && !slices.Contains(homes, l) {
			homes = append(homes, l)
		}
	}
	n, err := tx.Redact(account, homes, slices.Compact(words), erased)
	if err != nil {
		return 0, err
	}
	if _, err = tx.Redact(account, nil, p.marks(), `"contact_id":""`); err != nil {
		return n, err
	}
	changed, err := eraseValues(tx, account, words)
	return n + changed, err
}

// eraseValues takes the person out of the account's own values.
func eraseValues(tx Tx, account string, words []string) (int, error) {
	rows, err := tx.Accounts([]string{account})
	if err != nil {
		return 0, err
	}
	row, ok := rows[account]
	if !ok {
		return 0, nil
	}
	doc, changed, err := mapping.EraseStored(row.Doc, words)
	if err != nil || !changed {
		return 0, err
	}
	row.Doc = doc
	return 1, tx.PutAccounts([]AccountRow{row})
}
