package org

import (
	"fmt"
	"strings"
)

// derivation is what the platform does around a save of one object: before
// sets fields that follow from others and refuses what does not fit together,
// after writes dependent rows. old is nil for an insert.
type derivation struct {
	before func(tx *Tx, old, row *Row) *Error
	after  func(tx *Tx, old, row *Row)
}

func derivationOf(object string) derivation {
	switch object {
	case "Account":
		return derivation{after: trackAccount}
	case "Contact", "Lead", "User":
		return derivation{before: derivePerson}
	case "Opportunity":
		return derivation{before: deriveOpportunity, after: afterOpportunity}
	case "Task":
		return derivation{before: deriveTask}
	case "Event":
		return derivation{before: deriveEvent}
	case "Case":
		return derivation{before: deriveCase}
	case "PermissionSet":
		return derivation{before: derivePermissionSet}
	case "PermissionSetAssignment":
		return derivation{before: checkAssignment}
	case "FieldPermissions":
		return derivation{before: checkFieldPermission}
	}
	return derivation{}
}

// field finds a field of the row's object that the schema is known to have.
func (tx *Tx) field(row *Row, name string) *Field {
	return tx.org.ObjectOf(row.id).byName[name]
}

// now returns a row's value of a field by its lower-case name; a nil row has
// only nulls.
func (tx *Tx) val(row *Row, name string) Value {
	if row == nil {
		return Value{}
	}
	f := tx.field(row, name)
	if f == nil {
		return Value{}
	}
	return tx.org.get(row, f)
}

func (tx *Tx) set(row *Row, name string, v Value) {
	if v.kind == Boolean && v.n == 0 {
		v = Value{}
	}
	row.set(tx.field(row, name), v)
}

func same(a, b Value) bool { return a.kind == b.kind && a.n == b.n && a.s == b.s }

func derivePerson(tx *Tx, _, row *Row) *Error {
	name := strings.TrimSpace(tx.val(row, "firstname").Text() + " " + tx.val(row, "lastname").Text())
	tx.set(row, "name", textValue(name))
	return nil
}

// trackAccount keeps field history of the name, the owner and the type.
func trackAccount(tx *Tx, old, row *Row) {
	if old == nil {
		return
	}
	obj := tx.org.Object("AccountHistory")
	for _, name := range []string{"name", "ownerid", "type"} {
		a, b := tx.val(old, name), tx.val(row, name)
		if same(a, b) {
			continue
		}
		f := tx.field(row, name)
		h := tx.newRow(obj)
		tx.set(h, "accountid", refValue(row.id))
		tx.set(h, "field", textValue(strings.TrimSuffix(f.Name, "Id")))
		tx.set(h, "datatype", textValue(map[bool]string{true: "EntityId", false: "Text"}[f.Type == "reference"]))
		tx.set(h, "oldvalue", textValue(a.String()))
		tx.set(h, "newvalue", textValue(b.String()))
		tx.write(obj, nil, h)
	}
}

func deriveCase(tx *Tx, old, row *Row) *Error {
	if old == nil && tx.val(row, "casenumber").IsNull() {
		tx.org.cases++
		tx.set(row, "casenumber", textValue(fmt.Sprintf("%08d", tx.org.cases)))
	}
	closed := tx.val(row, "status").Text() == "Closed"
	tx.set(row, "isclosed", boolValue(closed))
	switch {
	case !closed:
		tx.set(row, "closeddate", Value{})
	case tx.val(row, "closeddate").IsNull():
		tx.set(row, "closeddate", Value{kind: DateTime, n: tx.now})
	}
	return nil
}

func derivePermissionSet(tx *Tx, _, row *Row) *Error {
	tx.set(row, "iscustom", boolValue(true))
	return nil
}

// checkAssignment refuses a second assignment of the same set.
func checkAssignment(tx *Tx, _, row *Row) *Error {
	assignee, set := tx.val(row, "assigneeid").ID(), tx.val(row, "permissionsetid")
	var err *Error
	tx.org.children(tx.field(row, "assigneeid"), assignee, func(r *Row) {
		if same(tx.val(r, "permissionsetid"), set) && r.id != row.id {
			err = refuse("DUPLICATE_VALUE", fmt.Sprintf("Duplicate PermissionSetAssignment.  Assignee: %s; Permission Set: %s",
				assignee.Short(), set.ID().Short()), "AssigneeId", "PermissionSetId")
		}
	})
	tx.set(row, "isactive", boolValue(true))
	return err
}

// checkFieldPermission refuses fields that do not exist or are not
// permissionable, and a second row for the same field (Object Reference,
// "FieldPermissions").
func checkFieldPermission(tx *Tx, old, row *Row) *Error {
	text := tx.val(row, "field")
	object, name, _ := strings.Cut(text.Text(), ".")
	var f *Field
	for _, target := range activity(object) {
		f = tx.org.fieldOf(target, name)
	}
	if f == nil || f.systemPermission {
		return refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Field Name: bad value for restricted picklist field: "+text.Text(), "Field")
	}
	if !strings.EqualFold(object, tx.val(row, "sobjecttype").Text()) {
		return refuse("FIELD_INTEGRITY_EXCEPTION", "Field Name: the field does not belong to the given SobjectType", "Field")
	}
	if tx.val(row, "permissionsedit").Bool() && !tx.val(row, "permissionsread").Bool() {
		return refuse("FIELD_INTEGRITY_EXCEPTION", "Edit Field permission requires Read Field permission", "PermissionsEdit")
	}
	if old != nil {
		return nil
	}
	var err *Error
	tx.org.children(tx.field(row, "parentid"), tx.val(row, "parentid").ID(), func(r *Row) {
		if strings.EqualFold(tx.val(r, "field").Text(), text.Text()) {
			err = refuse("DUPLICATE_VALUE", "duplicate value found: <unknown> duplicates value on record with id: "+r.id.Short())
		}
	})
	return err
}
