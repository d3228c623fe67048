package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func (r *rig) search(kind string, body object) (found []string, total int64) {
	r.t.Helper()
	got := r.call("POST", dated+kind+"/search", body, 200)
	total, _ = got["total"].(json.Number).Int64()
	return ids(got["results"]), total
}

func TestSearchOperators(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.create("companies", object{"name": "Acme North Ltd", "domain": "acme.example", "annualrevenue": "900", "industry": "ACCOUNTING", "hs_is_target_account": "true"})
	r.clock.Advance(time.Second)
	b := r.create("companies", object{"name": "Beta", "domain": "beta.example", "annualrevenue": "10000", "industry": "BANKING", "hs_is_target_account": "false"})
	r.clock.Advance(time.Second)
	c := r.create("companies", object{"name": "acme south", "phone": "5"})
	for _, tc := range []struct {
		name   string
		filter object
		want   []string
	}{
		{"EQ ignores case", filter("name", "EQ", "BETA"), []string{b}},
		{"EQ on a date in ISO with offset", filter("createdate", "EQ", "2026-03-12T08:30:00+01:00"), []string{a}},
		{"NEQ takes the unset along", filter("hs_is_target_account", "NEQ", "true"), []string{b, c}},
		{"numbers compare as numbers", filter("annualrevenue", "GT", "1000"), []string{b}},
		{"LTE", filter("annualrevenue", "LTE", "900"), []string{a}},
		{"GTE in milliseconds", filter("hs_lastmodifieddate", "GTE", "1773300601000"), []string{b, c}},
		{"BETWEEN takes both ends", object{"propertyName": "annualrevenue", "operator": "BETWEEN", "value": "900", "highValue": "10000"}, []string{a, b}},
		{"IN wants lower case for texts", object{"propertyName": "name", "operator": "IN", "values": []string{"beta", "Acme South"}}, []string{b}},
		{"IN is exact for enumerations", object{"propertyName": "industry", "operator": "IN", "values": []string{"BANKING", "accounting"}}, []string{b}},
		{"NOT_IN takes the unset along", object{"propertyName": "industry", "operator": "NOT_IN", "values": []string{"BANKING"}}, []string{a, c}},
		{"HAS_PROPERTY", object{"propertyName": "phone", "operator": "HAS_PROPERTY"}, []string{c}},
		{"NOT_HAS_PROPERTY", object{"propertyName": "phone", "operator": "NOT_HAS_PROPERTY"}, []string{a, b}},
		{"CONTAINS_TOKEN is a word", filter("name", "CONTAINS_TOKEN", "acme"), []string{a, c}},
		{"CONTAINS_TOKEN is not a part of one", filter("name", "CONTAINS_TOKEN", "acm"), []string{}},
		{"CONTAINS_TOKEN with a star", filter("name", "CONTAINS_TOKEN", "*or*"), []string{a}},
		{"NOT_CONTAINS_TOKEN", filter("name", "NOT_CONTAINS_TOKEN", "acme"), []string{b}},
		{"id", filter("hs_object_id", "EQ", b), []string{b}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, total := r.search("companies", object{"filterGroups": groups(tc.filter), "limit": 10})
			if !slices.Equal(got, tc.want) && len(got)+len(tc.want) > 0 || total != int64(len(tc.want)) {
				t.Errorf("got %v (total %d), want %v", got, total, tc.want)
			}
		})
	}
	if got, _ := r.search("companies", object{"query": "beta.exam"}); !slices.Equal(got, []string{b}) {
		t.Errorf("query: %v", got)
	}
	either := object{"filterGroups": []object{{"filters": []object{filter("name", "EQ", "beta")}}, {"filters": []object{filter("annualrevenue", "GT", "1")}}}}
	if got, _ := r.search("companies", either); !slices.Equal(got, []string{a, b}) {
		t.Errorf("groups: %v", got)
	}
}

func TestSearchDefaultsAndPaging(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var made []string
	for i := range 23 {
		made = append(made, r.create("companies", object{"name": fmt.Sprint("c", i)}))
		r.clock.Advance(time.Second)
	}
	first := r.call("POST", v3+"companies/search", object{}, 200)
	if got := ids(first["results"]); !slices.Equal(got, made[:10]) {
		t.Errorf("default page is %v, want the oldest ten %v", got, made[:10])
	}
	next := first["paging"].(object)["next"].(object)
	if next["after"] != "10" || next["link"] != nil {
		t.Errorf("next page: %v", next)
	}
	last := r.call("POST", v3+"companies/search", object{"after": "20", "limit": "200"}, 200)
	if last["paging"] != nil || len(last["results"].([]any)) != 3 {
		t.Errorf("last page: %v", last)
	}
	got, _ := r.search("companies", object{"sorts": []any{object{"propertyName": "createdate", "direction": "DESCENDING"}, "name"}, "limit": 2})
	if !slices.Equal(got, []string{made[22], made[21]}) {
		t.Errorf("descending: %v", got)
	}
	keyset := object{"filterGroups": groups(filter("hs_object_id", "GT", "0")), "sorts": []any{"hs_object_id"}, "limit": 200}
	byID, _ := r.search("companies", keyset)
	if slices.Equal(byID, made) {
		t.Error("ids grow with time; HubSpot's do not")
	}
}

