package org

// table holds an object's rows by sequence number; row 0 does not exist.
type table struct {
	rows   []*Row
	stamps stampIndex
	// late holds what the world still sees of rows whose transaction has not
	// committed yet.
	late map[int]lateRow
}

type lateRow struct {
	before *Row  // nil: the row does not exist for others yet
	start  int64 // when the transaction took its stamp, ms
	until  int64 // when it commits, ms
}

func newTable() *table { return &table{rows: make([]*Row, 1)} }

// seen returns the row that others see at now (ms), nil if there is none.
func (t *table) seen(seq int, now int64) *Row {
	if seq <= 0 || seq >= len(t.rows) {
		return nil
	}
	if len(t.late) > 0 {
		if l, ok := t.late[seq]; ok && now < l.until {
			return l.before
		}
	}
	return t.rows[seq]
}

// put sets the row at its place and keeps every index in step. old is what
// stood there, nil for a new row; row is nil to take a new one back.
func (o *Object) put(seq int, old, row *Row) {
	t := o.table
	for len(t.rows) <= seq {
		t.rows = append(t.rows, nil)
	}
	for _, f := range o.Fields {
		if f.unique == nil && f.refs == nil {
			continue
		}
		var a, b Value
		if old != nil {
			a = old.cell(f.slot)
		}
		if row != nil {
			b = row.cell(f.slot)
		}
		sameLife := (old != nil && !old.deleted) == (row != nil && !row.deleted)
		if a.kind == b.kind && a.n == b.n && a.s == b.s && sameLife {
			continue
		}
		f.reindex(o, seq, old, row, a, b)
	}
	t.rows[seq] = row
	if row != nil && (old == nil || old.stamp != row.stamp) {
		t.stamps.add(row.stamp, int32(seq))
	}
}

func (f *Field) reindex(o *Object, seq int, old, row *Row, a, b Value) {
	if f.refs != nil {
		f.refs.remove(a.ID(), seq)
		f.refs.add(b.ID(), seq)
	}
	if f.unique == nil {
		return
	}
	id := makeID(o.Prefix, seq)
	if old != nil && !old.deleted {
		f.unique.remove(a, id)
	}
	if row != nil && !row.deleted {
		f.unique.add(b, id)
	}
}

// openSince is the earliest start of a transaction that has not committed at
// now, 0 if there is none.
func (t *table) openSince(now int64) int64 {
	var first int64
	for _, l := range t.late {
		if now < l.until && (first == 0 || l.start < first) {
			first = l.start
		}
	}
	return first
}

// settle forgets transactions that have committed.
func (t *table) settle(now int64) {
	for seq, l := range t.late {
		if now >= l.until {
			delete(t.late, seq)
		}
	}
}
