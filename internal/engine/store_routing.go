package engine

import (
	"time"

	"handoffd/connectors"
)

// AssignmentRow says who was given a stage of a handoff, and why.
type AssignmentRow struct {
	Handoff string
	Stage   string
	At      time.Time
	// Person is alike in both CRMs; OwnerID is the user of System.
	Person  string
	System  connectors.System
	OwnerID string
	Owner   string // name or e-mail, for people
	// Source names the choice that found them, Pool whose turn it was.
	Source string
	Pool   string
	Why    []string
}

// TurnRow is where somebody stands in a pool: what they are owed, in accounts,
// and which of its turns was theirs last.
type TurnRow struct {
	Pool, Person string
	Credit       float64
	Last         int64
}

// RoutingTx reads and writes who was given what.
type RoutingTx interface {
	AddAssignment(row AssignmentRow) error
	// Assignments lists those of a handoff, oldest first.
	Assignments(handoff string) ([]AssignmentRow, error)
	// AssignedSince calls f with everybody who was given something at or
	// after since.
	AssignedSince(since time.Time, f func(person string, at time.Time)) error
	// Turns is how the pools stand.
	Turns() ([]TurnRow, error)
	PutTurns(rows []TurnRow) error
}
