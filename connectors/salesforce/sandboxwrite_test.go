package salesforce_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/salesforce/sandbox"
)

func task(key, account string) connectors.Write {
	return connectors.Write{Key: key, Op: connectors.CreateTask, Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: account},
		Activity: &connectors.Activity{Subject: "SDR outreach: Acme", Text: "Why now", Day: "2026-11-24", High: true}}
}

func (w *world) tasks() [][]string {
	w.t.Helper()
	_, rows, err := w.org.Query("SELECT Id, Subject, Status, ActivityDate, WhatId FROM Task", true)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// TestSandboxExactlyOneTask: however the request ends, one task is there in
// the end (I2).
func TestSandboxExactlyOneTask(t *testing.T) {
	t.Parallel()
	for _, keyed := range []bool{true, false} {
		for _, action := range []string{"", "drop_before", "drop_after", "truncated_body", "malformed_body", "html_body", "expired_token", "row_lock", "latency_after"} {
			t.Run(fmt.Sprintf("keyed %v %s", keyed, action), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, keyed, nil)
				id := w.insert("Account", map[string]any{"Name": "Acme"})
				if action != "" {
					w.fault(sandbox.Fault{Action: action, Method: "POST", Path: "composite/sobjects", Delay: "10m"})
				}
				write := task("acc/1/sdr", id)
				var r connectors.Result
				for range 5 {
					r = w.c.Write(t.Context(), []connectors.Write{write})[0]
					for r.Outcome == connectors.Unsure {
						r = w.c.Resolve(t.Context(), write)
					}
					if r.Outcome != connectors.Failed || connectors.ClassOf(r.Err) != connectors.Retry {
						break
					}
					var e *connectors.Error
					if errors.As(r.Err, &e) && e.RetryAt.After(w.clock.Now()) {
						w.clock.Set(e.RetryAt)
					}
				}
				if r.Outcome != connectors.Done && r.Outcome != connectors.Existed {
					t.Fatalf("%s: %v", r.Outcome, r.Err)
				}
				rows := w.tasks()
				if len(rows) != 1 || rows[0][0] != r.ID {
					t.Fatalf("tasks %v, result %+v", rows, r)
				}
				// Much later, a process that knows nothing of it tries again.
				w.clock.Advance(24 * time.Hour)
				again := w.connect(nil).Write(t.Context(), []connectors.Write{write})[0]
				if again.Outcome != connectors.Existed || again.ID != r.ID || len(w.tasks()) != 1 {
					t.Errorf("second time: %+v, %d tasks", again, len(w.tasks()))
				}
			})
		}
	}
}

func TestSandboxDeletedTaskStaysDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false, nil)
	id := w.insert("Account", map[string]any{"Name": "Acme"})
	made := w.c.Write(t.Context(), []connectors.Write{task("k", id)})[0]
	w.must(w.org.Delete(made.ID))
	if again := w.c.Write(t.Context(), []connectors.Write{task("k", id)})[0]; again.Outcome != connectors.Existed || again.ID != made.ID {
		t.Errorf("%+v", again)
	}
}

func TestSandboxNoteIsClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	id := w.insert("Account", map[string]any{"Name": "Acme"})
	note := task("n", id)
	note.Op, note.Activity.Day, note.Activity.High = connectors.CreateNote, "", false
	for _, want := range []connectors.Outcome{connectors.Done, connectors.Existed} {
		if r := w.c.Write(t.Context(), []connectors.Write{note})[0]; r.Outcome != want {
			t.Fatalf("%+v", r)
		}
	}
	if rows := w.tasks(); len(rows) != 1 || rows[0][2] != "Completed" {
		t.Errorf("%v", rows)
	}
}

func TestSandboxUpdates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	good, gone := w.insert("Account", map[string]any{"Name": "good"}), w.insert("Account", map[string]any{"Name": "gone"})
	w.must(w.org.Delete(gone))
	text := connectors.TextValue
	set := func(key, id string, fields map[string]connectors.Value) connectors.Write {
		return connectors.Write{Key: key, Op: connectors.Update, Ref: connectors.Ref{Object: connectors.Account, ID: id}, Fields: fields}
	}
	got := w.c.Write(t.Context(), []connectors.Write{
		set("a", good, map[string]connectors.Value{"Status__c": text("Ready for sales"), "MQA__c": connectors.BoolValue(true), "Nope__c": text("x")}),
		set("b", gone, map[string]connectors.Value{"Status__c": text("x")}),
		set("c", good, map[string]connectors.Value{"Name": text(strings.Repeat("x", 256))}),
		set("d", good, map[string]connectors.Value{"Value__c": text("not a number")}),
	})
	var shown []string
	for _, r := range got {
		line := string(r.Outcome) + " " + string(connectors.ClassOf(r.Err))
		for _, d := range r.Dropped {
			line += " -" + d.Field
		}
		shown = append(shown, line)
	}
	want := []string{"done  -Nope__c", "failed gone", "done  -Name", "done  -Value__c"}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Error(diff)
	}
	fields, _ := w.org.Get(good)
	if fields["Status__c"] != "Ready for sales" || fields["MQA__c"] != "true" || fields["Name"] != "good" {
		t.Errorf("%v", fields)
	}
}