func TestSearchLimits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	many := func(n int) []object {
		var list []object
		for range n {
			list = append(list, filter("name", "EQ", "x"))
		}
		return list
	}
	group := object{"filters": many(1)}
	for _, tc := range []struct {
		name   string
		body   object
		status int
	}{
		{"page of 200", object{"limit": 200}, 200},
		{"page of 201", object{"limit": 201}, 400},
		{"up to 10,000", object{"limit": 200, "after": "9800"}, 200},
		{"beyond 10,000", object{"limit": 200, "after": "9801"}, 400},
		{"a list's cursor", object{"after": "407218578643"}, 400},
		{"five groups", object{"filterGroups": []object{group, group, group, group, group}}, 200},
		{"six groups", object{"filterGroups": []object{group, group, group, group, group, group}}, 400},
		{"six filters", object{"filterGroups": groups(many(6)...)}, 200},
		{"seven filters", object{"filterGroups": groups(many(7)...)}, 400},
		{"nineteen filters", object{"filterGroups": []object{{"filters": many(6)}, {"filters": many(6)}, {"filters": many(6)}, group}}, 400},
		{"unknown property", object{"filterGroups": groups(filter("nope", "EQ", "x"))}, 400},
		{"unknown operator", object{"filterGroups": groups(filter("name", "LIKE", "x"))}, 400},
		{"no value", object{"filterGroups": groups(object{"propertyName": "name", "operator": "EQ"})}, 400},
		{"no values", object{"filterGroups": groups(object{"propertyName": "name", "operator": "IN"})}, 400},
		{"half a range", object{"filterGroups": groups(filter("annualrevenue", "BETWEEN", "1"))}, 400},
		{"text for a number", object{"filterGroups": groups(filter("annualrevenue", "GT", "much"))}, 400},
		{"sort by nothing", object{"sorts": []any{"nope"}}, 400},
		{"too long", object{"query": strings.Repeat("x", 3000)}, 400},
	} {
		t.Run(tc.name, func(t *testing.T) { r.call("POST", dated+"companies/search", tc.body, tc.status) })
	}
}

func TestIndexLagShowsTheOldState(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old := r.create("companies", object{"name": "Acme", "city": "Rome", "domain": "acme.example"})
	r.s.SetIndexLag(time.Minute)
	r.clock.Advance(time.Second)
	r.call("PATCH", v3+"companies/"+old, object{"properties": object{"city": "Oslo", "domain": "new.example"}}, 200)
	fresh := r.create("companies", object{"name": "Beta", "city": "Oslo"})
	find := func(property, value string) []string {
		got, _ := r.search("companies", object{"filterGroups": groups(filter(property, "EQ", value))})
		return got
	}
	check := func(when string, rome, oslo, oldDomain, newDomain int) {
		t.Helper()
		if a, b, c, d := len(find("city", "rome")), len(find("city", "oslo")), len(find("domain", "acme.example")), len(find("domain", "new.example")); a != rome || b != oslo || c != oldDomain || d != newDomain {
			t.Errorf("%s: rome %d, oslo %d, old domain %d, new domain %d", when, a, b, c, d)
		}
	}
	check("at once", 1, 0, 1, 0)
	if got := r.props("companies", fresh, "city"); got["city"] != "Oslo" {
		t.Error("a read by id lags too")
	}
	window := object{"filterGroups": groups(filter("hs_lastmodifieddate", "GTE", "1773300601000"))}
	if _, total := r.search("companies", window); total != 0 {
		t.Errorf("the window already shows %d", total)
	}
	r.clock.Advance(time.Minute)
	check("a minute later", 0, 2, 0, 1)
	if _, total := r.search("companies", window); total != 2 {
		t.Errorf("the window shows %d, want 2", total)
	}
	r.call("DELETE", v3+"companies/"+old, nil, 204)
	check("just archived", 0, 2, 0, 1)
	r.s.SetIndexLag(0)
	check("without lag", 0, 1, 0, 0)
}

func TestTextOrderedIDs(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.TextOrderedIDs = true })
	for range 8 {
		r.create("companies", object{"name": "x"})
	}
	got, _ := r.search("companies", object{"sorts": []any{"hs_object_id"}, "limit": 100})
	if !slices.IsSorted(got) {
		t.Errorf("not in the order of texts: %v", got)
	}
	lengths := map[int]bool{}
	for _, id := range got {
		lengths[len(id)] = true
	}
	if len(lengths) < 2 {
		t.Fatal("all ids are equally long, the order could not matter")
	}
	after, _ := r.search("companies", object{"filterGroups": groups(filter("hs_object_id", "GT", got[3])), "sorts": []any{"hs_object_id"}})
	if !slices.Equal(after, got[4:]) {
		t.Errorf("GT: %v, want %v", after, got[4:])
	}
}

func TestSearchByAssociation(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	company := r.create("companies", object{"name": "Acme"})
	in := r.create("contacts", object{"email": "a@acme.example"}, link(company, 279))
	r.create("contacts", object{"email": "b@acme.example"})
	if got, _ := r.search("contacts", object{"filterGroups": groups(filter("associations.company", "EQ", company))}); !slices.Equal(got, []string{in}) {
		t.Errorf("got %v", got)
	}
}

func TestContactsKnowOnlyLastmodifieddate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("contacts", object{"email": "a@acme.example"})
	if got, _ := r.search("contacts", object{"filterGroups": groups(filter("hs_lastmodifieddate", "GT", "0"))}); len(got) != 0 {
		t.Errorf("hs_lastmodifieddate finds %v", got)
	}
	if got, _ := r.search("contacts", object{"filterGroups": groups(filter("lastmodifieddate", "GT", "0"))}); !slices.Equal(got, []string{id}) {
		t.Errorf("lastmodifieddate finds %v", got)
	}
}
