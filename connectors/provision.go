package connectors

import "context"

// FieldKind is what a field that is to be made holds.
type FieldKind string

// The kinds of field that can be made.
const (
	FieldBool     FieldKind = "bool"
	FieldNumber   FieldKind = "number"
	FieldMoney    FieldKind = "money"
	FieldText     FieldKind = "text"
	FieldChoice   FieldKind = "choice"  // one of Values
	FieldChoices  FieldKind = "choices" // several of Values
	FieldDate     FieldKind = "date"
	FieldDateTime FieldKind = "datetime"
	FieldOwner    FieldKind = "owner" // a user
)

// FieldNeed is a field that a config needs in one CRM.
type FieldNeed struct {
	// Object is where the field is: Account or Contact, or Task and Note for
	// the key that makes a create happen once.
	Object Object
	// Name is the vendor's name of the field, Label and Help are for people.
	Name, Label, Help string
	Kind              FieldKind
	// Digits before the point and Decimals after it that a number must
	// take; 0 Digits asks for as many as the vendor has.
	Digits, Decimals int
	// Values of a choice or of choices, in the order in which people should see them.
	Values []string
	// Unique: no two records share a value. Only texts are.
	Unique bool
	// Write: handoffd writes the field, it does not only read it.
	Write bool
	// Optional: handoffd works without it, in another way.
	Optional bool
}

// Needs is all that a config needs in one CRM.
type Needs struct {
	Fields []FieldNeed
	// Notification names the type of notification for alerts, "" for none.
	Notification string
	// AssignTo is the username of whom to grant access to the fields; ""
	// means the user who is signed in.
	AssignTo string
}

// StepState is how a Step stands.
type StepState string

// The states of a Step.
const (
	// StepPresent: it was there already.
	StepPresent StepState = "present"
	// StepMissing: it is not there and could be made.
	StepMissing StepState = "missing"
	// StepMade: it was made just now.
	StepMade StepState = "made"
	// StepDiffers: it is there in another form. It is never changed.
	StepDiffers StepState = "differs"
	// StepManual: it is not there, and only a person can make it.
	StepManual StepState = "by hand"
	// StepFailed: the vendor refused to make it, or what it rests on failed.
	StepFailed StepState = "failed"
)

// Step is one thing that is needed in a CRM, and how it stands.
type Step struct {
	System System    `json:"system"`
	State  StepState `json:"state"`
	// Kind says what it is (field, property group, permission set, …), Name
	// which one, in the vendor's words. Together they are unique.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// What describes it, or what is wrong; Fix says what a person can do.
	What string `json:"what,omitempty"`
	Fix  string `json:"fix,omitempty"`
	// Optional: handoffd works without it, in another way.
	Optional bool `json:"optional,omitempty"`
	// Builtin: it is the vendor's own and comes with every account, so that
	// an export has no use for it.
	Builtin bool `json:"-"`
}

// Short tells whether something that is needed is still not as it must be.
func (s Step) Short() bool {
	return !s.Optional && s.State != StepPresent && s.State != StepMade
}

// File is one file of an export; Path is relative, with slashes.
type File struct {
	Path string
	Data []byte
}

// Provisioner makes in a CRM what a config needs. It never changes or deletes
// what is there.
type Provisioner interface {
	// Provision compares the needs with the CRM and, if apply is set, makes
	// what is missing; one step that fails does not stop those that do not
	// rest on it. It returns every step in the order in which they go. The
	// error is for a CRM that cannot be looked at: nothing was made then.
	Provision(ctx context.Context, needs Needs, apply bool) ([]Step, error)
	// Export writes all that is needed in the vendor's own form, for an admin
	// to deploy, and tells apart what is missing here, by the steps that
	// Provision returned.
	Export(needs Needs, steps []Step) ([]File, error)
}

// Right is something that the credential must be allowed to do.
type Right struct {
	// What says it in words ("create tasks").
	What    string
	Granted bool
	// Optional: handoffd works without it, in another way.
	Optional bool
	// Why tells the vendor's refusal, Fix what the operator must do.
	Why, Fix string
}

// CreateAccounts is What the Right to make accounts says; it matters only where
// the mapping asks for that.
const CreateAccounts = "create accounts"

// Automation is something in a CRM that reacts when a record is written.
type Automation struct {
	Kind string // flow, validation rule, Apex trigger
	Name string
	// Fields lists those of the fields asked about that it names. It may
	// react to others through what cannot be seen.
	Fields []string
}

// Inspector looks at what a Describe does not tell. It writes nothing.
type Inspector interface {
	// Rights tells what the credential may do of all that handoffd does.
	Rights(ctx context.Context) ([]Right, error)
	// Automations lists what is active on an object. The error is class Stop
	// where the credential may not look.
	Automations(ctx context.Context, object Object, fields []string) ([]Automation, error)
}

// Sampler reads a few records of an object as a first load would, and leaves
// nothing behind. A connector whose first page does just that need not be one.
type Sampler interface {
	Sample(ctx context.Context, object Object) ([]Record, error)
}

// FieldRule is a rule, beyond the field's type, to which a CRM holds every
// value that is written.
type FieldRule struct {
	Field string
	// Rule is the vendor's word for it, with its arguments.
	Rule string
}

// Ruler tells the rules of those of the fields that have some, where the CRM
// has an API for that.
type Ruler interface {
	Rules(ctx context.Context, object Object, fields []string) ([]FieldRule, error)
}
