package engine

import (
	"time"

	"handoffd/connectors"
)

// CreateRow is an account that is to get a record in a CRM that has none.
type CreateRow struct {
	System  connectors.System
	Account string
	Name    string
}

// CreateTx reads and writes which records are to be made.
type CreateTx interface {
	// Creations lists records that are still to be made in a CRM, oldest
	// first and at most limit, and counts all of them.
	Creations(system connectors.System, limit int) (rows []CreateRow, all int, err error)
	// CreatesUnderWay counts those of a CRM that have been sent and of which
	// it is not known what became.
	CreatesUnderWay(system connectors.System) (int, error)
	// RetryCreations lets those of the accounts that were parked be tried
	// again; WithdrawCreations parks those that were never sent.
	RetryCreations(accounts []string, now time.Time) error
	WithdrawCreations(accounts []string, why string) error
}
