package salesforce_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/connectortest"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/salesforce/sandbox"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// TestConformance holds the connector to the contract against the sandbox, in
// an org with the unique task key and in one without.
func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, sandboxBench(true))
}

func TestConformanceWithoutTaskKey(t *testing.T) {
	t.Parallel()
	connectortest.RunWrites(t, sandboxBench(false))
}

// TestConformanceNotices breaks the connector and wants the suite to fail.
func TestConformanceNotices(t *testing.T) {
	t.Parallel()
	connectortest.RunSpoiled(t, sandboxBench(true))
}

func sandboxBench(keyed bool) connectortest.Bench {
	return connectortest.Bench{
		New:      func() (connectortest.Org, error) { return newSandboxOrg(keyed) },
		LoadPage: 2000, ChangePage: 2000,
		Words: connectortest.Words{
			Name: "Name", Note: "Note__c", Number: "Value__c", Flag: "MQA__c", When: "Seen__c", Scope: "Type", In: "Prospect", Out: "Other",
			Numbers:     []string{"0", "0.01", "-3.5", "1000000", "139000000", "9999999999.99", "15000"},
			PoisonField: "Short__c", Poison: connectors.TextValue(strings.Repeat("x", 41)),
			Person: "LastName", Mail: "Email", SubjectMost: 255, TextMost: 32000,
		},
	}
}

// sandboxOrg is an org in the sandbox, on a clock that jumps.
type sandboxOrg struct {
	org    *sandbox.Server
	clock  *clock.Fake
	wire   *connectortest.Wire
	people []connectortest.Person
}

func newSandboxOrg(keyed bool) (*sandboxOrg, error) {
	fake := clock.NewFake(sandboxStart).AutoAdvance()
	o := &sandboxOrg{clock: fake, org: sandbox.New(sandbox.Options{Clock: fake, DailyLimit: 1_000_000})}
	o.wire = connectortest.NewWire(transport.Handler(o.org))
	o.org.AddApp(sandbox.App{ClientID: "app", ClientSecret: sandboxSecret, Username: "integration@sandbox.example"})
	err := errors.Join(
		o.org.AddField("Account", sandbox.Field{Name: "Note__c", Label: "Note", Type: "textarea", Length: 255}),
		o.org.AddField("Account", sandbox.Field{Name: "Short__c", Label: "Short", Type: "string", Length: 40}),
		o.org.AddField("Account", sandbox.Field{Name: "MQA__c", Label: "MQA", Type: "boolean"}),
		o.org.AddField("Account", sandbox.Field{Name: "Value__c", Label: "Value", Type: "currency", Precision: 18, Scale: 2}),
		o.org.AddField("Account", sandbox.Field{Name: "Seen__c", Label: "Seen", Type: "datetime"}),
	)
	if keyed {
		err = errors.Join(err, o.org.AddField("Activity", sandbox.Field{
			Name: keyField, Label: "handoffd key", Type: "string", Length: 255, Unique: true, CaseSensitive: true, ExternalID: true,
		}))
	}
	return o, errors.Join(err, o.hire())
}

const sandboxSecret = "s3cret-of-the-app-9f8e7d6c"

// hire makes an active and an inactive user.
func (o *sandboxOrg) hire() error {
	_, rows, err := o.org.Query("SELECT ProfileId FROM User LIMIT 1", false)
	if err != nil || len(rows) == 0 {
		return fmt.Errorf("looking for a profile: %w", err)
	}
	for name, active := range map[string]bool{"jo": true, "al": false} {
		p := connectortest.Person{Email: name + "@acme.example", Active: active}
		p.ID, err = o.org.Insert("User", map[string]any{
			"LastName": name, "Username": p.Email, "Email": p.Email, "Alias": name, "IsActive": active, "ProfileId": rows[0][0],
			"TimeZoneSidKey": "America/New_York", "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
		})
		if err != nil {
			return err
		}
		o.people = append(o.people, p)
	}
	return nil
}

