package salesforce

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

func account(id string) connectors.Ref {
	return connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: id}
}

func update(key, id string, fields map[string]connectors.Value) connectors.Write {
	return connectors.Write{Key: key, Op: connectors.Update, Ref: account(id), Fields: fields}
}

// shown makes results comparable: classes instead of errors.
func shown(results []connectors.Result) []string {
	var out []string
	for _, r := range results {
		line := fmt.Sprintf("%s %s %s", r.Key, r.Outcome, r.ID)
		if r.Err != nil {
			line += " " + string(connectors.ClassOf(r.Err))
			var e *connectors.Error
			if errors.As(r.Err, &e) {
				line += " " + e.Code
			}
		}
		for _, d := range r.Dropped {
			line += " -" + d.Field
		}
		out = append(out, line)
	}
	return out
}

const collectionAsk = "PATCH /services/data/v67.0/composite/sobjects"

func TestUpdatesAreOneCollection(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, map[string]string{"Account": "MQA__c:boolean ACV__c:currency Day__c:date"},
		step{ask: collectionAsk, body: `{"allOrNone":false,"records":[
			{"attributes":{"type":"Account"},"id":"` + idA + `","ACV__c":250000.1,"MQA__c":true,"Name":null},
			{"attributes":{"type":"Account"},"id":"` + idB + `","Name":"O'Neil \"x\""}]}`,
			reply: `[{"id":"` + idA + `","success":true,"errors":[]},{"id":"` + idB + `","success":true,"errors":[]}]`},
	)
	got := c.Write(t.Context(), []connectors.Write{
		update("k1", idA, map[string]connectors.Value{"MQA__c": connectors.BoolValue(false), "ACV__c": number("250000.10")}),
		update("k2", idB[:15], map[string]connectors.Value{"Name": connectors.TextValue(`O'Neil "x"`)}),
		// The same record again: the later value wins, in the same request.
		update("k3", idA[:15], map[string]connectors.Value{"MQA__c": connectors.BoolValue(true), "Name": {}}),
		update("k4", "not an id", nil),
		update("k5", idB, map[string]connectors.Value{"Day__c": connectors.TextValue("soon")}),
		{Key: "k6", Op: "burn", Ref: account(idA)},
		{Key: "k7", Op: connectors.Update, Ref: connectors.Ref{Object: connectors.Email, ID: idA}},
	})
	want := []string{
		"k1 done " + idA, "k2 done " + idB, "k3 done " + idA, "k4 failed  park_record ", "k5 done " + idB + " -Day__c",
		"k6 failed  park_record ", "k7 failed  park_record ",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAttributesComeFirst(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(entry{from: "Account", id: idA, fields: []field{{"A__c", json.RawMessage("1")}}})
	if want := `{"attributes":{"type":"Account"},"id":"` + idA + `","A__c":1}`; string(text) != want || err != nil {
		t.Errorf("got %s, want %s", text, want)
	}
}

func TestRefusedFieldsAreDroppedAndTheRestSent(t *testing.T) {
	t.Parallel()
	first := `{"allOrNone":false,"records":[
		{"attributes":{"type":"Account"},"id":"` + idA + `","Bad__c":"x","Gone__c":"y","Name":"A"},
		{"attributes":{"type":"Account"},"id":"` + idB + `","Bad__c":"x"},
		{"attributes":{"type":"Account"},"id":"` + idC + `","Name":"C"}]}`
	c, _, _ := converse(t, nil, nil,
		step{ask: collectionAsk, body: first, reply: `[
			{"success":false,"errors":[{"statusCode":"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST","message":"bad value","fields":["Bad__c"]}]},
			{"success":false,"errors":[{"statusCode":"STRING_TOO_LONG","message":"m","fields":["Bad__c"]}]},
			{"success":false,"errors":[{"statusCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"No!","fields":["Name"]}]}]`},
		step{ask: collectionAsk, body: `{"allOrNone":false,"records":[{"attributes":{"type":"Account"},"id":"` + idA + `","Gone__c":"y","Name":"A"}]}`,
			reply: `[{"success":false,"errors":[{"statusCode":"INVALID_FIELD","message":"No such column 'Gone__c' on sobject of type Account","fields":[]}]}]`},
		step{ask: collectionAsk, body: `{"allOrNone":false,"records":[{"attributes":{"type":"Account"},"id":"` + idA + `","Name":"A"}]}`,
			reply: `[{"id":"` + idA + `","success":true,"errors":[]}]`},
	)
	text := connectors.TextValue
	got := c.Write(t.Context(), []connectors.Write{
		update("k1", idA, map[string]connectors.Value{"Name": text("A"), "Bad__c": text("x"), "Gone__c": text("y")}),
		update("k2", idB, map[string]connectors.Value{"Bad__c": text("x")}),
		update("k3", idC, map[string]connectors.Value{"Name": text("C")}),
	})
	want := []string{
		"k1 done " + idA + " -Bad__c -Gone__c",
		"k2 failed " + idB + " park_field STRING_TOO_LONG",
		"k3 failed " + idC + " park_record FIELD_CUSTOM_VALIDATION_EXCEPTION",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
	if msg := got[2].Err.Error(); !strings.Contains(msg, "account "+idC) || !strings.Contains(msg, "No!") {
		t.Errorf("the parked record is not named: %s", msg)
	}
}

func TestLockedRowsAreSentAgain(t *testing.T) {
	t.Parallel()
	locked := `[{"success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"unable to obtain exclusive access","fields":[]}]}]`
	done := `[{"id":"` + idA + `","success":true,"errors":[]}]`
	for _, tt := range []struct {
		name    string
		replies []string
		want    string
	}{
		{"freed", []string{locked, locked, done}, "k done " + idA},
		{"held", []string{locked, locked, locked}, "k failed " + idA + " retry UNABLE_TO_LOCK_ROW"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var steps []step
			for _, reply := range tt.replies {
				steps = append(steps, step{ask: collectionAsk, reply: reply})
			}
			c, _, fake := converse(t, nil, nil, steps...)
			got := c.Write(t.Context(), []connectors.Write{update("k", idA, map[string]connectors.Value{"Name": connectors.TextValue("A")})})
			if diff := cmp.Diff([]string{tt.want}, shown(got)); diff != "" {
				t.Error(diff)
			}
			if waited := fake.Now().Sub(start); waited < lockPause || waited > 2*lockTries*lockPause {
				t.Errorf("waited %s", waited)
			}
		})
	}
}

// TestThousandUpdatesAreOneCall, and each reply finds its record.
func TestThousandUpdatesAreOneCall(t *testing.T) {
	t.Parallel()
	var replies []string
	for r := range 5 {
		var rows []string
		for i := range 200 {
			id, _ := ID18(fmt.Sprintf("001%012d", r*200+i+1))
			rows = append(rows, `{"id":"`+id+`","success":true,"errors":[]}`)
		}
		replies = append(replies, fmt.Sprintf(`{"referenceId":"r%d","httpStatusCode":200,"body":[%s]}`, r, strings.Join(rows, ",")))
	}
	c, _, _ := converse(t, nil, nil,
		step{ask: "POST /services/data/v67.0/composite", reply: `{"compositeResponse":[` + strings.Join(replies, ",") + `]}`},
		step{ask: collectionAsk, reply: `[{"id":"001000000001001AAA","success":true,"errors":[]}]`},
	)
	var batch []connectors.Write
	for i := range 1001 {
		id := fmt.Sprintf("001%012d", i+1)
		batch = append(batch, update(id, id, map[string]connectors.Value{"Name": connectors.TextValue(id)}))
	}
	for i, r := range c.Write(t.Context(), batch) {
		if r.Outcome != connectors.Done || r.Key != batch[i].Key || !strings.HasPrefix(r.ID, r.Key) {
			t.Fatalf("%d: %+v", i, r)
		}
	}
}

// TestSpoiledCollectionIsSplit: one record makes Salesforce refuse the whole
// request; the others go through.
func TestSpoiledCollectionIsSplit(t *testing.T) {
	t.Parallel()
	refused := `[{"errorCode":"JSON_PARSER_ERROR","message":"Unexpected character"}]`
	ok := func(id string) string { return `[{"id":"` + id + `","success":true,"errors":[]}]` }
	c, _, _ := converse(t, nil, nil,
		step{ask: collectionAsk, status: 400, reply: refused},
		step{ask: collectionAsk, reply: ok(idA)},
		step{ask: collectionAsk, status: 400, reply: refused},
		step{ask: collectionAsk, status: 400, reply: refused},
		step{ask: collectionAsk, reply: ok(idC)},
	)
	var batch []connectors.Write
	for _, id := range []string{idA, idB, idC} {
		batch = append(batch, update(id, id, map[string]connectors.Value{"Name": connectors.TextValue("x")}))
	}
	want := []string{idA + " done " + idA, idB + " failed " + idB + " park_field JSON_PARSER_ERROR", idC + " done " + idC}
	if diff := cmp.Diff(want, shown(c.Write(t.Context(), batch))); diff != "" {
		t.Error(diff)
	}
}

func TestUpdateWithoutAnAnswerIsUnsure(t *testing.T) {
	t.Parallel()
	drop := step{ask: collectionAsk, drop: true}
	resolve := "GET /services/data/v67.0/queryAll?q=SELECT Id,IsDeleted,Name FROM Account WHERE Id = '" + idA + "'"
	c, _, _ := converse(t, nil, nil, drop, drop, drop, drop,
		step{ask: resolve, reply: pageOf("", `{"Id":"`+idA+`","IsDeleted":false,"Name":"new"}`)},
		step{ask: resolve, reply: pageOf("", `{"Id":"`+idA+`","IsDeleted":false,"Name":"old"}`)},
		step{ask: resolve, reply: pageOf("", `{"Id":"`+idA+`","IsDeleted":true,"Name":"new"}`)},
		step{ask: resolve, reply: pageOf("")},
	)
	w := update("k", idA, map[string]connectors.Value{"Name": connectors.TextValue("new")})
	got := c.Write(t.Context(), []connectors.Write{w})
	for range 4 {
		got = append(got, c.Resolve(t.Context(), w))
	}
	want := []string{
		"k unsure " + idA + " retry DROPPED", "k done " + idA, "k failed  retry ", "k failed " + idA + " gone ", "k failed " + idA + " gone ",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
}

func rowsReply(parts ...string) string {
	for i := range parts {
		parts[i] = fmt.Sprintf(`{"referenceId":"r%d",%s}`, i, parts[i])
	}
	return `{"compositeResponse":[` + strings.Join(parts, ",") + `]}`
}

func TestGuardedWrites(t *testing.T) {
	t.Parallel()
	row := "/services/data/v67.0/sobjects/Account/"
	look := func(id string, ref int) string {
		return fmt.Sprintf(`{"method":"GET","referenceId":"r%d","url":"%s%s?fields=Name"}`, ref, row, id)
	}
	write := func(id string, ref int, etag, name string) string {
		return fmt.Sprintf(`{"method":"PATCH","referenceId":"r%d","url":"%s%s","httpHeaders":{"If-Match":%q},"body":{"Name":%q}}`, ref, row, id, etag, name)
	}
	call := func(subs ...string) string {
		return `{"allOrNone":false,"compositeRequest":[` + strings.Join(subs, ",") + `]}`
	}
	holds := func(etag, name string) string {
		return fmt.Sprintf(`"httpStatusCode":200,"httpHeaders":{"etag":%q},"body":{"Id":"x","Name":%q}`, etag, name)
	}
	const ask = "POST /services/data/v67.0/composite"
	c, _, _ := converse(t, nil, nil,
		// Two are as expected, the third is not.
		step{ask: ask, body: call(look(idA, 0), look(idB, 1), look(idC, 2)), reply: rowsReply(holds("e1", "old"), holds("e2", "old"), holds("e3", "theirs"))},
		// The second changed in another field between look and write.
		step{ask: ask, body: call(write(idA, 0, "e1", "new"), write(idB, 1, "e2", "new")),
			reply: rowsReply(`"httpStatusCode":204,"body":null`, `"httpStatusCode":412,"body":[{"errorCode":"PRECONDITION_FAILED","message":"m"}]`)},
		step{ask: ask, body: call(look(idB, 0)), reply: rowsReply(holds("e4", "old"))},
		step{ask: ask, body: call(write(idB, 0, "e4", "new")), reply: rowsReply(`"httpStatusCode":204,"body":null`)},
		// A second write to the first record goes after the first one.
		step{ask: ask, body: call(look(idA, 0)), reply: rowsReply(holds("e5", "new"))},
		step{ask: ask, body: call(write(idA, 0, "e5", "newer")), reply: rowsReply(`"httpStatusCode":400,"body":[{"errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"m"}]`)},
	)
	text := func(s string) map[string]connectors.Value {
		return map[string]connectors.Value{"Name": connectors.TextValue(s)}
	}
	guarded := func(key, id, to, from string) connectors.Write {
		w := update(key, id, text(to))
		w.Expect = text(from)
		return w
	}
	got := c.Write(t.Context(), []connectors.Write{
		guarded("k1", idA, "new", "old"), guarded("k2", idB, "new", "old"), guarded("k3", idC, "new", "old"), guarded("k4", idA, "newer", "new"),
	})
	want := []string{
		"k1 done " + idA, "k2 done " + idB, "k3 conflicted " + idC, "k4 failed " + idA + " park_record FIELD_CUSTOM_VALIDATION_EXCEPTION",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
	if got[2].Current["Name"] != connectors.TextValue("theirs") {
		t.Errorf("current: %v", got[2].Current)
	}
}

func TestGuardedWriteWithoutAnAnswerIsUnsure(t *testing.T) {
	t.Parallel()
	const ask = "POST /services/data/v67.0/composite"
	c, _, _ := converse(t, nil, nil,
		step{ask: ask, reply: rowsReply(`"httpStatusCode":200,"httpHeaders":{"ETag":"e1"},"body":{"Name":"old"}`)},
		step{ask: ask, drop: true},
	)
	w := update("k", idA, map[string]connectors.Value{"Name": connectors.TextValue("new")})
	w.Expect = map[string]connectors.Value{"Name": connectors.TextValue("old")}
	if diff := cmp.Diff([]string{"k unsure " + idA + " unknown_outcome DROPPED"}, shown(c.Write(t.Context(), []connectors.Write{w}))); diff != "" {
		t.Error(diff)
	}
}

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

func TestAlerts(t *testing.T) {
	t.Parallel()
	find := "GET /services/data/v67.0/query?q=SELECT Id FROM CustomNotificationType WHERE DeveloperName = 'Handoff'"
	notify := "POST /services/data/v67.0/actions/standard/customNotificationAction"
	mail := "POST /services/data/v67.0/actions/standard/emailSimple"
	worked := func(action string) string {
		return `[{"actionName":"` + action + `","errors":null,"isSuccess":true,"outputValues":null}]`
	}
	a := connectors.Alert{Key: "al", Title: "Late", Body: "Nobody called", UserID: "005000000000009AAA", Email: "boss@acme.example", Account: account(idA)}
	long, taskOnly, nobody := a, a, a
	long.Body = strings.Repeat("x", 751)
	taskOnly.Email = ""
	nobody.Email, nobody.UserID = "", ""
	mailBody := `{"inputs":[{"emailAddresses":"boss@acme.example","emailSubject":"Late","emailBody":"Nobody called","senderType":"CurrentUser"}]}`
	tests := []struct {
		name  string
		alert connectors.Alert
		typ   string
		steps []step
		want  string
	}{
		{"in the app", a, "Handoff", []step{
			{ask: find, reply: pageOf("", `{"Id":"0ML000000000001"}`)},
			{ask: notify, body: `{"inputs":[{"customNotifTypeId":"0ML000000000001GAA","recipientIds":["005000000000009AAA"],"title":"Late","body":"Nobody called","targetId":"` + idA + `"}]}`, reply: worked("customNotificationAction")},
		}, "al done "},
		{"no type configured", a, "", []step{{ask: mail, body: mailBody, reply: worked("emailSimple")}}, "al done "},
		{"type is not there", a, "Handoff", []step{{ask: find, reply: pageOf("")}, {ask: mail, body: mailBody, reply: worked("emailSimple")}}, "al done "},
		{"too long for the app", long, "Handoff", []step{{ask: mail, reply: worked("emailSimple")}}, "al done "},
		{"HTTP 200 but not sent", a, "", []step{
			{ask: mail, reply: `[{"actionName":"emailSimple","errors":[{"statusCode":"INVALID_EMAIL_ADDRESS","message":"m","fields":[]}],"isSuccess":false}]`},
			{ask: insertAsk, reply: `[{"id":"00T000000000003AAA","success":true,"errors":[]}]`},
		}, "al done 00T000000000003AAA"},
		{"HTTP 400", taskOnly, "Handoff", []step{
			{ask: find, reply: pageOf("", `{"Id":"0ML000000000001"}`)},
			{ask: notify, status: 400, reply: `[{"actionName":"customNotificationAction","errors":[{"statusCode":"INSUFFICIENT_ACCESS","message":"m","fields":[]}],"isSuccess":false}]`},
			{ask: insertAsk, body: `{"allOrNone":false,"records":[{"attributes":{"type":"Task"},"WhatId":"` + idA + `","Subject":"Late","Description":"Nobody called","OwnerId":"005000000000009AAA","handoffd_Key__c":"al","Priority":"High"}]}`,
				reply: `[{"id":"00T000000000003AAA","success":true,"errors":[]}]`},
		}, "al done 00T000000000003AAA"},
		{"no answer", a, "", []step{{ask: mail, drop: true}}, "al unsure  unknown_outcome DROPPED"},
		{"later", a, "", []step{{ask: mail, status: 403, reply: `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`}}, "al failed  retry REQUEST_LIMIT_EXCEEDED"},
		{"nobody to tell", nobody, "Handoff", nil, "al failed  park_record "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, _ := converse(t, func(cfg *Config) { cfg.NotificationType = tt.typ },
				map[string]string{"Task": "handoffd_Key__c:string Priority:picklist Status:picklist"}, tt.steps...)
			if diff := cmp.Diff([]string{tt.want}, shown([]connectors.Result{c.Alert(t.Context(), tt.alert)})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestIdentifyAndUsers(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, nil,
		step{ask: "GET /services/oauth2/userinfo", reply: `{"user_id":"005000000000001","organization_id":"00D000000000001","preferred_username":"sync@acme.example"}`,
			headers: map[string]string{"Authorization": "Bearer token-1"}, with: map[string]string{"Sforce-Limit-Info": "api-usage=7/15000"}},
		step{ask: "GET /services/data", reply: `[{"version":"66.0"},{"version":"67.0"}]`},
		step{ask: "GET /services/data/v67.0/query?q=SELECT Id,Name,OrganizationType,TimeZoneSidKey FROM Organization",
			reply: pageOf("", `{"Id":"00D000000000001EAA","Name":"Acme","OrganizationType":"Enterprise Edition","TimeZoneSidKey":"Europe/Berlin"}`)},
		step{ask: "GET /services/data/v67.0/query?q=SELECT Id,Name,Email,IsActive,ManagerId FROM User WHERE UserType = 'Standard' ORDER BY Id",
			reply: pageOf("/services/data/v67.0/query/01g-1", `{"Id":"005000000000001","Name":"Ann","Email":"a@x","IsActive":true,"ManagerId":"005000000000002"}`)},
		step{ask: "GET /services/data/v67.0/query/01g-1", reply: pageOf("", `{"Id":"005000000000002AAA","Name":"Bob","Email":null,"IsActive":false,"ManagerId":null}`)},
		step{ask: "GET /services/data/v67.0/query?q=SELECT QueueId,Queue.Name FROM QueueSobject WHERE SobjectType = 'Task' ORDER BY QueueId",
			reply: pageOf("", `{"QueueId":"00G000000000001AAA","Queue":{"Name":"SDR pool"}}`)},
	)
	id, err := c.Identify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantID := connectors.Identity{
		System: connectors.Salesforce, OrgID: "00D000000000001EAA", OrgName: "Acme", UserID: "005000000000001AAA", Username: "sync@acme.example",
		APIVersion: "67.0", Edition: "Enterprise Edition", TimeZone: "Europe/Berlin", RecordURL: "https://acme.my.salesforce.com/%s",
	}
	if diff := cmp.Diff(wantID, id); diff != "" {
		t.Error(diff)
	}
	users, err := c.Users(t.Context())
	wantUsers := []connectors.User{
		{ID: "005000000000001AAA", Name: "Ann", Email: "a@x", Active: true, ManagerID: "005000000000002AAA"},
		{ID: "005000000000002AAA", Name: "Bob"},
		{ID: "00G000000000001AAA", Name: "SDR pool", Active: true, Queue: true},
	}
	if diff := cmp.Diff(wantUsers, users); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if diff := cmp.Diff(connectors.Allowance{Used: 7, Limit: 15000, At: start}, c.Allowance()); diff != "" {
		t.Error(diff)
	}
}

func TestVersionNotOffered(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, nil, step{ask: "GET /services/data", reply: `[{"version":"65.0"},{"version":"66.0"}]`})
	err := c.checkVersion(t.Context())
	if connectors.ClassOf(err) != connectors.Stop || !strings.Contains(err.Error(), "66.0") {
		t.Error(err)
	}
}

func TestSessionExpiresMidRun(t *testing.T) {
	t.Parallel()
	body := `{"allOrNone":false,"records":[{"attributes":{"type":"Account"},"id":"` + idA + `","Name":"x"}]}`
	c, s, _ := converse(t, nil, nil,
		step{ask: collectionAsk, body: body, status: http.StatusUnauthorized, reply: `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`},
		step{ask: collectionAsk, body: body, reply: `[{"id":"` + idA + `","success":true,"errors":[]}]`},
	)
	got := c.Write(t.Context(), []connectors.Write{update("k", idA, map[string]connectors.Value{"Name": connectors.TextValue("x")})})
	if diff := cmp.Diff([]string{"k done " + idA}, shown(got)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"describe Account", "token", "token"}, sorted(s.side)); diff != "" {
		t.Error(diff)
	}
}
