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
	// Replaces is what the side holds, Conflict that both had changed, Tie
	// that `newest` could not tell which was later.
	Replaces      connectors.Value
	Conflict, Tie bool
	// PutBack: the side has a master's field and somebody changed it there.
	PutBack bool
}

// Outgoing lists the writes that bring both sides to the merged values. At
// rest it is empty (I5). A value that has no form in the vendor is a Problem.
// An account of which one record is out of scope is left alone in both CRMs.
func (m *Mapping) Outgoing(a *Account) (writes []FieldWrite, problems []Problem) {
	if !a.InScope() {
		return nil, nil
	}
	for i := range m.Fields {
		f := &m.Fields[i]
		if f.Master == ReadOnly || m.quiet(a, f) {
			continue
		}
		for _, side := range Sides() {
			w, due, err := m.outgoing(a, f, side)
			if due && err == nil {
				err = f.prepare(&w)
			}
			switch {
			case err != nil:
				ref, _ := a.Ref(side)
				if w.Value.IsNull() { // it could not even be carried over
					w.Value, _ = m.Value(a, f.Slot)
				}
				problems = append(problems, Problem{Ref: ref, Field: f.Name, Vendor: f.Vendor[side], Value: Clip(w.Value.String(), 80), Reason: err.Error()})
			case due:
				writes = append(writes, w)
			}
		}
	}
	return writes, problems
}

// quiet tells quickly that a field is at rest, as nearly all are: both sides
// hold the same and nothing is on its way.
func (m *Mapping) quiet(a *Account, f *Field) bool {
	s, h := a.cell(SalesforceSide, f.Slot), a.cell(HubSpotSide, f.Slot)
	return f.Master != FromHandoffd && s != nil && h != nil && s.Seen == h.Seen &&
		(!s.HasSent || s.HasEchoed) && (!h.HasSent || h.HasEchoed) && f.Type != Owner
}

// prepare gives a write the vendor's forms.
func (f *Field) prepare(w *FieldWrite) (err error) {
	if w.Vendor, err = f.Write(w.Side, w.Value); err != nil {
		return err
	}
	if err := f.exact(w.Side, w.Vendor); err != nil {
		return err
	}
	if w.Guard {
		w.Expect, err = f.Write(w.Side, w.Replaces)
	}
	return err
}

func (m *Mapping) outgoing(a *Account, f *Field, side Side) (w FieldWrite, due bool, err error) {
	cell := a.cell(side, f.Slot)
	if f.Vendor[side] == "" || cell == nil {
		return w, false, nil
	}
	w = FieldWrite{Slot: f.Slot, Side: side, Replaces: cell.held()}
	if f.Master.synced() {
		v := m.judge(a, f)
		if !v.due || v.to != side {
			return w, false, nil
		}
		w.Guard, w.Conflict, w.Tie = true, v.conflict, v.tie
		w.Value, err = m.carry(f, side.Other(), a.cell(side.Other(), f.Slot).Seen)
		return w, err == nil && !cell.refuses(w.Value), err
	}
	return m.outgoingMastered(a, f, w, cell)
}

// outgoingMastered decides a field with one master.
func (m *Mapping) outgoingMastered(a *Account, f *Field, w FieldWrite, cell *Cell) (_ FieldWrite, due bool, err error) {
	value, origin := m.Value(a, f.Slot)
	if !origin.Own && origin.Side == w.Side {
		return w, false, nil
	}
	if value.IsNull() && (origin.Own || !f.emptied(a.cell(origin.Side, f.Slot), cell)) {
		return w, false, nil
	}
	if !origin.Own {
		if cell := a.cell(origin.Side, f.Slot); cell.Bad {
			return w, false, nil // what does not fit says nothing
		}
		if w.Value, err = m.carry(f, origin.Side, value); err != nil {
			return w, false, err
		}
	} else if w.Value = value; f.Type == Owner {
		if w.Value, err = m.ownOwner(w.Side, value); err != nil {
			return w, false, err
		}
	}
	if w.Value == cell.Seen && !cell.pending() || settled(cell, w.Value) {
		return w, false, nil
	}
	w.PutBack = cell.HasSent && cell.Sent == w.Value && !cell.Refused || cell.Odd
	if !origin.Own && !cell.Changed.IsZero() && cell.At.After(origin.At) {
		w.PutBack = true // it was changed after the master was
	}
	return w, true, nil
}

// emptied tells whether a master's missing value is to clear the other side:
// it had one before, and the field says that this travels.
func (f *Field) emptied(master, cell *Cell) bool {
	return f.ClearEmpty && (!master.Changed.IsZero() || cell.HasSent) && !master.Bad
}

// refuses tells whether the side has turned this very value down.
func (c *Cell) refuses(value connectors.Value) bool { return c.Refused && c.Sent == value }

// settled tells whether the side already has this value from us and made
// something of its own of it, is about to get it, or turned it down.
func settled(c *Cell, value connectors.Value) bool {
	return c.HasSent && c.Sent == value && (c.Refused || !c.HasEchoed || c.Seen == c.Echo)
}

// MarkSent records that a write was handed over, so that its echo is known for
// what it is and is not taken for a person's change (I4).
func (m *Mapping) MarkSent(a *Account, w FieldWrite) {
	here := a.cell(w.Side, w.Slot)
	if here == nil {
		return
	}
	if !m.Fields[w.Slot].Master.synced() {
		here.send(w.Value, here.Odd)
		here.Landed = true // it is not compared before writing, so nothing can be in its way
		return
	}
	there := a.cell(w.Side.Other(), w.Slot)
	if there == nil { // chosen for an account that has only this record
		here.send(w.Value, false)
		here.account()
		return
	}
	here.send(w.Value, there.Odd)
	there.Odd = false
	here.account()
	there.account()
}
