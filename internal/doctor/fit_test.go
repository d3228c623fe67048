package doctor

import (
	"fmt"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
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

func commonTypes() []mapping.Type {
	return []mapping.Type{mapping.Bool, mapping.Number, mapping.Money, mapping.Text, mapping.Enum, mapping.Date, mapping.DateTime, mapping.Owner}
}

// samples are values of a shape as the clients hand them over: Salesforce's
// typed, HubSpot's as texts.
func samples(system connectors.System, s shape) []connectors.Value {
	decimal := func(s string) connectors.Value { v, _ := connectors.NumberValue(s); return v }
	texts := map[shape][]string{
		text: {"hello", "true", "12", "2026-11-22"}, choice: {"A", "B"}, choices: {"A;B"}, form: {"+1 555 0100"}, date: {"2026-11-22"},
		clockTime: {"10:00:00.000Z"}, id: {"001000000000001AAA", "1234"}, masked: {"****"}, boolean: {"true", "false"},
		number: {"12.5", "0"}, instant: {"2026-11-22T09:30:00.000Z"},
	}
	if system == connectors.Salesforce {
		switch s {
		case boolean:
			return []connectors.Value{connectors.BoolValue(true), connectors.BoolValue(false)}
		case number:
			return []connectors.Value{decimal("12.5"), decimal("0")}
		case instant:
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
				f := &mapping.Field{Name: "x", Type: common}
				v := CanRead(common, system, c)
				read, refused := 0, 0
				for _, sample := range samples(system, shapeOf(system, c)) {
					if _, err := f.Read(mapping.SideOf(system), sample); err != nil {
						refused++
					} else {
						read++
					}
				}
				name := fmt.Sprintf("%s %s as %s: %+v, %d read, %d refused", system, c.Type, common, v, read, refused)
				switch {
				case (v.Level == Fits) != (v.Why == ""):
					t.Errorf("%s: a reason is given exactly where something does not fit", name)
				case v.Level == Fits && refused > 0:
					t.Errorf("%s: fits, yet values are refused", name)
				}
			}
		}
	}
	if want := (25 + 12) * 8; pairs != want {
		t.Errorf("%d pairs, want %d", pairs, want)
	}
}

// Refusals of types that carry a meaning must be real ones.
func TestRefusedIsRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		system connectors.System
		common mapping.Type
		vendor string
	}{
		{connectors.Salesforce, mapping.Bool, "double"}, {connectors.Salesforce, mapping.Bool, "datetime"}, {connectors.Salesforce, mapping.Number, "boolean"},
		{connectors.Salesforce, mapping.Money, "date"}, {connectors.Salesforce, mapping.Date, "datetime"}, {connectors.Salesforce, mapping.Date, "boolean"},
		{connectors.Salesforce, mapping.DateTime, "boolean"}, {connectors.HubSpot, mapping.Bool, "number"}, {connectors.HubSpot, mapping.Number, "datetime"},
		{connectors.HubSpot, mapping.Date, "datetime"}, {connectors.HubSpot, mapping.DateTime, "bool"}, {connectors.HubSpot, mapping.Date, "number"},
	} {
		c := connectors.Field{Type: tc.vendor}
		if v := CanRead(tc.common, tc.system, c); v.Level != Refused {
			t.Errorf("%s %s as %s: %+v", tc.system, tc.vendor, tc.common, v)
		}
		f := &mapping.Field{Type: tc.common}
		for _, sample := range samples(tc.system, shapeOf(tc.system, c)) {
			if got, err := f.Read(mapping.SideOf(tc.system), sample); err == nil {
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
			if len(row) != int(shapes) {
				t.Errorf("%s: %d cells, want %d", common, len(row), shapes)
			}
			for i := range row {
				if row[i] != '+' && row[i] != '-' && row[i] != 'm' && partly(row[i]) == partly('m') {
					t.Errorf("%s: %c has no words", common, row[i])
				}
			}
		}
	}
}
