// Package connectors is the contract between handoffd and a CRM. It names
// what can be asked of one (small capability interfaces), what travels
// (Record, Page, Cursor, Write, Result) and what a failure means to the caller
// (Class). It knows no vendor and does no I/O; connectors/salesforce and
// connectors/hubspot implement it, and connectors/connectortest proves both.
package connectors

import (
	"context"
	"time"
)

// System names a CRM.
type System string

// The systems that handoffd speaks to.
const (
	Salesforce System = "salesforce"
	HubSpot    System = "hubspot"
)

// Systems lists both, in the order in which reports name them.
func Systems() []System { return []System{Salesforce, HubSpot} }

// Object names a kind of record in the words that both CRMs share.
type Object string

// The objects. A HubSpot company is an Account, a deal an Opportunity; a
// Salesforce Event is a Meeting. Salesforce has no Call, Email or Note object
// here: its logged calls and e-mails are Tasks with a TaskSubtype.
const (
	Account     Object = "account"
	Contact     Object = "contact"
	Opportunity Object = "opportunity"
	Task        Object = "task"
	Meeting     Object = "meeting"
	Call        Object = "call"
	Email       Object = "email"
	Note        Object = "note"
)

// Ref names one record. Salesforce ids are always in their 18-character form.
type Ref struct {
	System System `json:"system"`
	Object Object `json:"object"`
	ID     string `json:"id"`
}

// String shows the ref as salesforce/account/001….
func (r Ref) String() string { return string(r.System) + "/" + string(r.Object) + "/" + r.ID }

// Record is one row as the vendor gave it.
type Record struct {
	Ref Ref
	// Created and Modified are the vendor's stamps, zero if it sent none.
	Created, Modified time.Time
	// Deleted: the row is in the bin, archived or gone. Only Ref and
	// Modified (and MergedInto) are set then.
	Deleted bool
	// MergedInto is the id of the record that survived a merge with this one.
	MergedInto string
	// Aliases are ids that now lead to this record (HubSpot merges).
	Aliases []string
	// OutOfScope: the row exists but the mapping's where clause leaves it out.
	// Of its fields only those of Selection.Outside are set, and no Accounts.
	OutOfScope bool
	// Fields holds every field that the Selection asked for; a field that
	// the vendor knows and left empty is Null, one it does not know is absent.
	Fields map[string]Value
	// Accounts are the ids, in the same system, of the accounts that the row
	// belongs to, the primary one first. For an Account it is empty.
	Accounts []string
	// History holds earlier values, oldest first, of the fields that the
	// Selection asked with history, the present one included.
	History map[string][]Version
}

// Version is one value that a field had, from At on.
type Version struct {
	Value  Value
	At     time.Time
	Source string // the vendor's word for who wrote it, for people
}

// Cursor is where a reader stands: opaque to everybody but the connector that
// made it, durable across restarts and versions, empty at the very start.
type Cursor string

// ReadRequest asks for the next page of one object.
type ReadRequest struct {
	Object Object
	Cursor Cursor
}

// Page is what one read brought.
type Page struct {
	Object  Object
	Records []Record
	// Next is to be stored in the transaction that commits Records (I1).
	Next Cursor
	// More: another page waits right now.
	More bool
	// Loaded: with this page the first load of this object is complete.
	Loaded bool
	// Through: everything that changed before it, deletions apart, is in
	// this page or an earlier one as it was then or newer, however often it
	// has changed since. Zero while that is not known.
	Through time.Time
	// Behind: changes that were made before the read began were left to a
	// later one, although no page waits right now.
	Behind bool
	// Err, if set, is why this object could not be read; Next is then the
	// request's cursor. The other pages stand.
	Err error
}

// Selection says what the mapping needs from one CRM.
type Selection struct {
	// Fields lists the vendor's field names to read per object. An object
	// that is absent is not read.
	Fields map[Object][]string
	// History lists those fields whose earlier values are wanted as well.
	History map[Object][]string
	// Optional lists those fields that the org may lack: they are then read
	// as absent, where any other unknown field is an error.
	Optional map[Object][]string
	// Outside lists those fields that are also delivered of rows out of
	// scope: what they are matched and named by, and nothing else.
	Outside map[Object][]string
}

// Reader reads first loads and changes.
type Reader interface {
	// Objects lists what this connector reads under its Selection, in the
	// order in which a first load should go (accounts first).
	Objects() []Object
	// Read brings one page per request, in the order of the requests. It
	// bundles them in as few calls as the vendor allows. The error is for
	// failures that concern all of them (credential, outage).
	Read(ctx context.Context, requests []ReadRequest) ([]Page, error)
}

// Op is what a Write does.
type Op string

// The operations.
const (
	// Update sets fields on one record. Repeating it is harmless.
	Update Op = "update"
	// CreateTask makes one task on an account.
	CreateTask Op = "create_task"
	// CreateNote makes one note on an account.
	CreateNote Op = "create_note"
	// CreateAccount makes one account of Fields; Ref has no ID then.
	CreateAccount Op = "create_account"
)

