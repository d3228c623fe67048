package salesforce_test

import (
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/salesforce/sandbox"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// These tests run the connector against the sandbox, which is as strict as
// the vendor, with its handler called in process and all time on one clock.

const keyField = "handoffd_Key__c"

type world struct {
	t     *testing.T
	org   *sandbox.Server
	clock *clock.Fake
	c     *salesforce.Client
}

// newWorld makes an org with our fields, and a connector that reads accounts
// and contacts.
func newWorld(t *testing.T, keyed bool, change func(*salesforce.Config)) *world {
	t.Helper()
	fake := clock.NewFake(sandboxStart).AutoAdvance()
	org := sandbox.New(sandbox.Options{Clock: fake})
	org.AddApp(sandbox.App{ClientID: "app", PublicKey: &sandboxKey().PublicKey, Username: "integration@sandbox.example"})
	w := &world{t: t, org: org, clock: fake}
	w.field("Account", sandbox.Field{Name: "MQA__c", Label: "MQA", Type: "boolean"})
	w.field("Account", sandbox.Field{Name: "Value__c", Label: "Value", Type: "currency", Precision: 18, Scale: 2})
	w.field("Account", sandbox.Field{Name: "Status__c", Label: "Status", Type: "string", Length: 40})
	if keyed {
		w.field("Activity", sandbox.Field{Name: keyField, Label: "handoffd key", Type: "string", Length: 255, Unique: true, CaseSensitive: true, ExternalID: true})
	}
	w.c = w.connect(change)
	return w
}

func (w *world) field(object string, f sandbox.Field) {
	w.t.Helper()
	if err := w.org.AddField(object, f); err != nil {
		w.t.Fatal(err)
	}
}

// connect makes a connector as a new process would.
func (w *world) connect(change func(*salesforce.Config)) *salesforce.Client {
	w.t.Helper()
	cfg := salesforce.Config{
		LoginURL: "http://salesforce.test",
		Auth:     salesforce.Auth{JWT: &salesforce.JWT{ClientID: "app", Username: "integration@sandbox.example", PrivateKey: sandboxKey()}},
		Selection: connectors.Selection{Fields: map[connectors.Object][]string{
			connectors.Account: {"Name", "MQA__c", "Value__c", "Status__c"}, connectors.Contact: {"LastName", "Email"},
		}},
		Clock: w.clock, HTTP: transport.Handler(w.org),
	}
	if change != nil {
		change(&cfg)
	}
	c, err := salesforce.New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) insert(object string, fields map[string]any) string {
	w.t.Helper()
	id, err := w.org.Insert(object, fields)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) fault(f sandbox.Fault) {
	w.t.Helper()
	if _, err := w.org.AddFault(f); err != nil {
		w.t.Fatal(err)
	}
}

// reader keeps a cursor and what it has read, as the engine would.
type reader struct {
	w      *world
	c      *salesforce.Client
	object connectors.Object
	cursor connectors.Cursor
	loaded bool
	rows   map[string]connectors.Record
	fresh  []string // ids that the last poll brought
	pages  int
}

func (w *world) reader(object connectors.Object) *reader {
	return &reader{w: w, c: w.c, object: object, rows: make(map[string]connectors.Record)}
}

// poll reads until nothing waits.
func (r *reader) poll() {
	r.w.t.Helper()
	r.fresh = nil
	for range 1000 {
		pages, err := r.c.Read(r.w.t.Context(), []connectors.ReadRequest{{Object: r.object, Cursor: r.cursor}})
		if err != nil {
			r.w.t.Fatal(err)
		}
		p := pages[0]
		if p.Err != nil {
			r.w.t.Fatal(p.Err)
		}
		for _, row := range p.Records {
			r.rows[row.Ref.ID] = row
			r.fresh = append(r.fresh, row.Ref.ID)
		}
		r.pages++
		r.cursor, r.loaded = p.Next, r.loaded || p.Loaded
		if !p.More {
			return
		}
	}
	r.w.t.Fatal("reading never ends")
}

func calls(c *salesforce.Client, prefix string) int64 {
	var n int64
	for _, call := range c.Calls() {
		if strings.HasPrefix(call.Endpoint, prefix) {
			n += call.Count
		}
	}
	return n
}

func billed(c *salesforce.Client) int64 {
	return calls(c, "") - calls(c, "oauth2") - calls(c, "versions")
}
