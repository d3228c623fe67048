package hubspot

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

// value compares in cmp.Diff by what it holds.
var values = cmp.Comparer(func(a, b connectors.Value) bool { return a == b })

const listCompanies = "GET /crm/objects/2026-09/companies?"

func TestFirstLoad(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, func(c *Config) {
		c.Selection = connectors.Selection{
			Fields:  map[connectors.Object][]string{connectors.Account: {"name", "domain", "tier"}},
			Outside: map[connectors.Object][]string{connectors.Account: {"name", "domain"}},
		}
		c.Where = []Filter{{Property: "do_not_contact", Operator: NEQ, Value: "true"}}
	},
		turn{want: "GET /crm/properties/2026-09/companies", reply: properties("name", "domain", "tier", "do_not_contact")},
		turn{
			want: listCompanies + "archived=false&limit=100&properties=createdate,do_not_contact,domain,hs_lastmodifieddate,hs_merged_object_ids,hs_object_id,name,tier",
			reply: `{"results":[
				{"id":"11","createdAt":"2026-01-02T03:04:05.000Z","updatedAt":"2026-11-01T00:00:00Z","properties":{"name":"Acme","domain":"","tier":null,"do_not_contact":"false","hs_lastmodifieddate":"2026-11-02T00:00:00.250Z","hs_merged_object_ids":"7;8","createdate":"2026-01-02T03:04:05.006Z"}},
				{"id":"12","createdAt":"2026-01-02T03:04:05.000Z","updatedAt":"2026-11-01T00:00:00Z","properties":{"name":"Shy","do_not_contact":"true"}}],
				"paging":{"next":{"after":"12+/=","link":"https://ignored.example"}}}`,
		},
		turn{
			want:  listCompanies + "after=12%2B%2F%3D&archived=false&limit=100&properties=createdate,do_not_contact,domain,hs_lastmodifieddate,hs_merged_object_ids,hs_object_id,name,tier",
			reply: `{"results":[]}`,
		},
	)
	read := func(cursor connectors.Cursor) connectors.Page {
		t.Helper()
		pages, err := client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: cursor}})
		if err != nil || pages[0].Err != nil {
			t.Fatalf("reading: %v, %v", err, pages[0].Err)
		}
		return pages[0]
	}
	first := read("")
	want := []connectors.Record{{
		Ref: account("11"), Created: time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC), Modified: time.Date(2026, 11, 2, 0, 0, 0, 250e6, time.UTC),
		Aliases: []string{"7", "8"},
		Fields:  map[string]connectors.Value{"name": connectors.TextValue("Acme"), "domain": connectors.TextValue(""), "tier": {}},
	}, {
		Ref: account("12"), Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Modified: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		OutOfScope: true,
		Fields:     map[string]connectors.Value{"name": connectors.TextValue("Shy"), "domain": {}},
	}}
	if diff := cmp.Diff(want, first.Records, values); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if first.Loaded || !first.More || !first.Through.IsZero() {
		t.Errorf("first page: loaded %v, more %v, through %v", first.Loaded, first.More, first.Through)
	}
	if last := read(first.Next); !last.Loaded || !last.More || last.Through.IsZero() {
		t.Errorf("last page: loaded %v, more %v, through %v; want loaded, and changes to follow", last.Loaded, last.More, last.Through)
	}
}

// changesCursor is a reader that has just settled: only a fast pass is due.
func changesCursor() connectors.Cursor {
	now := start.UnixMilli()
	return cursor{Version: cursorVersion, Low: now - 60_000, Sure: now - 60_000, High: now - 60_000, Settled: now, Swept: now}.text()
}

