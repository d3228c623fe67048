package sandbox

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func span(from, to time.Time) string {
	return "?start=" + from.Format(time.RFC3339) + "&end=" + strings.ReplaceAll(to.Format("2006-01-02T15:04:05-07:00"), "+", "%2B")
}

func TestUpdatedAndDeleted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	r.insert("Account", map[string]any{"Name": "early", "CreatedDate": at(-10 * time.Minute)})
	b := r.insert("Account", map[string]any{"Name": "in", "CreatedDate": at(-5*time.Minute + 20*time.Second)})
	c := r.account("gone")
	if err := r.s.Delete(c); err != nil {
		t.Fatal(err)
	}
	// Seconds are cut off: 11:55:40 becomes 11:55:00.
	r.do("GET", v+"/sobjects/Account/updated/"+span(at(-5*time.Minute+40*time.Second), at(0)), "").
		want(t, 200, `{"ids":["`+b+`"],"latestDateCovered":"2026-11-23T12:00:00.000+0000"}`)
	r.clock.Advance(time.Minute)
	r.do("GET", v+"/sobjects/Account/deleted"+span(at(0), at(10*time.Minute)), "").
		want(t, 200, `{"deletedRecords":[{"deletedDate":"2026-11-23T12:00:00.000+0000","id":"`+c+`"}],"earliestDateAvailable":"2026-11-08T12:01:00.000+0000","latestDateCovered":"2026-11-23T12:01:00.000+0000"}`)
	for _, tc := range []struct{ name, path, code string }{
		{"equal after cutting", "updated" + span(at(-20*time.Second), at(-10*time.Second)), "INVALID_REPLICATION_DATE"},
		{"backwards", "updated" + span(at(0), at(-time.Hour)), "INVALID_REPLICATION_DATE"},
		{"updated too old", "updated" + span(at(-31*24*time.Hour), at(0)), "INVALID_REPLICATION_DATE"},
		{"deleted too old", "deleted" + span(at(-16*24*time.Hour), at(0)), "INVALID_REPLICATION_DATE"},
		{"no start", "updated?end=2026-11-23T12:00:00Z", "MISSING_ARGUMENT"},
		{"no date", "updated?start=x&end=y", "INVALID_REPLICATION_DATE"},
	} {
		if a := r.do("GET", v+"/sobjects/Account/"+tc.path, ""); a.status != 400 || !strings.Contains(a.body, tc.code) {
			t.Errorf("%s: %d %s", tc.name, a.status, a.body)
		}
	}
	if a := r.do("GET", v+"/sobjects/Group/updated"+span(at(-time.Hour), at(0)), ""); a.status != 400 || !strings.Contains(a.body, "INVALID_TYPE") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// A row that was stamped before a poll and commits after it is what a cursor
// over stamps misses; latestDateCovered tells.
func TestLateCommit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.account("Before")
	r.clock.Advance(10 * time.Minute)
	if a := r.do("POST", "/_sandbox/faults", `[{"action":"late_commit","delay":"3m","method":"PATCH"},{"action":"late_commit","delay":"3m","method":"POST","path":"/sobjects/Contact"}]`); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	r.do("PATCH", v+"/sobjects/Account/"+id, `{"Name":"After"}`).want(t, 204, "")
	contact := r.do("POST", v+"/sobjects/Contact", `{"LastName":"New","AccountId":"`+id+`"}`).id(t)
	r.clock.Advance(2 * time.Minute)
	recent := "SELECT Name FROM Account WHERE SystemModstamp >= 2026-11-23T12:10:00Z"
	if got := r.column(recent, "Name"); len(got) != 0 {
		t.Errorf("the open transaction shows: %v", got)
	}
	if got := r.column("SELECT Name FROM Account WHERE Name = 'Before'", "Name"); len(got) != 1 {
		t.Errorf("the old row is hidden: %v", got)
	}
	if got := r.column("SELECT Id FROM Contact WHERE AccountId = '"+id+"'", "Id"); len(got) != 0 {
		t.Errorf("the uncommitted contact shows: %v", got)
	}
	covered := func() string {
		a := r.do("GET", v+"/sobjects/Account/updated"+span(start, start.Add(20*time.Minute)), "")
		var x struct{ LatestDateCovered string }
		if err := json.Unmarshal([]byte(a.body), &x); err != nil {
			t.Fatal(err)
		}
		return x.LatestDateCovered
	}
	if got := covered(); got != "2026-11-23T12:10:00.000+0000" {
		t.Errorf("latestDateCovered %s, want the start of the open transaction", got)
	}
	r.clock.Advance(time.Minute)
	if got := r.column(recent, "Name"); len(got) != 1 || got[0] != "After" {
		t.Errorf("the committed row is missing: %v", got)
	}
	if diff := cmp.Diff([]string{contact}, r.column("SELECT Id FROM Contact WHERE AccountId = '"+id+"'", "Id")); diff != "" {
		t.Errorf("contacts (-want +got):\n%s", diff)
	}
	if got := r.column("SELECT SystemModstamp FROM Account", "SystemModstamp"); got[0] != "2026-11-23T12:10:00.000+0000" {
		t.Errorf("stamped %v", got)
	}
	if got := covered(); got != "2026-11-23T12:13:00.000+0000" {
		t.Errorf("latestDateCovered %s", got)
	}
}

func TestMergeMovesChildren(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	master, loser := r.account("Master"), r.account("Loser")
	contact := r.insert("Contact", map[string]any{"LastName": "Doe", "AccountId": loser})
	opp := r.insert("Opportunity", map[string]any{"Name": "O", "AccountId": loser, "StageName": "Prospecting", "CloseDate": "2027-01-01"})
	task := r.insert("Task", map[string]any{"Subject": "on the account", "WhatId": loser})
	oppTask := r.insert("Task", map[string]any{"Subject": "on the deal", "WhatId": opp})
	r.clock.Advance(time.Hour)
	if a := r.do("POST", "/_sandbox/merge", `{"object":"Account","master":"`+master+`","loser":"`+loser+`"}`); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for id, field := range map[string]string{contact: "AccountId", opp: "AccountId", task: "AccountId", oppTask: "AccountId"} {
		got, ok := r.s.Get(id)
		if !ok || got[field] != master || got["SystemModstamp"] != "2026-11-23T13:00:00.000+0000" {
			t.Errorf("%s: %s is %s, stamped %s", id, field, got[field], got["SystemModstamp"])
		}
	}
	if a := r.do("PATCH", v+"/sobjects/Account/"+loser, `{"Name":"x"}`); a.status != 404 || !strings.Contains(a.body, "ENTITY_IS_DELETED") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if err := r.s.Undelete(loser); err == nil {
		t.Error("a merged record came back")
	}
}

func TestTouchMovesOnlyTheSystemStamp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.account("Acme")
	r.clock.Advance(time.Hour)
	if err := r.s.Touch(id); err != nil {
		t.Fatal(err)
	}
	got, _ := r.s.Get(id)
	if got["LastModifiedDate"] != "2026-11-23T12:00:00.000+0000" || got["SystemModstamp"] != "2026-11-23T13:00:00.000+0000" {
		t.Errorf("got %s and %s", got["LastModifiedDate"], got["SystemModstamp"])
	}
}