// Connect makes a connector by the client credentials flow.
func (o *sandboxOrg) Connect(s connectortest.Setup) (connectors.Connector, error) {
	cfg := salesforce.Config{
		LoginURL:  "http://salesforce.test",
		Auth:      salesforce.Auth{ClientCredentials: &salesforce.ClientCredentials{ClientID: "app", ClientSecret: sandboxSecret}},
		Selection: connectors.Selection{Fields: s.Fields, Optional: s.Optional, Outside: s.Outside}, Clock: o.clock, HTTP: o.wire, Logger: s.Logger,
	}
	if s.Scoped {
		cfg.Where = "Type != 'Other'"
	}
	return salesforce.New(cfg)
}

func (o *sandboxOrg) Wire() *connectortest.Wire { return o.wire }
func (o *sandboxOrg) Now() time.Time            { return o.clock.Now() }
func (o *sandboxOrg) Pass(d time.Duration)      { o.clock.Advance(d) }
func (o *sandboxOrg) Secrets() []string         { return []string{sandboxSecret} }
func (o *sandboxOrg) Close() error              { return nil }

func sfName(o connectors.Object) string {
	return map[connectors.Object]string{connectors.Account: "Account", connectors.Contact: "Contact", connectors.Task: "Task"}[o]
}

// plain turns the suite's values into those of the sandbox.
func plain(fields map[string]connectors.Value) map[string]any {
	out := make(map[string]any, len(fields))
	for name, v := range fields {
		switch v.Kind() {
		case connectors.Bool:
			out[name] = v.Bool()
		case connectors.Number:
			out[name] = json.Number(v.Text())
		case connectors.Time:
			out[name] = v.Time()
		case connectors.Text:
			out[name] = v.Text()
		default:
			out[name] = nil
		}
	}
	return out
}

func (o *sandboxOrg) Create(object connectors.Object, fields map[string]connectors.Value, accounts ...string) (string, error) {
	values := plain(fields)
	if len(accounts) > 0 {
		values["AccountId"] = accounts[0]
	}
	return o.org.Insert(sfName(object), values)
}

func (o *sandboxOrg) Change(_ connectors.Object, id string, fields map[string]connectors.Value) error {
	return o.org.Update(id, plain(fields))
}

func (o *sandboxOrg) Delete(_ connectors.Object, id string) error { return o.org.Delete(id) }

func (o *sandboxOrg) Get(_ connectors.Object, id string) (map[string]string, bool, error) {
	fields, ok := o.org.Get(id)
	return fields, ok, nil
}

// Activities lists tasks; a completed one is what the connector makes of a note.
func (o *sandboxOrg) Activities(object connectors.Object, account string) ([]connectortest.Activity, error) {
	_, rows, err := o.org.Query(activityQuery(object, account), false)
	var out []connectortest.Activity
	for _, row := range rows {
		out = append(out, connectortest.Activity{ID: row[0], Subject: row[1], Body: row[2], Owner: row[3]})
	}
	return out, err
}

func activityQuery(object connectors.Object, account string) string {
	return fmt.Sprintf("SELECT Id, Subject, Description, OwnerId FROM Task WHERE WhatId = '%s' AND IsClosed = %v", account, object == connectors.Note)
}

func (o *sandboxOrg) Merge(object connectors.Object, survivor, other string) (string, error) {
	return survivor, o.org.Merge(sfName(object), survivor, other)
}

