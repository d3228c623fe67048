package mapping

import (
	"time"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/internal/yamlpos"
)

// Side indexes what an account has in each CRM.
type Side int

// The sides, in the order in which reports name them.
const (
	SalesforceSide Side = iota
	HubSpotSide
	sides
)

// Sides lists both.
func Sides() []Side { return []Side{SalesforceSide, HubSpotSide} }

// SideOf returns the side of a system.
func SideOf(s connectors.System) Side {
	if s == connectors.HubSpot {
		return HubSpotSide
	}
	return SalesforceSide
}

// System returns the side's system.
func (s Side) System() connectors.System {
	if s == HubSpotSide {
		return connectors.HubSpot
	}
	return connectors.Salesforce
}

// Other returns the opposite side.
func (s Side) Other() Side { return 1 - s }

// Type is the common type of a mapped field.
type Type string

// The common types.
const (
	Bool     Type = "bool"
	Number   Type = "number"
	Money    Type = "money"
	Text     Type = "text"
	Enum     Type = "enum"
	Date     Type = "date"
	DateTime Type = "datetime"
	Owner    Type = "owner"
	// Multi is several words out of a list, in common form sorted and joined
	// with ";".
	Multi Type = "multi"
)

// Types lists the common types for diagnostics.
func Types() []string {
	return []string{string(Bool), string(Number), string(Money), string(Text), string(Enum), string(Date), string(DateTime), string(Owner), string(Multi)}
}

// expressionType is what a field of this type is inside a rule.
func (t Type) expressionType() expression.Type {
	switch t {
	case Bool:
		return expression.Bool
	case Number, Money:
		return expression.Number
	case Date, DateTime:
		return expression.Time
	default:
		return expression.Text
	}
}

// Master says whose value counts.
type Master string

// The masters. ReadOnly fields are read on both sides and never written;
// Salesforce's value is taken where both have one.
const (
	ReadOnly       Master = ""
	FromSalesforce Master = "salesforce"
	FromHubSpot    Master = "hubspot"
	FromHandoffd   Master = "handoffd"
	SyncNewest     Master = "newest"
	SyncSalesforce Master = "prefer_salesforce"
	SyncHubSpot    Master = "prefer_hubspot"
	SyncFillBlank  Master = "fill_blank"
)

// synced tells whether both sides may change the field.
func (m Master) synced() bool {
	return m == SyncNewest || m == SyncSalesforce || m == SyncHubSpot || m == SyncFillBlank
}

// Field is one field of the common account.
type Field struct {
	Name   string
	Slot   int
	Type   Type
	Master Master
	// Vendor holds the field's name in each CRM, "" where it has none.
	Vendor [sides]string
	// Min and Max bound a number where Ranged.
	Ranged   bool
	Min, Max float64
	// FreshFor is how long an unchanged value counts, 0 for ever; UpdatedAt
	// names the vendor's field that says when it was last confirmed.
	FreshFor  time.Duration
	UpdatedAt [sides]string
	// Values maps a common word to each CRM's own, for enums.
	Values map[string][sides]string
	// Lifecycle: Values are the lifecycle's status texts.
	Lifecycle bool
	// ClearEmpty: an emptied value travels. Else the other side keeps its own.
	ClearEmpty bool
	// Tie is the side that wins where `newest` cannot tell.
	Tie Side
	// Length is the most characters that a text may have when it is written, 0
	// for any; Truncate cuts what is longer instead of refusing it.
	Length   int
	Truncate bool
	// Decimals, where Scaled, is how many decimals a number may have when it
	// is written to Salesforce; what has more is parked, not rounded.
	Scaled   bool
	Decimals int
	// From and To are the transforms of each side, nil for none.
	From, To [sides]*Transform

	from    yamlpos.Node // where its master is named
	reverse [sides]map[string]string
	mark    uint32 // what it says about writing, to tell when that changes
	// reading is what it says about reading a side.
	reading [sides]uint32
}

// Cell is what one side holds of one field.
type Cell struct {
	// Seen is the value as last read, in common form; Null if the record
	// has none or it did not fit.
	Seen connectors.Value
	// At is when Seen became so, by the vendor's stamp, at the latest; Since
	// is when the value before it was last seen, so that the change lies
	// between the two. Since is zero if there was none.
	At, Since time.Time
	// Changed is when we first saw a value replaced by another; zero if we
	// have seen only one.
	Changed time.Time
	// Confirmed is what the field named by updated_at says.
	Confirmed time.Time
	// Bad: the record holds something that does not fit.
	Bad bool
	// Sent is what we last wrote; Echo what the side made of it.
	Sent, Echo         connectors.Value
	HasSent, HasEchoed bool
	// Landed: the CRM confirmed what was sent. Refused: it will not have it.
	Landed, Refused bool
	// Prior is what was written before Sent, if that has not been read back.
	Prior    connectors.Value
	HasPrior bool
	// Base is the value of this side that was last taken into account, for
	// synced fields. Each side has its own: a side may keep what it was sent
	// in a form of its own.
	Base    connectors.Value
	HasBase bool
	// Owed: this side's change was taken into account, but did not arrive.
	Owed bool
	// Odd: Seen was read right after a write and is unlike what was sent.
	// Last: the write answers such a value, so what is read next is taken as
	// it is. It keeps two sides that both rewrite from fighting for ever.
	Odd, Last bool
}

// View is one CRM's record of an account.
type View struct {
	ID         string
	Created    time.Time
	Modified   time.Time
	OutOfScope bool
	Deleted    bool
	Cells      []Cell
	// Stuck: some value has no form that this side could take.
	Stuck bool
	// Keys are what the record is compared by, by the match rule's name.
	Keys map[string]string
	// Noticed is when, by our own clock, a change of the record was read last;
	// Asked, when a write found values that no read had brought, until one
	// does. See Horizon.
	Noticed, Asked time.Time
	// Through is up to when changes of this CRM had been read before the
	// record at hand, zero for unknown. It is not kept.
	Through time.Time
}

// Account is one account out of two CRMs.
type Account struct {
	// ID is handoffd's own, stable for ever.
	ID    string
	Views [sides]*View
	// Own holds the values of fields that handoffd masters.
	Own []connectors.Value
	// Linked says which rule joined the two views, "" if they are not.
	Linked string
}

// Ref names the account's record on one side; ok is false if it has none.
func (a *Account) Ref(s Side) (connectors.Ref, bool) {
	v := a.Views[s]
	if v == nil || v.Deleted {
		return connectors.Ref{}, false
	}
	return connectors.Ref{System: s.System(), Object: connectors.Account, ID: v.ID}, true
}

// InScope tells whether the mapping's where clauses let the account in: every
// record that it still has must be in scope.
func (a *Account) InScope() bool {
	alive := false
	for _, v := range a.Views {
		if v == nil || v.Deleted {
			continue
		}
		if v.OutOfScope {
			return false
		}
		alive = true
	}
	return alive
}

// Problem is a value that does not fit, parked on its field.
type Problem struct {
	Ref    connectors.Ref
	Field  string // the common name
	Vendor string // the vendor's name
	Value  string // shortened
	Reason string
}
