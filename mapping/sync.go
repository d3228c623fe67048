package mapping

import (
	"time"

	"handoffd/connectors"
)

// verdict is what is to be done about a field that both sides may change.
type verdict struct {
	due      bool
	to       Side // which side is to be written
	conflict bool // both had changed
	tie      bool // newest could not tell which change was the later one
}

// judge compares both sides with what was last taken into account of each
// (three-way, per side): only real changes travel, and where both changed the
// field's policy decides. It is a pure function of the two cells.
func (m *Mapping) judge(a *Account, f *Field) verdict {
	s, h := a.cell(SalesforceSide, f.Slot), a.cell(HubSpotSide, f.Slot)
	if !f.comparable(s, h) || m.same(f, s.held(), h.held()) {
		return verdict{}
	}
	if s.pending() && !s.Landed || h.pending() && !h.Landed {
		return verdict{} // what is on its way may yet be turned down
	}
	sc, hc := f.changed(s), f.changed(h)
	switch {
	case f.Master == SyncFillBlank:
		sc, hc = sc && h.held().IsNull(), hc && s.held().IsNull()
		return verdict{due: sc || hc, to: sideIf(hc, SalesforceSide)}
	case sc && hc:
		winner, tie := f.winner(s, h)
		return verdict{due: true, to: winner.Other(), conflict: true, tie: tie}
	default:
		return verdict{due: sc || hc, to: sideIf(hc, SalesforceSide)}
	}
}

// sideIf is s if ok, else the other side.
func sideIf(ok bool, s Side) Side {
	if ok {
		return s
	}
	return s.Other()
}

// comparable tells whether both sides' values are known and fit.
func (f *Field) comparable(s, h *Cell) bool {
	return s != nil && h != nil && f.Vendor[SalesforceSide] != "" && f.Vendor[HubSpotSide] != "" &&
		!s.Bad && !h.Bad && !s.At.IsZero() && !h.At.IsZero()
}

// changed tells whether a side holds a change that has not been taken into
// account. An emptied value is one only if the field says so.
func (f *Field) changed(c *Cell) bool {
	if c.Seen.IsNull() && !f.ClearEmpty {
		return false
	}
	if c.Owed {
		return true
	}
	if !c.HasBase {
		return !c.Seen.IsNull()
	}
	return c.Seen != c.Base
}

// winner is the side whose change counts where both changed.
func (f *Field) winner(s, h *Cell) (side Side, tie bool) {
	switch f.Master {
	case SyncSalesforce:
		return SalesforceSide, false
	case SyncHubSpot:
		return HubSpotSide, false
	}
	switch {
	case after(h, s, salesforceStamp):
		return HubSpotSide, false
	case after(s, h, 0):
		return SalesforceSide, false
	default:
		return f.Tie, true
	}
}

// salesforceStamp is how much later than its stamp a change in Salesforce may
// be: stamps are cut to the second. clockSkew is how far the clocks of the two
// CRMs may be apart.
const (
	salesforceStamp = time.Second
	clockSkew       = 2 * time.Second
)

// after tells whether a's change is surely later than b's: a changed after its
// Since and up to its At, b at its own At at the latest, give or take what its
// stamps leave out.
func after(a, b *Cell, stamp time.Duration) bool {
	if a.Since.IsZero() {
		return false // seen only once: it may have stood there for ever
	}
	return a.Since.After(b.At.Add(stamp + clockSkew))
}

// same compares two sides' values: an owner by the person, a text that may be
// cut by what is kept of it, a time by the second, since Salesforce keeps no
// more.
func (m *Mapping) same(f *Field, s, h connectors.Value) bool {
	switch {
	case s == h:
		return true
	case f.Type == Bool && h.IsNull() && !s.IsNull() && !s.Bool():
		return true // a checkbox knows no "unknown": nobody has said no
	case f.Truncate && f.Length > 0:
		return cut(s.Text(), f.Length) == cut(h.Text(), f.Length)
	case f.Type == DateTime:
		return s == toSecond(h)
	case f.Type != Owner:
		return false
	}
	if there, err := m.carry(f, SalesforceSide, s); err == nil && there == h {
		return true
	}
	back, err := m.carry(f, HubSpotSide, h)
	return err == nil && back == s
}

// synced is the merged value of a field that both sides may change: what the
// two will agree on.
func (m *Mapping) synced(a *Account, f *Field) (connectors.Value, Origin) {
	s, h := a.cell(SalesforceSide, f.Slot), a.cell(HubSpotSide, f.Slot)
	from := SalesforceSide
	if f.Master == SyncHubSpot {
		from = HubSpotSide
	}
	if m.quiet(a, f) {
		if f.Master == SyncNewest && h.At.After(s.At) {
			from = HubSpotSide
		}
		return s.Seen, Origin{Side: from, At: a.cell(from, f.Slot).At}
	}
	if v := m.judge(a, f); v.due {
		from = v.to.Other()
	} else if f.comparable(s, h) {
		switch {
		case s.pending():
			from = HubSpotSide
		case h.pending():
			from = SalesforceSide
		case f.Master == SyncNewest && h.At.After(s.At):
			from = HubSpotSide
		}
	}
	one, other := a.cell(from, f.Slot), a.cell(from.Other(), f.Slot)
	emptied := one != nil && f.ClearEmpty && (one.HasBase || one.Owed)
	if other != nil && f.Vendor[from.Other()] != "" && (one == nil || one.Seen.IsNull() && !emptied) {
		return other.Seen, Origin{Side: from.Other(), At: other.At}
	}
	if one == nil {
		return connectors.Value{}, Origin{Side: from}
	}
	return one.Seen, Origin{Side: from, At: one.At}
}

// Agree notes for every synced field that both sides hold the same, or, where
// both have been read, what they are to keep apart: from then on only changes
// travel.
func (m *Mapping) Agree(a *Account, read Horizon) {
	for i := range m.Fields {
		f := &m.Fields[i]
		if !f.Master.synced() {
			continue
		}
		m.agree(a, f)
		if m.apart(a, f) && read.Settled(a, i) {
			a.cell(SalesforceSide, f.Slot).account()
			a.cell(HubSpotSide, f.Slot).account()
		}
	}
}

// Apart tells whether there is a field whose two values are to be kept apart
// and were not taken into account as such: as long as one of them may be old,
// they must not be.
func (m *Mapping) Apart(a *Account) bool {
	for i := range m.Fields {
		if m.apart(a, &m.Fields[i]) {
			return true
		}
	}
	return false
}

func (m *Mapping) apart(a *Account, f *Field) bool {
	if f.Master != SyncFillBlank {
		return false
	}
	s, h := a.cell(SalesforceSide, f.Slot), a.cell(HubSpotSide, f.Slot)
	return m.unsettled(f, s, h) && !s.Seen.IsNull() && !h.Seen.IsNull()
}

// unsettled tells whether both sides are known and quiet, and a value of them
// was not taken into account yet.
func (m *Mapping) unsettled(f *Field, s, h *Cell) bool {
	return f.comparable(s, h) && !s.pending() && !h.pending() && !(s.accounted() && h.accounted())
}

func (m *Mapping) agree(a *Account, f *Field) {
	s, h := a.cell(SalesforceSide, f.Slot), a.cell(HubSpotSide, f.Slot)
	if m.unsettled(f, s, h) && m.same(f, s.Seen, h.Seen) {
		s.account()
		h.account()
	}
}