// Trouble puts the sandbox's own fault in place.
func (o *sandboxOrg) Trouble(t connectortest.Trouble) error {
	f := sandbox.Fault{Count: t.Count}
	switch t.Where {
	case connectortest.Reads:
		f.Path = `^/services/data/v[0-9.]+/(query|composite$|jobs)`
	case connectortest.Updates:
		f.Path, f.Method = `/composite/sobjects`, "PATCH"
	case connectortest.Creates:
		f.Path, f.Method = `/composite/sobjects`, "POST"
	case connectortest.Alerts:
		f.Path = `/actions/`
	default:
		f.Path = `^/services/(data/v|oauth2/userinfo)`
	}
	switch t.Kind {
	case connectortest.Outage:
		f.Action, f.Status, f.Code, f.Message = "status", 503, "SERVER_UNAVAILABLE", "Server is too busy"
	case connectortest.Throttled:
		f.Action, f.Status, f.Code, f.Message = "status", 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."
	case connectortest.AlertRefused:
		f.Action, f.Status = "status", 200
		f.Body = `[{"actionName":"emailSimple","errors":[{"statusCode":"UNKNOWN_EXCEPTION","message":"no","fields":[]}],"isSuccess":false,"outputValues":null}]`
	case connectortest.RowLock:
		f.Action, f.Record = "row_lock", 1
	default:
		f.Action = map[connectortest.Kind]string{
			connectortest.DropBefore: "drop_before", connectortest.DropAfter: "drop_after", connectortest.ExpiredToken: "expired_token",
			connectortest.Malformed: "malformed_body", connectortest.Truncated: "truncated_body", connectortest.HTML: "html_body",
		}[t.Kind]
	}
	_, err := o.org.AddFault(f)
	return err
}

func (o *sandboxOrg) Calm()                          { o.org.RemoveFaults("") }
func (o *sandboxOrg) People() []connectortest.Person { return o.people }

// Told lists e-mails, notifications and alerts that became tasks.
func (o *sandboxOrg) Told() ([]connectortest.Told, error) {
	var out []connectortest.Told
	for _, a := range o.org.Alerts() {
		for _, to := range a.Recipients {
			out = append(out, connectortest.Told{To: to, Title: a.Title, Body: a.Body})
		}
	}
	_, rows, err := o.org.Query("SELECT OwnerId, Subject, Description FROM Task", false)
	for _, row := range rows {
		out = append(out, connectortest.Told{To: row[0], Title: row[1], Body: row[2]})
	}
	return out, err
}

func (o *sandboxOrg) Writes(_ connectors.Object, id string) int {
	return o.org.Calls().Records[id].Updates
}

// TestConformanceRemote runs the suite as it runs on a real org, over the
// vendor's own API only. With HANDOFFD_TEST_SALESFORCE_URL, _CLIENT_ID,
// _USERNAME and _KEY_FILE (a PEM private key for the JWT bearer flow) set it
// is a real one; without them it is the sandbox. What it makes is named
// "handoffd test …" and removed again.
func TestConformanceRemote(t *testing.T) {
	b := connectortest.Bench{
		Real: true, LoadPage: 2000, ChangePage: 2000,
		New: func() (connectortest.Org, error) { return newRemoteSandbox() },
		Words: connectortest.Words{
			Name: "Name", Note: "Description", Number: "AnnualRevenue", Scope: "Type", In: "Prospect", Out: "Other",
			Numbers: []string{"0", "1000000", "-3"}, PoisonField: "Phone", Poison: connectors.TextValue(strings.Repeat("5", 41)),
			Person: "LastName", Mail: "Email", SubjectMost: 255, TextMost: 32000,
		},
	}
	if url := os.Getenv("HANDOFFD_TEST_SALESFORCE_URL"); url != "" {
		key, err := readKey(os.Getenv("HANDOFFD_TEST_SALESFORCE_KEY_FILE"))
		if err != nil {
			t.Fatal(err)
		}
		auth := salesforce.Auth{JWT: &salesforce.JWT{
			ClientID: os.Getenv("HANDOFFD_TEST_SALESFORCE_CLIENT_ID"), Username: os.Getenv("HANDOFFD_TEST_SALESFORCE_USERNAME"), PrivateKey: key,
		}}
		b.New = func() (connectortest.Org, error) {
			return openRemote(url, auth, http.DefaultTransport, clock.System{}, nil)
		}
	} else {
		t.Log("HANDOFFD_TEST_SALESFORCE_URL is not set: the sandbox stands in for the real org")
	}
	connectortest.Run(t, b)
}

func readKey(path string) (*rsa.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading HANDOFFD_TEST_SALESFORCE_KEY_FILE: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("reading HANDOFFD_TEST_SALESFORCE_KEY_FILE: it holds no PEM block")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, errors.New("reading HANDOFFD_TEST_SALESFORCE_KEY_FILE: it holds no RSA private key")
	}
	return key, nil
}

