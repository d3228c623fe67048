package mapping

import (
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
)

// Writes tells whether the mapping writes the field on that side.
func (f *Field) Writes(side Side) bool {
	if f.Vendor[side] == "" {
		return false
	}
	switch f.Master {
	case ReadOnly:
		return false
	case FromSalesforce:
		return side != SalesforceSide
	case FromHubSpot:
		return side != HubSpotSide
	default:
		return true
	}
}

// holders lists, per common type and CRM, the vendor's types that hold its
// values without loss.
var holders = map[Type][sides][]string{
	Bool:     {{"boolean"}, {"bool", "enumeration"}},
	Number:   {{"double", "percent", "int", "long", "currency"}, {"number"}},
	Money:    {{"currency", "double"}, {"number"}},
	Text:     {{"string", "textarea", "email", "phone", "url", "picklist", "combobox", "id", "reference", "encryptedstring"}, {"string", "phone_number", "enumeration"}},
	Enum:     {{"picklist", "combobox", "string"}, {"enumeration", "string"}},
	Multi:    {{"multipicklist"}, {"enumeration"}},
	Date:     {{"date"}, {"date"}},
	DateTime: {{"datetime"}, {"datetime"}},
	Owner:    {{"reference"}, {"enumeration", "number"}},
}

// Fits tells whether a common field and a vendor's field hold the same values
// without loss in the directions that the mapping uses; the error says why not
// and what to do.
func Fits(f Field, side Side, v connectors.Field) error {
	kind := strings.ToLower(v.Type)
	written := f.Writes(side)
	switch {
	case written && !v.Writable:
		return fmt.Errorf("%s may not be written: it is read-only in %s, or the integration user lacks the right", v.Name, side.System())
	case f.From[side] != nil && (!written || f.To[side] != nil):
		return nil // the expressions say what becomes of it
	case v.Multi != (f.Type == Multi) && (v.Multi || f.Type == Multi):
		return multiMisfit(f, v)
	case !slices.Contains(holders[f.Type][side], kind):
		return fmt.Errorf("%s is a %s, which does not hold the type %s without loss; %s takes %s", v.Name, v.Type, f.Type, f.Type, strings.Join(holders[f.Type][side], " or "))
	}
	if f.Type == Bool && kind == "enumeration" {
		return checkboxOptions(v)
	}
	if !written {
		return nil
	}
	return fitsWriting(f, side, v, kind)
}

func multiMisfit(f Field, v connectors.Field) error {
	if v.Multi {
		return fmt.Errorf("%s holds several values; the type %s holds one: use the type multi", v.Name, f.Type)
	}
	return fmt.Errorf("%s holds one value; the type multi needs a field for several", v.Name)
}

// checkboxOptions: HubSpot's single checkbox is an enumeration of true and
// false; any other pair of words needs the type enum.
func checkboxOptions(v connectors.Field) error {
	for _, word := range []string{"true", "false"} {
		if !hasOption(v, word) {
			return fmt.Errorf("%s is an enumeration without the option %q; use the type enum, or a read and write expression", v.Name, word)
		}
	}
	return nil
}

func fitsWriting(f Field, side Side, v connectors.Field, kind string) error {
	switch {
	case v.Controller != "":
		return fmt.Errorf("which values %s takes depends on %s, and the API does not hold to it; take the field from %s", v.Name, v.Controller, side.System())
	case f.Type == Money && side == SalesforceSide && v.Precision > 0 && v.Scale < 2:
		return fmt.Errorf("%s keeps %d decimals; money needs 2, or a write expression", v.Name, v.Scale)
	case (f.Type == Number || f.Type == Money) && (kind == "int" || kind == "long"):
		return fmt.Errorf("%s takes whole numbers only; round in a write expression", v.Name)
	case f.Type == Text && (kind == "id" || kind == "reference"):
		return fmt.Errorf("%s refers to another record; a text is not written there", v.Name)
	case f.Type == Text && v.Restricted:
		return fmt.Errorf("%s takes only its own options; use the type enum", v.Name)
	case f.Length > 0 && v.Length > 0 && f.Length > v.Length:
		return fmt.Errorf("%s takes %d characters; the mapping allows %d", v.Name, v.Length, f.Length)
	case f.Type == Enum || f.Type == Multi:
		return fitsOptions(f, side, v)
	}
	return nil
}

// fitsOptions checks that every mapped text is an option that can be chosen.
func fitsOptions(f Field, side Side, v connectors.Field) error {
	for _, common := range sortedNames(f.Values) {
		text := f.Values[common][side]
		switch {
		case f.Type == Multi && strings.Contains(text, separator):
			return fmt.Errorf("%q has a semicolon, which separates the values of %s", text, v.Name)
		case v.Length > 0 && len(v.Options) == 0 && characters(text) > v.Length:
			return fmt.Errorf("%s takes %d characters; %q is longer", v.Name, v.Length, text)
		case v.Restricted && !hasOption(v, text):
			return fmt.Errorf("%s has no active option %q; add it, or map %s to one that is there", v.Name, text, common)
		}
	}
	return nil
}

func hasOption(v connectors.Field, text string) bool {
	return slices.ContainsFunc(v.Options, func(o connectors.Option) bool { return o.Active && o.Value == text })
}
