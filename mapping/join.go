package mapping

import "handoffd/connectors"

// Join moves the views of gone into keep, which must lack them, and names the
// rule that joined them. Records that become partners by it have agreed on
// nothing yet.
func (m *Mapping) Join(keep, gone *Account, rule string) {
	moved := false
	for _, s := range Sides() {
		if keep.Views[s] == nil && gone.Views[s] != nil {
			keep.Views[s], moved = gone.Views[s], true
		}
	}
	for i, v := range gone.Own {
		if keep.Own[i].IsNull() {
			keep.Own[i] = v
		}
	}
	keep.Linked = rule
	if moved {
		m.Estrange(keep)
	}
}

// Estrange forgets of every synced field what the two sides had taken into
// account of each other: it was agreed with another record. What they hold is
// compared as at a first sight, so that the field's policy decides where they
// differ, and not who of them happened to change partners.
func (m *Mapping) Estrange(a *Account) {
	for i := range m.Fields {
		if m.Fields[i].Master.synced() {
			a.estrange(i)
		}
	}
}

func (a *Account) estrange(slot int) {
	for _, v := range a.Views {
		if v != nil && slot < len(v.Cells) {
			v.Cells[slot].estrange()
		}
	}
}

// estrange forgets what was sent, and what was taken into account.
func (c *Cell) estrange() {
	c.void()
	c.Base, c.HasBase = connectors.Value{}, false
	c.Owed, c.Odd = false, false
}
