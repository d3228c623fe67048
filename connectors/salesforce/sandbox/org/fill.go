package org

import (
	"fmt"
	"strings"
)

// fill sets the fields of a request on a row, checking each: it exists, the
// user may set it, the value fits. It collects the fields that may not be
// written, since the vendor names them all in one error.
func (tx *Tx) fill(obj *Object, row *Row, in []Input, insert bool) *Error {
	var forbidden []string
	for _, input := range in {
		f := obj.Field(input.Name)
		if nested, ok := input.Value.(Nested); ok {
			var err *Error
			if f, input, err = tx.byExternalID(obj, input, nested); err != nil {
				return err
			}
		}
		if f == nil || !tx.Seed && !tx.access.CanRead(f) {
			return errNoColumn(input.Name, obj.Name)
		}
		if !tx.mayWrite(f, insert) {
			forbidden = append(forbidden, f.Name)
			continue
		}
		if err := tx.setField(obj, row, f, input); err != nil {
			return err
		}
	}
	if len(forbidden) > 0 {
		return errNoWrite(forbidden)
	}
	return nil
}

func (tx *Tx) mayWrite(f *Field, insert bool) bool {
	if tx.Seed {
		return f.sys != sysID && f.virtual == nil && f.Type != "address"
	}
	if insert && f.noCreate || !insert && f.noUpdate {
		return false
	}
	return tx.access.CanEdit(f)
}

func (tx *Tx) setField(obj *Object, row *Row, f *Field, input Input) *Error {
	if input.Value == nil && f.Type == "boolean" {
		return parserError("boolean", "VALUE_NULL", "null", input.Column)
	}
	v, err := f.coerce(input)
	if err != nil {
		return err
	}
	if f.sys != sysNone {
		row.setAudit(f, v)
		return nil
	}
	if err := f.check(v); err != nil {
		return err
	}
	if v.kind == Ref && row.cell(f.slot).ID() != v.ID() {
		if err := tx.org.checkReference(f, v.ID()); err != nil {
			return err
		}
		if f.Name == "OwnerId" && !tx.Seed {
			if err := tx.org.checkOwner(obj, f, v.ID()); err != nil {
				return err
			}
		}
	}
	if v.kind == Text && f.Type == "picklist" {
		if o, ok := f.option(v.s); ok {
			v.s = o.Value // one string for all rows
		}
	}
	if f.Type == "boolean" && !v.Bool() && f.Default != true {
		v = Value{} // an unset boolean is false
	}
	row.set(f, v)
	return nil
}

// setAudit sets a system column, for seeding only.
func (r *Row) setAudit(f *Field, v Value) {
	switch f.sys {
	case sysCreated:
		r.created = v.n
		if r.revision == 0 { // a new row is as old as it says, unless the next columns differ
			r.modified, r.stamp = v.n, v.n
		}
	case sysCreatedBy:
		r.createdBy = v.ID()
	case sysModified:
		r.modified = v.n
		r.stamp = v.n
	case sysModifiedBy:
		r.modifiedBy = v.ID()
	case sysStamp:
		r.stamp = v.n
	case sysDeleted:
		r.deleted = v.Bool()
	}
}

// byExternalID resolves {"Account": {"Ext__c": "x"}} to the parent's id (REST
// API Developer Guide, "Insert or Update (Upsert) a Record Using an External
// ID", section on relationships).
func (tx *Tx) byExternalID(obj *Object, input Input, nested Nested) (*Field, Input, *Error) {
	var ref *Field
	for _, f := range obj.Fields {
		if f.Type == "reference" && f.Relationship != "" && strings.EqualFold(f.Relationship, input.Name) {
			ref = f
		}
	}
	if ref == nil {
		return nil, input, nil
	}
	var key *Input
	target := tx.org.Object(ref.References[0])
	for i := range nested {
		if strings.EqualFold(nested[i].Name, "attributes") {
			continue
		}
		key = &nested[i]
	}
	if target == nil || key == nil {
		return ref, input, refuse("INVALID_FIELD", fmt.Sprintf("No external id given for relationship %s", input.Name), ref.Name)
	}
	f := target.Field(key.Name)
	if f == nil || !f.IDLookup() {
		return ref, input, refuse("INVALID_FIELD", fmt.Sprintf("%s is not an External ID or indexed field on %s", key.Name, target.Name), ref.Name)
	}
	ids, err := tx.org.Lookup(target, f, *key)
	if err != nil {
		return ref, input, err
	}
	if len(ids) != 1 {
		return ref, input, refuse("INVALID_FIELD", fmt.Sprintf("Foreign key external ID: %v not found for field %s in entity %s", key.Value, f.Name, target.Name))
	}
	input.Value = ids[0]
	return ref, input, nil
}

// Lookup finds live rows by an id or external id.
func (o *Org) Lookup(obj *Object, f *Field, key Input) ([]ID, *Error) {
	if f.sys == sysID {
		s := fmt.Sprint(key.Value)
		id, ok := ParseID(s)
		if !ok || id.Prefix() != obj.Prefix {
			return nil, refuse("MALFORMED_ID", fmt.Sprintf("%s: id value of incorrect type: %s", f.Label, s), f.Name)
		}
		r := o.latest(id)
		switch {
		case r == nil:
			return nil, errCrossReference()
		case r.deleted:
			return nil, errDeleted()
		}
		return []ID{id}, nil
	}
	v, err := f.coerce(key)
	if err != nil {
		return nil, err
	}
	return f.unique.find(v), nil
}
