package mapping

import (
	"time"

	"handoffd/connectors"
)

// Origin says where a merged value comes from.
type Origin struct {
	Side Side
	Own  bool // handoffd's own value
	At   time.Time
}

// Value returns the merged value of a field and where it comes from (door 3).
// It is a pure function of the views: the order in which they were read does
// not matter.
func (m *Mapping) Value(a *Account, slot int) (connectors.Value, Origin) {
	f := &m.Fields[slot]
	switch f.Master {
	case FromHandoffd:
		if len(a.Own) > slot {
			return a.Own[slot], Origin{Own: true}
		}
		return connectors.Value{}, Origin{Own: true}
	case FromHubSpot:
		return m.prefer(a, slot, HubSpotSide)
	case FromSalesforce, ReadOnly:
		return m.prefer(a, slot, SalesforceSide)
	default:
		return m.synced(a, f)
	}
}

// prefer takes the first side's value. The other side stands in where the
// first has no record at all, or, for fields without one master, no value.
func (m *Mapping) prefer(a *Account, slot int, first Side) (connectors.Value, Origin) {
	f := &m.Fields[slot]
	one := a.cell(first, slot)
	if one != nil && f.Vendor[first] != "" {
		masters := f.Master == FromHubSpot || f.Master == FromSalesforce
		if masters || !one.Seen.IsNull() {
			return one.Seen, Origin{Side: first, At: one.At}
		}
	}
	if other := a.cell(first.Other(), slot); other != nil && f.Vendor[first.Other()] != "" {
		return other.Seen, Origin{Side: first.Other(), At: other.At}
	}
	return connectors.Value{}, Origin{Side: first}
}

// cell returns the cell of a living record, nil if there is none.
func (a *Account) cell(s Side, slot int) *Cell {
	v := a.Views[s]
	if v == nil || v.Deleted || slot >= len(v.Cells) {
		return nil
	}
	return &v.Cells[slot]
}

// Fresh tells until when the merged value counts; ok is false if it has no
// limit. A value counts from its confirmation by the source, or from the
// change of it that we saw ourselves, whichever is later (I12).
func (m *Mapping) Fresh(a *Account, slot int) (until time.Time, ok bool) {
	f := &m.Fields[slot]
	if f.FreshFor == 0 {
		return time.Time{}, false
	}
	_, origin := m.Value(a, slot)
	cell := a.cell(origin.Side, slot)
	if cell == nil || origin.Own {
		return time.Time{}, false
	}
	at := cell.Changed
	if f.UpdatedAt[origin.Side] == "" && cell.At.After(at) {
		at = cell.At
	}
	if cell.Confirmed.After(at) {
		at = cell.Confirmed
	}
	return at.Add(f.FreshFor), true
}

// Misfit tells whether the record that the merged value comes from holds
// something that does not fit the field.
func (m *Mapping) Misfit(a *Account, slot int) bool {
	v, origin := m.Value(a, slot)
	cell := a.cell(origin.Side, slot)
	return v.IsNull() && !origin.Own && cell != nil && cell.Bad
}
