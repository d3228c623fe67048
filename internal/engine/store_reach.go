package engine

import (
	"time"

	"handoffd/connectors"
)

// ReachRow says since when events of an account's record wait to be judged.
type ReachRow struct {
	Home connectors.Ref
	At   time.Time
}

// ReachTx keeps how far a decision has to look back for records that are not
// known as accounts yet.
type ReachTx interface {
	// PutReaches notes when the first event happened; an earlier one stays.
	PutReaches(rows []ReachRow) error
	// TakeReaches returns what is noted of the records, and forgets it.
	TakeReaches(homes []connectors.Ref) ([]ReachRow, error)
}
