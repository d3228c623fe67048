package engine

import (
	"time"

	"handoffd/connectors"
)

// PersonRow is what is known of one person under one record.
type PersonRow struct {
	ContactRow
	// Account is handoffd's id of the account, "" if there is none.
	Account string
	// Former: this is what the record said before it changed or was deleted.
	Former bool
}

// UpkeepTx finds and erases people, tells what handoffd made itself, and
// brings back what was parked.
type UpkeepTx interface {
	// Made gives of the vendor's ids those that are results of our own
	// writes, with the write's key.
	Made(ids []string) (map[string]string, error)
	// Forgotten tells which of the hashes are of people to be forgotten.
	Forgotten(hashes []string) (map[string]bool, error)
	PutForgotten(hashes []string, at time.Time) error
	// People finds contacts by the vendor's id or the e-mail address, as
	// they are and as they were; those that are come first.
	People(query string) ([]PersonRow, error)
	// Erase removes the contact, what it was before, its counters' readings
	// and its problems, and takes the labels off its points; their numbers
	// stay, as those of alias.
	Erase(ref connectors.Ref, alias string) error
	// AccountsNaming finds the accounts in whose values or past one of the
	// words stands. It reads all of them.
	AccountsNaming(words []string) ([]string, error)
	// Redact puts text in place of each of the words, in all that was written
	// down about the account except its values: summaries, writes, decisions,
	// conflicts, problems, and what activities and points say of themselves.
	// The account "" stands for what belongs to none: reports and cases. It
	// returns how many rows changed.
	Redact(account string, homes []connectors.Ref, words []string, text string) (int, error)

	// ProblemsOf lists the problems of the records with these ids.
	ProblemsOf(ids []string) ([]ProblemRow, error)
	// ProblemCount counts all problems.
	ProblemCount() (int, error)
	// LinksOf lists the records that lead to the account, old ids included.
	LinksOf(account string) ([]connectors.Ref, error)
	// RetryParked makes parked creates of those accounts pending again, as
	// long as their handoff is open; RetryAllParked those of all.
	RetryParked(accounts []string, now time.Time) error
	RetryAllParked(now time.Time) error
	// MarkParkedDirty makes accounts with parked writes be decided anew.
	MarkParkedDirty() error
	// ObjectsInTrouble lists the systems and objects that have problems.
	ObjectsInTrouble() ([]connectors.Ref, error)
	ReloadTx
}

// ReloadTx keeps account of reading everything once more.
type ReloadTx interface {
	// DeleteCursor forgets how far an object has been read.
	DeleteCursor(system connectors.System, object connectors.Object) error
	// MarkSeen notes account records that a reload came across, ClearSeen
	// forgets those of a system.
	MarkSeen(refs []connectors.Ref) error
	ClearSeen(system connectors.System) error
	// Unseen lists links of account records that were not seen and whose id
	// comes after the given one, by id, at most limit.
	Unseen(system connectors.System, after string, limit int) ([]Link, error)
}
