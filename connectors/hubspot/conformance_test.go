package hubspot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/connectortest"
	"handoffd/connectors/hubspot"
	"handoffd/connectors/hubspot/sandbox"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// TestConformance holds the connector to the contract against the sandbox: an
// OAuth app on the dated paths, in a portal whose tasks take no unique
// property and whose search index lags.
func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, sandboxBench(shape{lag: 20 * time.Second}))
}

// TestConformanceLegacy is a private app on the old paths, in a portal whose
// tasks take a unique property, whose search orders ids as texts, whose merges
// keep the primary's id and which refuses a batch whole for one wrong value.
func TestConformanceLegacy(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, sandboxBench(shape{version: hubspot.LegacyVersion, token: true, unique: true, unusual: true}))
}

// TestConformanceNotices breaks the connector and wants the suite to fail.
func TestConformanceNotices(t *testing.T) {
	t.Parallel()
	connectortest.RunSpoiled(t, sandboxBench(shape{}))
}

// shape is how a portal and the way into it differ.
type shape struct {
	version                string
	token, unique, unusual bool
	lag                    time.Duration
}

const (
	fixedToken   = "pat-na1-11111111-2222-3333-4444-555555555555"
	appSecret    = "9b1c4f7e-secret-of-the-app"
	refreshToken = "na1-refresh-0a1b2c3d4e5f"
)

func sandboxBench(s shape) connectortest.Bench {
	return connectortest.Bench{
		New:      func() (connectortest.Org, error) { return newSandboxOrg(s) },
		LoadPage: 100, ChangePage: 200, FixedToken: s.token,
		Words: connectortest.Words{
			Name: "name", Note: "note", Number: "worth", Flag: "mqa", When: "seen_at", Scope: "type", In: "PROSPECT", Out: "PARTNER",
			Numbers:     []string{"0", "0.01", "-3.5", "1000000", "139000000", "9999999999.99", "0.1", "12345678901.25"},
			PoisonField: "industry", Poison: connectors.TextValue("NO_SUCH_INDUSTRY"),
			Person: "lastname", Mail: "email", TextOnly: true, KeepsEmpty: true, SubjectMost: 65_536, TextMost: 65_536,
		},
	}
}

// sandboxOrg is a portal in the sandbox, on a clock that jumps.
type sandboxOrg struct {
	shape
	hub    *sandbox.Server
	clock  *clock.Fake
	wire   *connectortest.Wire
	people []connectortest.Person
}

func newSandboxOrg(s shape) (*sandboxOrg, error) {
	fake := clock.NewFake(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)).AutoAdvance()
	o := &sandboxOrg{shape: s, clock: fake}
	o.hub = sandbox.New(sandbox.Options{
		Clock: fake, TextOrderedIDs: s.unusual, TaskUniqueProperties: s.unique, IndexLag: s.lag, MergeKeepsID: s.unusual, WholeUpdates: s.unusual, DailyLimit: 10_000_000,
	})
	o.wire = connectortest.NewWire(transport.Handler(o.hub))
	o.hub.AddToken(sandbox.Token{Value: fixedToken})
	o.hub.AddApp(sandbox.App{ClientID: "id", ClientSecret: appSecret, RefreshToken: refreshToken})
	var err error
	for name, kind := range map[string][2]string{
		"note": {"string", "textarea"}, "worth": {"number", "number"}, "mqa": {"bool", "booleancheckbox"}, "seen_at": {"datetime", "date"},
	} {
		p := sandbox.Property{Name: name, Label: name, Type: kind[0], FieldType: kind[1]}
		if kind[0] == "bool" {
			p.Options = []sandbox.PropertyOption{{Label: "Yes", Value: "true"}, {Label: "No", Value: "false"}}
		}
		err = errors.Join(err, o.hub.AddProperty("companies", p))
	}
	if s.unique {
		for _, object := range []string{"tasks", "notes"} {
			err = errors.Join(err, o.hub.AddProperty(object, sandbox.Property{Name: hubspot.DefaultTaskKeyProperty, HasUniqueValue: true}))
		}
	}
	for name, active := range map[string]bool{"jo": true, "al": false} {
		mail := name + "@acme.example"
		id := o.hub.AddOwner(sandbox.Owner{Email: mail, FirstName: name, Archived: !active})
		o.people = append(o.people, connectortest.Person{ID: id, Email: mail, Active: active})
	}
	return o, err
}

