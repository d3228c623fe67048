package engine

import "time"

// SummaryRow is the one page of one stage of a handoff, as it was frozen.
type SummaryRow struct {
	Handoff string
	Stage   string
	At      time.Time
	// Hash is the SHA-256 of what was frozen, hex. Text is that, but for the
	// names of people who were erased since.
	Hash string
	Text string
}

// WaitRow is what kept an account from sales from a time on: Doc is JSON, Kind
// is "" where nothing did any more. Account "" stands for handoffd as a whole.
type WaitRow struct {
	Account string
	At      time.Time
	Kind    string
	Doc     []byte
}

// PastTx keeps what an explanation of an earlier time needs, and reads it.
type PastTx interface {
	// AddSummary freezes a stage's page; one that is there stays.
	AddSummary(row SummaryRow) error
	// Summaries lists those of a handoff, oldest first.
	Summaries(handoff string) ([]SummaryRow, error)

	AddWaits(rows []WaitRow) error
	// WaitAt returns the last row of an account that was written by then,
	// nil if there is none.
	WaitAt(account string, at time.Time) (*WaitRow, error)
	// WaitsAt lists what kept all accounts at a time, without those that
	// nothing kept.
	WaitsAt(at time.Time) ([]WaitRow, error)
	// QuietAt lists the notices about an account that had been written by
	// then, and were not to be told before a later time.
	QuietAt(account string, at time.Time) ([]AlertRow, error)
}
