package engine_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/internal/store"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

// crm is a CRM in memory with the few rows that a test needs. It keeps every
// change as a log; a cursor is a place in it.
type crm struct {
	mu     sync.Mutex
	system connectors.System
	org    string
	// currency is what it says of its amounts.
	currency string
	log      []connectors.Record
	rows     map[connectors.Ref]connectors.Record
	// trimmed is how many entries of the log are gone.
	trimmed int
	users   []connectors.User
	made    map[string]connectors.Write // creates by key
	tasks   map[string][]string         // the ids of handoffd's own, by account
	ids     map[string]string           // what was made, by key
	alerts  []connectors.Alert
	writes  []connectors.Write
	page    int
	// fail, if set, decides the fate of a write before it is done.
	fail func(connectors.Write) *connectors.Result
	// alert is called with the number of alerts so far, before each.
	alert func(int)
	// alertErr refuses every alert.
	alertErr      error
	refusedAlerts int
	// lose: writes are done, but the answer is lost.
	lose bool
	// away fails signing in.
	away error
	// readErr fails reads, pageErr every page.
	readErr, pageErr error
	clock            clock.Clock
	objects          []connectors.Object // read besides accounts and contacts
	schema           connectors.Schema
	accounts         map[string]string // ids of accounts that were made, by key
	// hide keeps accounts that were made out of what is read.
	hide bool
	// abandoned are the cursors that the engine gave up, abandonErr refuses it.
	abandoned  []connectors.Cursor
	abandonErr error
}

func newCRM(system connectors.System, c clock.Clock) *crm {
	return &crm{system: system, org: "org-" + string(system), made: map[string]connectors.Write{}, ids: map[string]string{}, tasks: map[string][]string{}, rows: map[connectors.Ref]connectors.Record{}, page: 2, clock: c}
}

func (c *crm) put(object connectors.Object, id string, accounts []string, pairs map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := connectors.Record{Ref: connectors.Ref{System: c.system, Object: object, ID: id}, Modified: c.clock.Now(), Fields: map[string]connectors.Value{}, Accounts: accounts}
	if old, ok := c.rows[r.Ref]; ok {
		r.Created, r.History = old.Created, old.History
		for k, v := range old.Fields {
			r.Fields[k] = v
		}
		r.Accounts = append(r.Accounts, old.Accounts...)
	}
	for k, v := range pairs {
		r.Fields[k] = connectors.TextValue(v)
	}
	if v, ok := pairs[historied]; ok {
		versions := append([]connectors.Version(nil), r.History[historied]...)
		r.History = map[string][]connectors.Version{historied: append(versions, connectors.Version{Value: connectors.TextValue(v), At: r.Modified})}
	}
	c.rows[r.Ref] = r
	c.log = append(c.log, r)
}

// historied is the field of HubSpot of which earlier values are told.
const historied = "plan"

// merged adds a record that came out of a merge: a new id, the old one an alias.
func (c *crm) merged(id, old string, pairs map[string]string) {
	before := c.rows[connectors.Ref{System: c.system, Object: connectors.Account, ID: old}]
	c.put(connectors.Account, id, nil, pairs)
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rows[connectors.Ref{System: c.system, Object: connectors.Account, ID: id}]
	for k, v := range before.Fields {
		if _, ok := r.Fields[k]; !ok {
			r.Fields[k] = v
		}
	}
	r.Aliases = []string{old}
	c.rows[r.Ref], c.log[len(c.log)-1] = r, r
}

// trim forgets changes that everybody has read; cursors go on where they are.
func (c *crm) trim() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trimmed += len(c.log)
	c.log = nil
}

// blank takes the first n changes of a record (-1: all) out of the log, whose
// cursors stay good.
func (c *crm) blank(id string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, r := range c.log {
		if r.Ref.ID == id && n != 0 {
			c.log[i] = connectors.Record{Ref: connectors.Ref{System: c.system, Object: connectors.Contact, ID: "none"}, Modified: r.Modified}
			n--
		}
	}
}

func (c *crm) field(id, name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rows[connectors.Ref{System: c.system, Object: connectors.Account, ID: id}].Fields[name].String()
}

func (c *crm) count(op connectors.Op) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.made {
		if w.Op == op {
			n++
		}
	}
	return n
}

func (c *crm) System() connectors.System { return c.system }
func (c *crm) Identify(context.Context) (connectors.Identity, error) {
	if c.away != nil {
		return connectors.Identity{}, c.away
	}
	return connectors.Identity{System: c.system, OrgID: c.org, Currency: c.currency}, nil
}
func (c *crm) Objects() []connectors.Object {
	return append([]connectors.Object{connectors.Account, connectors.Contact}, c.objects...)
}

