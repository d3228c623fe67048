package engine

import (
	"time"

	"handoffd/connectors"
)

// HeldRow counts the writes of one kind that one CRM's environment holds back
// for one reason.
type HeldRow struct {
	System connectors.System
	Kind   string
	// Held is what the rows' Held says.
	Held string
	// Count is how many wait, NextTry when the first of them is tried again.
	Count   int
	NextTry time.Time
}

// HeldTx tells which writes wait for somebody to act.
type HeldTx interface {
	// HeldWrites lists them by system, kind and reason.
	HeldWrites() ([]HeldRow, error)
	// RetryHeld lets those of a reason be tried at a time, and not before.
	RetryHeld(system connectors.System, held string, at time.Time) error
	// ReleaseHeld makes those of a reason due at now, held no longer.
	ReleaseHeld(system connectors.System, held string, now time.Time) error
}