// Connect makes a connector with the credential of the shape.
func (o *sandboxOrg) Connect(s connectortest.Setup) (connectors.Connector, error) {
	cfg := hubspot.Config{
		BaseURL: "https://api.hubspot.test", APIVersion: o.version, Clock: o.clock, HTTP: o.wire, Logger: s.Logger,
		Selection: connectors.Selection{Fields: s.Fields, Optional: s.Optional, Outside: s.Outside},
		Auth:      hubspot.Auth{OAuth: &hubspot.OAuth{ClientID: "id", ClientSecret: appSecret, RefreshToken: refreshToken}},
	}
	if o.token {
		cfg.Auth = hubspot.Auth{Token: fixedToken}
	}
	if s.Scoped {
		cfg.Where = []hubspot.Filter{{Property: "type", Operator: hubspot.NEQ, Value: "PARTNER"}}
	}
	return hubspot.New(cfg)
}

func (o *sandboxOrg) Wire() *connectortest.Wire { return o.wire }
func (o *sandboxOrg) Now() time.Time            { return o.clock.Now() }
func (o *sandboxOrg) Pass(d time.Duration)      { o.clock.Advance(d) }
func (o *sandboxOrg) Secrets() []string         { return []string{fixedToken, appSecret, refreshToken} }
func (o *sandboxOrg) Close() error              { return nil }

func plural(o connectors.Object) string {
	return map[connectors.Object]string{
		connectors.Account: "companies", connectors.Contact: "contacts", connectors.Task: "tasks", connectors.Note: "notes",
	}[o]
}

// plain turns the suite's values into HubSpot's texts.
func plain(fields map[string]connectors.Value) map[string]string {
	out := make(map[string]string, len(fields))
	for name, v := range fields {
		switch v.Kind() {
		case connectors.Time:
			out[name] = v.Time().Format("2006-01-02T15:04:05.000Z")
		case connectors.Null:
			out[name] = ""
		default:
			out[name] = v.String()
		}
	}
	return out
}

func (o *sandboxOrg) Create(object connectors.Object, fields map[string]connectors.Value, accounts ...string) (string, error) {
	var links []sandbox.Association
	for _, account := range accounts {
		links = append(links, sandbox.Association{To: account, Object: "companies"})
	}
	return o.hub.Insert(plural(object), plain(fields), links...)
}

func (o *sandboxOrg) Change(object connectors.Object, id string, fields map[string]connectors.Value) error {
	return o.hub.Set(plural(object), id, plain(fields))
}

func (o *sandboxOrg) Delete(object connectors.Object, id string) error {
	return o.hub.Archive(plural(object), id)
}

// Get finds a record that lives under this very id: the sandbox itself gives
// the survivor for an id that was merged away, and archived records too.
func (o *sandboxOrg) Get(object connectors.Object, id string) (map[string]string, bool, error) {
	values, ok := o.hub.Get(plural(object), id)
	if !ok || values["hs_object_id"] != id || !slices.Contains(o.hub.IDs(plural(object)), id) {
		return nil, false, nil
	}
	return values, true, nil
}

func (o *sandboxOrg) Activities(object connectors.Object, account string) ([]connectortest.Activity, error) {
	ids, err := o.hub.Associated("companies", account, plural(object))
	var out []connectortest.Activity
	for _, id := range ids {
		out = append(out, o.activity(object, id))
	}
	return out, err
}

func (o *sandboxOrg) activity(object connectors.Object, id string) connectortest.Activity {
	values, _ := o.hub.Get(plural(object), id)
	if object == connectors.Note {
		return connectortest.Activity{ID: id, Body: values["hs_note_body"], Owner: values["hubspot_owner_id"]}
	}
	return connectortest.Activity{ID: id, Subject: values["hs_task_subject"], Body: values["hs_task_body"], Owner: values["hubspot_owner_id"]}
}

func (o *sandboxOrg) Merge(object connectors.Object, survivor, other string) (string, error) {
	return o.hub.Merge(plural(object), survivor, other)
}

