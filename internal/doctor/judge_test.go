package doctor

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/mapping"
)

func opts(values ...string) []connectors.Option {
	var out []connectors.Option
	for _, v := range values {
		v, off := strings.CutPrefix(v, "!")
		out = append(out, connectors.Option{Value: v, Active: !off})
	}
	return out
}

func enum(master mapping.Master, values map[string][2]string) *mapping.Field {
	return &mapping.Field{Name: "tier", Type: mapping.Enum, Master: master, Values: values}
}

// brief shows findings as "status what".
func brief(list []Finding) []string {
	var out []string
	for _, f := range list {
		out = append(out, string(f.Status)+" "+f.What)
	}
	return out
}

func TestJudge(t *testing.T) {
	t.Parallel()
	tiers := map[string][2]string{"a": {"Tier A", "A"}, "b": {"Tier B", "B"}}
	number := func(low, high float64) *mapping.Field {
		return &mapping.Field{Name: "score", Type: mapping.Number, Master: mapping.FromHubSpot, Ranged: true, Min: low, Max: high}
	}
	for _, tc := range []struct {
		name   string
		field  *mapping.Field
		system connectors.System
		have   connectors.Field
		want   []string
	}{
		{"fits", number(0, 100), connectors.Salesforce, connectors.Field{Type: "double", Precision: 5, Scale: 2, Writable: true}, nil},
		{"negative range", number(-1000, 10), connectors.Salesforce, connectors.Field{Type: "double", Precision: 5, Scale: 2, Writable: true},
			[]string{"fail the range needs 4 digits before the point, the field has 3"}},
		{"whole numbers", number(0, 9), connectors.Salesforce, connectors.Field{Type: "int", Writable: true},
			[]string{"warn it has no decimals: Salesforce rounds a number that has some"}},
		{"read-only where we write", number(0, 9), connectors.Salesforce, connectors.Field{Type: "double", Precision: 5, Scale: 2},
			[]string{"fail it is read-only for this user"}},
		{"read-only where we read", number(0, 9), connectors.HubSpot, connectors.Field{Type: "number"}, nil},
		{"unique", number(0, 9), connectors.Salesforce, connectors.Field{Type: "double", Precision: 5, Scale: 2, Writable: true, Unique: true},
			[]string{"warn no two accounts may have the same value in it"}},
		{"another type", number(0, 9), connectors.HubSpot, connectors.Field{Type: "datetime"}, []string{"fail a field of type datetime cannot be read as number"}},
		{"text as a source of numbers", number(0, 9), connectors.HubSpot, connectors.Field{Type: "string"}, []string{"warn only texts that are numbers are understood"}},
		{"text as a copy of numbers", number(0, 9), connectors.Salesforce, connectors.Field{Type: "string", Writable: true}, nil},
		{"restricted list lacks one", enum(mapping.FromHubSpot, tiers), connectors.Salesforce,
			connectors.Field{Type: "picklist", Restricted: true, Writable: true, Options: opts("Tier A", "!Tier B")}, []string{`fail the options "Tier B" are not active`}},
		{"restricted list of another case", enum(mapping.FromHubSpot, tiers), connectors.Salesforce,
			connectors.Field{Type: "picklist", Restricted: true, Writable: true, Options: opts("tier a", "Tier B")}, []string{`fail it lacks the options "Tier A"`}},
		{"open list lacks one", enum(mapping.FromHubSpot, tiers), connectors.Salesforce,
			connectors.Field{Type: "picklist", Writable: true, Options: opts("Tier A")}, []string{`warn its list lacks "Tier B": it takes them, but people cannot choose them`}},
		{"options that nothing is mapped to", enum(mapping.FromHubSpot, tiers), connectors.HubSpot,
			connectors.Field{Type: "enumeration", Restricted: true, Options: opts("A", "B", "C")}, []string{`warn no value is mapped to "C": records with it are parked`}},
		{"too short for a text", enum(mapping.FromHandoffd, tiers), connectors.Salesforce, connectors.Field{Type: "string", Length: 5, Writable: true},
			[]string{`fail it takes 5 characters, fewer than "Tier A", "Tier B" has`}},
		{"several at once", enum(mapping.FromHubSpot, tiers), connectors.HubSpot, connectors.Field{Type: "enumeration", Multi: true, Restricted: true, Options: opts("A", "B")},
			[]string{"warn a record with several values at once fits none of the mapped ones"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, brief(Judge(tc.field, tc.system, tc.have))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestJudgePair(t *testing.T) {
	t.Parallel()
	text := &mapping.Field{Name: "note", Type: mapping.Text, Master: mapping.SyncNewest}
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
			if diff := cmp.Diff(tc.want, brief(judgePair(text, connectors.HubSpot, tc.from, tc.to))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		where string
		want  []Condition
	}{
		{"", nil},
		{"Type != 'Partner' AND Do_Not_Contact__c = false", []Condition{{"Type", "!=", "'Partner'"}, {"Do_Not_Contact__c", "=", "false"}}},
		{"(NOT Name LIKE 'A = b%') OR Score__c>=12.5", []Condition{{"Name", "like", "'A = b%'"}, {"Score__c", ">=", "12.5"}}},
		{"Name = 'O\\'Brien = x' AND Rating IN ('Hot','Warm')", []Condition{{"Name", "=", "'O__Brien = x'"}, {"Rating", "in", "'Hot'"}}},
		{"Owner.Name NOT IN ('x')", []Condition{{"Owner.Name", "not in", "'x'"}}},
		{"Id IN (SELECT AccountId FROM Contact WHERE Email != null) AND Active__c = true", []Condition{{"Id", "in", ""}, {"Active__c", "=", "true"}}},
		{"CreatedDate > LAST_N_DAYS:30", []Condition{{"CreatedDate", ">", "LAST_N_DAYS:30"}}},
	} {
		got := Conditions(tc.where)
		for i := range got {
			if got[i].Field == "Id" {
				got[i].Literal = "" // what follows the subquery belongs to no value
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tc.where, diff)
		}
	}
}

// Whatever a person writes, a condition's field is a name that stands in it.
func FuzzConditions(f *testing.F) {
	for _, s := range []string{"Type = 'x'", "a IN (SELECT b FROM c", "'\\", "x = 'a\\'b' AND y != null", "((("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, where string) {
		for _, c := range Conditions(where) {
			if c.Field == "" || !strings.Contains(where, c.Field) && !strings.Contains(where, "\\") && !subquery.MatchString(where) {
				t.Errorf("%q: field %q", where, c.Field)
			}
		}
	})
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