func TestSandboxTwoMasters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	id := w.insert("Account", map[string]any{"Name": "Acme", "Value__c": 100, "Status__c": "old"})
	value := func(s string) connectors.Value {
		v, err := connectors.NumberValue(s)
		w.must(err)
		return v
	}
	write := connectors.Write{Key: "k", Op: connectors.Update, Ref: connectors.Ref{Object: connectors.Account, ID: id},
		Fields: map[string]connectors.Value{"Value__c": value("200")}, Expect: map[string]connectors.Value{"Value__c": value("100.00")}}
	if r := w.c.Write(t.Context(), []connectors.Write{write})[0]; r.Outcome != connectors.Done {
		t.Fatalf("%+v %v", r, r.Err)
	}
	r := w.c.Write(t.Context(), []connectors.Write{write})[0]
	if r.Outcome != connectors.Conflicted || r.Current["Value__c"] != value("200") {
		t.Errorf("%+v %v", r, r.Err)
	}
	if fields, _ := w.org.Get(id); !strings.HasPrefix(fields["Value__c"], "200") {
		t.Errorf("%v", fields)
	}
}

func TestSandboxThousandUpdatesInOneCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	var batch []connectors.Write
	for i := range 1000 {
		id := w.insert("Account", map[string]any{"Name": fmt.Sprint(i)})
		batch = append(batch, connectors.Write{Key: id, Op: connectors.Update, Ref: connectors.Ref{Object: connectors.Account, ID: id},
			Fields: map[string]connectors.Value{"Status__c": connectors.TextValue("x")}})
	}
	w.fault(sandbox.Fault{Action: "partial_failure", Code: "FIELD_CUSTOM_VALIDATION_EXCEPTION", Path: "composite", Record: 700})
	results := w.c.Write(t.Context(), batch)
	failed := 0
	for i, r := range results {
		if r.Key != batch[i].Key || r.Outcome != connectors.Done {
			failed++
		}
	}
	if n := calls(w.c, "composite"); failed != 1 || n != 1 {
		t.Errorf("%d failed, %d calls", failed, n)
	}
}

func TestSandboxDailyLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, func(cfg *salesforce.Config) { cfg.DailyCalls = 40 })
	id := w.insert("Account", map[string]any{"Name": "Acme"})
	r := w.reader(connectors.Account)
	w.clock.Advance(time.Hour)
	r.poll()
	var refused error
	for range 60 {
		w.clock.Advance(time.Minute)
		if _, err := r.c.Read(t.Context(), []connectors.ReadRequest{{Object: r.object, Cursor: r.cursor}}); err != nil {
			refused = err
			break
		}
	}
	var e *connectors.Error
	if !errors.As(refused, &e) || e.Code != "OUR_SHARE" || e.Class != connectors.Retry || !e.RetryAt.After(w.clock.Now()) {
		t.Fatalf("reading went on: %v", refused)
	}
	if r := w.c.Write(t.Context(), []connectors.Write{task("k", id)})[0]; r.Outcome != connectors.Done {
		t.Errorf("the handoff starved with the polls: %v", r.Err)
	}
}

// TestSandboxDayUsedUp: once Salesforce has refused a request for the day,
// nothing but a handoff asks for five minutes.
func TestSandboxDayUsedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	id := w.insert("Account", map[string]any{"Name": "Acme"})
	r := w.reader(connectors.Account)
	w.clock.Advance(time.Hour)
	r.poll()
	if _, err := w.org.AddFault(sandbox.Fault{Action: "status", Count: 1, Status: 403, Code: "REQUEST_LIMIT_EXCEEDED", Message: "TotalRequests Limit exceeded."}); err != nil {
		t.Fatal(err)
	}
	read := func() error {
		_, err := r.c.Read(t.Context(), []connectors.ReadRequest{{Object: r.object, Cursor: r.cursor}})
		return err
	}
	w.clock.Advance(time.Minute)
	before := total(r.c)
	for range 5 {
		var e *connectors.Error
		if err := read(); !errors.As(err, &e) || e.Code != "REQUEST_LIMIT_EXCEEDED" || !e.RetryAt.After(w.clock.Now()) || e.Fix == "" {
			t.Fatalf("reading: %v, want a retry later", err)
		}
		w.clock.Advance(50 * time.Second)
	}
	if n := total(r.c) - before; n != 1 {
		t.Errorf("%d requests after the refusal, want none", n-1)
	}
	if got := r.c.Write(t.Context(), []connectors.Write{task("k", id)})[0]; got.Outcome != connectors.Done {
		t.Errorf("the handoff did not even try: %v", got.Err)
	}
	w.clock.Advance(time.Minute)
	if err := read(); err != nil {
		t.Errorf("after five minutes: %v", err)
	}
}

// total is how many requests a client has made.
func total(c *salesforce.Client) (n int64) {
	for _, e := range c.Calls() {
		n += e.Count
	}
	return n
}

func TestSandboxAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, func(cfg *salesforce.Config) { cfg.NotificationType = "Handoff_Alert" })
	id := w.insert("Account", map[string]any{"Name": "Acme"})
	users, err := w.c.Users(t.Context())
	if err != nil || len(users) == 0 {
		t.Fatal(users, err)
	}
	alert := connectors.Alert{Key: "a1", Title: "Late", Body: "Nobody called", UserID: users[0].ID, Email: "boss@acme.example",
		Account: connectors.Ref{Object: connectors.Account, ID: id}}
	if r := w.c.Alert(t.Context(), alert); r.Outcome != connectors.Done {
		t.Fatalf("without the type: %+v %v", r, r.Err)
	}
	w.insert("CustomNotificationType", map[string]any{"DeveloperName": "Handoff_Alert", "MasterLabel": "Handoff"})
	if r := w.c.Alert(t.Context(), alert); r.Outcome != connectors.Done {
		t.Fatalf("with the type: %+v %v", r, r.Err)
	}
	if n := len(w.org.Alerts()); n != 2 {
		t.Errorf("%d alerts: %+v", n, w.org.Alerts())
	}
}