func TestChangesWithHistoryAndAssociations(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, func(c *Config) {
		c.Selection = connectors.Selection{
			Fields:  map[connectors.Object][]string{connectors.Opportunity: {"dealstage"}},
			History: map[connectors.Object][]string{connectors.Opportunity: {"dealstage"}},
		}
	},
		turn{want: "GET /crm/properties/2026-09/deals", reply: properties("dealstage")},
		turn{
			want: "POST /crm/objects/2026-09/deals/search",
			body: fmt.Sprintf(`{"filterGroups":[{"filters":[{"propertyName":"hs_lastmodifieddate","operator":"GTE","value":"%d"}]}],
				"sorts":[{"propertyName":"hs_object_id","direction":"ASCENDING"}],
				"properties":["createdate","dealstage","hs_lastmodifieddate","hs_merged_object_ids","hs_object_id"],"limit":200}`, start.UnixMilli()-60_000),
			reply: `{"total":2,"results":[
				{"id":"5","properties":{"dealstage":"won","hs_lastmodifieddate":"2026-11-22T11:59:30Z"}},
				{"id":"6","properties":{"dealstage":null,"hs_lastmodifieddate":"2026-11-22T11:59:40Z"}}]}`,
		},
		turn{
			want: "POST /crm/objects/2026-09/deals/batch/read",
			body: `{"properties":["dealstage"],"propertiesWithHistory":["dealstage"],"inputs":[{"id":"5"}]}`,
			reply: `{"status":"COMPLETE","results":[{"id":"5","propertiesWithHistory":{"dealstage":[
				{"value":"won","timestamp":"2026-11-22T11:59:30Z","sourceType":"CRM_UI","sourceLabel":"Jo"},
				{"value":"open","timestamp":"2026-11-01T00:00:00Z","sourceType":"IMPORT"}]}}]}`,
		},
		turn{
			want: "POST /crm/associations/2026-09/deals/companies/batch/read",
			body: `{"inputs":[{"id":"5"},{"id":"6"}]}`, status: 207,
			reply: `{"status":"COMPLETE","results":[{"from":{"id":"5"},"to":[
				{"toObjectId":90,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341,"label":null}]},
				{"toObjectId":"91","associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":341,"label":null},{"category":"HUBSPOT_DEFINED","typeId":5,"label":"Primary"}]}],
				"paging":{"next":{"after":"xx"}}}],
				"numErrors":1,"errors":[{"status":"error","category":"OBJECT_NOT_FOUND","subCategory":"crm.associations.NO_ASSOCIATIONS_FOUND","context":{"fromObjectId":["6"]}}]}`,
		},
		turn{
			want: "POST /crm/associations/2026-09/deals/companies/batch/read",
			body: `{"inputs":[{"id":"5","after":"xx"}]}`, reply: `{"results":[{"from":{"id":"5"},"to":[{"toObjectId":"92","associationTypes":[]}]}]}`,
		},
	)
	pages, err := client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Opportunity, Cursor: changesCursor()}})
	if err != nil || pages[0].Err != nil {
		t.Fatalf("reading: %v, %v", err, pages[0].Err)
	}
	ref := connectors.Ref{System: connectors.HubSpot, Object: connectors.Opportunity, ID: "5"}
	other := ref
	other.ID = "6"
	won, at := connectors.TextValue("won"), time.Date(2026, 11, 22, 11, 59, 30, 0, time.UTC)
	want := []connectors.Record{{
		Ref: ref, Modified: at, Fields: map[string]connectors.Value{"dealstage": won}, Accounts: []string{"91", "90", "92"},
		History: map[string][]connectors.Version{"dealstage": {
			{Value: connectors.TextValue("open"), At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Source: "IMPORT"},
			{Value: won, At: at, Source: "CRM_UI (Jo)"},
		}},
	}, {
		Ref: other, Modified: at.Add(10 * time.Second), Fields: map[string]connectors.Value{"dealstage": {}},
	}}
	if diff := cmp.Diff(want, pages[0].Records, values); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if pages[0].More {
		t.Error("more is to come after the fast pass")
	}
}

