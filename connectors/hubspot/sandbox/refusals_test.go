package sandbox

import (
	"slices"
	"strings"
	"testing"
)

// The words that HubSpot's reference or others' recordings show.
func TestWordsOfRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("companies", object{"name": "A"})
	for _, tc := range []struct {
		method, path string
		body         any
		want         string
	}{
		{"PATCH", v3 + "companies/" + id, object{"properties": object{}}, "No properties found to update, please provide at least one."},
		{"GET", v3 + "0-9999", nil, "Invalid object or event type id: 0-9999"},
		{"GET", v3 + "nope", nil, "Unable to infer object type from: nope"},
		{"GET", v3 + "companies/0", nil, "Object not found. objectId is usually positive."},
	} {
		got := r.send(tc.method, tc.path, tc.body).Body.String()
		if message := decoded(t, got)["message"]; message != tc.want {
			t.Errorf("%s %s: %s", tc.method, tc.path, got)
		}
	}
}

// Whatever a flag says but "true" is false.
func TestFlags(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.call("DELETE", v3+"companies/"+r.create("companies", object{"name": "A"}), nil, 204)
	for query, want := range map[string]int{
		"archived=true": 1, "archived=TRUE": 1, "archived=True&archived=false": 1,
		"archived=1": 0, "archived=yes": 0, "archived=": 0, "archived=false&archived=true": 0, "": 0,
	} {
		if list := r.call("GET", v3+"companies?"+query, nil, 200)["results"].([]any); len(list) != want {
			t.Errorf("%q lists %d, want %d", query, len(list), want)
		}
	}
}

// An operator is read with the JSON: the refusal of another word has its place
// in the body.
func TestOperatorsAreReadWithTheBody(t *testing.T) {
	t.Parallel()
	const known = "Enum type must be one of: [IN, NOT_HAS_PROPERTY, LT, EQ, GT, NOT_IN, GTE, CONTAINS_TOKEN, HAS_PROPERTY, LTE, NOT_CONTAINS_TOKEN, BETWEEN, NEQ]"
	for name, tc := range map[string]struct{ body, want string }{
		"lower case": {
			`{"filterGroups":[{"filters":[{"propertyName":"jobtitle","operator":"neq","value":"Salesperson"}]}]}`,
			"Invalid input JSON on line 1, column 68: " + known,
		},
		"indented": {
			"{\n  \"filterGroups\": [\n    {\n      \"filters\": [\n        {\n          \"propertyName\": \"jobtitle\",\n          \"operator\": \"neq\",\n          \"value\": \"x\"\n        }\n      ]\n    }\n  ]\n}",
			"Invalid input JSON on line 7, column 23: " + known,
		},
		"bytes count": {
			`{"filterGroups":[{"filters":[{"value":"ééé","propertyName":"jobtitle","operator":"neq"}]}]}`,
			"Invalid input JSON on line 1, column 85: " + known,
		},
		"the second filter": {
			`{"filterGroups":[{"filters":[{"propertyName":"city","operator":"EQ","value":"x"},{"propertyName":"city","operator":"IS"}]}]}`,
			"Invalid input JSON on line 1, column 116: " + known,
		},
		"empty": {
			`{"filterGroups":[{"filters":[{"propertyName":"city","operator":"","value":"x"}]}]}`,
			`Invalid input JSON: unable to deserialize field "filterGroups[0].filters[0].operator". Invalid value: `,
		},
		"blanks around one": {`{"filterGroups":[{"filters":[{"propertyName":"city","operator":" EQ ","value":"x"}]}]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newRig(t).send("POST", v3+"contacts/search", tc.body)
			got := decoded(t, w.Body.String())
			if message, _ := got["message"].(string); message != tc.want || tc.want != "" && w.Code != 400 {
				t.Errorf("%d %s", w.Code, message)
			}
		})
	}
}

// Case counts for enumerations with every operator, and for texts with none.
func TestSearchCase(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("companies", object{"name": "Acme", "industry": "BANKING"})
	for _, tc := range []struct {
		filter object
		found  bool
	}{
		{filter("industry", "EQ", "BANKING"), true},
		{filter("industry", "EQ", "banking"), false},
		{filter("industry", "NEQ", "banking"), true},
		{object{"propertyName": "industry", "operator": "NOT_IN", "values": []string{"banking"}}, true},
		{object{"propertyName": "industry", "operator": "NOT_IN", "values": []string{"BANKING"}}, false},
		{filter("name", "EQ", "aCME"), true},
		{filter("name", "NEQ", "aCME"), false},
	} {
		got, _ := r.search("companies", object{"filterGroups": groups(tc.filter)})
		if slices.Contains(got, id) != tc.found {
			t.Errorf("%v finds %v", tc.filter, got)
		}
	}
}

func TestUnsearchableProperties(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for kind, names := range map[string][]string{
		"emails": {"hs_body_preview_html", "hs_body_preview", "hs_email_html"}, "tasks": {"hs_body_preview_html"},
	} {
		for _, name := range names {
			got := r.call("POST", v3+kind+"/search", object{"filterGroups": groups(object{"propertyName": name, "operator": "HAS_PROPERTY"})}, 400)
			if !strings.Contains(got["message"].(string), name) {
				t.Errorf("%s %s: %v", kind, name, got["message"])
			}
		}
	}
}

// What the published schemas require of replies that no recording shows.
func TestSchemaKeys(t *testing.T) {
	t.Parallel()
	r := oauthRig(t)
	token := decoded(t, r.form("/oauth/2026-09/token", refresh("r1")).Body.String())["access_token"].(string)
	app := refresh("")
	app.Set("token", token)
	access := decoded(t, r.form("/oauth/2026-09/token/introspect", app).Body.String())
	app.Set("token", "r1")
	for name, tc := range map[string]struct {
		got  object
		keys []string
	}{
		"access token": {access, []string{"active", "app_id", "client_id", "expires_in", "is_private_distribution", "signed_access_token", "token_use", "user_id"}},
		"refresh token": {
			decoded(t, r.form("/oauth/2026-09/token/introspect", app).Body.String()), []string{"active", "app_id", "client_id", "token_use"},
		},
		"token read the old way": {r.call("GET", "/oauth/v1/access-tokens/"+token, nil, 200), []string{"app_id", "signed_access_token"}},
		"schema":                 {r.call("GET", "/crm-object-schemas/2026-09/schemas/companies", nil, 200), []string{"allowsSensitiveProperties", "secondaryDisplayProperties"}},
		"the day's calls":        {r.call("GET", "/account-info/v3/api-usage/daily", nil, 200), []string{"results"}},
		"the first release":      {r.call("GET", "/crm/objects/2025-09/companies", nil, 200), []string{"results"}},
	} {
		for _, key := range tc.keys {
			if _, there := tc.got[key]; !there {
				t.Errorf("%s: no %s in %v", name, key, tc.got)
			}
		}
	}
}
