package hubspot_test

import (
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
	"handoffd/connectors/hubspot"
	"handoffd/connectors/hubspot/sandbox"
	"handoffd/internal/clock"
)

// These tests count what the connector costs, against the smallest number of
// calls that the page and batch sizes of HubSpot allow. They run with 100,000
// records, with -short 20,000.

// costRows is how many records a cost test reads.
func costRows() int {
	if testing.Short() || connectortest.Raced {
		return 20_000
	}
	return 100_000
}

// costWorld is a portal with n companies whose first load is done, and settled.
func costWorld(t testing.TB, n int) (*sandboxOrg, []string, connectors.Connector, *connectortest.Follower) {
	t.Helper()
	o, err := newSandboxOrg(shape{})
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, n)
	for i := range ids {
		if ids[i], err = o.hub.Insert("companies", map[string]string{"name": fmt.Sprint("Company ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	o.clock.Advance(time.Hour)
	c, err := o.Connect(connectortest.Setup{Fields: map[connectors.Object][]string{connectors.Account: {"name", "note", "worth", "mqa"}}})
	if err != nil {
		t.Fatal(err)
	}
	f := connectortest.Follow(c)
	if err := f.Rest(t.Context(), connectors.Account); err != nil {
		t.Fatal(err)
	}
	if f.Records != n {
		t.Fatalf("the first load brought %d records, want %d", f.Records, n)
	}
	o.clock.Advance(time.Hour)
	if err := f.Rest(t.Context(), connectors.Account); err != nil {
		t.Fatal(err)
	}
	return o, ids, c, f
}

// bill counts everything but requests for a token.
func bill(c connectors.Meter) int64 { return connectortest.Bill(c, "oauth2") }

// besides is what catching up costs besides the n/200 pages, however many rows
// have changed: the polls until the pass behind lag and overlap is due, with
// their passes that meet the bulk edit or nothing, and their sweeps. Of 100,000
// rows' pages it is 1.6 %, where 5 % is the most.
const besides = 8

// TestCostOfChanges: n changed companies cost n/200 calls, and besides. A share
// would say little of fewer rows, so a short run is held to the same number.
func TestCostOfChanges(t *testing.T) {
	t.Parallel()
	n := costRows()
	o, ids, c, f := costWorld(t, n)
	for i, id := range ids {
		if err := o.hub.Set("companies", id, map[string]string{"note": fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
		if i%10 == 0 {
			o.clock.Advance(time.Millisecond)
		}
	}
	before, records := bill(c), f.Records
	for range 4 { // the bulk edit is left to the pass behind lag and overlap
		if err := f.Rest(t.Context(), connectors.Account); err != nil {
			t.Fatal(err)
		}
		if f.Records-records >= n {
			break
		}
		o.clock.Advance(6 * time.Minute)
	}
	cost, most := bill(c)-before, int64(n/200+besides)
	t.Logf("%d changed companies: %d calls, the least possible %d", f.Records-records, cost, n/200)
	if f.Records-records < n || f.Records-records > n*105/100 || cost > most {
		t.Errorf("%d records for %d calls, want %d for at most %d", f.Records-records, cost, n, most)
	}
}

// TestCostOfWrites: a batch of 1000 updates, as the engine hands it over, is
// ten calls of 100.
func TestCostOfWrites(t *testing.T) {
	t.Parallel()
	const n, batch = 10_000, 1000
	o, ids, c, _ := costWorld(t, n)
	before := bill(c)
	for first := 0; first < n; first += batch {
		var writes []connectors.Write
		for _, id := range ids[first : first+batch] {
			writes = append(writes, connectors.Write{
				Key: "status/" + id, Op: connectors.Update, Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: id},
				Fields: map[string]connectors.Value{"note": connectors.TextValue("Ready for sales")},
			})
		}
		for i, r := range c.Write(t.Context(), writes) {
			if r.Outcome != connectors.Done {
				t.Fatalf("write %d: %s %v", first+i, r.Outcome, r.Err)
			}
		}
	}
	if cost := bill(c) - before; cost != n/100 {
		t.Errorf("%d updates cost %d calls, want %d", n, cost, n/100)
	}
	for _, id := range ids {
		if got, _ := o.hub.Get("companies", id); got["note"] != "Ready for sales" {
			t.Fatalf("%s holds %q", id, got["note"])
		}
	}
}

// TestCostOfIdlePolls: with nothing changing, a poll is one search per object;
// once per settle interval the settled pass and the sweep come on top.
func TestCostOfIdlePolls(t *testing.T) {
	t.Parallel()
	o, _, c, f := costWorld(t, 300)
	began, dear := bill(c), 0
	const polls = 60
	for range polls {
		before := bill(c)
		if err := f.Rest(t.Context(), connectors.Account); err != nil {
			t.Fatal(err)
		}
		cost := bill(c) - before
		if cost > 1 {
			dear++
		}
		if cost > 3 {
			t.Errorf("one idle poll costs %d calls, with the settled pass and the sweep it may be 3", cost)
		}
		o.clock.Advance(time.Minute)
	}
	t.Logf("an idle hour of one object, polled each minute: %d calls; %d polls settled", bill(c)-began, dear)
	if most := int(time.Hour / hubspot.DefaultSettleEvery); dear > most {
		t.Errorf("%d of %d idle polls cost more than one call, want those of the settle interval only (%d)", dear, polls, most)
	}
}

// BenchmarkFirstLoadMemory: the reader's side of a first load of 100,000
// companies and as many contacts stays under 150 MB.
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

// loadInChild serves a portal on loopback and lets a process of its own read
// it: this very test binary, with nothing in it but the connector, so that all
// that Go took from the system there is the reader's, garbage included.
func loadInChild(t testing.TB, n int) uint64 {
	t.Helper()
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	fake := clock.NewFake(start)
	hub := sandbox.New(sandbox.Options{Clock: fake, BurstLimit: 1_000_000, DailyLimit: 10_000_000})
	hub.AddToken(sandbox.Token{Value: fixedToken})
	for i := range n {
		company, err := hub.Insert("companies", map[string]string{"name": fmt.Sprint("Company ", i), "domain": fmt.Sprintf("a%d.example", i)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = hub.Insert("contacts", map[string]string{"lastname": fmt.Sprint("Person ", i), "email": fmt.Sprintf("p%d@a%d.example", i, i)},
			sandbox.Association{To: company, Object: "companies"})
		if err != nil {
			t.Fatal(err)
		}
	}
	fake.Set(start.Add(time.Hour))
	server := httptest.NewServer(hub)
	defer server.Close()
	report := filepath.Join(t.TempDir(), "report.json")
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFirstLoadChild$")
	child.Env = append(os.Environ(), "HANDOFFD_TEST_CHILD_URL="+server.URL, "HANDOFFD_TEST_CHILD_REPORT="+report,
		"HANDOFFD_TEST_CHILD_TIME="+fake.Now().Format(time.RFC3339))
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
	now, err := time.Parse(time.RFC3339, os.Getenv("HANDOFFD_TEST_CHILD_TIME"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := hubspot.New(hubspot.Config{
		BaseURL: url, Auth: hubspot.Auth{Token: fixedToken}, Clock: clock.NewFake(now).AutoAdvance(), BurstPerTenSeconds: 100_000,
		Selection: connectors.Selection{Fields: map[connectors.Object][]string{connectors.Account: {"name", "domain"}, connectors.Contact: {"lastname", "email"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f := connectortest.Follow(c)
	for _, o := range c.Objects() {
		for !f.Loaded[o] {
			if err := f.Rest(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
	}
	data, err := json.Marshal(childReport{f.Records, f.Peak})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(report, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
