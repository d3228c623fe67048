package world_test

import (
	"context"
	"encoding/pem"
	"strings"
	"testing"

	"handoffd"
	"handoffd/connectors"
	"handoffd/connectors/hubspot"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/transport"
	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/demo/world"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

const (
	salesforceURL = "http://127.0.0.1:1"
	hubspotURL    = "http://127.0.0.1:2"
)

func TestSalesforceSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Empty)
	c := w.Credentials.Salesforce
	for name, auth := range map[string]salesforce.Auth{
		"jwt":                {JWT: &salesforce.JWT{ClientID: c.ClientID, Username: c.Username, PrivateKey: c.Key}},
		"client credentials": {ClientCredentials: &salesforce.ClientCredentials{ClientID: c.ClientID, ClientSecret: c.ClientSecret}},
		"refresh":            {Refresh: &salesforce.Refresh{ClientID: c.ClientID, ClientSecret: c.ClientSecret, RefreshToken: c.RefreshToken}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := salesforce.New(salesforce.Config{
				LoginURL: salesforceURL, APIVersion: "67.0", Auth: auth, Clock: clock.NewFake(monday()).AutoAdvance(),
				HTTP: transport.Handler(w.Salesforce), TaskKeyField: "handoffd_Key__c",
			})
			if err != nil {
				t.Fatal(err)
			}
			id, err := client.Identify(context.Background())
			if err != nil || id.Username != c.Username {
				t.Errorf("signed in as %q, %v", id.Username, err)
			}
		})
	}
	text, err := c.KeyPEM()
	if block, rest := pem.Decode(text); err != nil || block == nil || block.Type != "PRIVATE KEY" || len(rest) > 0 {
		t.Errorf("the key file is no PEM block, %v", err)
	}
}

func TestHubSpotSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Empty)
	c := w.Credentials.HubSpot
	if !strings.HasPrefix(c.Token, "pat-na1-") {
		t.Errorf("the token does not look like HubSpot's")
	}
	for name, auth := range map[string]hubspot.Auth{
		"token": {Token: c.Token},
		"oauth": {OAuth: &hubspot.OAuth{ClientID: c.ClientID, ClientSecret: c.ClientSecret, RefreshToken: c.RefreshToken}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := hubspot.New(hubspot.Config{
				BaseURL: hubspotURL, Auth: auth, Clock: clock.NewFake(monday()).AutoAdvance(), HTTP: transport.Handler(w.HubSpot),
				Selection: connectors.Selection{Fields: map[connectors.Object][]string{connectors.Account: {"name"}}},
			})
			if err != nil {
				t.Fatal(err)
			}
			people, err := client.Users(context.Background())
			if err != nil || len(people) != len(w.People) {
				t.Errorf("HubSpot has %d owners, %v", len(people), err)
			}
			left := 0
			for _, p := range people {
				if !p.Active {
					left++
				}
			}
			if left != 1 {
				t.Errorf("%d of Acme's people have left", left)
			}
		})
	}
}

// TestFieldsFitTheExample asks both CRMs, through the real connectors, whether
// they have every field that the example config maps, with the texts that it
// would write.
func TestFieldsFitTheExample(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Empty)
	config, problems := app.Parse("config.example.yaml", handoffd.ExampleConfig)
	if problems.Failed() {
		t.Fatal(problems.Err())
	}
	m := config.Mapping
	sf, err := salesforce.New(salesforce.Config{
		LoginURL: salesforceURL, APIVersion: "67.0", Clock: clock.NewFake(monday()).AutoAdvance(), HTTP: transport.Handler(w.Salesforce),
		Auth:      salesforce.Auth{ClientCredentials: &salesforce.ClientCredentials{ClientID: w.Credentials.Salesforce.ClientID, ClientSecret: w.Credentials.Salesforce.ClientSecret}},
		Selection: engine.Selection(m, connectors.Salesforce), TaskKeyField: "handoffd_Key__c",
	})
	if err != nil {
		t.Fatal(err)
	}
	hs, err := hubspot.New(hubspot.Config{
		BaseURL: hubspotURL, Auth: hubspot.Auth{Token: w.Credentials.HubSpot.Token}, Clock: clock.NewFake(monday()).AutoAdvance(),
		HTTP: transport.Handler(w.HubSpot), Selection: engine.Selection(m, connectors.HubSpot),
	})
	if err != nil {
		t.Fatal(err)
	}
	for side, client := range map[mapping.Side]connectors.Describer{mapping.SalesforceSide: sf, mapping.HubSpotSide: hs} {
		schema, err := client.Describe(context.Background(), connectors.Account)
		if err != nil {
			t.Fatal(err)
		}
		for i := range m.Fields {
			checkField(t, &m.Fields[i], side, schema)
		}
	}
	task, err := sf.Describe(context.Background(), connectors.Task)
	if key := task.Fields["handoffd_Key__c"]; err != nil || !key.Unique || !key.ExternalID || key.Length != 255 {
		t.Errorf("the key of tasks is %+v, %v", key, err)
	}
}

func checkField(t *testing.T, f *mapping.Field, side mapping.Side, schema connectors.Schema) {
	t.Helper()
	name := f.Vendor[side]
	if name == "" {
		return
	}
	got, ok := schema.Fields[name]
	if !ok || f.Master != mapping.ReadOnly && !got.Writable {
		t.Errorf("%s: %s is there %t, writable %t", side.System(), name, ok, got.Writable)
		return
	}
	if !f.Lifecycle {
		return
	}
	options := map[string]bool{}
	for _, o := range got.Options {
		options[o.Value] = o.Active
	}
	for state, texts := range f.Values {
		if !options[texts[side]] || !got.Restricted {
			t.Errorf("%s: %s does not offer %q for %s (restricted %t)", side.System(), name, texts[side], state, got.Restricted)
		}
	}
}
