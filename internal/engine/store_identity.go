package engine

import (
	"time"

	"handoffd/connectors"
)

// The states of a match case.
const (
	CaseOpen    = "open"    // waits for a person
	CaseLinked  = "linked"  // a person has linked two of its candidates
	CaseSplit   = "split"   // a person has said that they do not belong together
	CaseSettled = "settled" // it went away by itself
)

// MatchCase is a match that no rule may make: several records fit, or what
// the records say contradicts itself.
type MatchCase struct {
	// ID follows from rule and key, so that the same case keeps it.
	ID         string
	Rule, Key  string
	Reason     string
	State      string
	Since      time.Time
	Closed     time.Time // zero while it is open
	Candidates []Candidate
}

// Candidate is a record of a case.
type Candidate struct {
	Ref connectors.Ref
	// Name and Domain are its account's, for people; read only.
	Name, Domain string
}

// Pair is one record of each CRM.
type Pair struct{ Salesforce, HubSpot string }

// IdentityTx reads and writes what is known of records that are, or are not,
// one account.
type IdentityTx interface {
	// PutCase inserts or replaces a case with its candidates. Since of one
	// that was open already stays.
	PutCase(c MatchCase) error
	// Cases lists the cases in a state, oldest first, with their candidates.
	Cases(state string) ([]MatchCase, error)
	// CasesOf lists the open cases that have one of the records as candidate.
	CasesOf(refs []connectors.Ref) ([]MatchCase, error)
	// CaseCount counts the cases that are open.
	CaseCount() (int, error)

	// Splits returns all pairs that a person has split.
	Splits() (map[Pair]bool, error)
	// PutSplits adds pairs; RemoveSplit forgets one.
	PutSplits(pairs []Pair) error
	RemoveSplit(p Pair) error

	// MoveRecord lets what hangs on one account record (points, contacts,
	// splits) hang on another. With continues, the points of its own levels
	// become the other's as well: the other is the same record anew.
	MoveRecord(from, to connectors.Ref, continues bool) error
	// MoveHistory lets handoffs, decisions and writes of one account belong
	// to another.
	MoveHistory(from, to string) error
	// MoveSystemLinks is MoveLinks for the records of one system.
	MoveSystemLinks(from, to string, system connectors.System) error
	// PutPayloads replaces the Payload of rows that are not done.
	PutPayloads(rows []OutboxRow) error
}
