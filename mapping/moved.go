package mapping

import (
	"time"

	"handoffd/connectors"
)

// Moved finds a person's own change of a field that handoffd masters: a value
// that stands in a CRM after what was written there had been read back, or, if
// nothing was written, one that replaced another after since, or before it and
// was met by what handoffd was about to write. Where both sides were changed,
// the later change counts.
func (m *Mapping) Moved(a *Account, slot int, since time.Time) (v connectors.Value, side Side, ok bool) {
	var own connectors.Value
	if slot < len(a.Own) {
		own = a.Own[slot]
	}
	var at time.Time
	for _, s := range Sides() {
		c := a.cell(s, slot)
		if c == nil || m.Fields[slot].Vendor[s] == "" || a.Views[s].OutOfScope || !c.moved(own, since) || m.outrun(a, slot, s, own) {
			continue
		}
		if !ok || c.At.After(at) {
			v, side, at, ok = c.Seen, s, c.At, true
		}
	}
	return v, side, ok
}

func (c *Cell) moved(own connectors.Value, since time.Time) bool {
	if c.Bad || c.Seen.IsNull() || c.Seen == own || c.pending() {
		return false
	}
	if c.HasSent {
		return c.HasEchoed && c.Seen != c.Echo
	}
	return !c.Changed.IsZero() && (c.At.After(since) || c.Odd)
}

// outrun tells whether the own value is what a person wrote on the other side,
// at the same time or later: of two people the later one is followed, in
// whatever order their CRMs are read.
func (m *Mapping) outrun(a *Account, slot int, s Side, own connectors.Value) bool {
	here, there := a.cell(s, slot), a.cell(s.Other(), slot)
	return here.Odd && there != nil && there.Seen == own && !there.At.Before(here.At) && !(there.HasSent && there.Seen == there.Echo)
}

// Confirmed is what the field named by updated_at says of the merged value,
// zero for nothing. A value that both sides share may be confirmed on either.
func (m *Mapping) Confirmed(a *Account, slot int) (at time.Time) {
	v, origin := m.Value(a, slot)
	if origin.Own {
		return at
	}
	for _, s := range Sides() {
		c := a.cell(s, slot)
		if c != nil && (s == origin.Side || c.Seen == v && !a.Views[s].OutOfScope) && c.Confirmed.After(at) {
			at = c.Confirmed
		}
	}
	return at
}

// Said is when the merged value was given last, by anybody but handoffd: the
// copy that it wrote into the other CRM is younger and says nothing new.
func (m *Mapping) Said(a *Account, slot int) time.Time {
	v, origin := m.Value(a, slot)
	var at time.Time
	for _, s := range Sides() {
		c := a.cell(s, slot)
		if c == nil || m.Fields[slot].Vendor[s] == "" || c.Seen != v || c.HasSent && c.HasEchoed && c.Seen == c.Echo {
			continue
		}
		if c.At.After(at) {
			at = c.At
		}
	}
	if at.IsZero() {
		return origin.At
	}
	return at
}

// ChangedTo is when the merged value became this one by a change that was
// seen, zero if it is another, or was so from the first sight on.
func (m *Mapping) ChangedTo(a *Account, slot int, value connectors.Value) time.Time {
	v, origin := m.Value(a, slot)
	if c := a.cell(origin.Side, slot); c != nil && !origin.Own && v == value && !c.Changed.IsZero() {
		return c.At
	}
	return time.Time{}
}