func TestListBringsHistoryAndAssociationsInline(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, func(c *Config) {
		c.APIVersion = LegacyVersion
		c.Selection = connectors.Selection{
			Fields:  map[connectors.Object][]string{connectors.Opportunity: {"amount"}},
			History: map[connectors.Object][]string{connectors.Opportunity: {"amount"}},
		}
	},
		turn{want: "GET /crm/v3/properties/deals", reply: properties("amount")},
		turn{
			want: "GET /crm/v3/objects/deals?archived=false&associations=companies&limit=50&properties=amount,createdate,hs_lastmodifieddate,hs_merged_object_ids,hs_object_id&propertiesWithHistory=amount",
			reply: `{"results":[
				{"id":"1","properties":{"amount":"5"},"propertiesWithHistory":{"amount":[{"value":"5","timestamp":"2026-01-01T00:00:00Z"}]},"associations":{"companies":{"results":[{"id":"80","type":"deal_to_company_unlabeled"},{"id":"81","type":"deal_to_company"},{"id":"81","type":"deal_to_company_unlabeled"}]}}},
				{"id":"2","properties":{},"associations":{"companies":{"results":[{"id":"80","type":"deal_to_company"}],"paging":{"next":{"after":"1"}}}}}]}`,
		},
		turn{
			want: "POST /crm/v4/associations/deals/companies/batch/read", body: `{"inputs":[{"id":"2"}]}`,
			reply: `{"results":[{"from":{"id":"2"},"to":[{"toObjectId":80,"associationTypes":[]},{"toObjectId":82,"associationTypes":[]}]}]}`,
		},
	)
	pages, err := client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Opportunity}})
	if err != nil || pages[0].Err != nil {
		t.Fatalf("reading: %v, %v", err, pages[0].Err)
	}
	var got [][]string
	for _, r := range pages[0].Records {
		got = append(got, r.Accounts)
	}
	if diff := cmp.Diff([][]string{{"81", "80"}, {"80", "82"}}, got); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if n := len(pages[0].Records[0].History["amount"]); n != 1 {
		t.Errorf("%d versions of the amount, want 1", n)
	}
}

// TestManyProperties: neither URL nor search body may grow beyond what HubSpot
// takes, so the values are batch-read.
func TestManyProperties(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprintf("a_property_with_quite_a_long_name_%03d", i))
	}
	var longest int
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		longest = max(longest, len(r.URL.String()))
		row := `{"id":"5","properties":{"hs_lastmodifieddate":"2026-11-22T11:59:30Z"%s}}`
		switch {
		case strings.Contains(r.URL.Path, "/properties/"):
			fmt.Fprint(w, properties(names...))
		case strings.HasSuffix(r.URL.Path, "/batch/read"):
			fmt.Fprintf(w, `{"results":[`+row+`]}`, `,"`+names[199]+`":"here"`)
		default:
			if r.ContentLength > 3000 {
				t.Errorf("a search body of %d characters", r.ContentLength)
			}
			fmt.Fprintf(w, `{"total":1,"results":[`+row+`]}`, "")
		}
	})
	client, _ := clientOn(t, h, func(c *Config) {
		c.Selection = connectors.Selection{Fields: map[connectors.Object][]string{connectors.Account: names}}
	})
	for _, cursor := range []connectors.Cursor{"", changesCursor()} {
		pages, err := client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: cursor}})
		if err != nil || pages[0].Err != nil {
			t.Fatalf("reading: %v, %v", err, pages[0].Err)
		}
		if len(pages[0].Records) != 1 || pages[0].Records[0].Fields[names[199]] != connectors.TextValue("here") {
			t.Errorf("records %v lack the last property", pages[0].Records)
		}
	}
	if longest > 8000 {
		t.Errorf("a URL of %d characters", longest)
	}
}

