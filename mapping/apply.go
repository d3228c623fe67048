package mapping

import (
	"time"

	"handoffd/connectors"
)

// Applied is what a record changed.
type Applied struct {
	// Changed: at least one mapped field, or the record's life or scope, or
	// something was refused before and may be tried again.
	Changed bool
	// Stale: the record is older than what is known; its fields were not
	// looked at.
	Stale bool
	// Problems are the values that do not fit. One that stood on any other
	// field is over, unless the record is stale.
	Problems []Problem
}

// Apply lays a record over the account's view of that side (door 2). A field
// whose value does not fit becomes Null there and is reported; the rest of the
// record goes on. The record must be an account of a or a new one.
func (m *Mapping) Apply(a *Account, r connectors.Record) Applied {
	side := SideOf(r.Ref.System)
	view := a.Views[side]
	out := Applied{}
	if view == nil {
		view = &View{ID: r.Ref.ID, Cells: make([]Cell, len(m.Fields))}
		a.Views[side] = view
		out.Changed = true
	}
	if view.Created.IsZero() {
		view.Created = r.Created
	}
	unseen := view.OutOfScope && !r.OutOfScope
	before := view.Modified
	if r.Modified.Before(before) && !r.Modified.IsZero() {
		out.Stale = true
		if r.Deleted && !view.Deleted { // no late page brings a record back, but it may tell that it is gone
			view.Deleted, out.Changed = true, true
		}
		return out
	}
	if view.Deleted != r.Deleted || view.OutOfScope != r.OutOfScope {
		view.Deleted, view.OutOfScope = r.Deleted, r.OutOfScope
		out.Changed = true
	}
	view.Modified = r.Modified
	if !view.Asked.IsZero() && r.Modified.After(before) {
		view.Asked, out.Changed = time.Time{}, true // what a write found is read now
	}
	switch {
	case r.Deleted:
		return out
	case r.OutOfScope:
		m.applyOutside(view, r, &out)
		return out
	case unseen:
		before = time.Time{} // nobody looked at its fields then
	}
	m.applyFields(a, view, r, before, &out)
	return out
}

// applyFields reads every mapped field. A record that somebody else touched
// may take now what it refused before.
func (m *Mapping) applyFields(a *Account, view *View, r connectors.Record, before time.Time, out *Applied) {
	side, ours, refused := SideOf(r.Ref.System), false, false
	looked := view.looked(before, r.Modified)
	for i := range m.Fields {
		cell := &view.Cells[i]
		ours, refused = ours || cell.pending(), refused || cell.Refused
		m.applyField(&m.Fields[i], side, view, r, looked, out)
		if f := &m.Fields[i]; f.Master.synced() {
			m.agree(a, f)
		}
	}
	if !refused || ours || !r.Modified.After(before) {
		return
	}
	for i := range view.Cells {
		if view.Cells[i].Refused {
			view.Cells[i].unsend()
			out.Changed = true
		}
	}
}

// looked is when the record was known to be as it was before: at its stamp
// before, or up to when all changes had been read, if that is later.
func (v *View) looked(before, modified time.Time) time.Time {
	if before.IsZero() || !v.Through.After(before) || v.Through.After(modified) {
		return before
	}
	return v.Through
}

func (m *Mapping) applyField(f *Field, side Side, view *View, r connectors.Record, before time.Time, out *Applied) {
	name := f.Vendor[side]
	if name == "" {
		return
	}
	raw, ok := r.Fields[name]
	if !ok {
		return
	}
	cell := &view.Cells[f.Slot]
	value, err := f.read(side, raw, r)
	if err != nil {
		out.Problems = append(out.Problems, Problem{Ref: r.Ref, Field: f.Name, Vendor: name, Value: Clip(raw.String(), 80), Reason: err.Error()})
	}
	if field := f.UpdatedAt[side]; field != "" {
		if t, ok := ParseTime(r.Fields[field]); ok && !t.Equal(cell.Confirmed) {
			cell.Confirmed = t
			out.Changed = true
		}
	}
	if value != cell.Seen || cell.Bad != (err != nil) || cell.At.IsZero() {
		out.Changed = true
	}
	cell.observe(value, r.Modified, before, false)
	cell.Bad = err != nil
	if at, known := lastChange(r.History[name]); known && f.Master == SyncNewest {
		cell.At, cell.Since = at, at
	}
}

// lastChange is when a field got its present value, out of its history.
func lastChange(history []connectors.Version) (at time.Time, known bool) {
	for i := len(history) - 1; i >= 0 && history[i].Value == history[len(history)-1].Value; i-- {
		at, known = history[i].At, true
	}
	return at, known
}
