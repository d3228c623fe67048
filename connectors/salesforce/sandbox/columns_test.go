package sandbox

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestColumns asks what a query selects, as Salesforce CLI does before it
// sends the query. The expected answers follow the recordings in its tests.
func TestColumns(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	column := func(name, apex, more string) string {
		return `{"aggregate":false,"apexType":"` + apex + `","booleanType":false,"columnName":"` + name + `","custom":false,"displayName":"` + name + `","foreignKeyName":null,"joinColumns":[],"numberType":false,` + more + `}`
	}
	const text, id = `"insertable":true,"textType":true,"updatable":true`, `"insertable":false,"textType":false,"updatable":false`
	set := func(entity, prefix, grouped, selected, columns string) string {
		return `{"columnMetadata":[` + columns + `],"entityName":"` + entity + `","groupBy":` + grouped + `,"idSelected":` + selected + `,"keyPrefix":"` + prefix + `"}`
	}
	join := func(aggregate, name, key, columns string) string {
		return `{"aggregate":` + aggregate + `,"apexType":null,"booleanType":false,"columnName":"` + name + `","custom":false,"displayName":"` + name + `","foreignKeyName":` + key + `,"insertable":false,"joinColumns":[` + columns + `],"numberType":false,"textType":false,"updatable":false}`
	}
	for _, tc := range []struct{ name, soql, want string }{
		{"fields", "SELECT Id, LastName FROM Contact", set("Contact", "003", "false", "true", column("Id", "Id", id)+","+column("LastName", "String", text))},
		{"subquery", "SELECT Name, (SELECT LastName FROM Contacts) FROM Account",
			set("Account", "001", "false", "false", column("Name", "String", text)+","+join("true", "Contacts", "null", column("LastName", "String", text)))},
		{"parent", "SELECT Owner.LastName FROM Account", set("Account", "001", "false", "false", join("false", "Owner", `"OwnerId"`, column("LastName", "String", text)))},
		{"aggregate", "SELECT StageName, AVG(Amount), COUNT(Id) n FROM Opportunity GROUP BY StageName", set("Opportunity", "006", "true", "false",
			column("StageName", "String", text)+`,{"aggregate":true,"apexType":null,"booleanType":false,"columnName":"expr0","custom":false,"displayName":"avg(Amount)","foreignKeyName":null,"insertable":false,"joinColumns":[],"numberType":true,"textType":false,"updatable":false},`+
				`{"aggregate":true,"apexType":null,"booleanType":false,"columnName":"n","custom":false,"displayName":"count(Id)","foreignKeyName":null,"insertable":false,"joinColumns":[],"numberType":true,"textType":false,"updatable":false}`)},
		{"count", "SELECT COUNT() FROM Account", set("Account", "001", "false", "false", "")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r.do("GET", v+"/query?q="+url.QueryEscape(tc.soql)+"&columns=true", "").want(t, 200, tc.want)
		})
	}
	r.do("GET", v+"/tooling/query?q=SELECT+DeveloperName+FROM+CustomField&columns=true", "").
		want(t, 200, set("CustomField", "00N", "false", "false", column("DeveloperName", "String", `"insertable":false,"textType":true,"updatable":false`)))
	var refusal, plain []apiError
	bad := url.QueryEscape("SELECT Nope FROM Account")
	for path, into := range map[string]*[]apiError{"&columns=true": &refusal, "": &plain} {
		if a := r.do("GET", v+"/query?q="+bad+path, ""); a.status != 400 || json.Unmarshal([]byte(a.body), into) != nil {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if diff := cmp.Diff(plain, refusal); diff != "" {
		t.Errorf("a bad query is refused in other words: %s", diff)
	}
}
