package engine

import (
	"time"

	"handoffd/connectors"
)

// HandoffTimes is what a handoff's delays are computed from.
type HandoffTimes struct {
	// Segment is the account's when it was handed off, "" for none.
	Segment string
	// SignalAt is the time of the fact that made the criteria true, MetAt
	// when they were found to be met; zero for what was adopted.
	SignalAt, MetAt time.Time
	// Queued is how long a limit or the delivery kept the account waiting.
	Queued time.Duration
}

// HandedRow is a handoff as far as limits count it.
type HandedRow struct {
	Opened              time.Time
	Rule, Type, Segment string
	// System and OwnerID say to whom it was given first.
	System  connectors.System
	OwnerID string
	Outcome string
}

// LimitsTx reads what limits are counted by.
type LimitsTx interface {
	// HandedOff lists the handoffs opened at or after since, oldest first.
	HandedOff(since time.Time) ([]HandedRow, error)
}
