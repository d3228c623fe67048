package demo

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/demo/crmapi"
	"handoffd/internal/demo/world"
	"handoffd/internal/engine"
)

// monday is a working day, in the morning of the example policy's zone.
func monday() time.Time { return time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC) }

// testKey makes one key for all tests of the package.
var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rig is a daemon that has never run, on a world of a seed, as a config of
// `sandbox --write-config` makes it.
type rig struct {
	world  *world.World
	daemon *app.Daemon
	crm    *crmapi.Client
	clock  clock.Clock
}

// newRig calls the sandboxes in process, on a clock that jumps.
func newRig(t *testing.T, seed string) rig {
	t.Helper()
	now := clock.NewFake(monday()).AutoAdvance()
	w := newWorld(t, seed, now)
	trips := map[connectors.System]http.RoundTripper{
		connectors.Salesforce: transport.Handler(w.Salesforce), connectors.HubSpot: transport.Handler(w.HubSpot),
	}
	return openRig(t, w, "http://127.0.0.1:1", "http://127.0.0.1:2", app.Environment{Clock: now, Logger: quiet(), HTTP: trips})
}

func newWorld(t *testing.T, seed string, now clock.Clock) *world.World {
	t.Helper()
	key, err := testKey()
	try(t, err)
	w, err := world.New(world.Options{Clock: now, Seed: seed, Key: key})
	try(t, err)
	return w
}

func openRig(t *testing.T, w *world.World, salesforce, hubspot string, env app.Environment) rig {
	t.Helper()
	file := filepath.Join(t.TempDir(), "try.yaml")
	_, err := WriteConfig(file, w, salesforce, hubspot, false, quiet())
	try(t, err)
	config, problems, err := app.Load(file)
	try(t, err)
	d, err := app.Open(t.Context(), config, problems, env)
	try(t, err)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	crm := &crmapi.Client{
		HTTP: map[connectors.System]*http.Client{}, HubSpotToken: w.Credentials.HubSpot.Token,
		URL: map[connectors.System]string{connectors.Salesforce: salesforce, connectors.HubSpot: hubspot},
	}
	crm.SignIn = crm.ClientCredentials(w.Credentials.Salesforce.ClientID, w.Credentials.Salesforce.ClientSecret)
	for _, system := range connectors.Systems() {
		crm.HTTP[system] = &http.Client{Transport: env.HTTP[system]}
	}
	return rig{w, d, crm, env.Clock}
}

// round lets the daemon do all that is due.
func (r rig) round(t *testing.T) engine.Summary {
	t.Helper()
	try(t, r.daemon.Engine.Once(t.Context()))
	s, err := r.daemon.Engine.Summary(t.Context())
	try(t, err)
	return s
}

// tasks counts the tasks that stand in the CRMs with a handoff's summary, by
// the account's id.
func (r rig) tasks(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	rows, err := r.crm.Query(t.Context(), "SELECT WhatId, Subject FROM Task WHERE Subject LIKE 'SDR outreach: %' OR Subject LIKE 'AE follow-up: %'")
	try(t, err)
	for _, row := range rows {
		out[text(row, "WhatId")]++
	}
	records, err := r.crm.List(t.Context(), "tasks", []string{"hs_task_subject", "hs_task_body"}, "companies")
	try(t, err)
	for _, record := range records {
		if len(record.Properties["hs_task_body"]) > 0 && len(record.Linked("companies")) == 1 {
			out[record.Linked("companies")[0]]++
		}
	}
	return out
}

// TestSeedIsReady opens a daemon on numbered seeds: it must plan as many
// handoffs as the seed says.
func TestSeedIsReady(t *testing.T) {
	t.Parallel()
	for _, seed := range []string{"1", "60", "300"} {
		t.Run(seed, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, seed)
			s := r.round(t)
			if len(s.Planned) != r.world.Ready || s.Parked != 0 || s.Accounts != s.Matched {
				t.Errorf("%d are planned, %d ready; %d parked; %d of %d matched", len(s.Planned), r.world.Ready, s.Parked, s.Matched, s.Accounts)
			}
		})
	}
}

// TestSeedDemo plays the first cycles on the seed with every oddity that real
// CRMs have: day one writes nothing, the release does what was planned, and at
// rest nothing is written.
func TestSeedDemo(t *testing.T) {
	t.Parallel()
	firstCycles(t, newRig(t, world.Demo))
}

