package engine

import (
	"time"

	"handoffd/connectors"
)

// ActivityRead is what is remembered of an activity or opportunity whose events
// count.
type ActivityRead struct {
	Ref connectors.Ref
	// Home is the account's record that it belongs to; none if it is gone.
	Home connectors.Ref
	// Modified is its stamp when it was read.
	Modified time.Time
}

// RelatedTx keeps what is known of records that hang on accounts.
type RelatedTx interface {
	// ContactRecords returns what is known of the contacts.
	ContactRecords(refs []connectors.Ref) (map[connectors.Ref]ContactRow, error)
	// ActivityReads returns what is remembered of the records.
	ActivityReads(refs []connectors.Ref) (map[connectors.Ref]ActivityRead, error)
	PutActivityReads(rows []ActivityRead) error
	// DropPoints removes an account's points of these signals that were read
	// from a record.
	DropPoints(home connectors.Ref, source string, signals []string) error
	// RenameSource lets an account's points that were read from one record be
	// another's.
	RenameSource(home connectors.Ref, from, to string) error
	// PutMerged notes the stamp with which a record was merged away, or a
	// contact was deleted; MergedAt gives those stamps.
	PutMerged(ref connectors.Ref, at time.Time) error
	MergedAt(refs []connectors.Ref) (map[connectors.Ref]time.Time, error)
}
