package salesforce_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/connectortest"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/salesforce/sandbox"
	"handoffd/internal/clock"
)

// These tests count what the connector costs, against the smallest number of
// calls that the page and batch sizes of Salesforce allow. They run with
// 100,000 records, with -short 20,000.

// costRows is how many records a cost test reads.
func costRows() int {
	if testing.Short() || connectortest.Raced {
		return 20_000
	}
	return 100_000
}

// costWorld is an org with n accounts whose first load is done.
func costWorld(t testing.TB, n int) (*sandboxOrg, []string, *salesforce.Client, *connectortest.Follower) {
	t.Helper()
	o, err := newSandboxOrg(true)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, n)
	for i := range ids {
		if ids[i], err = o.org.Insert("Account", map[string]any{"Name": fmt.Sprint("Account ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	o.clock.Advance(time.Hour)
	c := costClient(t, o, map[connectors.Object][]string{connectors.Account: {"Name", "Note__c", "Value__c", "MQA__c"}})
	f := connectortest.Follow(c)
	if err := f.Rest(t.Context(), connectors.Account); err != nil {
		t.Fatal(err)
	}
	if f.Records != n {
		t.Fatalf("the first load brought %d records, want %d", f.Records, n)
	}
	return o, ids, c, f
}

func costClient(t testing.TB, o *sandboxOrg, fields map[connectors.Object][]string) *salesforce.Client {
	t.Helper()
	c, err := o.Connect(connectortest.Setup{Fields: fields})
	if err != nil {
		t.Fatal(err)
	}
	return c.(*salesforce.Client)
}

// bill counts what Salesforce charges: tokens and the list of versions are free.
func bill(c connectors.Meter) int64 { return connectortest.Bill(c, "oauth2", "versions") }

// besides is what catching up costs besides the n/2000 pages, however many
// rows have changed: the first page, which shows that there are many, and the
// watermark that they are then read under. Of 100,000 rows' pages it is 4 %,
// where 5 % is the most.
const besides = 2

// TestCostOfChanges: n changed accounts cost n/2000 calls, and besides. A share
// would say little of fewer rows, so a short run is held to the same number.
func TestCostOfChanges(t *testing.T) {
	t.Parallel()
	n := costRows()
	o, ids, c, f := costWorld(t, n)
	for i, id := range ids {
		if err := o.org.Update(id, map[string]any{"Note__c": fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
		if i%1000 == 0 {
			o.clock.Advance(time.Second)
		}
	}
	o.clock.Advance(90 * time.Second)
	before, records := bill(c), f.Records
	if err := f.Rest(t.Context(), connectors.Account); err != nil {
		t.Fatal(err)
	}
	cost, most := bill(c)-before, int64(n/2000+besides)
	t.Logf("%d changed accounts: %d calls, the least possible %d", f.Records-records, cost, n/2000)
	if f.Records-records != n || cost > most {
		t.Errorf("%d records for %d calls, want %d for at most %d", f.Records-records, cost, n, most)
	}
}

// TestCostOfWrites: the engine hands over 1000 updates at a time, and each
// such batch is one call.
func TestCostOfWrites(t *testing.T) {
	t.Parallel()
	const n, batch = 10_000, 1000
	o, ids, c, _ := costWorld(t, n)
	if r := c.Write(t.Context(), []connectors.Write{status(ids[0], "warm")}); r[0].Outcome != connectors.Done {
		t.Fatal(r[0].Err) // the description of the object is known now
	}
	before := bill(c)
	for first := 0; first < n; first += batch {
		var writes []connectors.Write
		for _, id := range ids[first : first+batch] {
			writes = append(writes, status(id, "Ready for sales"))
		}
		for i, r := range c.Write(t.Context(), writes) {
			if r.Outcome != connectors.Done {
				t.Fatalf("write %d: %s %v", first+i, r.Outcome, r.Err)
			}
		}
	}
	if cost := bill(c) - before; cost != n/batch {
		t.Errorf("%d updates cost %d calls, want %d", n, cost, n/batch)
	}
	for _, id := range ids {
		if got, _ := o.org.Get(id); got["Note__c"] != "Ready for sales" {
			t.Fatalf("%s holds %q", id, got["Note__c"])
		}
	}
}

func status(id, text string) connectors.Write {
	return connectors.Write{
		Key: "status/" + id + text, Op: connectors.Update, Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: id},
		Fields: map[string]connectors.Value{"Note__c": connectors.TextValue(text)},
	}
}

// TestCostOfIdlePolls: all objects that the connector reads, with nothing
// changing, cost two calls a poll at most. Once per settle interval the safe
// watermarks are asked for besides, one call per object, and once in an hour
// what was purged, one more.
func TestCostOfIdlePolls(t *testing.T) {
	t.Parallel()
	o, err := newSandboxOrg(true)
	if err != nil {
		t.Fatal(err)
	}
	c := costClient(t, o, map[connectors.Object][]string{
		connectors.Account: {"Name"}, connectors.Contact: {"LastName"}, connectors.Opportunity: {"Name"},
		connectors.Task: {"Subject"}, connectors.Meeting: {"Subject"},
	})
	if _, err := o.org.Insert("Account", map[string]any{"Name": "one"}); err != nil {
		t.Fatal(err)
	}
	o.clock.Advance(time.Hour)
	f := connectortest.Follow(c)
	objects := c.Objects()
	for range 3 {
		if err := f.Rest(t.Context(), objects...); err != nil {
			t.Fatal(err)
		}
		o.clock.Advance(6 * time.Minute)
	}
	began, settles := bill(c), 0
	const polls = 60
	for range polls {
		before := bill(c)
		if err := f.Rest(t.Context(), objects...); err != nil {
			t.Fatal(err)
		}
		cost := bill(c) - before
		if cost > 2 {
			settles++
		}
		if most := int64(2 + 2*len(objects)); cost > most {
			t.Errorf("one idle poll costs %d calls, with the watermarks it may be %d", cost, most)
		}
		o.clock.Advance(time.Minute)
	}
	t.Logf("an idle hour of %d objects, polled each minute: %d calls; %d polls asked for the watermarks", len(objects), bill(c)-began, settles)
	if most := int(time.Hour / salesforce.DefaultSettleEvery); settles > most {
		t.Errorf("%d of %d idle polls cost more than two calls, want those of the settle interval only (%d)", settles, polls, most)
	}
}

// BenchmarkFirstLoadMemory: the reader's side of a first load of 100,000
// accounts and as many contacts stays under 150 MB.
func BenchmarkFirstLoadMemory(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(float64(loadInChild(b, 100_000))/1e6, "peak-MB")
	}
}

// TestFirstLoadMemory is the same with 20,000 and 20,000.
func TestFirstLoadMemory(t *testing.T) {
	t.Parallel()
	t.Logf("peak of the reader's process: %d MB", loadInChild(t, 20_000)/1_000_000)
}

const memoryMost = 150_000_000

// loadInChild serves an org on loopback and lets a process of its own read it:
// this very test binary, with nothing in it but the connector, so that all
// that Go took from the system there is the reader's, garbage included.
func loadInChild(t testing.TB, n int) uint64 {
	t.Helper()
	fake := clock.NewFake(sandboxStart)
	org := sandbox.New(sandbox.Options{Clock: fake})
	org.AddApp(sandbox.App{ClientID: "app", ClientSecret: sandboxSecret, Username: "integration@sandbox.example"})
	for i := range n {
		account, err := org.Insert("Account", map[string]any{"Name": fmt.Sprint("Account ", i), "Website": fmt.Sprintf("https://a%d.example", i)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := org.Insert("Contact", map[string]any{"LastName": fmt.Sprint("Person ", i), "Email": fmt.Sprintf("p%d@acme.example", i), "AccountId": account}); err != nil {
			t.Fatal(err)
		}
	}
	fake.Set(sandboxStart.Add(time.Hour))
	server := httptest.NewServer(org)
	defer server.Close()
	report := filepath.Join(t.TempDir(), "report.json")
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFirstLoadChild$")
	child.Env = append(os.Environ(), "HANDOFFD_TEST_CHILD_URL="+server.URL, "HANDOFFD_TEST_CHILD_REPORT="+report)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("the reader's process: %v\n%s", err, out)
	}
	var got childReport
	data, err := os.ReadFile(report)
	if err == nil {
		err = json.Unmarshal(data, &got)
	}
	if err != nil || got.Records != 2*n {
		t.Fatalf("the reader's process read %d of %d records: %v", got.Records, 2*n, err)
	}
	if got.Peak > memoryMost {
		t.Errorf("the reader's process took %d MB, want at most %d", got.Peak/1_000_000, memoryMost/1_000_000)
	}
	return got.Peak
}

type childReport struct {
	Records int
	Peak    uint64
}

// TestFirstLoadChild is the reader's process of loadInChild; started by
// itself, it only sees that nobody asked for it.
func TestFirstLoadChild(t *testing.T) {
	url, report := os.Getenv("HANDOFFD_TEST_CHILD_URL"), os.Getenv("HANDOFFD_TEST_CHILD_REPORT")
	if url == "" {
		t.Log("this is the other half of TestFirstLoadMemory")
		return
	}
	c, err := salesforce.New(salesforce.Config{
		LoginURL: url, Clock: clock.NewFake(sandboxStart.Add(time.Hour)).AutoAdvance(),
		Auth:      salesforce.Auth{ClientCredentials: &salesforce.ClientCredentials{ClientID: "app", ClientSecret: sandboxSecret}},
		Selection: connectors.Selection{Fields: map[connectors.Object][]string{connectors.Account: {"Name", "Website"}, connectors.Contact: {"LastName", "Email"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	writeReport(t.Context(), t, c, report)
}

func writeReport(ctx context.Context, t *testing.T, c connectors.Connector, path string) {
	t.Helper()
	f := connectortest.Follow(c)
	for _, o := range c.Objects() {
		for !f.Loaded[o] {
			if err := f.Rest(ctx, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	data, err := json.Marshal(childReport{f.Records, f.Peak})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
