package hubspot

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

const (
	taskProperties  = "GET /crm/properties/2026-09/tasks"
	companyTasks    = "POST /crm/associations/2026-09/companies/tasks/batch/read"
	readTasks       = "POST /crm/objects/2026-09/tasks/batch/read"
	createTasks     = "POST /crm/objects/2026-09/tasks/batch/create"
	readOneCompany  = "POST /crm/objects/2026-09/companies/batch/read"
	withoutKey      = `{"results":[]}`
	withKey         = `{"results":[{"name":"handoffd_key","type":"string","hasUniqueValue":true,"modificationMetadata":{"readOnlyValue":false}}]}`
	withReadOnlyKey = `{"results":[{"name":"handoffd_key","type":"string","hasUniqueValue":true,"modificationMetadata":{"readOnlyValue":true}}]}`
)

func task(key, company string) connectors.Write {
	return connectors.Write{
		Key: key, Op: connectors.CreateTask, Ref: account(company),
		Activity: &connectors.Activity{
			Subject: "SDR outreach: Acme & Co", Text: "Call <them>\nsoon", OwnerID: "77", ContactID: "501",
			Due: time.Date(2026, 11, 25, 17, 0, 0, 0, time.UTC), High: true,
		},
	}
}

const taskBody = `{"inputs":[{"properties":{
	"hs_timestamp":"2026-11-25T17:00:00.000Z","hs_task_subject":"SDR outreach: Acme & Co","hs_task_status":"NOT_STARTED",
	"hs_task_type":"TODO","hs_task_priority":"HIGH","hubspot_owner_id":"77",
	"hs_task_body":"<p>Call &lt;them&gt;<br>soon</p><p>ref: acme/1/sdr</p>"},
	"associations":[
		{"to":{"id":"9"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":192}]},
		{"to":{"id":"501"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":204}]}],
	"objectWriteTraceId":"0"}]}`

