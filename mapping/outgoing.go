package mapping

import (
	"handoffd/connectors"
)

// FieldWrite is one field to be set in one CRM so that both sides agree.
type FieldWrite struct {
	Slot   int
	Side   Side
	Value  connectors.Value // common form
	Vendor connectors.Value // the vendor's form
	// Expect, for fields with two masters, is what the side held when this
	// was decided: in the vendor's form, to be compared before writing.
	Expect connectors.Value
	Guard  bool
	// Replaces is what the side holds, Conflict that both had changed.
	Replaces connectors.Value
	Conflict bool
}

// Outgoing lists the writes that bring both sides to the merged values. At
// rest it is empty (I5). A value that has no form in the vendor is a Problem.
func (m *Mapping) Outgoing(a *Account) (writes []FieldWrite, problems []Problem) {
	for i := range m.Fields {
		f := &m.Fields[i]
		for _, side := range Sides() {
			w, due := m.outgoing(a, f, side)
			if !due {
				continue
			}
			vendor, err := f.Write(side, w.Value)
			if err != nil {
				ref, _ := a.Ref(side)
				problems = append(problems, Problem{Ref: ref, Field: f.Name, Vendor: f.Vendor[side], Value: Clip(w.Value.String(), 80), Reason: err.Error()})
				continue
			}
			w.Vendor = vendor
			if w.Guard {
				w.Expect, _ = f.Write(side, w.Replaces)
			}
			writes = append(writes, w)
		}
	}
	return writes, problems
}

func (m *Mapping) outgoing(a *Account, f *Field, side Side) (FieldWrite, bool) {
	cell := a.cell(side, f.Slot)
	if f.Vendor[side] == "" || f.Master == ReadOnly || cell == nil || a.Views[side].OutOfScope {
		return FieldWrite{}, false
	}
	value, origin := m.Value(a, f.Slot)
	w := FieldWrite{Slot: f.Slot, Side: side, Value: value, Replaces: cell.Seen}
	switch {
	case f.Master.synced():
		return m.outgoingSynced(a, f, w)
	case !origin.Own && (origin.Side == side || value.IsNull()):
		return w, false
	case origin.Own && value.IsNull():
		return w, false // handoffd has nothing to say about this account yet
	}
	return w, value != cell.Seen && !settled(cell, value)
}

// settled tells whether the side already had this value from us and made
// something of its own of it: a vendor may trim, round or refuse.
func settled(c *Cell, value connectors.Value) bool {
	return c.HasSent && c.Sent == value && (!c.HasEchoed || c.Seen == c.Echo)
}

// outgoingSynced decides a field that both sides may change: only a real
// change travels, against what both last agreed on.
func (m *Mapping) outgoingSynced(a *Account, f *Field, w FieldWrite) (FieldWrite, bool) {
	here, there := a.cell(w.Side, f.Slot), a.cell(w.Side.Other(), f.Slot)
	if there == nil || f.Vendor[w.Side.Other()] == "" || here.Seen == there.Seen || here.Bad || there.Bad {
		return w, false
	}
	if there.Seen.IsNull() {
		return w, false // a cleared or empty value never travels by default
	}
	w.Value, w.Guard = there.Seen, true
	if settled(here, w.Value) {
		return w, false
	}
	if here.Seen.IsNull() {
		return w, true
	}
	if f.Master == SyncFillBlank {
		return w, false
	}
	hereChanged := !here.HasBase || here.Seen != here.Base
	thereChanged := !there.HasBase || there.Seen != there.Base
	if hereChanged && thereChanged {
		w.Conflict = true
		winner, _ := m.Value(a, f.Slot)
		return w, winner == there.Seen
	}
	return w, thereChanged
}

// MarkSent records that a write was handed over, so that its echo is known for
// what it is and is not taken for a person's change (I4).
func (m *Mapping) MarkSent(a *Account, w FieldWrite) {
	here := a.cell(w.Side, w.Slot)
	if here == nil {
		return
	}
	here.Sent, here.HasSent = w.Value, true
	here.Echo, here.HasEchoed = connectors.Value{}, false
	if m.Fields[w.Slot].Master.synced() {
		here.Base, here.HasBase = w.Value, true
		if there := a.cell(w.Side.Other(), w.Slot); there != nil {
			there.Base, there.HasBase = there.Seen, true
		}
	}
}
