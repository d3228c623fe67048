package mapping

import (
	"testing"

	"handoffd/connectors"
)

// everyType lists the types of field that the two CRMs describe.
func everyType(side Side) []connectors.Field {
	var out []connectors.Field
	names := []string{"boolean", "int", "double", "currency", "percent", "string", "textarea", "phone", "url", "email", "picklist", "multipicklist", "date", "datetime", "time", "reference", "address", "encryptedstring"}
	if side == HubSpotSide {
		names = []string{"bool", "number", "string", "phone_number", "enumeration", "date", "datetime", "json"}
	}
	for _, name := range names {
		for _, restricted := range []bool{false, true} {
			for _, options := range [][]connectors.Option{nil, opts("A", "!B"), opts("true", "false")} {
				out = append(out, connectors.Field{
					Name: "X", Type: name, Restricted: restricted, Multi: name == "multipicklist" || side == HubSpotSide && name == "enumeration" && restricted, Options: options,
				})
			}
		}
	}
	return out
}

// variations are a field with the marks that are judged by themselves.
func variations(v connectors.Field) []connectors.Field {
	out := []connectors.Field{v}
	for _, change := range []func(*connectors.Field){
		func(v *connectors.Field) { v.Writable = true }, func(v *connectors.Field) { v.Writable, v.Required = true, true },
		func(v *connectors.Field) { v.Writable, v.Unique = true, true }, func(v *connectors.Field) { v.Writable, v.Controller = true, "Y" },
		func(v *connectors.Field) { v.Writable, v.Length, v.Precision, v.Scale = true, 2, 3, 3 },
	} {
		other := v
		change(&other)
		out = append(out, other)
	}
	return out
}

// Whatever is found wrong with a field, doctor can say what helps.
func TestEveryVerdictHasAFix(t *testing.T) {
	t.Parallel()
	judged := 0
	demand := func(f *Field, side Side, v connectors.Field, list []Verdict) {
		for _, verdict := range list {
			if judged++; verdict.Level != Fitting && verdict.Fix == "" {
				t.Errorf("%s in a %s %s (%+v): %q has no fix", f.Type, side.System(), v.Type, v, verdict.Why)
			}
		}
	}
	values := map[string][2]string{"a": {"A", "A"}, "b": {"B", "B"}, "long": {"Long one", "Long;one"}}
	for _, kind := range []Type{Bool, Number, Money, Text, Enum, Multi, Date, DateTime, Owner} {
		for _, master := range []Master{ReadOnly, FromSalesforce, FromHubSpot, FromHandoffd, SyncNewest} {
			for _, f := range []*Field{
				{Name: "x", Type: kind, Master: master}, {Name: "x", Type: kind, Master: master, Values: values}, {Name: "x", Type: kind, Master: master, Ranged: true, Max: 1e6, Length: 9},
			} {
				mapped(f)
				for _, side := range Sides() {
					for _, v := range everyType(side) {
						for _, v := range variations(v) {
							demand(f, side, v, Fits(f, side, v))
						}
						from := connectors.Field{Type: "string", Length: 300, Options: opts("A", "C")}
						demand(f, side, v, FitsPair(f, side, from, v))
					}
				}
			}
		}
	}
	if judged < 5_000 {
		t.Errorf("only %d verdicts", judged)
	}
}

// A text that an open picklist does not list becomes a value that is not
// active (Salesforce Help, "Restricted Picklists"): that is no good fit.
func TestTextInAnOpenPicklist(t *testing.T) {
	t.Parallel()
	open := connectors.Field{Type: "picklist", Writable: true, Options: opts("A")}
	for _, tc := range []struct {
		field *Field
		want  int
	}{
		{&Field{Type: Text, Master: SyncNewest}, 1}, {&Field{Type: Number, Master: FromHubSpot}, 1},
		{enum(FromHubSpot, map[string][2]string{"a": {"A", "A"}}), 0}, {&Field{Type: Text, Master: FromSalesforce}, 0},
	} {
		got := Fits(mapped(tc.field), SalesforceSide, open)
		if len(got) != tc.want || tc.want == 1 && (got[0].Level != Partly || got[0].Fix == "") {
			t.Errorf("%s: %v", tc.field.Type, got)
		}
	}
	from := connectors.Field{Type: "enumeration", Options: opts("A", "B")}
	if got := FitsPair(&Field{Name: "x", Type: Enum, Master: FromHubSpot}, SalesforceSide, from, open); len(got) != 1 || got[0].Fix == "" {
		t.Errorf("options that an open picklist lacks: %v", got)
	}
}
