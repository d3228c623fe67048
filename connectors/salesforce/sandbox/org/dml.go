package org

import (
	"fmt"
)

// Insert saves a new row and returns its id.
func (tx *Tx) Insert(obj *Object, in []Input) (ID, *Error) {
	if !obj.createable && !tx.Seed {
		return 0, errNotAllowed("insert", obj.Name)
	}
	for _, input := range in {
		if f := obj.Field(input.Name); f != nil && f.sys == sysID {
			return 0, refuse("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
		}
	}
	if err := tx.ask(obj, 0); err != nil {
		return 0, err
	}
	row := tx.newRow(obj)
	if err := tx.fill(obj, row, in, true); err != nil {
		return 0, err
	}
	tx.applyDefaults(obj, row)
	if err := tx.finish(obj, nil, row); err != nil {
		return 0, err
	}
	tx.done(row.id, "insert")
	return row.id, nil
}

// Update sets fields on a row.
func (tx *Tx) Update(obj *Object, id ID, in []Input) *Error {
	if !obj.updateable && !tx.Seed {
		return errNotAllowed("update", obj.Name)
	}
	old, err := tx.target(obj, id)
	if err != nil {
		return err
	}
	if err := tx.ask(obj, id); err != nil {
		return err
	}
	row := old.clone()
	tx.stampRow(row)
	if err := tx.fill(obj, row, in, false); err != nil {
		return err
	}
	if err := tx.finish(obj, old, row); err != nil {
		return err
	}
	tx.done(id, "update")
	return nil
}

// Upsert updates the row that the key finds, or inserts one. When several
// rows have the key, it returns them and saves nothing.
func (tx *Tx) Upsert(obj *Object, key *Field, value Input, in []Input) (id ID, created bool, matches []ID, err *Error) {
	matches, err = tx.org.Lookup(obj, key, value)
	switch {
	case err != nil:
		return 0, false, nil, err
	case len(matches) > 1:
		return 0, false, matches, refuse("DUPLICATE_EXTERNAL_ID", fmt.Sprintf("%s: more than one record found for external id field: %v", key.Name, matches))
	case len(matches) == 1:
		return matches[0], false, nil, tx.Update(obj, matches[0], in)
	}
	value.Name = key.Name
	id, err = tx.Insert(obj, append(in, value))
	return id, true, nil, err
}

// target finds the live row that a save is for.
func (tx *Tx) target(obj *Object, id ID) (*Row, *Error) {
	if id.Prefix() != obj.Prefix {
		return nil, refuse("MALFORMED_ID", fmt.Sprintf("%s: id value of incorrect type: %s", obj.Fields[0].Label, id), "Id")
	}
	r := tx.org.latest(id)
	switch {
	case r == nil && tx.org.wasPurged(id):
		return nil, errDeleted()
	case r == nil:
		return nil, errCrossReference()
	case r.deleted:
		return nil, errDeleted()
	}
	return r, nil
}

func (o *Org) wasPurged(id ID) bool {
	t := o.ObjectOf(id).table
	seq := id.Seq()
	return seq > 0 && seq < len(t.rows) && t.rows[seq] != nil
}

func (tx *Tx) ask(obj *Object, id ID) *Error {
	if tx.Before != nil {
		if err := tx.Before(obj.Name, id); err != nil {
			return err
		}
	}
	if tx.Seed {
		return nil
	}
	return tx.org.checkLocks(id)
}

func (tx *Tx) done(id ID, op string) {
	tx.Saves = append(tx.Saves, Save{ID: id, Op: op, at: len(tx.undo)})
}

func (tx *Tx) applyDefaults(obj *Object, row *Row) {
	for _, f := range obj.Fields {
		switch {
		case f.sys != sysNone || f.virtual != nil || f.Default == nil && f.Name != "OwnerId":
		case obj.Name == "User" && f.Required && f.Type == "picklist" && !tx.Seed: // a client has to choose
		case !row.cell(f.slot).IsNull():
		case f.Name == "OwnerId":
			if !f.noCreate {
				row.set(f, refValue(tx.user))
			}
		case f.Default != false:
			if v, err := f.coerce(Input{Value: f.Default}); err == nil {
				row.set(f, v)
			}
		}
	}
}

// finish derives what follows from the new values, applies the org's rules
// and writes the row.
func (tx *Tx) finish(obj *Object, old, row *Row) *Error {
	if d := derivationOf(obj.Name); d.before != nil {
		if err := d.before(tx, old, row); err != nil {
			return err
		}
	}
	if err := tx.checkRequired(obj, old, row); err != nil {
		return err
	}
	if err := tx.checkUnique(obj, old, row); err != nil {
		return err
	}
	if !tx.Seed {
		if err := tx.org.checkRules(tx, obj, old, row); err != nil {
			return err
		}
	}
	tx.write(obj, old, row)
	if d := derivationOf(obj.Name); d.after != nil {
		d.after(tx, old, row)
	}
	return nil
}

func (tx *Tx) checkRequired(obj *Object, old, row *Row) *Error {
	var missing []string
	for _, f := range obj.Fields {
		if !f.Required || f.noCreate || f.sys != sysNone || f.Type == "boolean" || !row.cell(f.slot).IsNull() {
			continue
		}
		if tx.Seed && f.Name == "ProfileId" {
			continue
		}
		if old == nil || !old.cell(f.slot).IsNull() {
			missing = append(missing, f.Name)
		}
	}
	if len(missing) > 0 {
		return errRequired(missing)
	}
	return nil
}

func (tx *Tx) checkUnique(obj *Object, old, row *Row) *Error {
	for _, f := range obj.Fields {
		if !f.Unique || f.sys != sysNone {
			continue
		}
		for _, other := range f.unique.find(row.cell(f.slot)) {
			if other != row.id {
				return refuse("DUPLICATE_VALUE", fmt.Sprintf("duplicate value found: %s duplicates value on record with id: %s", f.Name, other.Short()))
			}
		}
	}
	return nil
}
