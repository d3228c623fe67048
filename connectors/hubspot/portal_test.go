package hubspot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	dated, legacy := paths{DefaultVersion}, paths{LegacyVersion}
	cases := []struct{ got, want string }{
		{dated.objects("companies", "search"), "crm/objects/2026-09/companies/search"},
		{legacy.objects("companies", "search"), "crm/v3/objects/companies/search"},
		{dated.objects("companies", "a/../x?y=1"), "crm/objects/2026-09/companies/a%2F..%2Fx%3Fy=1"},
		{dated.associations("deals", "companies"), "crm/associations/2026-09/deals/companies/batch/read"},
		{legacy.associations("deals", "companies"), "crm/v4/associations/deals/companies/batch/read"},
		{dated.properties("tasks"), "crm/properties/2026-09/tasks"},
		{legacy.properties("tasks"), "crm/v3/properties/tasks"},
		{dated.owners(), "crm/owners/2026-09"},
		{legacy.owners(), "crm/v3/owners"},
		{dated.token(), "oauth/2026-09/token"},
		{legacy.token(), "oauth/v3/token"},
		{strings.Join(dated.account(), " "), "account-info/2026-09/details account-info/v3/details"},
		{strings.Join(legacy.account(), " "), "account-info/v3/details"},
	}
	for _, tc := range cases {
		if tc.got != tc.want {
			t.Errorf("got %s, want %s", tc.got, tc.want)
		}
	}
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, nil, turn{
		want:  "GET /account-info/2026-09/details",
		reply: `{"portalId":62515,"accountType":"STANDARD","timeZone":"US/Eastern","companyCurrency":"EUR","uiDomain":"app-eu1.hubspot.com"}`,
	})
	got, err := client.Identify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := connectors.Identity{
		System: connectors.HubSpot, OrgID: "62515", APIVersion: "2026-09", TimeZone: "US/Eastern", Currency: "EUR",
		RecordURL: "https://app-eu1.hubspot.com/contacts/62515/record/0-2/%s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, nil,
		turn{want: "GET /crm/owners/2026-09?archived=false&limit=100", reply: `{"results":[{"id":"1","email":"jo@x.example","type":"PERSON","firstName":"Jo","lastName":"Li","teams":[{"name":"B"},{"name":"A","primary":true}]}],"paging":{"next":{"after":"1"}}}`},
		turn{want: "GET /crm/owners/2026-09?after=1&archived=false&limit=100", reply: `{"results":[{"id":"2","type":"QUEUE","firstName":"Inbound"}]}`},
		turn{want: "GET /crm/owners/2026-09?archived=true&limit=100", reply: `{"results":[{"id":"3","email":"left@x.example","archived":true}]}`},
	)
	got, err := client.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []connectors.User{
		{ID: "1", Name: "Jo Li", Email: "jo@x.example", Active: true, Teams: []string{"A", "B"}},
		{ID: "2", Name: "Inbound", Active: true, Queue: true},
		{ID: "3", Email: "left@x.example"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, nil, turn{want: "GET /crm/properties/2026-09/companies", reply: `{"results":[
		{"name":"name","label":"Name","type":"string","fieldType":"text","modificationMetadata":{"readOnlyValue":false}},
		{"name":"story","type":"string","fieldType":"html","modificationMetadata":{"readOnlyValue":false}},
		{"name":"key","type":"string","fieldType":"text","hasUniqueValue":true,"modificationMetadata":{"readOnlyValue":false}},
		{"name":"visits","type":"number","fieldType":"number","calculated":false,"modificationMetadata":{"readOnlyValue":true}},
		{"name":"tech","type":"enumeration","fieldType":"checkbox","options":[{"label":"A","value":"a","hidden":false},{"label":"B","value":"b","hidden":true}]},
		{"name":"hubspot_owner_id","type":"enumeration","fieldType":"select","externalOptions":true,"options":[]}]}`})
	got, err := client.Describe(t.Context(), connectors.Account)
	if err != nil {
		t.Fatal(err)
	}
	want := connectors.Schema{Object: connectors.Account, Name: "companies", Fields: map[string]connectors.Field{
		"name":             {Name: "name", Label: "Name", Type: "string", Length: 65536, Writable: true, Creatable: true},
		"story":            {Name: "story", Type: "string", Length: 65536, Writable: true, Creatable: true, HTML: true},
		"key":              {Name: "key", Type: "string", Length: 65536, Writable: true, Creatable: true, Unique: true, ExternalID: true},
		"visits":           {Name: "visits", Type: "number"},
		"tech":             {Name: "tech", Type: "enumeration", Writable: true, Creatable: true, Restricted: true, Multi: true, Options: []connectors.Option{{Value: "a", Label: "A", Active: true}, {Value: "b", Label: "B"}}},
		"hubspot_owner_id": {Name: "hubspot_owner_id", Type: "enumeration", Writable: true, Creatable: true},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("schema (-want +got):\n%s", diff)
	}
}

// portal is an OAuth server with an API behind it.
type portal struct {
	t *testing.T

	mu      sync.Mutex
	grants  int
	refresh string // the refresh token that is good now
	access  string // the access token that is good now
	refuse  int    // status of the next token replies, 0 for success
	forms   []string
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/oauth/2026-09/token" {
		if r.URL.RawQuery != "" || r.Header.Get("Authorization") != "" {
			p.t.Errorf("credentials outside the form: %q", r.URL.RawQuery)
		}
		if err := r.ParseForm(); err != nil {
			p.t.Error(err)
		}
		p.forms = append(p.forms, r.PostForm.Encode())
		if p.refuse != 0 || r.PostForm.Get("refresh_token") != p.refresh {
			w.WriteHeader(or(p.refuse, http.StatusBadRequest))
			fmt.Fprint(w, `{"status":"BAD_REFRESH_TOKEN","message":"missing or unknown refresh token s3cret","error":"invalid_grant"}`)
			return
		}
		p.grants++
		p.refresh, p.access = fmt.Sprint("refresh", p.grants), fmt.Sprint("access", p.grants)
		fmt.Fprintf(w, `{"access_token":%q,"refresh_token":%q,"token_type":"bearer","expires_in":1800}`, p.access, p.refresh)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+p.access {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"category":"EXPIRED_AUTHENTICATION"}`)
		return
	}
	fmt.Fprint(w, `{"portalId":1}`)
}

func TestOAuth(t *testing.T) {
	t.Parallel()
	p := &portal{t: t, refresh: "refresh0"}
	var rotated []string
	fake := clock.NewFake(start).AutoAdvance()
	client, err := New(Config{
		BaseURL: "https://api.hubspot.test", Clock: fake, HTTP: transport.Handler(p),
		Auth: Auth{OAuth: &OAuth{ClientID: "id", ClientSecret: "s3cret", RefreshToken: "refresh0", Rotated: func(s string) { rotated = append(rotated, s) }}},
	})
	if err != nil {
		t.Fatal(err)
	}
	identify := func() error {
		_, err := client.Identify(context.Background())
		return err
	}
	for range 3 { // one grant serves them all
		if err := identify(); err != nil {
			t.Fatal(err)
		}
	}
	fake.Advance(29 * time.Minute) // replaced before it ends
	if err := identify(); err != nil {
		t.Fatal(err)
	}
	p.access = "revoked by an admin" // a 401 signs in once more
	if err := identify(); err != nil {
		t.Fatal(err)
	}
	if want := "client_id=id&client_secret=s3cret&grant_type=refresh_token&refresh_token=refresh0"; p.forms[0] != want {
		t.Errorf("form %s, want %s", p.forms[0], want)
	}
	if diff := cmp.Diff([]string{"refresh1", "refresh2", "refresh3"}, rotated); diff != "" {
		t.Errorf("rotated refresh tokens (-want +got):\n%s", diff)
	}
	p.refresh, p.access = "someone else's", "gone"
	err = identify()
	if connectors.ClassOf(err) != connectors.Stop || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("dead refresh token: %v; want stop without the secret", err)
	}
	p.refuse = http.StatusServiceUnavailable
	if err := identify(); connectors.ClassOf(err) != connectors.Retry {
		t.Errorf("token endpoint down: %v; want retry", err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := func() Config { return Config{Auth: Auth{Token: "t0p"}} }
	cases := []struct {
		name string
		edit func(*Config)
		want string
	}{
		{"no credential", func(c *Config) { c.Auth = Auth{} }, "auth: give a token or oauth"},
		{"two credentials", func(c *Config) { c.Auth.OAuth = &OAuth{} }, "not both"},
		{"half an app", func(c *Config) { c.Auth = Auth{OAuth: &OAuth{ClientID: "x"}} }, "oauth needs"},
		{"version", func(c *Config) { c.APIVersion = "2026-9" }, "api_version"},
		{"address", func(c *Config) { c.BaseURL = "api.hubapi.com" }, "base_url"},
		{"share", func(c *Config) { c.DailyShare = 20 }, "daily_calls"},
		{"lag", func(c *Config) { c.IndexLag = -1 }, "index lag"},
		{"where", func(c *Config) { c.Where = []Filter{{Property: "x", Operator: "LIKE", Value: "y"}} }, `operator "LIKE"`},
		{"object", func(c *Config) {
			c.Selection.Fields = map[connectors.Object][]string{"ticket": {"x"}}
		}, `no object "ticket"`},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := good()
			tc.edit(&c)
			_, err := New(c)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "t0p") {
				t.Errorf("got %v, want %q and no secret", err, tc.want)
			}
		})
	}
	if _, err := New(good()); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
}

// TestShareOfTheDay is I10: when our share runs short, reading starves before
// handoffs do.
func TestShareOfTheDay(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-HubSpot-RateLimit-Daily", "250000")
		w.Header().Set("X-HubSpot-RateLimit-Daily-Remaining", "249000")
		if strings.HasSuffix(r.URL.Path, "/batch/create") {
			fmt.Fprint(w, `{"results":[{"id":"1"}]}`)
			return
		}
		fmt.Fprint(w, properties("name"))
	})
	client, fake := clientOn(t, h, func(c *Config) { c.DailyCalls = 100 })
	for range 150 {
		_, _ = client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account}})
	}
	_, err := client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account}})
	var e *connectors.Error
	if !errors.As(err, &e) || e.Class != connectors.Retry || !e.RetryAt.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)) {
		t.Fatalf("reading: %v; want a retry at midnight", err)
	}
	alert := connectors.Alert{Key: "k", Title: "t", UserID: "1", Due: fake.Now()}
	if r := client.Alert(t.Context(), alert); r.Outcome != connectors.Done {
		t.Errorf("a task at the same time: %+v", r)
	}
	if r := client.Write(t.Context(), []connectors.Write{task("h", "9")}); r[0].Outcome != connectors.Done {
		t.Errorf("a handoff at the same time: %+v", r[0])
	}
	a := client.Allowance()
	if a.Limit != 250_000 || a.Used != 1000 || a.Share != 100 {
		t.Errorf("allowance %+v", a)
	}
	total := int64(0)
	for _, c := range client.Calls() {
		total += c.Count
	}
	if total < 92 || total > 100 {
		t.Errorf("%d calls of a share of 100: %v", total, client.Calls())
	}
}
