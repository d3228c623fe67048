package mapping

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

func opts(values ...string) []connectors.Option {
	var out []connectors.Option
	for _, v := range values {
		v, off := strings.CutPrefix(v, "!")
		out = append(out, connectors.Option{Value: v, Active: !off})
	}
	return out
}

func enum(master Master, values map[string][2]string) *Field {
	return &Field{Name: "tier", Type: Enum, Master: master, Values: values}
}

// brief shows verdicts as "level why".
func brief(list []Verdict) []string {
	var out []string
	for _, v := range list {
		level := "warn "
		if v.Level == Refused {
			level = "fail "
		}
		out = append(out, level+v.Why)
	}
	return out
}

// mapped gives the field a name in both CRMs.
func mapped(f *Field) *Field {
	f.Vendor = [sides]string{"X", "x"}
	return f
}

func TestJudge(t *testing.T) {
	t.Parallel()
	tiers := map[string][2]string{"a": {"Tier A", "A"}, "b": {"Tier B", "B"}}
	number := func(low, high float64) *Field {
		return &Field{Name: "score", Type: Number, Master: FromHubSpot, Ranged: true, Min: low, Max: high}
	}
	for _, tc := range []struct {
		name   string
		field  *Field
		system connectors.System
		have   connectors.Field
		want   []string
	}{
		{"fits", number(0, 100), connectors.Salesforce, connectors.Field{Type: "double", Precision: 5, Scale: 2, Writable: true}, nil},
		{"negative range", number(-1000, 10), connectors.Salesforce, connectors.Field{Type: "double", Precision: 5, Scale: 2, Writable: true},
			[]string{"fail the range needs 4 digits before the point, the field has 3"}},
		{"whole numbers", number(0, 9), connectors.Salesforce, connectors.Field{Type: "int", Writable: true},
			[]string{"fail it takes whole numbers: of any other, Salesforce turns down everything that is written with it"}},
		{"a number without decimals", number(0, 9), connectors.Salesforce, connectors.Field{Type: "double", Precision: 3, Writable: true},
			[]string{"warn it keeps 0 decimals: numbers that have more are parked, since Salesforce would round them"}},
		{"read-only where we write", number(0, 9), connectors.Salesforce, connectors.Field{Type: "double", Precision: 5, Scale: 2},
			[]string{"fail it is read-only for this user"}},
		{"read-only where we read", number(0, 9), connectors.HubSpot, connectors.Field{Type: "number"}, nil},
		{"unique", number(0, 9), connectors.Salesforce, connectors.Field{Type: "double", Precision: 5, Scale: 2, Writable: true, Unique: true},
			[]string{"warn no two accounts may have the same value in it"}},
		{"another type", number(0, 9), connectors.HubSpot, connectors.Field{Type: "datetime"}, []string{"fail a field of type datetime cannot be read as number"}},
		{"text as a source of numbers", number(0, 9), connectors.HubSpot, connectors.Field{Type: "string"}, []string{"warn only texts that are numbers are understood"}},
		{"text as a copy of numbers", number(0, 9), connectors.Salesforce, connectors.Field{Type: "string", Writable: true}, nil},
		{"restricted list lacks one", enum(FromHubSpot, tiers), connectors.Salesforce,
			connectors.Field{Type: "picklist", Restricted: true, Writable: true, Options: opts("Tier A", "!Tier B")}, []string{`fail the options "Tier B" are not active`}},
		{"restricted list of another case", enum(FromHubSpot, tiers), connectors.Salesforce,
			connectors.Field{Type: "picklist", Restricted: true, Writable: true, Options: opts("tier a", "Tier B")}, []string{`fail it lacks the options "Tier A"`}},
		{"open list lacks one", enum(FromHubSpot, tiers), connectors.Salesforce,
			connectors.Field{Type: "picklist", Writable: true, Options: opts("Tier A")}, []string{`warn its list lacks "Tier B": it takes them, but people cannot choose them`}},
		{"options that nothing is mapped to", enum(FromHubSpot, tiers), connectors.HubSpot,
			connectors.Field{Type: "enumeration", Restricted: true, Options: opts("A", "B", "C")}, []string{`warn no value is mapped to "C": records with it are parked`}},
		{"too short for a text", enum(FromHandoffd, tiers), connectors.Salesforce, connectors.Field{Type: "string", Length: 5, Writable: true},
			[]string{`fail it takes 5 characters, fewer than "Tier A", "Tier B" has`}},
		{"several at once", enum(FromHubSpot, tiers), connectors.HubSpot, connectors.Field{Type: "enumeration", Multi: true, Restricted: true, Options: opts("A", "B")},
			[]string{"warn a record with several values at once fits none of the mapped ones"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, brief(Fits(mapped(tc.field), SideOf(tc.system), tc.have))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestJudgePair(t *testing.T) {
	t.Parallel()
	text := &Field{Name: "note", Type: Text, Master: SyncNewest}
	for _, tc := range []struct {
		name     string
		from, to connectors.Field
		want     []string
	}{
		{"same length", connectors.Field{Type: "string", Length: 255}, connectors.Field{Type: "string", Length: 255}, nil},
		{"shorter", connectors.Field{Type: "string", Length: 65536}, connectors.Field{Type: "string", Length: 255},
			[]string{"warn it takes 255 characters, hubspot up to 65536: longer texts are parked"}},
		{"a list of short options", connectors.Field{Type: "enumeration", Length: 0, Options: opts("A", "BB")}, connectors.Field{Type: "string", Length: 2}, nil},
		{"options that it lacks", connectors.Field{Type: "enumeration", Options: opts("A", "B", "!C")}, connectors.Field{Type: "picklist", Restricted: true, Options: opts("A")},
			[]string{`warn hubspot has options that this field lacks: "B"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, brief(FitsPair(text, SalesforceSide, tc.from, tc.to))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestJudgeForms: the same value means another thing on the two sides.
func TestJudgeForms(t *testing.T) {
	t.Parallel()
	plain, markup := connectors.Field{Type: "string"}, connectors.Field{Type: "textarea", HTML: true}
	number, percent := connectors.Field{Type: "number"}, connectors.Field{Type: "percent"}
	for name, tc := range map[string]struct {
		field    *Field
		from, to connectors.Field
		want     []string
	}{
		"plain into markup": {&Field{Type: Text}, plain, markup, []string{"fail it holds formatted text: lines of a plain one run together in it, and what looks like markup is changed"}},
		"markup into plain": {&Field{Type: Text}, markup, plain, []string{"fail the other CRM's field holds formatted text, whose markup would stand in this one"}},
		"markup on both":    {&Field{Type: Text}, markup, markup, nil},
		"an expression":     {&Field{Type: Text, From: [sides]*Transform{HubSpotSide: {}}}, markup, plain, nil},
		"a percentage":      {&Field{Type: Number}, number, percent, []string{"warn Salesforce keeps 45 for 45 %, HubSpot 0.45 in a number that it shows as a percentage"}},
		"a converted one":   {&Field{Type: Number, To: [sides]*Transform{SalesforceSide: {}}}, number, percent, nil},
		"a plain number":    {&Field{Type: Number}, number, connectors.Field{Type: "double"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, brief(FitsPair(tc.field, SalesforceSide, tc.from, tc.to))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A length, an expression or mapped values say themselves what is too long or
// not among the options.
func TestPairThatTakesCare(t *testing.T) {
	t.Parallel()
	from, to := connectors.Field{Type: "string", Length: 65536}, connectors.Field{Type: "string", Length: 255}
	for name, f := range map[string]*Field{
		"length":     {Type: Text, Length: 255, Truncate: true},
		"expression": {Type: Text, To: [sides]*Transform{{}, nil}},
		"values":     {Type: Enum, Values: map[string][sides]string{"a": {"A", "A"}}},
	} {
		if got := FitsPair(f, SalesforceSide, from, to); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	many := connectors.Field{Type: "enumeration", Multi: true, Restricted: true, Options: opts("A", "B")}
	got := FitsPair(&Field{Type: Multi}, SalesforceSide, many, connectors.Field{Type: "multipicklist", Multi: true, Restricted: true, Options: opts("A")})
	if len(got) != 1 || !strings.Contains(got[0].Why, `lacks: "B"`) {
		t.Errorf("%v", got)
	}
}

func TestDigits(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		low, high float64
		want      int
	}{{0, 0, 1}, {0, 0.5, 1}, {0, 9, 1}, {0, 9.99, 1}, {0, 10, 2}, {-100, 5, 3}, {0, 1e15, 16}} {
		if got := Digits(tc.low, tc.high); got != tc.want {
			t.Errorf("%v to %v: %d, want %d", tc.low, tc.high, got, tc.want)
		}
	}
}