// Trouble puts the sandbox's own fault in place.
func (o *sandboxOrg) Trouble(t connectortest.Trouble) error {
	f := sandbox.Fault{Count: t.Count, Path: map[connectortest.Where]string{
		connectortest.Anywhere: `^/(crm|account-info)`, connectortest.Reads: `^/crm/.*(companies|contacts)`,
		connectortest.Updates: `/batch/update`, connectortest.Creates: `/tasks/batch/create`, connectortest.Alerts: `/tasks/batch/create`,
	}[t.Where]}
	switch t.Kind {
	case connectortest.Outage:
		f.Kind, f.Status = sandbox.Status, 503
	case connectortest.Throttled:
		f.Kind, f.Policy = sandbox.RateLimit, "TEN_SECONDLY_ROLLING"
	case connectortest.AlertRefused:
		f.Kind, f.Inputs = sandbox.Partial, []int{0}
	default:
		f.Kind = map[connectortest.Kind]string{
			connectortest.DropBefore: sandbox.DropBefore, connectortest.DropAfter: sandbox.DropAfter,
			connectortest.ExpiredToken: sandbox.ExpiredToken, connectortest.Malformed: sandbox.Malformed,
			connectortest.Truncated: sandbox.Truncated, connectortest.HTML: sandbox.HTML, connectortest.RowLock: sandbox.Locked,
		}[t.Kind]
	}
	if f.Kind == "" || f.Path == "" {
		return fmt.Errorf("making trouble: the sandbox has no %s %s", t.Kind, t.Where)
	}
	_, err := o.hub.AddFault(f)
	return err
}

func (o *sandboxOrg) Calm()                          { o.hub.ClearFaults() }
func (o *sandboxOrg) People() []connectortest.Person { return o.people }

// Told lists the tasks that have an owner: that is what an alert is here.
func (o *sandboxOrg) Told() ([]connectortest.Told, error) {
	var out []connectortest.Told
	for _, id := range o.hub.IDs("tasks") {
		a := o.activity(connectors.Task, id)
		if a.Owner != "" {
			out = append(out, connectortest.Told{To: a.Owner, Title: a.Subject, Body: strings.ReplaceAll(a.Body, "<p>", "")})
		}
	}
	return out, nil
}

func (o *sandboxOrg) Writes(object connectors.Object, id string) int {
	for _, r := range o.hub.Calls().Records {
		if r.Object == plural(object) && r.ID == id {
			return int(r.Writes)
		}
	}
	return 0
}

// TestConformanceRemote runs the suite as it runs on a real portal, over the
// vendor's own API only. With HANDOFFD_TEST_HUBSPOT_TOKEN set (a private app's
// or service key's token) it is a real one; without it, the sandbox. What it
// makes is named "handoffd test …" and removed again.
func TestConformanceRemote(t *testing.T) {
	b := connectortest.Bench{
		Real: true, LoadPage: 100, ChangePage: 200, FixedToken: true,
		New: func() (connectortest.Org, error) { return newRemoteSandbox() },
		Words: connectortest.Words{
			Name: "name", Note: "description", Number: "annualrevenue", Scope: "type", In: "PROSPECT", Out: "PARTNER",
			Numbers: []string{"0", "0.01", "1000000", "-3.5"}, PoisonField: "industry", Poison: connectors.TextValue("NO_SUCH_INDUSTRY"),
			Person: "lastname", Mail: "email", TextOnly: true, KeepsEmpty: true, SubjectMost: 65_536, TextMost: 65_536,
		},
	}
	if token := os.Getenv("HANDOFFD_TEST_HUBSPOT_TOKEN"); token != "" {
		b.New = func() (connectortest.Org, error) {
			return openRemote(hubspot.DefaultBaseURL, token, http.DefaultTransport, clock.System{})
		}
	} else {
		t.Log("HANDOFFD_TEST_HUBSPOT_TOKEN is not set: the sandbox stands in for the real portal")
	}
	connectortest.Run(t, b)
}

