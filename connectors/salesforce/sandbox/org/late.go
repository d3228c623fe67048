package org

import "time"

// A transaction that runs long takes its stamp when it starts and shows its
// rows when it commits, so a poll in between misses them. Tx.Late imitates
// that: table.late keeps what others see until then.

// OpenSince is the start of the earliest transaction on the object that has
// not committed yet, the zero time if there is none.
func (o *Org) OpenSince(obj *Object) time.Time {
	ms := obj.table.openSince(o.ms())
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// ChangedBetween lists the rows, in the bin or emptied from it too, whose
// SystemModstamp is in [from, to) and that others see now, in order of stamp.
func (o *Org) ChangedBetween(obj *Object, from, to time.Time) []*Row {
	var out []*Row
	obj.table.between(from.UnixMilli(), to.UnixMilli(), o.ms(), func(r *Row) bool {
		out = append(out, r)
		return true
	})
	return out
}