func TestUnknownProperty(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, func(c *Config) {
		c.Selection.Fields[connectors.Account] = []string{"name", "fit_scroe"}
	},
		turn{want: "GET /crm/properties/2026-09/companies", reply: properties("name")},
		turn{want: "GET /crm/properties/2026-09/companies", reply: properties("name")},
		// The operator makes it: no restart is needed.
		turn{want: "GET /crm/properties/2026-09/companies", reply: properties("name", "fit_scroe")},
		turn{want: listCompanies + "archived=false&limit=100&properties=createdate,fit_scroe,hs_lastmodifieddate,hs_merged_object_ids,hs_object_id,name", reply: `{}`},
	)
	request := []connectors.ReadRequest{{Object: connectors.Account}}
	pages, err := client.Read(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	var e *connectors.Error
	if !errors.As(pages[0].Err, &e) || e.Class != connectors.Stop || e.Object != connectors.Account || e.Field != "fit_scroe" || e.Fix == "" {
		t.Errorf("got %+v, want stop naming account and fit_scroe", pages[0].Err)
	}
	pages, err = client.Read(t.Context(), request)
	if err != nil || pages[0].Err != nil || !pages[0].Loaded {
		t.Errorf("after the property was made: %v, %v", err, pages[0].Err)
	}
}

func TestOneObjectWithoutScope(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, func(c *Config) {
		c.Selection.Fields[connectors.Opportunity] = []string{"amount"}
	},
		turn{want: "GET /crm/properties/2026-09/deals", status: 403, reply: `{"category":"MISSING_SCOPES","context":{"requiredGranularScopes":["crm.objects.deals.read"]}}`},
		turn{want: "GET /crm/properties/2026-09/companies", reply: properties("name")},
		turn{want: listCompanies + "archived=false&limit=100&properties=createdate,hs_lastmodifieddate,hs_merged_object_ids,hs_object_id,name", reply: `{}`},
	)
	pages, err := client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Opportunity}, {Object: connectors.Account}})
	if err != nil {
		t.Fatal(err)
	}
	var e *connectors.Error
	if !errors.As(pages[0].Err, &e) || e.Class != connectors.Stop || !strings.Contains(e.Fix, "crm.objects.deals.read") || e.Object != connectors.Opportunity {
		t.Errorf("got %+v, want stop naming the scope", pages[0].Err)
	}
	if pages[1].Err != nil {
		t.Errorf("the other page failed as well: %v", pages[1].Err)
	}
}

func TestDeadTokenConcernsAll(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, func(c *Config) { c.Selection.Fields[connectors.Contact] = []string{"email"} },
		turn{want: "GET /crm/properties/2026-09/companies", status: 401, reply: `{"category":"INVALID_AUTHENTICATION"}`})
	pages, err := client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account}, {Object: connectors.Contact}})
	if pages != nil || connectors.ClassOf(err) != connectors.Stop {
		t.Errorf("got pages %v, error %v; want one error of class stop", pages, err)
	}
}

// TestDayUsedUp: after HubSpot has said that the day's calls are spent, nothing
// is sent before midnight in the portal's time zone.
func TestDayUsedUp(t *testing.T) {
	t.Parallel()
	client, fake := converse(t, nil,
		turn{want: "GET /account-info/2026-09/details", status: 404, reply: `{}`},
		turn{want: "GET /account-info/v3/details", reply: `{"portalId":62515,"timeZone":"US/Eastern","uiDomain":"app-eu1.hubspot.com"}`},
		turn{want: "GET /crm/properties/2026-09/companies", status: 429, reply: `{"policyName":"DAILY"}`},
		turn{want: "GET /crm/owners/2026-09?archived=false&limit=100", reply: `{"results":[]}`},
		turn{want: "GET /crm/owners/2026-09?archived=true&limit=100", reply: `{"results":[]}`},
	)
	if _, err := client.Identify(t.Context()); err != nil {
		t.Fatal(err)
	}
	midnight := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	for range 3 {
		_, err := client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account}})
		var e *connectors.Error
		if !errors.As(err, &e) || e.Class != connectors.Retry || !e.RetryAt.Equal(midnight) {
			t.Fatalf("got %v, want a retry at %v", err, midnight)
		}
	}
	if fake.Now().After(midnight) {
		t.Fatalf("the client slept until %v", fake.Now())
	}
	fake.Set(midnight)
	if _, err := client.Users(t.Context()); err != nil {
		t.Errorf("after midnight: %v", err)
	}
}