// Write is one thing to be done to one record. Key is handoffd's own, unique
// for ever; a Writer uses it so that a repeated create makes one record.
type Write struct {
	Key string `json:"key"`
	Op  Op     `json:"op"`
	// Ref is the record to update, or the account that a task or note is on.
	Ref Ref `json:"ref"`
	// Fields are the vendor's field names with their new values (Null
	// clears). For creates they are extra fields on the new record.
	Fields map[string]Value `json:"fields,omitempty"`
	// Expect, for fields with two masters: write only if the record still
	// holds these values; else the Result is Conflicted with Current set.
	Expect map[string]Value `json:"expect,omitempty"`
	// Activity is the task or note to create.
	Activity *Activity `json:"activity,omitempty"`
	// Since is before the first attempt to create an account: one that is
	// older was not made by it.
	Since time.Time `json:"since,omitzero"`
}

// Activity is a task or a note in the words that both CRMs share.
type Activity struct {
	Subject string `json:"subject"`
	// Text is the body as plain text, HTML the same as safe HTML; a
	// connector sends the one that its vendor shows well.
	Text string `json:"text"`
	HTML string `json:"html"`
	// OwnerID is the vendor's user or owner id.
	OwnerID string `json:"owner_id,omitempty"`
	// ContactID, if set, is the person whom the task is about.
	ContactID string `json:"contact_id,omitempty"`
	// Due is when the task is due, in UTC; Day is that day in the team's
	// own zone, for vendors that keep only a date.
	Due time.Time `json:"due"`
	Day string    `json:"day,omitempty"`
	// High asks for the vendor's high priority.
	High bool `json:"high,omitempty"`
}

// Outcome is how a write ended.
type Outcome string

// The outcomes.
const (
	// Done: the vendor confirmed it.
	Done Outcome = "done"
	// Existed: an earlier attempt had already done it; nothing was sent or
	// the vendor refused the duplicate.
	Existed Outcome = "existed"
	// Conflicted: Expect no longer held; nothing was written.
	Conflicted Outcome = "conflicted"
	// Failed: the vendor refused; Result.Err tells the class.
	Failed Outcome = "failed"
	// Unsure: sent, but the outcome is unknown. Resolve before resending.
	Unsure Outcome = "unsure"
)

// Result is the outcome of the Write with the same Key.
type Result struct {
	Key     string
	Outcome Outcome
	// ID is the record that was written or found.
	ID string
	// Dropped are fields that the vendor refused while it took the rest.
	Dropped []*Error
	// Current are the values found when the outcome is Conflicted.
	Current map[string]Value
	Err     error
}

// Writer delivers writes.
type Writer interface {
	// Write delivers the batch in as few calls as the vendor allows and
	// returns one Result per Write, in the same order. A record that the
	// vendor refuses never takes its batch along.
	Write(ctx context.Context, batch []Write) []Result
	// Resolve finds out what became of an Unsure write by reading. Done or
	// Existed if it is there, Failed with class Retry if it is not.
	Resolve(ctx context.Context, w Write) Result
}

// Alert is a message to one person.
type Alert struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	Body  string `json:"body"`
	// UserID is the vendor's id of the recipient, Email their address.
	UserID string `json:"user_id,omitempty"`
	Email  string `json:"email,omitempty"`
	// Mail: a CRM that notifies people inside of its pages sends an e-mail
	// beside it.
	Mail bool `json:"mail,omitempty"`
	// Account is the record that the alert is about.
	Account Ref `json:"account"`
	// Due is when the recipient should have looked at it.
	Due time.Time `json:"due"`
}

// Alerter sends alerts inside the CRM, by the best way that the org allows.
// Vendors have no key for these: the caller keeps the ledger of what was sent.
type Alerter interface {
	Alert(ctx context.Context, a Alert) Result
}

// User is a person who can own records.
type User struct {
	ID        string
	Name      string
	Email     string
	Active    bool
	ManagerID string   // Salesforce only; "" where none is set
	Teams     []string // HubSpot team names, the primary one first
	Queue     bool     // a queue, not a person
}

// Directory lists the users, inactive ones included.
type Directory interface {
	Users(ctx context.Context) ([]User, error)
}

// Identity says who we are and where.
type Identity struct {
	System     System
	OrgID      string // Salesforce organization id, HubSpot portal id
	OrgName    string
	UserID     string
	Username   string
	APIVersion string
	Edition    string // "" where the vendor does not tell
	TimeZone   string // IANA name, "" where the vendor does not tell
	Currency   string // ISO code of amounts, the corporate one; "" where the vendor does not tell
	// OwnCurrencies: each record's amounts are in a currency of its own.
	OwnCurrencies bool
	RecordURL     string // "%s" is replaced by the account's id
}

// Identifier signs in and says who we are.
type Identifier interface {
	Identify(ctx context.Context) (Identity, error)
}

// Calls counts the requests to one endpoint since the connector was made.
type Calls struct {
	Endpoint string
	Count    int64
}

// Allowance is what the vendor said last about the daily limit. Limit is 0
// until it has said something. Share is how many calls of it are ours to use.
type Allowance struct {
	Used, Limit, Share int64
	At                 time.Time
	// Resets is when the vendor starts counting anew; zero for a rolling day.
	Resets time.Time
}

// Meter tells what was spent.
type Meter interface {
	Calls() []Calls
	Allowance() Allowance
}

// Thrifty is a connector whose count of its own requests of the day can
// outlive the process, so that a restart brings no fresh share (I10).
type Thrifty interface {
	// Spending is the count, for Restore; opaque to everybody else.
	Spending() []byte
	// Restore takes a count back, as far as it still counts. What cannot be
	// read is ignored.
	Restore(spending []byte)
}

// Connector is what the engine needs of every CRM.
type Connector interface {
	System() System
	Identifier
	Reader
	Writer
	Alerter
	Directory
	Describer
	Meter
}
