package org

import (
	"slices"
	"strings"
)

// Field is one column of an object. The exported part is what an admin
// chooses for a custom field; the rest follows from the type.
type Field struct {
	Name  string // API name; custom ones end in __c
	Label string
	// Type is the describe word: string, textarea, boolean, int, double,
	// currency, percent, date, datetime, picklist, multipicklist, combobox,
	// reference, email, phone, url, id, address.
	Type string
	// Length is the most characters of a text. A textarea over 255 is a long
	// text area: neither filterable nor sortable.
	Length int
	// Precision and Scale of a number: all digits, and those after the point.
	Precision, Scale int
	// Required: not nillable.
	Required bool
	// Unique values; without CaseSensitive "A" and "a" are the same.
	Unique, CaseSensitive bool
	ExternalID            bool
	// Values of a picklist; Restricted refuses all others.
	Values     []Option
	Restricted bool
	// Default is the value a new row gets, as JSON would carry it.
	Default any
	// References are the objects a reference points to; Relationship its name
	// in a query (Owner), ChildRelationship that of the way back (Contacts).
	References        []string
	Relationship      string
	ChildRelationship string
	Help              string
	// Hidden fields are invisible until a permission set grants them.
	Hidden bool

	noCreate, noUpdate bool
	noFilter, noSort   bool
	noGroup            bool
	idLookup           bool
	nameField          bool
	systemPermission   bool // always visible: not permissionable
	defaulted          bool
	cascade            bool // deleting the parent deletes the child
	restrict           bool // a parent with children cannot be deleted
	notNull            bool // never empty, though a client need not set it
	toolOnly           bool // only the Tooling API shows it
	oneRow             bool // a query may select it of one row only
	compound           string
	extra              string
	digits             int
	sys                sysField
	virtual            func(*Org, *Row) Value
	object             *Object
	customID           ID    // of an added field, in the Tooling API
	made               int64 // when it was added, ms
	slot               uint16
	unique             *uniqueIndex // nil unless values are looked up by key
	refs               refIndex     // nil unless the reference is indexed
}

// Option is one value of a picklist.
type Option struct {
	Value   string
	Label   string // the value itself if empty
	Default bool
	// Inactive values are kept on old rows and refused on new ones when the
	// picklist is restricted.
	Inactive bool
}

type sysField uint8

const (
	sysNone sysField = iota
	sysID
	sysDeleted
	sysCreated
	sysCreatedBy
	sysModified
	sysModifiedBy
	sysStamp
)

// Custom tells whether the field was added by the org's admin.
func (f *Field) Custom() bool { return strings.HasSuffix(f.Name, "__c") }

// Filterable tells whether the field may stand in WHERE.
func (f *Field) Filterable() bool { return !f.noFilter && !f.isLong() }

// Sortable tells whether the field may stand in ORDER BY.
func (f *Field) Sortable() bool {
	return !f.noSort && !f.isLong() && f.Type != "address" && f.Type != "multipicklist"
}

// Groupable tells whether the field may stand in GROUP BY.
func (f *Field) Groupable() bool {
	return f.Sortable() && !f.noGroup && !slices.Contains([]string{"double", "currency", "percent", "datetime", "combobox"}, f.Type)
}

func (f *Field) isLong() bool { return f.Type == "textarea" && f.Length > 255 }

// IsText tells whether values of the field are texts.
func (f *Field) IsText() bool {
	switch f.Type {
	case "string", "textarea", "picklist", "multipicklist", "combobox", "email", "phone", "url", "encryptedstring":
		return true
	}
	return false
}

// IDLookup tells whether the field may be the key of an upsert.
func (f *Field) IDLookup() bool { return f.idLookup || f.ExternalID || f.Type == "id" }

// Createable tells whether an insert may set the field, rights aside.
func (f *Field) Createable() bool { return !f.noCreate }

// Updateable tells whether an update may set the field, rights aside.
func (f *Field) Updateable() bool { return !f.noUpdate }

// option finds a picklist value without regard to case.
func (f *Field) option(s string) (Option, bool) {
	for _, o := range f.Values {
		if strings.EqualFold(o.Value, s) {
			return o, true
		}
	}
	return Option{}, false
}

// Object is the object that the field belongs to.
func (f *Field) Object() *Object { return f.object }

// Cascade tells whether deleting the parent deletes the child.
func (f *Field) Cascade() bool { return f.cascade }

// Restrict tells whether a parent with children cannot be deleted.
func (f *Field) Restrict() bool { return f.restrict }

// Nillable tells whether the field may be empty.
func (f *Field) Nillable() bool { return !f.Required && !f.notNull }

// Permissionable tells whether field-level security applies.
func (f *Field) Permissionable() bool { return !f.systemPermission || f.Custom() && !f.Required }

// Defaulted tells whether an insert without the field gets a value.
func (f *Field) Defaulted() bool { return f.defaulted || f.Default != nil }

// IsName tells whether the field is the object's name.
func (f *Field) IsName() bool { return f.nameField }

// Compound is the compound field that this one is a part of, "" if none.
func (f *Field) Compound() string { return f.compound }

// Extra is describe's extraTypeInfo, "" if none.
func (f *Field) Extra() string { return f.extra }

// ToolingOnly tells whether only the Tooling API shows the field.
func (f *Field) ToolingOnly() bool { return f.toolOnly }

// durable tells whether the field names a metadata object by its DurableId.
func (f *Field) durable() bool { return f.Type != "reference" && f.Relationship != "" }

// Digits is the most digits of an int, 0 for other types.
func (f *Field) Digits() int { return f.digits }