func newRemoteSandbox() (*remoteOrg, error) {
	o, err := newSandboxOrg(shape{})
	if err != nil {
		return nil, err
	}
	return openRemote("https://api.hubspot.test", fixedToken, transport.Handler(o.hub), o.clock)
}

// remoteOrg is a portal behind its API.
type remoteOrg struct {
	*connectortest.Remote
	url, token string
	clock      clock.Clock
}

func openRemote(url, token string, base http.RoundTripper, c clock.Clock) (*remoteOrg, error) {
	o := &remoteOrg{Remote: connectortest.NewRemote(base, c), url: url, token: token, clock: c}
	first, err := o.Connect(connectortest.Setup{})
	if err != nil {
		return nil, err
	}
	return o, o.SignIn(first)
}

// Connect makes a connector that settles soon, so that nobody waits for long.
func (o *remoteOrg) Connect(s connectortest.Setup) (connectors.Connector, error) {
	cfg := hubspot.Config{
		BaseURL: o.url, Auth: hubspot.Auth{Token: o.token}, Clock: o.clock, HTTP: o.Wire(), Logger: s.Logger,
		Selection: connectors.Selection{Fields: s.Fields, Optional: s.Optional, Outside: s.Outside}, SettleEvery: 30 * time.Second, IndexLag: 15 * time.Second,
	}
	if s.Scoped {
		cfg.Where = []hubspot.Filter{{Property: "type", Operator: hubspot.NEQ, Value: "PARTNER"}}
	}
	return hubspot.New(cfg)
}

func (o *remoteOrg) Secrets() []string { return []string{o.token} }
func (o *remoteOrg) Close() error      { return o.Remove(o) }

func (o *remoteOrg) row(object connectors.Object, id string) string {
	return "/crm/v3/objects/" + plural(object) + "/" + id
}

func (o *remoteOrg) Create(object connectors.Object, fields map[string]connectors.Value, accounts ...string) (string, error) {
	var made struct{ ID string }
	if err := o.Do("POST", "/crm/v3/objects/"+plural(object), map[string]any{"properties": plain(fields)}, &made); err != nil {
		return "", err
	}
	o.Made(object, made.ID)
	for _, account := range accounts {
		if err := o.Do("PUT", "/crm/v4/objects/contacts/"+made.ID+"/associations/default/companies/"+account, nil, nil); err != nil {
			return "", err
		}
	}
	return made.ID, nil
}

func (o *remoteOrg) Change(object connectors.Object, id string, fields map[string]connectors.Value) error {
	return o.Do("PATCH", o.row(object, id), map[string]any{"properties": plain(fields)}, nil)
}

func (o *remoteOrg) Delete(object connectors.Object, id string) error {
	return o.Do("DELETE", o.row(object, id), nil, nil)
}

func (o *remoteOrg) Get(object connectors.Object, id string) (map[string]string, bool, error) {
	var row struct {
		ID         string
		Properties map[string]any
	}
	properties := "name,description,annualrevenue,type,lastname,email,hs_task_subject,hs_task_body,hs_note_body,hubspot_owner_id"
	err := o.Do("GET", o.row(object, id)+"?properties="+properties, nil, &row)
	if connectortest.NotFound(err) || err == nil && row.ID != id {
		return nil, false, nil
	}
	out := make(map[string]string)
	for name, v := range row.Properties {
		if v != nil {
			out[name] = fmt.Sprint(v)
		}
	}
	return out, err == nil, err
}

func (o *remoteOrg) Activities(object connectors.Object, account string) ([]connectortest.Activity, error) {
	var links struct {
		Results []struct {
			To json.Number `json:"toObjectId"`
		}
	}
	if err := o.Do("GET", "/crm/v4/objects/companies/"+account+"/associations/"+plural(object)+"?limit=500", nil, &links); err != nil {
		return nil, err
	}
	var out []connectortest.Activity
	for _, link := range links.Results {
		values, there, err := o.Get(object, link.To.String())
		if err != nil {
			return nil, err
		}
		if there {
			body := values["hs_task_body"] + values["hs_note_body"]
			out = append(out, connectortest.Activity{ID: link.To.String(), Subject: values["hs_task_subject"], Body: body, Owner: values["hubspot_owner_id"]})
		}
	}
	return out, nil
}