func (c *crm) Read(_ context.Context, requests []connectors.ReadRequest) ([]connectors.Page, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.readErr != nil {
		return nil, c.readErr
	}
	var pages []connectors.Page
	for _, q := range requests {
		at, _ := strconv.Atoi(string(q.Cursor))
		p := connectors.Page{Object: q.Object, Next: q.Cursor, Err: c.pageErr}
		if p.Err != nil {
			pages = append(pages, p)
			continue
		}
		at = max(0, at-c.trimmed)
		for ; at < len(c.log) && len(p.Records) < c.page; at++ {
			if c.log[at].Ref.Object == q.Object {
				p.Records = append(p.Records, c.log[at])
			}
		}
		p.Next, p.More = connectors.Cursor(strconv.Itoa(at+c.trimmed)), at < len(c.log)
		p.Loaded = !p.More
		if p.Loaded {
			p.Through = c.clock.Now()
		}
		pages = append(pages, p)
	}
	return pages, nil
}

func (c *crm) Write(_ context.Context, batch []connectors.Write) []connectors.Result {
	var out []connectors.Result
	for _, w := range batch {
		out = append(out, c.write(w))
	}
	return out
}

func (c *crm) write(w connectors.Write) connectors.Result {
	if c.fail != nil {
		if r := c.fail(w); r != nil {
			return *r
		}
	}
	r := connectors.Result{Key: w.Key, Outcome: connectors.Done, ID: w.Ref.ID}
	if w.Op == connectors.Update {
		if current := c.unexpected(w); current != nil {
			return connectors.Result{Key: w.Key, Outcome: connectors.Conflicted, ID: w.Ref.ID, Current: current}
		}
		pairs := map[string]string{}
		for k, v := range w.Fields {
			pairs[k] = plain(v)
		}
		c.put(w.Ref.Object, w.Ref.ID, nil, pairs)
	}
	if _, twice := c.made[w.Key]; w.Op == connectors.CreateTask && !twice {
		r.ID = c.makeTask(w)
	}
	if w.Op == connectors.CreateAccount {
		r.ID = c.makeAccount(w)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes = append(c.writes, w)
	if w.Op != connectors.Update {
		if _, twice := c.made[w.Key]; twice {
			panic("made twice: " + w.Key)
		}
		c.made[w.Key] = w
	}
	if c.lose {
		return connectors.Result{Key: w.Key, Outcome: connectors.Unsure, Err: &connectors.Error{System: c.system, Class: connectors.UnknownOutcome, Message: "no answer"}}
	}
	return r
}

// plain is a value as the CRM keeps it: text, and nothing as "".
func plain(v connectors.Value) string {
	if v.IsNull() {
		return ""
	}
	return v.String()
}

// unexpected returns what the record holds if that is not what a write expects.
func (c *crm) unexpected(w connectors.Write) map[string]connectors.Value {
	c.mu.Lock()
	defer c.mu.Unlock()
	current, same := map[string]connectors.Value{}, true
	for name, want := range w.Expect {
		current[name] = c.rows[w.Ref].Fields[name]
		same = same && plain(current[name]) == plain(want)
	}
	if same {
		return nil
	}
	return current
}

func (c *crm) Resolve(_ context.Context, w connectors.Write) connectors.Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.made[w.Key]; ok {
		return connectors.Result{Key: w.Key, Outcome: connectors.Existed, ID: cmp.Or(c.accounts[w.Key], c.ids[w.Key], "found")}
	}
	return connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{System: c.system, Class: connectors.Retry}}
}

func (c *crm) Alert(_ context.Context, a connectors.Alert) connectors.Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.alert != nil {
		c.alert(len(c.alerts))
	}
	if c.alertErr != nil {
		c.refusedAlerts++
		return connectors.Result{Key: a.Key, Outcome: connectors.Failed, Err: c.alertErr}
	}
	c.alerts = append(c.alerts, a)
	return connectors.Result{Key: a.Key, Outcome: connectors.Done}
}
func (c *crm) Users(context.Context) ([]connectors.User, error) { return c.users, nil }
func (c *crm) Describe(context.Context, connectors.Object) (connectors.Schema, error) {
	return c.schema, nil
}
func (c *crm) Calls() []connectors.Calls       { return nil }
func (c *crm) Allowance() connectors.Allowance { return connectors.Allowance{} }

const mappingText = `
account:
  target: {type: bool, hubspot: target, salesforce: Target__c, from: hubspot}
  score:  {type: number, range: [0, 100], hubspot: score, salesforce: Score__c, from: hubspot}
  mqa:    {type: bool, hubspot: mqa, salesforce: MQA__c, from: handoffd}
  status: {type: enum, hubspot: status, salesforce: Status__c, from: handoffd, values: lifecycle}
signals:
  visits: {hubspot: contact.visits, kind: counter}
`

const policyText = `
version: 1
signed_off: {marketing: {by: M, on: 2026-10-01}, sales: {by: S, on: 2026-10-01}}
managers: {default: boss@acme.example}
handoffs:
  intent: {to: sdr, gate: target, when: {any: ['rises(score, 70)', 'count(visits, "7d") >= 3']}}
limits: {order: score}
`

// house is a whole engine over two CRMs in memory and a store on disk.
type house struct {
	t        testing.TB
	clock    *clock.Fake
	sf, hs   *crm
	store    *store.Store
	path     string
	policy   string
	mapping  string
	goLive   bool
	engine   *engine.Engine
	planOnly bool
	channels []engine.Channel
	report   engine.Reporter
	log      slog.Handler // nil for nothing
	bothRead time.Duration
	skew     time.Duration             // of the daemon's clock, against the CRMs'
	signed   string                    // what the policy's signatures are held against
	spy      func([]engine.AccountRow) // sees every account that is written; nil for nobody
}

