package engine

import "time"

// ReportTx reads what reports are made of, and keeps what cannot be told later.
type ReportTx interface {
	// PutGauge keeps how all accounts stood on a day, as JSON.
	PutGauge(day string, at time.Time, doc []byte) error
	// LastGauge returns the last one from one day to another, nil if none.
	LastGauge(from, to string) ([]byte, error)
	// FreezeReport keeps a month's report, unless one is kept already.
	FreezeReport(month string, at time.Time, doc []byte) error
	// FrozenReport returns it, nil if none is kept.
	FrozenReport(month string) ([]byte, error)
	// StageOwners calls f with everybody who was given a stage at or after
	// since, oldest first.
	StageOwners(since time.Time, f func(handoff, stage, owner string)) error
}
