package hubspot

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

// TestMatchCompanies: a reply neither keeps the order nor says which input a
// record comes from.
func TestMatchCompanies(t *testing.T) {
	t.Parallel()
	rowOf := func(id string, properties ...string) row {
		r := row{ID: identifier(id), Properties: map[string]content{}}
		for i := 0; i < len(properties); i += 2 {
			r.Properties[properties[i]] = content{Value: connectors.TextValue(properties[i+1])}
		}
		return r
	}
	batch := []*item{
		{properties: map[string]string{"name": "Acme "}},
		{properties: map[string]string{"name": "Acme", "city": "Rome"}},
		{properties: map[string]string{"name": "Acme", "domain": "https://www.ACME.example/de"}},
		{properties: map[string]string{"domain": "beta.example"}},
		{properties: map[string]string{"name": "never made"}},
		{properties: map[string]string{"name": "known by its mark"}},
	}
	made := map[*item]string{batch[5]: "6"}
	matchCompanies(batch, []row{
		rowOf("6", "name", "never made"),
		rowOf("4", "name", "Beta", "domain", "beta.example"),
		rowOf("3", "name", "Acme", "domain", "acme.example"),
		rowOf("1", "name", "Acme", "city", "Paris"),
		rowOf("2", "name", "acme", "city", "Rome"),
	}, made)
	var got []string
	for _, u := range batch {
		got = append(got, made[u])
	}
	if diff := cmp.Diff([]string{"1", "2", "3", "4", "", "6"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
