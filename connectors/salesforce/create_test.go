package salesforce

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

func newTask(key string) connectors.Write {
	return connectors.Write{Key: key, Op: connectors.CreateTask, Ref: account(idA[:15]), Activity: &connectors.Activity{
		Subject: "SDR outreach: Acme", Text: "Why now", OwnerID: "005000000000009AAA", ContactID: "003000000000009AAA",
		Due: start.Add(40 * time.Hour), Day: "2026-11-24", High: true,
	}}
}

const insertAsk = "POST /services/data/v67.0/composite/sobjects"

func TestTaskWithUniqueKey(t *testing.T) {
	t.Parallel()
	body := `{"allOrNone":false,"records":[{"attributes":{"type":"Task"},"WhatId":"` + idA + `","Subject":"SDR outreach: Acme",
		"Description":"Why now","OwnerId":"005000000000009AAA","WhoId":"003000000000009AAA","handoffd_Key__c":"a/1/sdr",
		"ActivityDate":"2026-11-24","Priority":"High"}]}`
	taken := `[{"success":false,"errors":[{"statusCode":"DUPLICATE_VALUE","message":"duplicate value found: handoffd_Key__c duplicates value on record with id: 00T000000000007","fields":[]}]}]`
	c, _, _ := converse(t, nil, map[string]string{"Task": "handoffd_Key__c:string Priority:picklist Status:picklist"},
		step{ask: insertAsk, body: body, reply: `[{"id":"00T000000000007EAA","success":true,"errors":[]}]`},
		// The answer is lost, the work is done: sent again, the key refuses it.
		step{ask: insertAsk, body: body, drop: true},
		step{ask: insertAsk, body: body, reply: taken},
		// A message in another language: the key is looked up.
		step{ask: insertAsk, reply: `[{"success":false,"errors":[{"statusCode":"DUPLICATE_VALUE","message":"doppelter Wert","fields":[]}]}]`},
		step{ask: "GET /services/data/v67.0/queryAll?q=SELECT Id FROM Task WHERE handoffd_Key__c = 'a/1/sdr'", reply: pageOf("", `{"Id":"00T000000000007"}`)},
		// Another unique field of the org.
		step{ask: insertAsk, reply: `[{"success":false,"errors":[{"statusCode":"DUPLICATE_VALUE","message":"other","fields":[]}]}]`},
		step{ask: "GET /services/data/v67.0/queryAll?q=SELECT Id FROM Task WHERE handoffd_Key__c = 'a/1/sdr'", reply: pageOf("")},
	)
	var got []connectors.Result
	for range 4 {
		got = append(got, c.Write(t.Context(), []connectors.Write{newTask("a/1/sdr")})...)
	}
	want := []string{
		"a/1/sdr done 00T000000000007EAA", "a/1/sdr existed 00T000000000007EAA", "a/1/sdr existed 00T000000000007EAA",
		"a/1/sdr failed  park_record DUPLICATE_VALUE",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
}

func TestTaskWithoutUniqueKey(t *testing.T) {
	t.Parallel()
	look := "GET /services/data/v67.0/queryAll?q=SELECT Id,Description FROM Task WHERE WhatId IN ('" + idA + "') AND CreatedById = '005000000000001AAA'"
	c, _, fake := converse(t, nil, map[string]string{"Task": "Status:picklist"},
		step{ask: look, reply: pageOf("", `{"Id":"00T000000000001AAA","Description":"x\n\nref: other"}`)},
		step{ask: insertAsk, body: `{"allOrNone":false,"records":[{"attributes":{"type":"Task"},"WhatId":"` + idA + `","Subject":"SDR outreach: Acme",
			"Description":"Why now\n\nref: a/1/sdr","OwnerId":"005000000000009AAA","WhoId":"003000000000009AAA","ActivityDate":"2026-11-24"}]}`, drop: true},
		step{ask: look, reply: pageOf("")},
		step{ask: look, reply: pageOf("", `{"Id":"00T000000000002AAA","Description":"Why now\r\n\r\nref: a/1/sdr"}`)},
		step{ask: look, reply: pageOf("", `{"Id":"00T000000000002AAA","Description":"Why now\n\nref: a/1/sdr\nCalled, no answer"}`)},
	)
	w := newTask("a/1/sdr")
	got := c.Write(t.Context(), []connectors.Write{w})
	first := c.Resolve(t.Context(), w)
	got = append(got, first, c.Resolve(t.Context(), w))
	got = append(got, c.Write(t.Context(), []connectors.Write{w})...)
	want := []string{
		"a/1/sdr unsure  unknown_outcome DROPPED -Priority", "a/1/sdr failed  retry ", "a/1/sdr existed 00T000000000002AAA",
		"a/1/sdr existed 00T000000000002AAA -Priority",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
	var e *connectors.Error
	if !errors.As(first.Err, &e) || !e.RetryAt.Equal(fake.Now().Add(longestRequest)) {
		t.Errorf("not found, to be sent again at %v", e)
	}
}

func TestNoteIsACompletedTask(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, map[string]string{"Task": "handoffd_Key__c:string Status:picklist"},
		step{ask: insertAsk, body: `{"allOrNone":false,"records":[{"attributes":{"type":"Task"},"WhatId":"` + idA + `","Subject":"Summary",
			"Description":"Text","handoffd_Key__c":"n1","Status":"Completed","Extra__c":"e"}]}`, reply: `[{"id":"00T000000000003AAA","success":true,"errors":[]}]`},
	)
	got := c.Write(t.Context(), []connectors.Write{{
		Key: "n1", Op: connectors.CreateNote, Ref: account(idA), Activity: &connectors.Activity{Subject: "Summary", Text: "Text", HTML: "<p>Text</p>"},
		Fields: map[string]connectors.Value{"Extra__c": connectors.TextValue("e")},
	}})
	if diff := cmp.Diff([]string{"n1 done 00T000000000003AAA"}, shown(got)); diff != "" {
		t.Error(diff)
	}
}

func TestCreateDropsOnlyWhatMayGo(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, map[string]string{"Task": "handoffd_Key__c:string Priority:picklist Status:picklist"},
		step{ask: insertAsk, reply: `[{"success":false,"errors":[{"statusCode":"FIELD_INTEGRITY_EXCEPTION","message":"m","fields":["WhoId"]}]}]`},
		step{ask: insertAsk, reply: `[{"id":"00T000000000003AAA","success":true,"errors":[]}]`},
		step{ask: insertAsk, reply: `[{"success":false,"errors":[{"statusCode":"FIELD_INTEGRITY_EXCEPTION","message":"m","fields":["WhatId"]}]}]`},
	)
	got := c.Write(t.Context(), []connectors.Write{newTask("t1")})
	got = append(got, c.Write(t.Context(), []connectors.Write{newTask("t2")})...)
	want := []string{"t1 done 00T000000000003AAA -WhoId", "t2 failed  park_field FIELD_INTEGRITY_EXCEPTION"}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
}

func TestTooLongIsRefusedAndNeverCut(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, map[string]string{"Task": "handoffd_Key__c:string Status:picklist Priority:picklist"})
	long := newTask("t1")
	long.Activity.Subject = strings.Repeat("ä", 256)
	text := newTask("t2")
	text.Activity.Text = strings.Repeat("x", 32001)
	emoji := newTask("t3")
	emoji.Activity.Subject = strings.Repeat("🙂", 128) // 256 UTF-16 units
	key := newTask(strings.Repeat("k", 256))
	empty := newTask("t5")
	empty.Activity = nil
	got := c.Write(t.Context(), []connectors.Write{long, text, emoji, key, empty})
	for i, name := range []string{"Subject", "Description", "Subject", "handoffd_Key__c", ""} {
		var e *connectors.Error
		if !errors.As(got[i].Err, &e) || e.Class != connectors.ParkRecord || e.Field != name || got[i].Outcome != connectors.Failed {
			t.Errorf("%d: %+v", i, got[i])
		}
	}
}
