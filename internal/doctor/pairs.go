package doctor

import (
	"handoffd/connectors"
	"handoffd/mapping"
)

// pair compares the two sides of a field whose values travel: what one CRM can
// hold, the other must take.
func (e *examination) pair(f *mapping.Field) {
	for _, to := range mapping.Sides() {
		a, from := e.sites[to.Other().System()], e.fieldOn(f, to.Other())
		b, target := e.sites[to.System()], e.fieldOn(f, to)
		if a == nil || b == nil || from == nil || target == nil || !f.Writes(to) || !f.ComesFrom(to.Other()) {
			continue
		}
		e.judged(b.place(connectors.Account, f.Vendor[to]), mapping.FitsPair(f, to, *from, *target))
	}
}

func (e *examination) fieldOn(f *mapping.Field, side mapping.Side) *connectors.Field {
	s := e.sites[side.System()]
	if s == nil || f.Vendor[side] == "" {
		return nil
	}
	found, ok := Lookup(s.schemas[connectors.Account], s.System(), f.Vendor[side])
	if !ok {
		return nil
	}
	return &found
}
