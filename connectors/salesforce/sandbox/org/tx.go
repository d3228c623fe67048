package org

import (
	"time"
)

// Tx is one transaction: a run of saves by one user at one instant. The
// caller holds the org's write lock until it has committed or rolled back.
type Tx struct {
	org    *Org
	user   ID
	access *Access
	now    int64
	undo   []change
	// Seed lifts what the API forbids a client but a migration may do: audit
	// fields, read-only columns, objects that cannot be created.
	Seed bool
	// AllowDuplicates passes duplicate rules that only alert.
	AllowDuplicates bool
	// Late delays the moment from which others see the saves.
	Late time.Duration
	// Before is asked ahead of every save, with the id of an existing row or
	// 0; an error refuses the record.
	Before func(object string, id ID) *Error
	// Root is where the urls of records begin, for refusals that name some.
	Root string
	// Saves are the saves that went through and were not rolled back.
	Saves []Save
}

// Save is one record that a transaction saved. Op is insert, update, delete,
// undelete or merge.
type Save struct {
	ID ID
	Op string
	at int // how long the undo log was
}

type change struct {
	object *Object
	seq    int
	old    *Row
	grown  bool
	lateOn bool
}

// Begin starts a transaction for a user at the org's present second.
func (o *Org) Begin(user ID) *Tx {
	return &Tx{org: o, user: user, access: o.Access(user), now: o.ms()}
}

// Mark is a point to roll back to.
func (tx *Tx) Mark() int { return len(tx.undo) }

// Rollback takes back every save after the mark.
func (tx *Tx) Rollback(mark int) {
	for i := len(tx.undo) - 1; i >= mark; i-- {
		c := tx.undo[i]
		t := c.object.table
		c.object.put(c.seq, t.rows[c.seq], c.old)
		if c.grown {
			t.rows = t.rows[:c.seq]
		}
		if c.lateOn {
			delete(t.late, c.seq)
		}
		tx.touchRights(c.object)
	}
	tx.undo = tx.undo[:mark]
	for len(tx.Saves) > 0 && tx.Saves[len(tx.Saves)-1].at > mark {
		tx.Saves = tx.Saves[:len(tx.Saves)-1]
	}
}

func (tx *Tx) touchRights(obj *Object) {
	switch obj.Name {
	case "PermissionSet", "PermissionSetAssignment", "FieldPermissions":
		tx.org.rights.drop()
	}
}

// write puts a row in place: a new one if old is nil.
func (tx *Tx) write(obj *Object, old, row *Row) {
	t := obj.table
	t.settle(tx.now)
	c := change{object: obj, seq: row.id.Seq(), old: old, grown: old == nil}
	row.revision++
	obj.put(c.seq, old, row)
	if _, already := t.late[c.seq]; tx.Late > 0 && !already {
		if t.late == nil {
			t.late = map[int]lateRow{}
		}
		t.late[c.seq] = lateRow{before: old, start: tx.now, until: tx.now + tx.Late.Milliseconds()}
		c.lateOn = true
	}
	t.stamps.sweep(t)
	tx.undo = append(tx.undo, c)
	tx.touchRights(obj)
}

// newRow makes a row with the next id of the object.
func (tx *Tx) newRow(obj *Object) *Row {
	return &Row{id: makeID(obj.Prefix, len(obj.table.rows)), created: tx.now, modified: tx.now, stamp: tx.now,
		createdBy: tx.user, modifiedBy: tx.user}
}

// stampRow marks a row as changed by the transaction's user.
func (tx *Tx) stampRow(r *Row) {
	r.modified, r.modifiedBy, r.stamp = tx.now, tx.user, tx.now
}

// touch gives a row a new SystemModstamp, and what change does to it.
func (tx *Tx) touch(obj *Object, r *Row, change func(*Row)) {
	c := r.clone()
	c.stamp = tx.now
	if change != nil {
		change(c)
	}
	tx.write(obj, r, c)
}
