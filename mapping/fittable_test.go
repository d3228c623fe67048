package mapping

import (
	"fmt"
	"testing"
	"time"

	"handoffd/connectors"
)

// vendorTypes are the types that the two CRMs have.
func vendorTypes(system connectors.System) []connectors.Field {
	if system == connectors.Salesforce {
		var out []connectors.Field
		for _, t := range []string{
			"string", "textarea", "picklist", "multipicklist", "combobox", "email", "phone", "url", "encryptedstring", "boolean", "int", "long",
			"double", "currency", "percent", "date", "datetime", "time", "reference", "id", "address", "location", "complexvalue", "base64", "anyType",
		} {
			out = append(out, connectors.Field{Type: t})
		}
		return out
	}
	options := func(values ...string) (out []connectors.Option) {
		for _, v := range values {
			out = append(out, connectors.Option{Value: v, Active: true})
		}
		return out
	}
	return []connectors.Field{
		{Type: "string"}, {Type: "number"}, {Type: "bool", Options: options("true", "false"), Restricted: true},
		{Type: "enumeration", Options: options("A", "B"), Restricted: true}, {Type: "enumeration", Options: options("A", "B"), Multi: true, Restricted: true},
		{Type: "enumeration", Options: options("true", "false"), Restricted: true}, {Type: "enumeration"},
		{Type: "date"}, {Type: "datetime"}, {Type: "phone_number"}, {Type: "json"}, {Type: "object_coordinates"},
	}
}

func commonTypes() []Type {
	return []Type{Bool, Number, Money, Text, Enum, Date, DateTime, Owner, Multi}
}

// samples are values of a shape as the clients hand them over: Salesforce's
// typed, HubSpot's as texts.
func samples(system connectors.System, s shape) []connectors.Value {
	decimal := func(s string) connectors.Value { v, _ := connectors.NumberValue(s); return v }
	texts := map[shape][]string{
		shapeText: {"hello", "true", "12", "2026-11-22"}, shapeChoice: {"A", "B"}, shapeChoices: {"A;B"}, shapeForm: {"+1 555 0100"}, shapeDate: {"2026-11-22"},
		shapeClock: {"10:00:00.000Z"}, shapeID: {"001000000000001AAA", "1234"}, shapeMasked: {"****"}, shapeBool: {"true", "false"},
		shapeNumber: {"12.5", "0"}, shapeInstant: {"2026-11-22T09:30:00.000Z"},
	}
	if system == connectors.Salesforce {
		switch s {
		case shapeBool:
			return []connectors.Value{connectors.BoolValue(true), connectors.BoolValue(false)}
		case shapeNumber:
			return []connectors.Value{decimal("12.5"), decimal("0")}
		case shapeInstant:
			return []connectors.Value{connectors.TimeValue(time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC))}
		}
	}
	var out []connectors.Value
	for _, t := range texts[s] {
		out = append(out, connectors.TextValue(t))
	}
	return out
}

// Every pair of common type and vendor type is judged, and the judgement is
// what mapping does: what fits is read without loss, of what fits in part some
// values are refused, and what is refused is refused (except where mapping
// would take a value that makes no sense, which the table may refuse as well).
func TestTableAgreesWithMapping(t *testing.T) {
	t.Parallel()
	pairs := 0
	for _, system := range connectors.Systems() {
		for _, c := range vendorTypes(system) {
			for _, common := range commonTypes() {
				pairs++
				f := &Field{Name: "x", Type: common}
				v := CanRead(common, SideOf(system), c)
				read, refused := 0, 0
				for _, sample := range samples(system, shapeOf(SideOf(system), c)) {
					if _, err := f.Read(SideOf(system), sample); err != nil {
						refused++
					} else {
						read++
					}
				}
				name := fmt.Sprintf("%s %s as %s: %+v, %d read, %d refused", system, c.Type, common, v, read, refused)
				switch {
				case (v.Level == Fitting) != (v.Why == ""):
					t.Errorf("%s: a reason is given exactly where something does not fit", name)
				case v.Level == Fitting && refused > 0:
					t.Errorf("%s: fits, yet values are refused", name)
				}
			}
		}
	}
	if want := (25 + 12) * 9; pairs != want {
		t.Errorf("%d pairs, want %d", pairs, want)
	}
}

// What is read through an expression is judged by what the expression starts
// from: nothing that fits is refused on its way there.
func TestExpressionsAgreeWithMapping(t *testing.T) {
	t.Parallel()
	refused := 0
	for _, system := range connectors.Systems() {
		side := SideOf(system)
		for _, v := range vendorTypes(system) {
			for _, common := range commonTypes() {
				f := &Field{Name: "x", Type: common, Vendor: [sides]string{"X", "x"}, From: [sides]*Transform{{}, {}}}
				judged := Fits(f, side, v)
				if len(judged) > 0 && judged[0].Level == Refused {
					refused++
				}
				for _, sample := range samples(system, shapeOf(side, v)) {
					if _, err := f.raw(sample); err != nil && len(judged) == 0 {
						t.Errorf("%s %s as %s fits, yet the expression does not get %v: %v", system, v.Type, common, sample, err)
					}
				}
			}
		}
	}
	if refused == 0 {
		t.Error("nothing is refused")
	}
}

// Refusals of types that carry a meaning must be real ones.
func TestRefusedIsRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		system connectors.System
		common Type
		vendor string
	}{
		{connectors.Salesforce, Bool, "double"}, {connectors.Salesforce, Bool, "datetime"}, {connectors.Salesforce, Number, "boolean"},
		{connectors.Salesforce, Money, "date"}, {connectors.Salesforce, Date, "datetime"}, {connectors.Salesforce, Date, "boolean"},
		{connectors.Salesforce, DateTime, "boolean"}, {connectors.HubSpot, Bool, "number"}, {connectors.HubSpot, Number, "datetime"},
		{connectors.HubSpot, Date, "datetime"}, {connectors.HubSpot, DateTime, "bool"}, {connectors.HubSpot, Date, "number"},
	} {
		c := connectors.Field{Type: tc.vendor}
		if v := CanRead(tc.common, SideOf(tc.system), c); v.Level != Refused {
			t.Errorf("%s %s as %s: %+v", tc.system, tc.vendor, tc.common, v)
		}
		f := &Field{Type: tc.common}
		for _, sample := range samples(tc.system, shapeOf(SideOf(tc.system), c)) {
			if got, err := f.Read(SideOf(tc.system), sample); err == nil {
				t.Errorf("%s %s as %s: mapping reads %v as %v", tc.system, tc.vendor, tc.common, sample, got)
			}
		}
	}
}

// The table has one cell per shape and no letter without words.
func TestTableIsComplete(t *testing.T) {
	t.Parallel()
	for _, common := range commonTypes() {
		for _, row := range []string{readable(common), writable(common)} {
			if len(row) != int(shapeCount) {
				t.Errorf("%s: %d cells, want %d", common, len(row), shapeCount)
			}
			for i := range row {
				if row[i] != '+' && row[i] != '-' && row[i] != 'm' && partly(row[i]) == partly('m') {
					t.Errorf("%s: %c has no words", common, row[i])
				}
			}
		}
	}
}
