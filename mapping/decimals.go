package mapping

import (
	"fmt"
	"strings"

	"handoffd/connectors"
)

// moneyDecimals is how many decimals an amount has, unless the field says.
const moneyDecimals = 2

// decimals is how many decimals a value may have when it is written; known is
// false where the mapping does not say.
func (f *Field) decimals() (n int, known bool) {
	switch {
	case f.Scaled:
		return f.Decimals, true
	case f.Type == Money:
		return moneyDecimals, true
	}
	return 0, false
}

// exact refuses a number that Salesforce would round: HubSpot keeps any number
// of decimals, a Salesforce field only so many, and one without decimals turns
// down everything that is written with such a number.
func (f *Field) exact(side Side, vendor connectors.Value) error {
	n, known := f.decimals()
	if !known || side != SalesforceSide || vendor.Kind() != connectors.Number {
		return nil
	}
	_, fraction, _ := strings.Cut(vendor.Text(), ".")
	if len(fraction) <= n {
		return nil
	}
	return fmt.Errorf("%s has %d decimals and the mapping allows %d; correct it, or let the field say decimals", Clip(vendor.Text(), 40), len(fraction), n)
}

// fitsDecimals compares the decimals that are written with those that the
// field keeps.
func (f *Field) fitsDecimals(v connectors.Field) []Verdict {
	n, known := f.decimals()
	whole := v.Type == "int" || v.Type == "long"
	switch {
	case !whole && v.Precision == 0:
		return nil // what it keeps is not known
	case known && n <= v.Scale:
		return nil
	case known && !f.Scaled:
		return []Verdict{{
			Level: Refused, Why: fmt.Sprintf("it keeps %d decimals, and Salesforce rounds to them: money needs %d", v.Scale, n),
			Fix: fmt.Sprintf("give the field %d decimal places, or map it with decimals: %d: amounts that have more are parked", n, v.Scale),
		}}
	case known:
		return []Verdict{{
			Level: Refused, Why: fmt.Sprintf("it keeps %d decimals, and the mapping allows %d", v.Scale, n),
			Fix: fmt.Sprintf("map it with decimals: %d, or give the field more decimal places", v.Scale),
		}}
	case whole:
		return []Verdict{{
			Level: Refused, Why: "it takes whole numbers: of any other, Salesforce turns down everything that is written with it",
			Fix: "map it with decimals: 0: numbers that have some are parked",
		}}
	case f.Master == FromHandoffd:
		return nil // what handoffd counts is whole
	case f.Ranged && v.Scale > 0:
		return nil // scores come with one or two; one that has more is parked
	}
	return []Verdict{{
		Level: Partly, Why: fmt.Sprintf("it keeps %d decimals: numbers that have more are parked, since Salesforce would round them", v.Scale),
		Fix: fmt.Sprintf("give the field more decimal places, round(value, %d) where it is read, or map it with decimals: %d to say that this is meant", v.Scale, v.Scale),
	}}
}
