package engine

import (
	"context"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// Store keeps what handoffd knows. Everything that belongs together is written
// in one transaction: a crash leaves all of it or none (I7).
type Store interface {
	// Update runs f in one read-write transaction and commits it if f
	// returns nil. Transactions that write are serial.
	Update(ctx context.Context, f func(Tx) error) error
	// View runs f in one read-only transaction.
	View(ctx context.Context, f func(Tx) error) error
}

// Tx is one transaction. Lists may be of any length; methods that read many
// rows do so in few queries. Absent rows are left out of what is returned.
type Tx interface {
	AccountTx
	SignalTx
	HandoffTx
	OutboxTx
	ReadingTx
	IdentityTx
	UpkeepTx
	ConflictTx
	AlertTx
	LimitsTx
	SalesTx
	HeldTx
	RoutingTx
	CreateTx
	ReachTx
	RelatedTx
	ReportTx
	ShowTx
	BacktestTx
	SurveyTx
	PastTx
}

// AccountRow is one account as stored.
type AccountRow struct {
	ID string
	// Name and Domain are for finding it; State is the lifecycle's and
	// Outcome the last decision's, for listing and counting.
	Name, Domain, State, Outcome string
	// Doc is mapping's encoding of the account, Life the workflow's.
	Doc, Life []byte
	// Dirty: something changed since the last decision.
	Dirty bool
	// Both: it has a living record in both CRMs.
	Both bool
	// Due is when time alone may change the decision; zero for never.
	Due time.Time
	// Changed is when the row was written last.
	Changed time.Time
}

// Link says which account a vendor's record belongs to. Old ids of merged
// records stay and lead to the survivor for ever.
type Link struct {
	Ref     connectors.Ref
	Account string
}

// MatchKey is what a record is compared by under one match rule.
type MatchKey struct {
	Ref  connectors.Ref
	Rule string
	Key  string
}

// ContactRow is a person on an account, as far as the summary needs it.
type ContactRow struct {
	Ref connectors.Ref
	// Home is the account's record in the same CRM.
	Home               connectors.Ref
	Name, Title, Email string
	Modified           time.Time
	// Joined: events until then belong to the account that the person was
	// with before.
	Joined time.Time
}

// AccountTx reads and writes accounts, their records' ids and their people.
type AccountTx interface {
	Accounts(ids []string) (map[string]AccountRow, error)
	// AccountsToDecide returns dirty rows first, then those whose Due is at
	// or before now, by id, at most limit.
	AccountsToDecide(now time.Time, limit int) ([]AccountRow, error)
	// AccountsInState returns the rows in that State, by id.
	AccountsInState(state string) ([]AccountRow, error)
	// AccountsAfter returns the rows whose id comes after id, by id, at most
	// limit: the way to walk over all of them.
	AccountsAfter(id string, limit int) ([]AccountRow, error)
	// FindAccounts finds by handoffd id, vendor id (15 or 18 characters),
	// domain, or name without regard to case; at most 20.
	FindAccounts(query string) ([]AccountRow, error)
	PutAccounts(rows []AccountRow) error
	// DeleteAccount removes a row whose records have moved to another; the
	// links must have been moved before.
	DeleteAccount(id string) error
	// MarkAllDirty makes every account be decided anew.
	MarkAllDirty() error
	// Hasten makes due at now what is due until then.
	Hasten(now, until time.Time) error

	Links(refs []connectors.Ref) (map[connectors.Ref]string, error)
	PutLinks(links []Link) error
	// MoveLinks lets every record that belongs to one account belong to
	// another.
	MoveLinks(from, to string) error

	// PutKeys replaces the keys of the given records and rules; an empty Key
	// removes one.
	PutKeys(keys []MatchKey) error
	// RecordsByKey returns the records of the system that have the key.
	RecordsByKey(rule, key string, system connectors.System) ([]connectors.Ref, error)

	PutContacts(rows []ContactRow) error
	DeleteContacts(refs []connectors.Ref) error
	Contacts(homes []connectors.Ref) (map[connectors.Ref][]ContactRow, error)
}

// PointRow is a signal's point with the account record that it belongs to.
type PointRow struct {
	Home connectors.Ref
	mapping.Point
}

// ReadingKey is a place in a counter's history.
type ReadingKey struct {
	mapping.CounterKey
	At time.Time
}

// SignalTx reads and writes the history of signals.
type SignalTx interface {
	// Readings returns of each counter the readings nearest to the key's
	// time: the last one at or before it, and the first one after it.
	Readings(keys []ReadingKey) ([]mapping.CounterReading, error)
	PutReadings(rows []mapping.CounterReading) error
	// AddPoints adds points that are not yet there (by home, signal, source
	// and time) and returns how many were new.
	AddPoints(rows []PointRow) (int, error)
	// PutPoints is AddPoints, but replaces what is there.
	PutPoints(rows []PointRow) error
	// Points returns the points at or after since, by time.
	Points(homes []connectors.Ref, since time.Time) (map[connectors.Ref][]mapping.Point, error)
}

// HandoffRow is one handoff with what was frozen when it was made.
type HandoffRow struct {
	ID      string // account/episode
	Account string
	Rule    string
	Type    string
	Stage   string
	Policy  string
	Opened  time.Time
	Closed  time.Time // zero while open
	Outcome string
	System  connectors.System // where the task is
	OwnerID string
	Owner   string // name or e-mail, for people
	Due     time.Time
	Reasons []string
	Summary string
	Hash    string // SHA-256 of Summary, hex
	HandoffTimes
	// Story is how it goes, as workflows.Episode in JSON.
	Story []byte
}

// DecisionRow is one decision as logged (I6).
type DecisionRow struct {
	Account string
	At      time.Time
	Policy  string
	Outcome string
	Reason  string
	Trace   []byte
}

// HandoffTx reads and writes handoffs and decisions.
type HandoffTx interface {
	// PutHandoff inserts or replaces; a second open handoff of one account
	// is refused (I2).
	PutHandoff(h HandoffRow) error
	// PutStory replaces the story of the account's open handoff, if any.
	PutStory(account string, story []byte) error
	// OpenHandoff returns the account's open handoff, nil if none.
	OpenHandoff(account string) (*HandoffRow, error)
	// Handoffs lists those opened at or after since, oldest first.
	Handoffs(since time.Time) ([]HandoffRow, error)
	AddDecisions(rows []DecisionRow) error
	// Decisions lists the account's, newest first, made at or before at
	// (zero for now), at most limit.
	Decisions(account string, at time.Time, limit int) ([]DecisionRow, error)
}

// The states of an outbox row.
const (
	OutboxPending = "pending"
	OutboxSending = "sending" // handed to a connector; after a crash: unknown
	OutboxUnknown = "unknown" // must be resolved by reading
	OutboxDone    = "done"
	OutboxParked  = "parked" // refused; Error says why
)

// The priorities of writes, most urgent first (design section 6).
const (
	PriorityHandoff = iota
	PriorityAlert
	PriorityStatus
	PriorityField
	PriorityReport
	PriorityCreate
)

// OutboxRow is one write or alert that is to be delivered exactly once.
type OutboxRow struct {
	Key     string
	Seq     int64 // order of creation, set by the store
	Account string
	// System is the CRM, or the channel, that the row goes to.
	System   connectors.System
	Kind     string // update, create_task, create_note, alert, digest, report
	Priority int
	// Payload is a connectors.Write, connectors.Alert or Message as JSON.
	Payload  []byte
	State    string
	Attempts int
	// NotBefore is when it may be tried (again).
	NotBefore time.Time
	Created   time.Time
	Sent      time.Time // when it was last marked sending
	Result    string    // the vendor's id of what was made
	Error     string
	// Held is a Hold as JSON while the row waits for somebody to act, else "".
	Held string
}

// OutboxTx reads and writes the outbox.
type OutboxTx interface {
	// Enqueue adds rows whose Key is new and returns how many were.
	Enqueue(rows []OutboxRow) (int, error)
	// Deliverable returns rows of the system that are pending and not before
	// now, or unknown, or sending, by priority and then by Seq, at most limit.
	Deliverable(system connectors.System, now time.Time, limit int) ([]OutboxRow, error)
	// PutOutbox updates State, Attempts, NotBefore, Sent, Result, Error and
	// Held.
	PutOutbox(rows []OutboxRow) error
	// Outbox lists rows of an account, or of all with "", oldest first.
	Outbox(account string) ([]OutboxRow, error)
	// OutboxWaiting counts by system the rows that are neither done nor
	// parked.
	OutboxWaiting() (map[connectors.System]int, error)
	// NextDelivery is the earliest NotBefore of pending or unknown rows.
	NextDelivery() (time.Time, bool, error)
}

// CursorRow is how far an object has been read.
type CursorRow struct {
	System  connectors.System
	Object  connectors.Object
	Cursor  connectors.Cursor
	Loaded  bool
	Through time.Time
	Changed time.Time
}

// ProblemRow is a parked value or record.
type ProblemRow struct {
	Ref     connectors.Ref
	Field   string // "" for the whole record
	Vendor  string
	Value   string
	Reason  string
	Since   time.Time
	NextTry time.Time
}

// ReadingTx reads and writes cursors, problems, users and single settings.
type ReadingTx interface {
	Cursors(system connectors.System) (map[connectors.Object]CursorRow, error)
	PutCursor(row CursorRow) error

	// PutProblems adds or renews problems; Since of one that stands stays.
	PutProblems(rows []ProblemRow) error
	// SettleProblems removes the problems of a record except on the fields
	// listed.
	SettleProblems(ref connectors.Ref, except []string) error
	// Problems lists them all by system, object, id and field.
	Problems() ([]ProblemRow, error)
	// ProblemRefs tells which of the records have any problem.
	ProblemRefs(refs []connectors.Ref) (map[connectors.Ref]bool, error)

	PutUsers(system connectors.System, users []connectors.User) error
	Users(system connectors.System) ([]connectors.User, error)

	// Setting returns "" if the key was never set.
	Setting(key string) (string, error)
	PutSetting(key, value string) error
	// AccountCounts counts accounts by State and by Outcome.
	AccountCounts() (states, outcomes map[string]int, err error)
	// MatchedCount counts the accounts that are Both, without those whose
	// last decision was the outcome given.
	MatchedCount(without string) (int, error)
}