func newRemoteSandbox() (*remoteOrg, error) {
	o, err := newSandboxOrg(true)
	if err != nil {
		return nil, err
	}
	auth := salesforce.Auth{ClientCredentials: &salesforce.ClientCredentials{ClientID: "app", ClientSecret: sandboxSecret}}
	return openRemote("http://salesforce.test", auth, transport.Handler(o.org), o.clock, []string{sandboxSecret})
}

// remoteOrg is an org behind its REST API.
type remoteOrg struct {
	*connectortest.Remote
	url     string
	auth    salesforce.Auth
	clock   clock.Clock
	secrets []string
}

func openRemote(url string, auth salesforce.Auth, base http.RoundTripper, c clock.Clock, secrets []string) (*remoteOrg, error) {
	o := &remoteOrg{Remote: connectortest.NewRemote(base, c), url: url, auth: auth, clock: c, secrets: secrets}
	first, err := o.Connect(connectortest.Setup{})
	if err != nil {
		return nil, err
	}
	return o, o.SignIn(first)
}

// Connect makes a connector.
func (o *remoteOrg) Connect(s connectortest.Setup) (connectors.Connector, error) {
	cfg := salesforce.Config{
		LoginURL: o.url, Auth: o.auth, Selection: connectors.Selection{Fields: s.Fields, Optional: s.Optional, Outside: s.Outside}, Clock: o.clock, HTTP: o.Wire(), Logger: s.Logger,
		SettleEvery: 30 * time.Second,
	}
	if s.Scoped {
		cfg.Where = "Type != 'Other'"
	}
	return salesforce.New(cfg)
}

func (o *remoteOrg) Secrets() []string { return o.secrets }
func (o *remoteOrg) Close() error      { return o.Remove(o) }

const restPath = "/services/data/v" + salesforce.DefaultAPIVersion

func (o *remoteOrg) row(object connectors.Object, id string) string {
	if object == connectors.Note {
		object = connectors.Task
	}
	return restPath + "/sobjects/" + sfName(object) + "/" + id
}

func (o *remoteOrg) Create(object connectors.Object, fields map[string]connectors.Value, accounts ...string) (string, error) {
	values := plain(fields)
	if len(accounts) > 0 {
		values["AccountId"] = accounts[0]
	}
	var made struct{ ID string }
	if err := o.Do("POST", restPath+"/sobjects/"+sfName(object), values, &made); err != nil {
		return "", err
	}
	o.Made(object, made.ID)
	return made.ID, nil
}

func (o *remoteOrg) Change(object connectors.Object, id string, fields map[string]connectors.Value) error {
	return o.Do("PATCH", o.row(object, id), plain(fields), nil)
}

func (o *remoteOrg) Delete(object connectors.Object, id string) error {
	return o.Do("DELETE", o.row(object, id), nil, nil)
}

func (o *remoteOrg) Get(object connectors.Object, id string) (map[string]string, bool, error) {
	var row map[string]any
	if err := o.Do("GET", o.row(object, id), nil, &row); err != nil {
		if connectortest.NotFound(err) {
			return nil, false, nil
		}
		return nil, false, err
	}
	out := make(map[string]string)
	for name, v := range row {
		if v != nil {
			out[name] = fmt.Sprint(v)
		}
	}
	return out, true, nil
}

func (o *remoteOrg) Activities(object connectors.Object, account string) ([]connectortest.Activity, error) {
	var reply struct {
		Records []struct{ ID, Subject, Description, OwnerID string }
	}
	err := o.Do("GET", restPath+"/query?q="+url.QueryEscape(activityQuery(object, account)), nil, &reply)
	var out []connectortest.Activity
	for _, r := range reply.Records {
		out = append(out, connectortest.Activity{ID: r.ID, Subject: r.Subject, Body: r.Description, Owner: r.OwnerID})
	}
	return out, err
}
