package doctor

import (
	"fmt"
	"strings"

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

// amounts says of money that goes from one CRM to the other what nobody
// converts. Only HubSpot tells its currency.
func (e *examination) amounts() {
	var names []string
	for i := range e.mapping.Fields {
		if f := &e.mapping.Fields[i]; f.Type == mapping.Money && (f.Writes(mapping.SalesforceSide) && f.ComesFrom(mapping.HubSpotSide) || f.Writes(mapping.HubSpotSide) && f.ComesFrom(mapping.SalesforceSide)) {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return
	}
	theirs := "the currency of HubSpot's account"
	e.each(func(s *site) {
		if s.identity.Currency != "" {
			theirs = fmt.Sprintf("%s, the currency of %s's account", s.identity.Currency, s.System())
		}
	})
	e.report.Notes = append(e.report.Notes, fmt.Sprintf(
		"currencies are not converted: the amounts of %s travel as they stand. See that Salesforce keeps them in %s (Setup, Company Information).", strings.Join(names, ", "), theirs))
}
