package salesforce_test

import (
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/salesforce/sandbox"
	"handoffd/internal/clock"
)

// TestSandboxLocatorsDropped: other integrations of the same user open
// queries until ours is dropped in mid-window; nothing is lost. Rows in scope
// and out of it page side by side.
func TestSandboxLocatorsDropped(t *testing.T) {
	t.Parallel()
	scoped := func(cfg *salesforce.Config) { cfg.Where = "Type != 'Partner'" }
	w := newWorld(t, true, scoped)
	want := make(map[string]bool)
	var ids []string
	for i := range 6000 {
		id := w.insert("Account", map[string]any{"Name": fmt.Sprint(i)})
		ids, want[id] = append(ids, id), i%3 == 0
	}
	w.clock.Advance(time.Hour)
	r := w.reader(connectors.Account)
	r.poll()
	w.clock.Advance(10 * time.Minute)
	for i, id := range ids {
		if i%100 == 0 {
			w.clock.Advance(time.Second)
		}
		fields := map[string]any{"Status__c": "x"}
		if want[id] {
			fields["Type"] = "Partner"
		}
		w.must(w.org.Update(id, fields))
	}
	got := make(map[string]bool)
	for pages := 0; ; pages++ {
		answer, err := r.c.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: r.cursor}})
		if err != nil || answer[0].Err != nil || pages > 60 {
			t.Fatal(pages, err, answer[0].Err)
		}
		for _, row := range answer[0].Records {
			if want[row.Ref.ID] != row.OutOfScope {
				t.Fatalf("scope of %+v", row)
			}
			got[row.Ref.ID] = true
		}
		r.cursor = answer[0].Next
		if !answer[0].More {
			break
		}
		if pages < 3 {
			w.openQueries(12)
		}
	}
	if len(got) != len(ids) {
		t.Errorf("%d of %d rows came", len(got), len(ids))
	}
}

// openQueries leaves n queries open.
func (w *world) openQueries(n int) {
	w.t.Helper()
	for range n {
		other := w.connect(nil)
		cursor := connectors.Cursor("")
		for range 2 {
			pages, err := other.Read(w.t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: cursor}})
			if err != nil || pages[0].Err != nil {
				w.t.Fatal(err, pages)
			}
			cursor = pages[0].Next
		}
	}
}

// TestSandboxOverSockets runs the same client over real HTTP and the wall
// clock, several callers at once.
func TestSandboxOverSockets(t *testing.T) {
	t.Parallel()
	org := sandbox.New(sandbox.Options{})
	org.AddApp(sandbox.App{ClientID: "app", ClientSecret: "hush", Username: "integration@sandbox.example"})
	if err := org.AddField("Activity", sandbox.Field{Name: keyField, Label: "key", Type: "string", Length: 255, Unique: true, CaseSensitive: true, ExternalID: true}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(org)
	defer server.Close()
	c, err := salesforce.New(salesforce.Config{
		LoginURL: server.URL, Auth: salesforce.Auth{ClientCredentials: &salesforce.ClientCredentials{ClientID: "app", ClientSecret: "hush"}},
		Selection: connectors.Selection{Fields: map[connectors.Object][]string{connectors.Account: {"Name"}, connectors.Task: {"Subject"}}},
		Clock:     clock.System{},
	})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for i := range 8 {
		id, err := org.Insert("Account", map[string]any{"Name": fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
		wait.Go(func() {
			if _, err := c.Identify(t.Context()); err != nil {
				t.Error(err)
			}
			if r := c.Write(t.Context(), []connectors.Write{task(id, id)})[0]; r.Outcome != connectors.Done {
				t.Errorf("%+v", r)
			}
			if pages, err := c.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account}, {Object: connectors.Task}}); err != nil || pages[0].Err != nil || pages[1].Err != nil {
				t.Error(err, pages)
			}
		})
	}
	wait.Wait()
	if n := calls(c, "oauth2/token"); n != 1 {
		t.Errorf("%d tokens were fetched", n)
	}
}

// TestSandboxIdleDayCost counts the calls of a day on which nothing happens,
// with all five objects polled every minute and accounts scoped: two calls a
// round, a watermark per object every five minutes, and a look for hard
// deletes per object every hour.
func TestSandboxIdleDayCost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, func(cfg *salesforce.Config) {
		cfg.Where = "Type != 'Partner'"
		for _, object := range []connectors.Object{connectors.Opportunity, connectors.Task, connectors.Meeting} {
			cfg.Selection.Fields[object] = []string{"OwnerId"}
		}
	})
	w.insert("Account", map[string]any{"Name": "Acme"})
	w.clock.Advance(time.Hour)
	var requests []connectors.ReadRequest
	for _, object := range w.c.Objects() {
		requests = append(requests, connectors.ReadRequest{Object: object})
	}
	round := func() (more bool) {
		pages, err := w.c.Read(t.Context(), requests)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range pages {
			if p.Err != nil {
				t.Fatal(p.Err)
			}
			requests[i].Cursor, more = p.Next, more || p.More
		}
		return more
	}
	for round() {
	}
	before := billed(w.c)
	for range 24 * 60 {
		w.clock.Advance(time.Minute)
		round()
	}
	const rounds, watermarks, deletes, describes = 2 * 1440, 5 * 288, 5 * 24, 5 * 4
	if got := billed(w.c) - before; got > rounds+watermarks+deletes+describes {
		t.Errorf("an idle day costs %d calls: %+v", got, w.c.Calls())
	} else {
		t.Logf("an idle day costs %d calls", got)
	}
}
