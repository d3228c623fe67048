package salesforce_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/salesforce/sandbox"
)

var (
	sandboxStart = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	sandboxKey   = sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	})
)

func TestSandboxIdentifyAndDescribe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	id, err := w.c.Identify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(id.OrgID) != 18 || len(id.UserID) != 18 || id.Username != "integration@sandbox.example" || id.OrgName == "" || id.TimeZone == "" || id.Edition == "" {
		t.Errorf("%+v", id)
	}
	for range 2 {
		schema, err := w.c.Describe(t.Context(), connectors.Task)
		if err != nil {
			t.Fatal(err)
		}
		f := schema.Fields[keyField]
		if !f.Unique || !f.ExternalID || !f.Creatable || f.Length != 255 {
			t.Errorf("key field: %+v", f)
		}
		if s := schema.Fields["Status"]; len(s.Options) == 0 || s.Type != "picklist" {
			t.Errorf("status: %+v", s)
		}
	}
	if a := w.c.Allowance(); a.Limit != 100_000 || a.Used == 0 {
		t.Errorf("allowance %+v", a)
	}
}

func TestSandboxLoadThenChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	var ids []string
	for i := range 4500 {
		ids = append(ids, w.insert("Account", map[string]any{"Name": fmt.Sprintf("Acme %d", i), "Value__c": json.Number("0.10")}))
	}
	contact := w.insert("Contact", map[string]any{"LastName": "Roe", "AccountId": ids[0]})
	w.clock.Advance(time.Hour)
	accounts, contacts := w.reader(connectors.Account), w.reader(connectors.Contact)
	accounts.poll()
	contacts.poll()
	if len(accounts.rows) != 4500 || !accounts.loaded || !contacts.loaded {
		t.Fatalf("loaded %d accounts", len(accounts.rows))
	}
	if got := accounts.rows[ids[0]].Fields["Value__c"].Text(); got != "0.1" {
		t.Errorf("value %q", got)
	}
	if diff := cmp.Diff([]string{ids[0]}, contacts.rows[contact].Accounts); diff != "" {
		t.Error(diff)
	}
	w.clock.Advance(10 * time.Minute)
	accounts.poll()
	if len(accounts.fresh) != 0 {
		t.Errorf("an idle poll brought %d rows", len(accounts.fresh))
	}
	w.must(w.org.Update(ids[7], map[string]any{"MQA__c": true}))
	made := w.insert("Account", map[string]any{"Name": "New"})
	w.clock.Advance(time.Minute)
	accounts.poll()
	if len(accounts.fresh) != 2 || !accounts.rows[ids[7]].Fields["MQA__c"].Bool() || accounts.rows[made].Fields["Name"].Text() != "New" {
		t.Errorf("fresh: %v", accounts.fresh)
	}
	for range 3 {
		w.clock.Advance(6 * time.Minute)
		accounts.poll()
		if len(accounts.fresh) != 0 {
			t.Errorf("known rows came again: %v", accounts.fresh)
		}
	}
}

// TestSandboxRestartGoesOn: a new process with the stored cursor loses
// nothing, in the middle of a first load and in the middle of changes.
func TestSandboxRestartGoesOn(t *testing.T) {
	t.Parallel()
	for _, bulk := range []int{100, 100_000} {
		t.Run(fmt.Sprint("bulk above ", bulk), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, true, nil)
			want := make(map[string]bool)
			for i := range 5000 {
				want[w.insert("Account", map[string]any{"Name": fmt.Sprint(i)})] = true
			}
			w.clock.Advance(time.Hour)
			r := w.reader(connectors.Account)
			for steps := 0; !r.loaded; steps++ {
				r.c = w.connect(func(cfg *salesforce.Config) { cfg.BulkAbove = bulk })
				pages, err := r.c.Read(t.Context(), []connectors.ReadRequest{{Object: r.object, Cursor: r.cursor}})
				if err != nil || pages[0].Err != nil || steps > 50 {
					t.Fatal(steps, err, pages)
				}
				for _, row := range pages[0].Records {
					delete(want, row.Ref.ID)
				}
				r.cursor, r.loaded = pages[0].Next, pages[0].Loaded
			}
			if len(want) != 0 {
				t.Errorf("%d rows were lost", len(want))
			}
		})
	}
}

func TestSandboxBulkLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, func(cfg *salesforce.Config) { cfg.BulkAbove = 1000 })
	for i := range 25_000 {
		w.insert("Account", map[string]any{"Name": fmt.Sprintf("Acme, \"%d\"\nInc", i), "Value__c": json.Number("12.50"), "MQA__c": i%2 == 0})
	}
	w.clock.Advance(time.Hour)
	r := w.reader(connectors.Account)
	r.poll()
	if len(r.rows) != 25_000 || !r.loaded {
		t.Fatalf("%d rows", len(r.rows))
	}
	for _, row := range r.rows {
		if !strings.Contains(row.Fields["Name"].Text(), "\"\nInc") == strings.Contains(row.Fields["Name"].Text(), "Inc") ||
			row.Fields["Value__c"].Text() != "12.5" || row.Fields["MQA__c"].Kind() != connectors.Bool || row.Created.IsZero() {
			t.Fatalf("%+v", row)
		}
	}
	if n := calls(w.c, "jobs/query/results"); n != 3 {
		t.Errorf("%d result pages", n)
	}
}

