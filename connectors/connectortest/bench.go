package connectortest

import (
	"log/slog"
	"time"

	"handoffd/connectors"
)

// Bench is what a connector's test brings to the suite.
type Bench struct {
	// New makes a fresh, empty org, or opens the real one.
	New func() (Org, error)
	// Words are the vendor's names for what the suite writes and reads.
	Words Words
	// LoadPage and ChangePage are how many records the vendor gives at most
	// in one page of a first load, and of changes.
	LoadPage, ChangePage int
	// Real: the org is a real one. Others work in it, it holds records that
	// the suite knows nothing of, and its time is the wall clock.
	Real bool
	// FixedToken: the credential cannot be renewed, so one that the vendor
	// refuses is for the operator to replace.
	FixedToken bool

	spoil func(connectors.Connector) connectors.Connector
}

// Words are the vendor's names. Those of accounts may be empty where the org
// has no such field; what needs it is then listed as not exercised.
type Words struct {
	// Fields of an account: its name, a text of at least 200 characters, a
	// number, a yes/no, an instant, and the one that the scope looks at.
	Name, Note, Number, Flag, When, Scope string
	// In and Out are values of Scope within and outside the scope.
	In, Out string
	// Numbers are decimal texts that Number can hold exactly.
	Numbers []string
	// Poison is a value that the vendor refuses for the account's PoisonField.
	PoisonField string
	Poison      connectors.Value
	// Person and Mail are a contact's last name and e-mail address.
	Person, Mail string
	// TextOnly: the vendor keeps every value as a text.
	TextOnly bool
	// KeepsEmpty: the vendor tells a text that was cleared from one that was
	// never set, and the connector passes that on.
	KeepsEmpty bool
	// SubjectMost and TextMost are the most characters that a task's subject
	// and text take, 0 where the vendor sets no limit.
	SubjectMost, TextMost int
}

// Setup is how a connector is to be made.
type Setup struct {
	// Fields is the Selection; nil means all fields of the Words.
	Fields map[connectors.Object][]string
	// Optional are those of Fields that the org may lack.
	Optional map[connectors.Object][]string
	// Outside are those of Fields that are read of records out of scope; nil
	// means the account's name.
	Outside map[connectors.Object][]string
	// Scoped: leave out accounts whose Scope field has the value Out.
	Scoped bool
	// Logger takes the connector's log; the suite reads it.
	Logger *slog.Logger
}

// Org is one org with records. Its methods act as a person or the platform
// would, past the connector under test.
type Org interface {
	// Connect makes a connector as a new process would. Its requests must go
	// through Wire.
	Connect(Setup) (connectors.Connector, error)
	Wire() *Wire
	// Now is the time of the org, Pass lets time go by.
	Now() time.Time
	Pass(d time.Duration)
	// Create makes a record; a contact may belong to accounts.
	Create(o connectors.Object, fields map[string]connectors.Value, accounts ...string) (id string, err error)
	Change(o connectors.Object, id string, fields map[string]connectors.Value) error
	Delete(o connectors.Object, id string) error
	// Get returns the texts of a record's fields as the vendor writes them;
	// ok is false if no such record stands there under this very id.
	Get(o connectors.Object, id string) (fields map[string]string, ok bool, err error)
	// Activities lists the tasks or notes on an account.
	Activities(o connectors.Object, account string) ([]Activity, error)
	// Secrets are the credentials that must never be seen in an error or log.
	// Access tokens need not be listed: Wire notes them.
	Secrets() []string
	// Close removes what the org's methods and the connector made.
	Close() error
}

// Control is what only a sandbox can do. An Org of a real vendor lacks it.
type Control interface {
	// Merge makes one record of two and returns the id of the survivor.
	Merge(o connectors.Object, survivor, other string) (id string, err error)
	// Trouble breaks things until Calm.
	Trouble(Trouble) error
	Calm()
	// People are the users that the org was made with: one at least is
	// active and one is not.
	People() []Person
	// Told lists the alerts that reached somebody.
	Told() ([]Told, error)
	// Writes counts how often the API wrote a record.
	Writes(o connectors.Object, id string) int
}

// Activity is a task or note that stands in the org.
type Activity struct{ ID, Subject, Body, Owner string }

// Person is a user of the org.
type Person struct {
	ID, Email string
	Active    bool
}

// Told is an alert that somebody got: To is their user id or address.
type Told struct{ To, Title, Body string }

// Kind is a way in which things go wrong.
type Kind string

// The kinds of Trouble.
const (
	// DropBefore ends the connection before any work, DropAfter once the
	// work is done.
	DropBefore Kind = "drop before commit"
	DropAfter  Kind = "drop after commit"
	// ExpiredToken: the access token is refused.
	ExpiredToken Kind = "expired token"
	// Outage is a 503 before any work.
	Outage Kind = "outage"
	// Throttled is the vendor's word for too many requests.
	Throttled Kind = "throttled"
	// Malformed answers with broken JSON, Truncated with half of the reply;
	// the work is done. HTML answers with a web page instead of the work.
	Malformed Kind = "malformed body"
	Truncated Kind = "truncated body"
	HTML      Kind = "HTML body"
	// RowLock: another transaction holds the record.
	RowLock Kind = "row lock"
	// AlertRefused: the vendor takes the request for an alert and answers
	// that it did not work.
	AlertRefused Kind = "alert refused"
)

// Where says which requests a Trouble strikes. Requests for a token pass.
type Where string

// The places.
const (
	Anywhere Where = "anywhere"
	Reads    Where = "reads"
	Updates  Where = "updates"
	Creates  Where = "creates"
	Alerts   Where = "alerts"
)

// Trouble is something that goes wrong on purpose.
type Trouble struct {
	Kind  Kind
	Where Where
	// Count is how many requests it strikes; negative means all.
	Count int
}
