package doctor_test

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
	"handoffd/internal/engine"
	"handoffd/internal/yamlpos"
)

var start = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

const token = "pat-na1-11111111-2222-3333-4444-555555555555"

// rig is two sandboxes, called in process, and the example config for them.
type rig struct {
	t      *testing.T
	clock  *clock.Fake
	org    *salesforce.Server
	portal *hubspot.Server
	token  string
	edit   [][2]string // replacements in the config
	wrap   func(connectors.Connector) connectors.Connector
	ways   []engine.Channel
}

func newRig(t *testing.T) *rig {
	t.Helper()
	fake := clock.NewFake(start).AutoAdvance()
	r := &rig{
		t: t, clock: fake, token: token,
		org: salesforce.New(salesforce.Options{Clock: fake, OrgName: "Acme"}), portal: hubspot.New(hubspot.Options{Clock: fake}),
		edit: [][2]string{
			{"login_url: https://login.salesforce.com", "login_url: http://127.0.0.1:1"},
			{`jwt: {client_id: "${SF_CLIENT_ID}", username: sync@acme.example, private_key_file: secrets/sf.key}`, `client_credentials: {client_id: app, client_secret: "${SECRET}"}`},
			{"base_url: https://api.hubapi.com", "base_url: http://127.0.0.1:2"},
		},
	}
	r.org.AddApp(salesforce.App{ClientID: "app", ClientSecret: "secret", Username: "integration@sandbox.example"})
	r.portal.AddToken(hubspot.Token{Value: token})
	return r
}

// people adds the persons whom the example config names.
func (r *rig) people() *rig {
	for _, email := range []string{"manager@acme.example", "sdr.lead@acme.example", "ae.lead@acme.example"} {
		r.person(email, true)
	}
	return r
}

func (r *rig) person(email string, active bool) {
	r.t.Helper()
	first, _, _ := strings.Cut(email, "@")
	_, profiles, err := r.org.Query("SELECT Id FROM Profile WHERE Name = 'Standard User'", false)
	if err != nil || len(profiles) == 0 {
		r.t.Fatal("no profile", err)
	}
	if _, err := r.org.Insert("User", map[string]any{
		"Username": email, "FirstName": first, "LastName": "Person", "Email": email, "Alias": first[:2], "ProfileId": profiles[0][0], "IsActive": active,
	}); err != nil {
		r.t.Fatal(err)
	}
	r.portal.AddOwner(hubspot.Owner{Email: email, FirstName: first, LastName: "Person", Archived: !active})
}

// fields adds everything that the example config maps.
func (r *rig) fields() *rig {
	r.t.Helper()
	for _, f := range exampleFields() {
		r.field("Account", f)
	}
	r.field("Activity", salesforce.Field{Name: "handoffd_Key__c", Label: "Key", Type: "string", Length: 255, Unique: true, CaseSensitive: true, ExternalID: true})
	for _, p := range exampleProperties() {
		r.property("companies", p)
	}
	if _, err := r.org.Insert("CustomNotificationType", map[string]any{"DeveloperName": "handoffd_Alert", "MasterLabel": "Alert", "CustomNotifTypeName": "Alert", "Desktop": true, "Mobile": true}); err != nil {
		r.t.Fatal(err)
	}
	return r
}

func (r *rig) field(object string, f salesforce.Field) {
	r.t.Helper()
	if err := r.org.AddField(object, f); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) property(object string, p hubspot.Property) {
	r.t.Helper()
	if err := r.portal.AddProperty(object, p); err != nil {
		r.t.Fatal(err)
	}
}