// TestSandboxChangedRowsCost: 100,000 changed rows cost at most 5 % more than
// the smallest number of pages.
func TestSandboxChangedRowsCost(t *testing.T) {
	t.Parallel()
	const n = 100_000
	w := newWorld(t, true, nil)
	ids := make([]string, n)
	for i := range n {
		ids[i] = w.insert("Account", map[string]any{"Name": fmt.Sprint(i)})
	}
	w.clock.Advance(time.Hour)
	w.c = w.connect(func(cfg *salesforce.Config) { cfg.BulkAbove = 1000 })
	r := w.reader(connectors.Account)
	r.poll()
	if len(r.rows) != n {
		t.Fatalf("loaded %d", len(r.rows))
	}
	w.clock.Advance(time.Minute)
	for _, id := range ids {
		w.must(w.org.Update(id, map[string]any{"Status__c": "x"}))
	}
	w.clock.Advance(90 * time.Second)
	before := billed(w.c)
	r.poll()
	cost := billed(w.c) - before
	if len(r.fresh) != n || float64(cost) > 1.05*n/2000 {
		t.Errorf("%d rows for %d calls", len(r.fresh), cost)
	}
	before = billed(w.c)
	for range 3 {
		w.clock.Advance(6 * time.Minute)
		r.poll()
		if len(r.fresh) != 0 {
			t.Errorf("%d rows again", len(r.fresh))
		}
	}
	if cost := billed(w.c) - before; cost > 7 {
		t.Errorf("three idle polls afterwards cost %d calls", cost)
	}
}

// TestSandboxLateCommit: a row is stamped, commits five minutes later, and a
// reader that has long moved on still gets it.
func TestSandboxLateCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	id := w.insert("Account", map[string]any{"Name": "late"})
	w.clock.Advance(time.Hour)
	r := w.reader(connectors.Account)
	r.poll()
	w.fault(sandbox.Fault{Action: "late_commit", Delay: "5m", Path: "composite/sobjects"})
	other := w.connect(nil)
	got := other.Write(t.Context(), []connectors.Write{{
		Key: "k", Op: connectors.Update, Ref: connectors.Ref{Object: connectors.Account, ID: id},
		Fields: map[string]connectors.Value{"Status__c": connectors.TextValue("late")},
	}})
	if got[0].Outcome != connectors.Done {
		t.Fatal(got[0].Err)
	}
	seen := 0
	for range 20 {
		w.clock.Advance(time.Minute)
		w.insert("Account", map[string]any{"Name": "noise"})
		r.poll()
		for _, fresh := range r.fresh {
			if fresh == id {
				seen++
			}
		}
	}
	if seen != 1 || r.rows[id].Fields["Status__c"].Text() != "late" {
		t.Errorf("the late row came %d times: %v", seen, r.rows[id].Fields)
	}
}

func TestSandboxMergeDeleteUndeletePurge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	master, loser := w.insert("Account", map[string]any{"Name": "master"}), w.insert("Account", map[string]any{"Name": "loser"})
	binned, purged := w.insert("Account", map[string]any{"Name": "binned"}), w.insert("Account", map[string]any{"Name": "purged"})
	contact := w.insert("Contact", map[string]any{"LastName": "Roe", "AccountId": loser})
	w.clock.Advance(time.Hour)
	accounts, contacts := w.reader(connectors.Account), w.reader(connectors.Contact)
	accounts.poll()
	contacts.poll()
	w.must(w.org.Merge("Account", master, loser))
	w.must(w.org.Delete(binned))
	w.must(w.org.Delete(purged))
	w.must(w.org.Purge(purged))
	w.clock.Advance(time.Minute)
	accounts.poll()
	contacts.poll()
	if r := accounts.rows[loser]; !r.Deleted || r.MergedInto != master {
		t.Errorf("loser: %+v", r)
	}
	if r := accounts.rows[binned]; !r.Deleted || r.MergedInto != "" {
		t.Errorf("binned: %+v", r)
	}
	if diff := cmp.Diff([]string{master}, contacts.rows[contact].Accounts); diff != "" {
		t.Errorf("contact of the loser: %s", diff)
	}
	w.must(w.org.Undelete(binned))
	for range 14 {
		w.clock.Advance(6 * time.Minute)
		accounts.poll()
	}
	if r := accounts.rows[purged]; !r.Deleted {
		t.Errorf("purged: %+v", r)
	}
	if r := accounts.rows[binned]; r.Deleted {
		t.Errorf("taken out of the bin: %+v", r)
	}
}

func TestSandboxScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, func(cfg *salesforce.Config) {
		cfg.Where = "Type != 'Partner' AND MQA__c = false"
		cfg.Selection.Outside = map[connectors.Object][]string{connectors.Account: {"Name"}}
	})
	in := w.insert("Account", map[string]any{"Name": "in"})
	out := w.insert("Account", map[string]any{"Name": "out", "Type": "Partner"})
	w.clock.Advance(time.Hour)
	r := w.reader(connectors.Account)
	r.poll()
	if r.rows[in].OutOfScope || !r.rows[out].OutOfScope || len(r.rows) != 2 || !r.loaded {
		t.Errorf("first load: %v", r.rows)
	}
	w.must(w.org.Update(in, map[string]any{"Type": "Partner"}))
	w.must(w.org.Update(out, map[string]any{"Type": "Prospect"}))
	w.clock.Advance(time.Minute)
	r.poll()
	if !r.rows[in].OutOfScope || len(r.rows[in].Fields) != 1 || r.rows[in].Fields["Name"].Text() != "in" {
		t.Errorf("left the scope: %+v", r.rows[in])
	}
	if r.rows[out].OutOfScope || r.rows[out].Fields["Name"].Text() != "out" {
		t.Errorf("came into the scope: %+v", r.rows[out])
	}
}
