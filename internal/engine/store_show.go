package engine

import (
	"time"

	"handoffd/connectors"
)

// Overview is what the store has to say of an account that a query fits.
type Overview struct {
	AccountRow
	// What follows is left out if the query fits several accounts.

	// Reason and Decided are the last decision's.
	Reason  string
	Decided time.Time
	// Handoff is the open one, nil if there is none.
	Handoff *ShownHandoff
	// Writes and Conflicts are the last ones, newest first.
	Writes    []ShownWrite
	Conflicts []ShownConflict
	// Links are the records that lead to the account, old ids included.
	Links []connectors.Ref
	// People counts the contacts of each of its records.
	People map[connectors.Ref]int
	// Problems are those of the account, its records and their people, by
	// system, object, id and field.
	Problems []HomeProblem
}

// HomeProblem is a problem with the record whose contact has it, the zero Ref
// if it is the account's own or one of its records'. Contacts of two records
// can share an id: then it is there for both.
type HomeProblem struct {
	ProblemRow
	Home connectors.Ref
}

// ShowTx reads what is shown of an account.
type ShowTx interface {
	// Overviews finds accounts as FindAccounts does and reads what is known
	// of the one that it found, with so many writes and conflicts at most. It
	// is one query, however much there is to tell.
	Overviews(query string, writes, conflicts int) ([]Overview, error)
}
