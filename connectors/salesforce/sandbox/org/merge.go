package org

import (
	"fmt"
	"slices"
)

// Delete puts a row into the bin, and with it the rows that hang on it. Rows
// of objects without a bin are gone at once.
func (tx *Tx) Delete(obj *Object, id ID) *Error {
	if !obj.deletable && !tx.Seed {
		return errNotAllowed("delete", obj.Name)
	}
	row, err := tx.target(obj, id)
	if err != nil {
		return err
	}
	if err := tx.ask(obj, id); err != nil {
		return err
	}
	if err := tx.mayDelete(obj, row); err != nil {
		return err
	}
	tx.bin(obj, row, id)
	tx.done(id, "delete")
	return nil
}

// mayDelete refuses accounts with won opportunities (Salesforce Help,
// "Considerations for Deleting Accounts"), and accounts and contacts with
// cases, whose describe says restrictedDelete (recorded).
func (tx *Tx) mayDelete(obj *Object, row *Row) *Error {
	key := map[string]string{"Account": "accountid", "Contact": "contactid"}[obj.Name]
	if key == "" || tx.Seed {
		return nil
	}
	name := tx.val(row, "name").Text()
	var err *Error
	opportunity := tx.org.Object("Opportunity")
	tx.org.children(opportunity.byName[key], row.id, func(r *Row) {
		if obj.Name == "Account" && tx.val(r, "iswon").Bool() {
			err = refuse("DELETE_FAILED", fmt.Sprintf("Your attempt to delete %s could not be completed because some opportunities in that account were closed won.", name))
		}
	})
	if err != nil {
		return err
	}
	cases := tx.org.Object("Case")
	tx.org.children(cases.byName[key], row.id, func(r *Row) {
		err = refuse("DELETE_FAILED", fmt.Sprintf("Your attempt to delete %s could not be completed because it is associated with the following cases.: %s",
			name, tx.val(r, "casenumber").Text()))
	})
	return err
}

func (tx *Tx) bin(obj *Object, row *Row, root ID) {
	c := row.clone()
	tx.stampRow(c)
	c.deleted, c.deletedWith = true, root
	c.purged = obj.byName["isdeleted"] == nil
	tx.write(obj, row, c)
	for _, f := range tx.org.pointingTo(obj) {
		if f.cascade {
			tx.org.children(f, row.id, func(r *Row) { tx.bin(f.object, r, root) })
		}
	}
}

// pointingTo lists the indexed reference fields that may point to an object.
func (o *Org) pointingTo(obj *Object) []*Field {
	var out []*Field
	for _, other := range o.objects {
		for _, f := range other.Fields {
			if f.refs != nil && slices.Contains(f.References, obj.Name) {
				out = append(out, f)
			}
		}
	}
	return out
}

// Undelete takes a row out of the bin, and the rows that went with it.
func (tx *Tx) Undelete(obj *Object, id ID) *Error {
	r := tx.org.latest(id)
	switch {
	case r == nil:
		return errCrossReference()
	case !r.deleted || !obj.undeletable:
		return refuse("UNDELETE_FAILED", "Entity is not in the recycle bin")
	case r.deletedOf != 0:
		return refuse("UNDELETE_FAILED", "A record that was merged into another cannot be restored")
	}
	root := r.deletedWith
	for _, other := range tx.org.objects {
		for _, row := range slices.Clone(other.table.rows) {
			if row != nil && row.deleted && !row.purged && row.deletedWith == root && (row.id == id || root == id) {
				c := row.clone()
				tx.stampRow(c)
				c.deleted, c.deletedWith = false, 0
				tx.write(other, row, c)
			}
		}
	}
	tx.done(id, "undelete")
	return nil
}

// Purge empties a deleted row from the bin: only the delete log still has it.
func (tx *Tx) Purge(obj *Object, id ID) *Error {
	r := tx.org.latest(id)
	if r == nil || !r.deleted {
		return refuse("INVALID_ID_FIELD", "The record is not in the recycle bin")
	}
	c := r.clone()
	c.purged = true
	tx.write(obj, r, c)
	return nil
}

// Merge makes one row of two: the loser goes to the bin with MasterRecordId
// set, its children move to the master (SOAP API Developer Guide, "merge()").
func (tx *Tx) Merge(obj *Object, master, loser ID) *Error {
	if !obj.mergeable {
		return refuse("INVALID_OPERATION", "merge is not supported for "+obj.Name)
	}
	if master == loser {
		return refuse("INVALID_ID_FIELD", "the master and the record to merge are the same")
	}
	winner, err := tx.target(obj, master)
	if err != nil {
		return err
	}
	row, err := tx.target(obj, loser)
	if err != nil {
		return err
	}
	for _, f := range tx.org.pointingTo(obj) {
		if f.Name == "MasterRecordId" {
			continue
		}
		tx.org.children(f, loser, func(r *Row) { tx.reparent(f, r, master) })
	}
	c := row.clone()
	tx.stampRow(c)
	c.deleted, c.deletedWith, c.deletedOf = true, loser, master
	tx.set(c, "masterrecordid", refValue(master))
	tx.write(obj, row, c)
	w := winner.clone()
	tx.stampRow(w)
	tx.write(obj, tx.org.latest(master), w)
	tx.done(loser, "merge")
	return nil
}

func (tx *Tx) reparent(f *Field, r *Row, master ID) {
	c := tx.org.latest(r.id).clone()
	tx.stampRow(c)
	c.set(f, refValue(master))
	if f.object.Name == "Opportunity" {
		tx.moveActivities(r.id, refValue(master))
	}
	tx.write(f.object, tx.org.latest(r.id), c)
}

// Touch moves only SystemModstamp, as the platform's own maintenance does.
func (tx *Tx) Touch(obj *Object, id ID) *Error {
	r, err := tx.target(obj, id)
	if err != nil {
		return err
	}
	tx.touch(obj, r, nil)
	return nil
}