// TestOverSockets plays the same over real HTTP on the wall clock.
func TestOverSockets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Demo, clock.System{})
	s, err := Serve(t.Context(), w, Addresses{Salesforce: "127.0.0.1:0", HubSpot: "127.0.0.1:0"}, quiet())
	try(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	firstCycles(t, openRig(t, w, s.SalesforceURL, s.HubSpotURL, app.Environment{Clock: clock.System{}, Logger: quiet()}))
}

func firstCycles(t *testing.T, r rig) {
	t.Helper()
	before := r.tasks(t)
	s := r.round(t)
	if diff := cmp.Diff(map[string]int{"hand_off": 12, "waiting": 34, "not_qualified": 160, "in_hand": 2, "out_of_scope": 6}, s.Decisions); diff != "" {
		t.Errorf("day one (-want +got):\n%s", diff)
	}
	if len(s.Planned) != r.world.Ready || s.Accounts != 208 || s.Matched != 128 || s.OutOfScope != 6 || s.Parked != 1 || s.Cases != 1 || sum(s.Writes) != 0 {
		t.Errorf("day one: %d planned of %d; %+v", len(s.Planned), r.world.Ready, s)
	}
	if diff := cmp.Diff(before, r.tasks(t)); diff != "" {
		t.Errorf("day one made tasks:\n%s", diff)
	}
	try(t, engine.Release(t.Context(), r.daemon.Store, r.clock.Now()))
	s = r.round(t)
	if s.Handoffs != 12 || s.Alerts != 12 || s.Kinds["create_task"] != 12 || s.Kinds["create_note"] != 10 || s.Pending != 0 {
		t.Errorf("release: %+v", s)
	}
	handed := r.handed(t)
	for _, name := range []string{world.JustSeventy, world.LinkedByID, world.MessyDomain, world.Hostile, world.LongName(), world.FormOffList} {
		if handed[name] == "" {
			t.Errorf("%.40s is not handed off", name)
		}
	}
	if handed[world.OwnerLeft] != "Robin Ames" || handed[world.NoOwner] != "Robin Ames" {
		t.Errorf("whose owner left or is nobody goes to %q and %q instead of the fallback", handed[world.OwnerLeft], handed[world.NoOwner])
	}
	made := 0
	for account, n := range r.tasks(t) {
		made += n - before[account]
	}
	if made < 12 {
		t.Errorf("%d tasks stand in the CRMs", made)
	}
	_ = r.round(t)
	written := r.written()
	if s = r.round(t); r.written() != written {
		t.Errorf("at rest %d records were written: %+v", r.written()-written, s.Kinds)
	}
	for name, visits := range map[string]int{world.Visitor: 3, world.NearlyWarm: 2, world.WarmNotFit: 9} {
		a, ok := r.world.Account(name)
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		have, _ := r.world.HubSpot.Get("contacts", a.Contacts[0])
		was, _ := strconv.Atoi(have["hs_analytics_num_visits"])
		try(t, r.world.HubSpot.Set("contacts", a.Contacts[0], map[string]string{"hs_analytics_num_visits": strconv.Itoa(was + visits)}))
	}
	_ = r.round(t)
	handed = r.handed(t)
	if handed[world.Visitor] == "" || handed[world.NearlyWarm] != "" || handed[world.WarmNotFit] != "" || len(handed) != 13 {
		t.Errorf("after the visits %d are handed off: %v", len(handed), handed)
	}
}

// handed are the accounts that were handed off, with whom they went to.
func (r rig) handed(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	try(t, r.daemon.Store.View(t.Context(), func(tx engine.Tx) error {
		rows, err := tx.Handoffs(time.Time{})
		for _, h := range rows {
			found, err := tx.Accounts([]string{h.Account})
			if err != nil {
				return err
			}
			if h.Summary != "" { // made, not found in the CRM
				out[found[h.Account].Name] = h.Owner
			}
		}
		return err
	}))
	return out
}

// written is how many records were written in both CRMs so far.
func (r rig) written() (n int) {
	for _, w := range r.world.Salesforce.Calls().Records {
		n += w.Inserts + w.Updates + w.Deletes
	}
	for _, w := range r.world.HubSpot.Calls().Records {
		n += int(w.Writes)
	}
	return n
}
