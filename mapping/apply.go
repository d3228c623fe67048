package mapping

import (
	"time"

	"handoffd/connectors"
)

// Applied is what a record changed.
type Applied struct {
	// Changed: at least one mapped field, or the record's life or scope.
	Changed bool
	// Read tells for which fields the record brought a value, by slot; a
	// problem that stood on any of them is settled unless it is in Problems.
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
	if r.Modified.After(view.Modified) {
		view.Modified = r.Modified
	}
	if view.Created.IsZero() {
		view.Created = r.Created
	}
	if view.Deleted != r.Deleted || view.OutOfScope != r.OutOfScope {
		view.Deleted, view.OutOfScope = r.Deleted, r.OutOfScope
		out.Changed = true
	}
	if r.Deleted || r.OutOfScope {
		return out
	}
	for i := range m.Fields {
		m.applyField(&m.Fields[i], side, view, r, &out)
	}
	return out
}

func (m *Mapping) applyField(f *Field, side Side, view *View, r connectors.Record, out *Applied) {
	name := f.Vendor[side]
	if name == "" {
		return
	}
	raw, ok := r.Fields[name]
	if !ok {
		return
	}
	cell := &view.Cells[f.Slot]
	value, err := f.Read(side, raw)
	if err != nil {
		out.Problems = append(out.Problems, Problem{Ref: r.Ref, Field: f.Name, Vendor: name, Value: Clip(raw.String(), 80), Reason: err.Error()})
	}
	if field := f.UpdatedAt[side]; field != "" {
		if t, ok := ParseTime(r.Fields[field]); ok && !t.Equal(cell.Confirmed) {
			cell.Confirmed = t
			out.Changed = true
		}
	}
	if cell.HasSent && !cell.HasEchoed {
		cell.Echo, cell.HasEchoed = value, true
		if value == cell.Sent {
			cell.Base, cell.HasBase = value, true
		}
	}
	if value == cell.Seen && cell.Bad == (err != nil) && !cell.At.IsZero() {
		return
	}
	if !cell.At.IsZero() && value != cell.Seen {
		cell.Changed = r.Modified
	}
	cell.Seen, cell.Bad, cell.At = value, err != nil, stamp(cell, r.Modified)
	out.Changed = true
}

// stamp dates a value that has just been read. A first sight is dated by the
// source's own confirmation if it has one: the record's stamp may be from a
// change of something else.
func stamp(cell *Cell, modified time.Time) time.Time {
	if cell.At.IsZero() && !cell.Confirmed.IsZero() && cell.Confirmed.Before(modified) {
		return cell.Confirmed
	}
	return modified
}
