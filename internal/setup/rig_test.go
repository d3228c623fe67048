package setup_test

import (
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"handoffd"
	"handoffd/connectors"
	hubspot "handoffd/connectors/hubspot/sandbox"
	salesforce "handoffd/connectors/salesforce/sandbox"
	"handoffd/connectors/transport"
	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/doctor"
	"handoffd/internal/setup"
	"handoffd/internal/yamlpos"
)

const (
	integration = "integration@sandbox.example"
	token       = "pat-na1-11111111-2222-3333-4444-555555555555"
)

// rig is a bare org and a bare portal, called in process, and the example
// config for them.
type rig struct {
	t      *testing.T
	clock  *clock.Fake
	org    *salesforce.Server
	portal *hubspot.Server
	config *app.Config
	token  string
}

func newRig(t *testing.T, options hubspot.Options, edits ...[2]string) *rig {
	t.Helper()
	fake := clock.NewFake(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)).AutoAdvance()
	options.Clock = fake
	r := &rig{t: t, clock: fake, token: token, org: salesforce.New(salesforce.Options{Clock: fake}), portal: hubspot.New(options)}
	r.org.AddApp(salesforce.App{ClientID: "app", ClientSecret: "secret", Username: integration})
	r.portal.AddToken(hubspot.Token{Value: token})
	for _, email := range []string{"manager@acme.example", "sdr.lead@acme.example", "ae.lead@acme.example"} {
		r.user(email)
		r.portal.AddOwner(hubspot.Owner{Email: email, FirstName: email[:3], LastName: "Person"})
	}
	text := string(handoffd.ExampleConfig)
	for _, e := range append(edits, [][2]string{
		{"login_url: https://login.salesforce.com", "login_url: http://127.0.0.1:1"},
		{`jwt: {client_id: "${SF_CLIENT_ID}", username: sync@acme.example, private_key_file: secrets/sf.key}`, `client_credentials: {client_id: app, client_secret: "${SECRET}"}`},
		{"base_url: https://api.hubapi.com", "base_url: http://127.0.0.1:2"},
		{"    - {hubspot: salesforceaccountid, salesforce: Id}\n", ""}, // the portal has no Salesforce integration
		{"go_live: false", "go_live: true"},
		{"sqlite: data/handoffd.db", "sqlite: handoffd.db"},
	}...) {
		if !strings.Contains(text, e[0]) {
			t.Fatalf("the example config has no %q", e[0])
		}
		text = strings.Replace(text, e[0], e[1], 1)
	}
	config, problems := app.Parse(filepath.Join(t.TempDir(), "config.yaml"), []byte(text))
	if problems.Failed() {
		t.Fatal(problems.Err())
	}
	r.config = config
	return r
}

func (r *rig) user(email string) {
	r.t.Helper()
	_, profiles, err := r.org.Query("SELECT Id FROM Profile WHERE Name = 'Standard User'", false)
	if err != nil || len(profiles) == 0 {
		r.t.Fatal("no profile", err)
	}
	if _, err := r.org.Insert("User", map[string]any{
		"Username": email, "FirstName": email[:3], "LastName": "Person", "Email": email, "Alias": email[:3], "ProfileId": profiles[0][0], "IsActive": true,
	}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) env() app.Environment {
	return app.Environment{
		Clock: r.clock, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		LookupEnv: func(name string) (string, bool) {
			return map[string]string{"SECRET": "secret", "HUBSPOT_TOKEN": r.token}[name], true
		},
		HTTP: map[connectors.System]http.RoundTripper{
			connectors.Salesforce: transport.Handler(r.org), connectors.HubSpot: transport.Handler(r.portal),
		},
	}
}

// connect makes connectors as a new process would.
func (r *rig) connect() []connectors.Connector {
	r.t.Helper()
	clients, err := app.Connectors(r.config, &yamlpos.Collector{}, r.env())
	if err != nil {
		r.t.Fatal(err)
	}
	return clients
}

func (r *rig) keys() map[connectors.System]string {
	return map[connectors.System]string{
		connectors.Salesforce: r.config.Salesforce.TaskKeyField, connectors.HubSpot: r.config.HubSpot.TaskKeyProperty,
	}
}

func (r *rig) accountKeys() map[connectors.System]string {
	return map[connectors.System]string{
		connectors.Salesforce: r.config.Salesforce.AccountKeyField, connectors.HubSpot: r.config.HubSpot.AccountKeyProperty,
	}
}

func (r *rig) options(apply bool) setup.Options {
	return setup.Options{
		Connectors: r.connect(), Mapping: r.config.Mapping, TaskKey: r.keys(), AccountKey: r.accountKeys(),
		Notification: r.config.Salesforce.NotificationType, Apply: apply,
	}
}

func (r *rig) run(apply bool) setup.Report { return setup.Run(r.t.Context(), r.options(apply)) }

func (r *rig) examine() doctor.Report {
	polling := doctor.Polling{PollEvery: time.Minute, SettleEvery: 5 * time.Minute}
	return doctor.Examine(r.t.Context(), doctor.Options{
		Connectors: r.connect(), Policy: r.config.Policy, Clock: r.clock, TaskKey: r.keys(), AccountKey: r.accountKeys(),
		Polling: map[connectors.System]doctor.Polling{connectors.Salesforce: polling, connectors.HubSpot: polling},
	})
}

// writes counts the requests that are no reads, whatever became of them: all
// but GET, queries of the token endpoint aside.
func (r *rig) writes() int {
	n := 0
	for endpoint, count := range r.org.Calls().Endpoints {
		if method, path, _ := strings.Cut(endpoint, " "); method != "GET" && !strings.Contains(path, "oauth2") {
			n += count
		}
	}
	for _, e := range r.portal.Calls().Endpoints {
		if !strings.HasPrefix(e.Endpoint, "GET ") {
			n += int(e.Count)
		}
	}
	return n
}

// made counts what clients have made or changed over the two APIs: records,
// fields, properties and groups.
func (r *rig) made() int {
	n := 0
	for _, w := range r.org.Calls().Records {
		n += w.Inserts + w.Updates + w.Deletes
	}
	_, fields, err := r.org.Query("SELECT Id FROM CustomField", false)
	if err != nil {
		r.t.Fatal(err)
	}
	n += len(fields)
	for _, e := range r.portal.Calls().Endpoints {
		if strings.HasPrefix(e.Endpoint, "POST") && strings.Contains(e.Endpoint, "/properties/") || strings.HasPrefix(e.Endpoint, "PATCH") {
			n += int(e.Statuses["200"] + e.Statuses["201"])
		}
	}
	return n
}
