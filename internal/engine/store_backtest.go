package engine

import "time"

// BacktestTx reads the decision log of many accounts.
type BacktestTx interface {
	// Logs calls f with the traces of each account's decisions up to to,
	// oldest first: those after from, and before them the last decision and
	// the last transition, which tell how it stood at from.
	Logs(accounts []string, from, to time.Time, f func(account string, trace []byte) error) error
	// FirstDecision is when the oldest decision of the log was made, zero for
	// an empty log.
	FirstDecision() (time.Time, error)
}
