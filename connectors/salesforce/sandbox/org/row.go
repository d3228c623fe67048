package org

import "slices"

// Row is one record. Rows are never changed in place: a save puts a changed
// copy in the old one's stead, so a query may hold on to what it has seen.
type Row struct {
	id                     ID
	created, modified      int64 // milliseconds since 1970, whole seconds
	stamp                  int64 // SystemModstamp, likewise
	createdBy, modifiedBy  ID
	revision               uint32 // counts the saves, for the ETag
	deleted                bool
	purged                 bool // gone from the bin: only the delete log knows it
	cells                  []Value
	deletedWith, deletedOf ID // the delete that took this row along, and its merge master
}

// ID is the row's id.
func (r *Row) ID() ID { return r.id }

// Revision counts the saves of the row, from 1.
func (r *Row) Revision() uint32 { return r.revision }

// Stamp and Modified are the row's stamps in milliseconds since 1970.
func (r *Row) Stamp() int64 { return r.stamp }

// Modified is LastModifiedDate in milliseconds since 1970.
func (r *Row) Modified() int64 { return r.modified }

// Deleted tells whether the row is in the bin.
func (r *Row) Deleted() bool { return r.deleted }

func (r *Row) clone() *Row {
	c := *r
	c.cells = slices.Clone(r.cells)
	return &c
}

func (r *Row) cell(slot uint16) Value {
	for i := range r.cells {
		if r.cells[i].slot == slot {
			return r.cells[i]
		}
	}
	return Value{}
}

func (r *Row) set(f *Field, v Value) {
	v.slot = f.slot
	for i := range r.cells {
		if r.cells[i].slot != f.slot {
			continue
		}
		if v.kind == Null {
			r.cells = slices.Delete(r.cells, i, i+1)
		} else {
			r.cells[i] = v
		}
		return
	}
	if v.kind != Null {
		r.cells = append(r.cells, v)
	}
}

// get reads a field. A boolean that was never set is false.
func (o *Org) get(r *Row, f *Field) Value {
	switch f.sys {
	case sysID:
		return refValue(r.id)
	case sysDeleted:
		return boolValue(r.deleted)
	case sysCreated:
		return Value{kind: DateTime, n: r.created}
	case sysCreatedBy:
		return refValue(r.createdBy)
	case sysModified:
		return Value{kind: DateTime, n: r.modified}
	case sysModifiedBy:
		return refValue(r.modifiedBy)
	case sysStamp:
		return Value{kind: DateTime, n: r.stamp}
	}
	var v Value
	if f.virtual != nil {
		v = f.virtual(o, r)
	} else {
		v = r.cell(f.slot)
	}
	if v.kind == Null && f.Type == "boolean" {
		return boolValue(false)
	}
	return v
}
