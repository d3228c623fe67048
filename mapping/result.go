package mapping

import (
	"time"

	"handoffd/connectors"
)

// fieldsOf calls f for every field that a write to a side named.
func (m *Mapping) fieldsOf(a *Account, side Side, names map[string]connectors.Value, do func(*Field, *Cell, connectors.Value)) {
	for i := range m.Fields {
		f := &m.Fields[i]
		cell := a.cell(side, f.Slot)
		if cell == nil || f.Vendor[side] == "" {
			continue
		}
		if v, ok := names[f.Vendor[side]]; ok {
			do(f, cell, v)
		}
	}
}

// isSent tells whether the vendor's value is the last that was sent.
func (f *Field) isSent(c *Cell, side Side, vendor connectors.Value) bool {
	if !c.pending() {
		return false
	}
	sent, err := f.Write(side, c.Sent)
	return err == nil && sent == vendor
}

// Landed records that the CRM confirmed a write of these values. changed: the
// account is to be saved; due: there is more to be decided now.
func (m *Mapping) Landed(a *Account, side Side, sent map[string]connectors.Value) (changed, due bool) {
	m.fieldsOf(a, side, sent, func(f *Field, c *Cell, v connectors.Value) {
		if !f.Master.synced() || c.Landed || !f.isSent(c, side, v) {
			return
		}
		c.Landed, changed = true, true
		if c.HasBase && c.Seen != c.Base {
			c.unlike() // the read that brought it came after the write
		}
		due = due || m.judge(a, f).due
	})
	return changed, due
}

// Refused records that a CRM would not have these values: they are not sent
// again until the record, the field's mapping or the value changes.
func (m *Mapping) Refused(a *Account, side Side, sent map[string]connectors.Value) (changed bool) {
	m.fieldsOf(a, side, sent, func(f *Field, c *Cell, v connectors.Value) {
		if !f.isSent(c, side, v) {
			return
		}
		c.Refused, c.Landed, changed = true, false, true
		m.owe(a, f, side)
	})
	return changed
}

// Conflicted records that nothing was written, since the record held other
// values than expected: these are taken in as read at now. Both sides' changes
// are weighed anew once the record has been read, which tells when it changed.
func (m *Mapping) Conflicted(a *Account, side Side, sent, current map[string]connectors.Value, now time.Time) (problems []Problem) {
	m.fieldsOf(a, side, sent, func(f *Field, c *Cell, v connectors.Value) {
		if f.isSent(c, side, v) {
			c.unsend()
			m.owe(a, f, side)
		}
		raw, ok := current[f.Vendor[side]]
		if !ok {
			return
		}
		ref, _ := a.Ref(side)
		value, err := f.read(side, raw, connectors.Record{Ref: ref, Fields: current})
		if err != nil {
			problems = append(problems, Problem{Ref: ref, Field: f.Name, Vendor: f.Vendor[side], Value: Clip(raw.String(), 80), Reason: err.Error()})
		}
		if value != c.Seen {
			a.Views[side].Noticed, a.Views[side].Asked = now, now
		}
		c.observe(value, now, a.Views[side].Modified, true)
		c.Bad = err != nil
		if f.Master.synced() {
			m.agree(a, f)
		}
	})
	return problems
}

// owe notes that the other side's change has not arrived at this one.
func (m *Mapping) owe(a *Account, f *Field, side Side) {
	if there := a.cell(side.Other(), f.Slot); there != nil && f.Master.synced() {
		there.Owed = true
	}
}

// RetryRefused forgets that a side refused anything, so that it is tried once
// more: its rules may have changed.
func (m *Mapping) RetryRefused(a *Account, side Side) (changed bool) {
	for i := range m.Fields {
		if c := a.cell(side, i); c != nil && c.Refused {
			c.unsend()
			changed = true
		}
	}
	return changed
}

// RefusedBy lists the vendor's names of the fields of which a side has turned
// down what it was sent last.
func (m *Mapping) RefusedBy(a *Account, side Side) (names []string) {
	for i := range m.Fields {
		if c := a.cell(side, i); c != nil && c.Refused && m.Fields[i].Vendor[side] != "" {
			names = append(names, m.Fields[i].Vendor[side])
		}
	}
	return names
}

// Relent forgets what a side has turned down where nothing is to be written
// there any more: the other side was changed to what stands there.
func (m *Mapping) Relent(a *Account, side Side) (changed bool) {
	if !a.InScope() {
		return false
	}
	for i := range m.Fields {
		f := &m.Fields[i]
		c := a.cell(side, f.Slot)
		if c == nil || !c.Refused || f.Master == ReadOnly {
			continue
		}
		before := *c
		c.unsend()
		if _, due, err := m.outgoing(a, f, side); due || err != nil {
			*c = before
			continue
		}
		changed = true
	}
	return changed
}