func TestCreateTask(t *testing.T) {
	t.Parallel()
	noTasks := turn{want: companyTasks, body: `{"inputs":[{"id":"9"}]}`, reply: `{"results":[]}`}
	isThere := turn{want: readOneCompany, body: `{"properties":["hs_object_id","hs_lastmodifieddate","createdate","hs_merged_object_ids"],"propertiesWithHistory":[],"inputs":[{"id":"9"}]}`, reply: `{"results":[{"id":"9"}]}`}
	keyed := strings.Replace(strings.Replace(taskBody, "<p>ref: acme/1/sdr</p>", "", 1), `"hs_task_type"`, `"handoffd_key":"acme/1/sdr","hs_task_type"`, 1)
	cases := []struct {
		name  string
		batch []connectors.Write
		turns []turn
		want  []string
	}{
		{
			name: "with a marker, after a look", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{{want: taskProperties, reply: withoutKey}, isThere, noTasks, {want: createTasks, body: taskBody, status: 201, reply: `{"results":[{"id":"300"}]}`}},
			want:  []string{"acme/1/sdr done 300"},
		},
		{
			name: "the company was merged", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{
				{want: taskProperties, reply: withoutKey},
				{want: readOneCompany, reply: `{"results":[{"id":"90","properties":{"hs_merged_object_ids":"8;9"}}]}`},
				{want: companyTasks, body: `{"inputs":[{"id":"90"}]}`, reply: `{"results":[]}`},
				{want: createTasks, body: strings.Replace(taskBody, `{"to":{"id":"9"}`, `{"to":{"id":"90"}`, 1), reply: `{"results":[{"id":"300"}]}`},
			},
			want: []string{"acme/1/sdr done 300"},
		},
		{
			name: "it is there already", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{
				{want: taskProperties, reply: withReadOnlyKey}, isThere,
				{want: companyTasks, reply: `{"results":[{"from":{"id":"9"},"to":[{"toObjectId":300},{"toObjectId":301}]}]}`},
				{want: readTasks, body: `{"properties":["hs_task_body"],"propertiesWithHistory":[],"inputs":[{"id":"300"},{"id":"301"}]}`, reply: `{"results":[{"id":"300","properties":{"hs_task_body":"<p>x</p><p>ref: acme/1/sdr2</p>"}},{"id":"301","properties":{"hs_task_body":"<div>x<br>ref: acme/1/sdr</div>"}}]}`},
			},
			want: []string{"acme/1/sdr existed 301"},
		},
		{
			name: "a look that fails sends nothing", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{{want: taskProperties, reply: withoutKey}, isThere, {want: companyTasks, status: 403, reply: `{}`}},
			want:  []string{"acme/1/sdr failed  stop::"},
		},
		{
			name: "twice in one batch is once", batch: []connectors.Write{task("acme/1/sdr", "9"), task("acme/1/sdr", "9")},
			turns: []turn{{want: taskProperties, reply: withoutKey}, isThere, noTasks, {want: createTasks, body: taskBody, reply: `{"results":[{"id":"300"}]}`}},
			want:  []string{"acme/1/sdr done 300", "acme/1/sdr existed 300"},
		},
		{
			name: "the connection drops", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{{want: taskProperties, reply: withoutKey}, isThere, noTasks, {want: createTasks, drop: true}},
			want:  []string{"acme/1/sdr unsure  unknown_outcome:DROPPED:"},
		},
		{
			name: "the edge gives up", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{{want: taskProperties, reply: withoutKey}, isThere, noTasks, {want: createTasks, status: 524, reply: `<html>`}},
			want:  []string{"acme/1/sdr unsure  unknown_outcome::"},
		},
		{
			name: "refused by pace, sent again", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{{want: taskProperties, reply: withoutKey}, isThere, noTasks, {want: createTasks, status: 429, reply: `{"policyName":"TEN_SECONDLY_ROLLING"}`}, {want: createTasks, body: taskBody, reply: `{"results":[{"id":"300"}]}`}},
			want:  []string{"acme/1/sdr done 300"},
		},
		{
			name: "by its unique property", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{{want: taskProperties, reply: withKey}, {want: createTasks, body: keyed, reply: `{"results":[{"id":"300"}]}`}},
			want:  []string{"acme/1/sdr done 300"},
		},
		{
			name: "the unique property clashes", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{
				{want: taskProperties, reply: withKey},
				{want: createTasks, status: 409, reply: `{"category":"CONFLICT","message":"handoffd_key is taken"}`},
				{want: readTasks, body: `{"properties":["handoffd_key"],"propertiesWithHistory":[],"idProperty":"handoffd_key","inputs":[{"id":"acme/1/sdr"}]}`, reply: `{"results":[{"id":"299","properties":{"handoffd_key":"acme/1/sdr"}}]}`},
			},
			want: []string{"acme/1/sdr existed 299"},
		},
		{
			name: "one of two clashes", batch: []connectors.Write{task("acme/1/sdr", "9"), task("acme/2/sdr", "9")},
			turns: []turn{
				{want: taskProperties, reply: withKey},
				{want: createTasks, status: 207, reply: `{"status":"COMPLETE","results":[{"id":"300","properties":{"handoffd_key":"acme/2/sdr"}}],"numErrors":1,"errors":[{"category":"CONFLICT","context":{"objectWriteTraceId":["0"],"existingId":["299"]}}]}`},
				{want: readTasks, body: `{"properties":["handoffd_key"],"propertiesWithHistory":[],"idProperty":"handoffd_key","inputs":[{"id":"acme/1/sdr"}]}`, reply: `{"results":[{"id":"299","properties":{"handoffd_key":"acme/1/sdr"}}]}`},
			},
			want: []string{"acme/1/sdr existed 299", "acme/2/sdr done 300"},
		},
		{
			name: "a whole batch was made before", batch: []connectors.Write{task("acme/1/sdr", "9"), task("acme/2/sdr", "9")},
			turns: []turn{
				{want: taskProperties, reply: withKey},
				{want: createTasks, status: 400, reply: `{"category":"VALIDATION_ERROR","message":"Cannot set PropertyValueCoordinates{value=acme/1/sdr} on null. 299 already has that value."}`},
				{want: readTasks, status: 207, reply: `{"results":[{"id":"299","properties":{"handoffd_key":"acme/1/sdr"}},{"id":"298","properties":{"handoffd_key":"acme/2/sdr"}}]}`},
			},
			want: []string{"acme/1/sdr existed 299", "acme/2/sdr existed 298"},
		},
		{
			name: "the owner is refused", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{
				{want: taskProperties, reply: withoutKey}, isThere, noTasks,
				{want: createTasks, status: 400, reply: `{"category":"VALIDATION_ERROR","errors":[{"code":"INVALID_OWNER_ID","context":{"propertyName":["hubspot_owner_id"]}}]}`},
				{want: createTasks, reply: `{"results":[{"id":"300"}]}`},
			},
			want: []string{"acme/1/sdr done 300 dropped hubspot_owner_id:INVALID_OWNER_ID"},
		},
		{
			name: "the person is gone", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{
				{want: taskProperties, reply: withoutKey}, isThere, noTasks,
				{want: createTasks, status: 404, reply: `{"category":"OBJECT_NOT_FOUND","message":"No contact with ID 501 exists"}`},
				{want: createTasks, body: strings.Replace(taskBody, `,
		{"to":{"id":"501"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":204}]}`, "", 1), reply: `{"results":[{"id":"300"}]}`},
			},
			want: []string{"acme/1/sdr done 300 dropped contact:OBJECT_NOT_FOUND"},
		},
		{
			name: "the company is gone", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{
				{want: taskProperties, reply: withoutKey}, isThere, noTasks,
				{want: createTasks, status: 404, reply: `{"category":"OBJECT_NOT_FOUND"}`},
				{want: createTasks, status: 404, reply: `{"category":"OBJECT_NOT_FOUND"}`},
			},
			want: []string{"acme/1/sdr failed  gone:OBJECT_NOT_FOUND: dropped contact:OBJECT_NOT_FOUND"},
		},
		{
			name: "what a task cannot be without", batch: []connectors.Write{task("acme/1/sdr", "9")},
			turns: []turn{
				{want: taskProperties, reply: withoutKey}, isThere, noTasks,
				{want: createTasks, status: 400, reply: `{"category":"VALIDATION_ERROR","errors":[{"code":"TOO_LONG","context":{"propertyName":["hs_task_body"]}}]}`},
			},
			want: []string{"acme/1/sdr failed  park_record:TOO_LONG:hs_task_body"},
		},
		{
			name: "matched by what came back, in any order", batch: []connectors.Write{task("a", "9"), task("b", "9"), task("c", "9")},
			turns: []turn{
				{want: taskProperties, reply: withoutKey}, isThere, noTasks,
				{want: createTasks, reply: `{"results":[{"id":"31","properties":{"hs_task_body":"<p>ref: b</p>"}},{"id":"30","objectWriteTraceId":"0"}]}`},
			},
			want: []string{"a done 30", "b done 31", "c unsure  unknown_outcome:NO_RESULT:"},
		},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, _ := converse(t, nil, tc.turns...)
			if diff := cmp.Diff(tc.want, outcomes(client.Write(t.Context(), tc.batch))); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCreateNote(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, nil,
		turn{want: "GET /crm/properties/2026-09/notes", reply: withoutKey},
		turn{want: readOneCompany, reply: `{"results":[]}`},
		turn{want: "POST /crm/associations/2026-09/companies/notes/batch/read", body: `{"inputs":[{"id":"9"}]}`, reply: `{"results":[]}`},
		turn{
			want: "POST /crm/objects/2026-09/notes/batch/create",
			body: `{"inputs":[{"properties":{"hs_timestamp":"2026-11-22T12:00:00.000Z","hs_note_body":"<p><strong>Handoff</strong></p><h1>One page</h1><p>ref: n</p>"},
				"associations":[{"to":{"id":"9"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":190}]}],"objectWriteTraceId":"0"}]}`,
			reply: `{"results":[{"id":"40"}]}`,
		})
	w := connectors.Write{Key: "n", Op: connectors.CreateNote, Ref: account("9"), Activity: &connectors.Activity{Subject: "Handoff", HTML: "<h1>One page</h1>"}}
	if diff := cmp.Diff([]string{"n done 40"}, outcomes(client.Write(t.Context(), []connectors.Write{w}))); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	create := task("acme/1/sdr", "9")
	update := set("9", "u", map[string]connectors.Value{"mqa": connectors.BoolValue(true)})
	survivor := turn{want: readOneCompany, reply: `{"results":[{"id":"900","properties":{"hs_merged_object_ids":"9;10"}}]}`}
	links := turn{want: companyTasks, body: `{"inputs":[{"id":"900"}]}`, reply: `{"results":[{"from":{"id":"900"},"to":[{"toObjectId":300}]}]}`}
	cases := []struct {
		name  string
		write connectors.Write
		turns []turn
		want  []string
	}{
		{"update is there", update, []turn{{want: readOneCompany, reply: `{"results":[{"id":"9","properties":{"mqa":"true"}}]}`}}, []string{"u done 9"}},
		{"update is not there", update, []turn{{want: readOneCompany, reply: `{"results":[{"id":"9","properties":{"mqa":"false"}}]}`}}, []string{"u failed  retry:NOT_WRITTEN:"}},
		{"record is gone", update, []turn{{want: readOneCompany, reply: `{"results":[]}`}}, []string{"u failed  gone:OBJECT_NOT_FOUND:"}},
		{"cannot be read", update, []turn{{want: readOneCompany, status: 403, reply: `{}`}}, []string{"u unsure  stop::"}},
		{"task is there, the company was merged", create, []turn{
			{want: taskProperties, reply: withoutKey}, survivor, links,
			{want: readTasks, reply: `{"results":[{"id":"300","properties":{"hs_task_body":"<p>ref: acme/1/sdr</p>"}}]}`},
		}, []string{"acme/1/sdr done 300"}},
		{"task is not there", create, []turn{
			{want: taskProperties, reply: withoutKey}, survivor, links, {want: readTasks, reply: `{"results":[{"id":"300","properties":{"hs_task_body":"other"}}]}`},
		}, []string{"acme/1/sdr failed  retry:NOT_WRITTEN:"}},
		{"task by its key", create, []turn{{want: taskProperties, reply: withKey}, {want: readTasks, reply: `{"results":[{"id":"299","properties":{"handoffd_key":"acme/1/sdr"}}]}`}}, []string{"acme/1/sdr done 299"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, _ := converse(t, nil, tc.turns...)
			if diff := cmp.Diff(tc.want, outcomes([]connectors.Result{client.Resolve(t.Context(), tc.write)})); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAlert(t *testing.T) {
	t.Parallel()
	alert := connectors.Alert{Key: "alert/1", Title: "Acme waits", Body: "No call for 3 days", Account: account("9"), Due: start.Add(time.Hour)}
	created := turn{want: createTasks, reply: `{"results":[{"id":"70"}]}`}
	cases := []struct {
		name  string
		edit  func(*connectors.Alert)
		turns []turn
		want  string
	}{
		{"by id", func(a *connectors.Alert) { a.UserID = "55" }, []turn{
			{want: taskProperties, reply: withoutKey}, {want: readOneCompany, reply: `{"results":[{"id":"9"}]}`}, {want: companyTasks, reply: `{"results":[]}`},
			{want: createTasks, reply: `{"results":[{"id":"70"}]}`, body: `{"inputs":[{"properties":{"hs_timestamp":"2026-11-22T13:00:00.000Z","hs_task_subject":"Acme waits","hs_task_status":"NOT_STARTED","hs_task_type":"TODO","hs_task_priority":"HIGH","hubspot_owner_id":"55","hs_task_body":"<p>No call for 3 days</p><p>ref: alert/1</p>"},"associations":[{"to":{"id":"9"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":192}]}],"objectWriteTraceId":"0"}]}`},
		}, "alert/1 done 70"},
		{"by address, on no company", func(a *connectors.Alert) {
			a.Email, a.Account = "jo+x@acme.example", connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: "001"}
		}, []turn{
			{want: "GET /crm/owners/2026-09?email=jo%2Bx%40acme.example&limit=100", reply: `{"results":[{"id":"54","archived":true},{"id":"55"}]}`},
			{want: taskProperties, reply: withoutKey}, created,
		}, "alert/1 done 70"},
		{"nobody", func(a *connectors.Alert) { a.Email = "no@acme.example" }, []turn{
			{want: "GET /crm/owners/2026-09?email=no%40acme.example&limit=100", reply: `{"results":[]}`},
		}, "alert/1 failed  park_record:NO_RECIPIENT:"},
		{"the recipient has left", func(a *connectors.Alert) { a.UserID = "55" }, []turn{
			{want: taskProperties, reply: withoutKey}, {want: readOneCompany, reply: `{"results":[{"id":"9"}]}`}, {want: companyTasks, reply: `{"results":[]}`},
			{want: createTasks, status: 400, reply: `{"category":"VALIDATION_ERROR","errors":[{"code":"INVALID_OWNER_ID","context":{"propertyName":["hubspot_owner_id"]}}]}`},
		}, "alert/1 failed  park_record:INVALID_OWNER_ID:hubspot_owner_id"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, _ := converse(t, nil, tc.turns...)
			a := alert
			tc.edit(&a)
			if diff := cmp.Diff([]string{tc.want}, outcomes([]connectors.Result{client.Alert(t.Context(), a)})); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}