func newHouse(t testing.TB) *house {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC))
	h := &house{t: t, clock: c, sf: newCRM(connectors.Salesforce, c), hs: newCRM(connectors.HubSpot, c), policy: policyText, mapping: mappingText, goLive: true}
	h.path = filepath.Join(t.TempDir(), "h.db")
	h.sf.users = []connectors.User{{ID: "005000000000001AAA", Name: "Ann", Email: "ann@acme.example", Active: true}, {ID: "005000000000009AAA", Name: "Boss", Email: "boss@acme.example", Active: true}}
	h.hs.users = []connectors.User{{ID: "1", Name: "Ann", Email: "ann@acme.example", Active: true}}
	h.open()
	return h
}

// open opens the store and makes an engine: a start of the daemon.
func (h *house) open() {
	h.t.Helper()
	if err := h.reopen(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) reopen() error {
	h.t.Helper()
	s, err := store.Open(h.t.Context(), h.path, store.Options{Clock: h.clock})
	if err != nil {
		return err
	}
	h.store = s
	h.t.Cleanup(func() { _ = s.Close() })
	if h.spy != nil {
		h.make(spiedStore{s, h.spy})
	} else {
		h.make(s)
	}
	_, err = h.engine.Start(h.t.Context())
	return err
}

// make makes the engine over a store.
func (h *house) make(s engine.Store) {
	h.t.Helper()
	var c yamlpos.Collector
	m := mapping.Compile(yamlpos.Parse("m.yaml", []byte(h.mapping), &c).Root(), &c)
	p := workflows.Compile(yamlpos.Parse("p.yaml", []byte(h.policy), &c).Root(), m, "hash"+h.policy+h.mapping, &c)
	if err := c.Err(); err != nil {
		h.t.Fatal(err)
	}
	p.Bind()
	p.Signed.Present = h.signed
	log := slog.DiscardHandler
	if h.log != nil {
		log = h.log
	}
	h.engine = engine.New(engine.Options{
		Store: s, Connectors: []connectors.Connector{h.sf, h.hs}, Policy: p, Clock: skewed{h.clock, &h.skew},
		Logger: slog.New(log), GoLive: h.goLive, PlanOnly: h.planOnly,
		ReconcileEvery: 7 * 24 * time.Hour, Retention: map[string]time.Duration{store.PrunePoints: 400 * 24 * time.Hour},
		Channels: h.channels, Report: h.report, BothRead: h.bothRead,
	})
}

// skewed is a clock that goes wrong by some time, which may change.
type skewed struct {
	clock.Clock
	by *time.Duration
}

func (s skewed) Now() time.Time { return s.Clock.Now().Add(*s.by) }

// brokenStore fails its n-th transaction after the work and before the commit.
type brokenStore struct {
	engine.Store
	failAt, n int
}

var errDisk = errors.New("the disk is full")

func (b *brokenStore) Update(ctx context.Context, f func(engine.Tx) error) error {
	b.n++
	if b.n != b.failAt {
		return b.Store.Update(ctx, f)
	}
	return b.Store.Update(ctx, func(tx engine.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return errDisk
	})
}

// restart ends the daemon without any ceremony and starts it again.
func (h *house) restart() {
	h.t.Helper()
	_ = h.store.Close()
	h.open()
}

// once runs everything that is due, and returns what this start has done.
func (h *house) once() engine.Summary {
	h.t.Helper()
	if err := h.engine.Once(h.t.Context()); err != nil {
		h.t.Fatalf("once: %v", err)
	}
	return h.summary()
}

func (h *house) summary() engine.Summary {
	h.t.Helper()
	s, err := h.engine.Summary(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// pair puts one account into both CRMs.
func (h *house) pair(n int, score string) {
	h.sf.put(connectors.Account, sfID(n), nil, map[string]string{"Name": fmt.Sprintf("Acme %d", n), "Website": fmt.Sprintf("https://www.acme%d.example/", n), "OwnerId": "005000000000001AAA"})
	h.hs.put(connectors.Account, strconv.Itoa(n), nil, map[string]string{"name": fmt.Sprintf("Acme %d", n), "domain": fmt.Sprintf("acme%d.example", n), "target": "true", "score": score})
}

func sfID(n int) string { return mapping.SalesforceID(fmt.Sprintf("001%012d", n)) }

// compileMapping compiles a mapping for a test that looks into the store.
func compileMapping(t testing.TB, text string) *mapping.Mapping {
	t.Helper()
	var c yamlpos.Collector
	m := mapping.Compile(yamlpos.Parse("m.yaml", []byte(text), &c).Root(), &c)
	p := workflows.Compile(yamlpos.Parse("p.yaml", []byte(policyText), &c).Root(), m, "hash", &c)
	if err := c.Err(); err != nil {
		t.Fatal(err)
	}
	p.Bind()
	return m
}