// config loads the example config with the rig's replacements.
func (r *rig) config() *app.Config {
	r.t.Helper()
	text := string(handoffd.ExampleConfig)
	for _, e := range r.edit {
		if !strings.Contains(text, e[0]) {
			r.t.Fatalf("the example config has no %q", e[0])
		}
		text = strings.Replace(text, e[0], e[1], 1)
	}
	config, problems := app.Parse(filepath.Join(r.t.TempDir(), "config.yaml"), []byte(text))
	if problems.Failed() {
		r.t.Fatal(problems.Err())
	}
	return config
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

func (r *rig) connect(config *app.Config) []connectors.Connector {
	r.t.Helper()
	clients, err := app.Connectors(config, &yamlpos.Collector{}, r.env())
	if err != nil {
		r.t.Fatal(err)
	}
	for i := range clients {
		if r.wrap != nil {
			clients[i] = r.wrap(clients[i])
		}
	}
	return clients
}

func (r *rig) examine() doctor.Report {
	r.t.Helper()
	config := r.config()
	return r.examineBy(config, r.connect(config))
}

func (r *rig) examineBy(config *app.Config, clients []connectors.Connector) doctor.Report {
	r.t.Helper()
	report := doctor.Examine(r.t.Context(), doctor.Options{
		Connectors: clients, Policy: config.Policy, Clock: r.clock, Channels: r.ways,
		TaskKey:    map[connectors.System]string{connectors.Salesforce: config.Salesforce.TaskKeyField, connectors.HubSpot: config.HubSpot.TaskKeyProperty},
		AccountKey: map[connectors.System]string{connectors.Salesforce: config.Salesforce.AccountKeyField, connectors.HubSpot: config.HubSpot.AccountKeyProperty},
		Polling: map[connectors.System]doctor.Polling{
			connectors.Salesforce: {PollEvery: config.Salesforce.PollEvery, SettleEvery: config.Salesforce.SettleEvery},
			connectors.HubSpot:    {PollEvery: config.HubSpot.PollEvery, SettleEvery: config.HubSpot.SettleEvery},
		},
	})
	fixed(r.t, report)
	return report
}

// fixed demands a way out of everything that is not fine.
func fixed(t *testing.T, r doctor.Report) {
	t.Helper()
	for _, f := range r.Findings {
		if f.Status != doctor.OK && f.Fix == "" {
			t.Errorf("no fix for %+v", f)
		}
	}
}

func statuses() []string {
	return []string{
		"Marketing nurture", "Ready for sales", "Sales working", "Sales engaged", "Opportunity", "Sales development in progress", "SDR declined",
		"Declined by sales, nurture mode", "Hibernation", "Disputed", "Won", "Lost",
	}
}

func exampleFields() []salesforce.Field {
	status := salesforce.Field{Name: "MQA_Status__c", Label: "MQA Status", Type: "picklist", Restricted: true}
	for _, s := range statuses() {
		status.Values = append(status.Values, salesforce.Option{Value: s})
	}
	return []salesforce.Field{
		{Name: "Target_Account__c", Type: "boolean"}, {Name: "Account_Fit__c", Type: "boolean"},
		{Name: "Fit_Score__c", Type: "double", Precision: 4, Scale: 2}, {Name: "Intent_Score__c", Type: "double", Precision: 5, Scale: 2},
		{Name: "Estimated_ACV__c", Type: "currency", Precision: 18, Scale: 2}, {Name: "MQA__c", Type: "boolean"}, status,
		{Name: "Do_Not_Contact__c", Type: "boolean"},
		{Name: "Engagement__c", Label: "Engagement", Type: "picklist", Restricted: true, Values: []salesforce.Option{{Value: "Responsive"}, {Value: "Unresponsive"}, {Value: "Converted"}}},
		{Name: "Return_Reason__c", Label: "Return Reason", Type: "string", Length: 255},
		{Name: "Not_Before__c", Label: "Not Before", Type: "date"},
		{Name: "Dispute__c", Label: "Dispute", Type: "boolean"},
		{Name: "Verdict__c", Label: "Verdict", Type: "picklist", Restricted: true, Values: []salesforce.Option{{Value: "Sales"}, {Value: "Nurture"}}},
		{Name: "Content_Request__c", Label: "Content Request", Type: "string", Length: 255},
		{Name: "Sales_Rating__c", Label: "Sales Rating", Type: "double", Precision: 4, Scale: 2},
		{Name: "Last_Marketing_Contact__c", Label: "Last Marketing Contact", Type: "date"},
		{Name: "Nurture_Paused__c", Label: "Nurture Paused", Type: "boolean"},
		{Name: "Sales_Touches__c", Label: "Sales Touches", Type: "double", Precision: 8, Scale: 2},
		{Name: "Last_Sales_Touch__c", Label: "Last Sales Touch", Type: "datetime"},
		{Name: "Sales_Meetings__c", Label: "Sales Meetings", Type: "double", Precision: 8, Scale: 2},
		{Name: "Last_Meeting__c", Label: "Last Meeting", Type: "datetime"},
		{Name: "Sales_Emails__c", Label: "Sales Emails", Type: "double", Precision: 8, Scale: 2},
		{Name: "Last_Email__c", Label: "Last Email", Type: "datetime"},
	}
}

func exampleProperties() []hubspot.Property {
	status := hubspot.Property{Name: "mqa_status", Type: "enumeration", FieldType: "select"}
	for i, s := range statuses() {
		status.Options = append(status.Options, hubspot.PropertyOption{Label: s, Value: s, DisplayOrder: i})
	}
	return []hubspot.Property{
		{Name: "account_fit", Type: "bool"}, {Name: "fit_score", Type: "number"}, {Name: "intent_score", Type: "number"},
		{Name: "intent_score_updated_at", Type: "datetime"}, {Name: "estimated_acv", Type: "number"}, {Name: "mqa", Type: "bool"}, status,
		{Name: "do_not_contact", Type: "bool"}, {Name: "salesforceaccountid"},
		{Name: "engagement", Label: "Engagement", Type: "enumeration", FieldType: "select", Options: []hubspot.PropertyOption{{Label: "Responsive", Value: "Responsive"}, {Label: "Unresponsive", Value: "Unresponsive", DisplayOrder: 1}, {Label: "Converted", Value: "Converted", DisplayOrder: 2}}},
		{Name: "return_reason", Label: "Return reason", Type: "string"},
		{Name: "not_before", Label: "Not before", Type: "date"},
		{Name: "dispute", Label: "Dispute", Type: "bool"},
		{Name: "verdict", Label: "Verdict", Type: "enumeration", FieldType: "select", Options: []hubspot.PropertyOption{{Label: "Sales", Value: "Sales"}, {Label: "Nurture", Value: "Nurture", DisplayOrder: 1}}},
		{Name: "content_request", Label: "Content request", Type: "string"},
		{Name: "sales_rating", Label: "Sales rating", Type: "number"},
		{Name: "last_marketing_contact", Label: "Last marketing contact", Type: "date"},
		{Name: "nurture_paused", Label: "Nurture paused", Type: "bool"},
		{Name: "sales_touches", Label: "Sales touches", Type: "number"},
		{Name: "last_sales_touch", Label: "Last sales touch", Type: "datetime"},
		{Name: "sales_meetings", Label: "Sales meetings", Type: "number"},
		{Name: "last_meeting", Label: "Last meeting", Type: "datetime"},
		{Name: "sales_emails", Label: "Sales emails", Type: "number"},
		{Name: "last_email", Label: "Last email", Type: "datetime"},
	}
}
