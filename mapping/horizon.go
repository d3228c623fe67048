package mapping

import "time"

// Horizon says how far the account records of each CRM have been read.
type Horizon [sides]Reached

// Reached is how far one CRM has been read.
type Reached struct {
	// Read: whatever had been changed by then is known, by our own clock.
	Read time.Time
	// Edge: so is whatever was changed before it, by the CRM's clock. It lies
	// minutes behind, but says so whatever our own clock says.
	Edge time.Time
}

// rereadLag is how long a CRM may go on showing a record as it was before: what
// a write found changed is surely read by a pass that begins that much later.
const rereadLag = time.Minute

// Settled tells whether the two sides' values of a field may be held against
// each other: what either side changed, the other one has been read since that
// was noticed, or up to behind the change. Before that one of the two may be an
// old value, and a newer one of it would be set aside unseen (I4).
func (h Horizon) Settled(a *Account, slot int) bool {
	for _, s := range Sides() {
		view, cell := a.Views[s], a.cell(s, slot)
		if cell == nil || a.cell(s.Other(), slot) == nil {
			return true // nothing to hold it against
		}
		if !view.Asked.IsZero() && h[s].Read.Before(view.Asked.Add(rereadLag)) {
			return false
		}
		there := h[s.Other()]
		if there.Read.Before(view.Noticed) && !there.Edge.After(cell.At) {
			return false
		}
	}
	return true
}

// Hold forgets for how long a side has been waited for where that lies in the
// future: it was noted before the clock was set back, and says nothing now.
func (a *Account) Hold(now time.Time) {
	for _, v := range a.Views {
		if v == nil {
			continue
		}
		if v.Noticed.After(now) {
			v.Noticed = now
		}
		if v.Asked.After(now) {
			v.Asked = now
		}
	}
}

// Notice records that a change of a side's record was read, or found by a
// write, at now on handoffd's own clock.
func (a *Account) Notice(s Side, now time.Time) {
	if v := a.Views[s]; v != nil {
		v.Noticed = now
	}
}
