package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (r *rig) fields(id string, names ...string) map[string]string {
	r.t.Helper()
	got, ok := r.s.Get(id)
	if !ok {
		r.t.Fatalf("%s is gone", id)
	}
	out := map[string]string{}
	for _, n := range names {
		if got[n] != "" {
			out[n] = got[n]
		}
	}
	return out
}

func TestTaskDerivations(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	acc := r.account("Acme")
	con := r.insert("Contact", map[string]any{"LastName": "Doe", "AccountId": acc})
	opp := r.insert("Opportunity", map[string]any{"Name": "O", "AccountId": acc, "StageName": "Prospecting", "CloseDate": "2027-01-01"})
	for _, parent := range []string{`"WhatId":"` + acc + `"`, `"WhatId":"` + opp + `"`, `"WhoId":"` + con + `"`} {
		id := r.do("POST", v+"/sobjects/Task", `{"Subject":"Call",`+parent+`}`).id(t)
		want := map[string]string{"AccountId": acc, "Status": "Not Started", "Priority": "Normal", "IsClosed": "false", "TaskSubtype": "Task", "OwnerId": "005Hf0000000001IAA"}
		if diff := cmp.Diff(want, r.fields(id, "AccountId", "Status", "Priority", "IsClosed", "TaskSubtype", "OwnerId", "CompletedDateTime")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", parent, diff)
		}
	}
	id := r.do("POST", v+"/sobjects/Task", `{"Subject":"Call","Priority":"High"}`).id(t)
	patch := func(body string) {
		t.Helper()
		r.clock.Advance(time.Minute)
		r.do("PATCH", v+"/sobjects/Task/"+id, body).want(t, 204, "")
	}
	patch(`{"Status":"Completed"}`)
	closed := map[string]string{"IsClosed": "true", "IsHighPriority": "true", "CompletedDateTime": "2026-11-23T12:01:00.000+0000"}
	if diff := cmp.Diff(closed, r.fields(id, "IsClosed", "IsHighPriority", "CompletedDateTime")); diff != "" {
		t.Errorf("closed (-want +got):\n%s", diff)
	}
	patch(`{"Status":"Completed","Subject":"x"}`) // the time of the first close stays
	if diff := cmp.Diff(closed, r.fields(id, "IsClosed", "IsHighPriority", "CompletedDateTime")); diff != "" {
		t.Errorf("closed again (-want +got):\n%s", diff)
	}
	patch(`{"Status":"In Progress"}`)
	if got := r.fields(id, "CompletedDateTime"); len(got) != 0 {
		t.Errorf("reopened, but %v", got)
	}
	patch(`{"Status":"Completed"}`)
	if got := r.fields(id, "CompletedDateTime"); got["CompletedDateTime"] != "2026-11-23T12:04:00.000+0000" {
		t.Errorf("got %v", got)
	}
	if a := r.do("PATCH", v+"/sobjects/Task/"+id, `{"IsClosed":false}`); a.status != 400 || !strings.Contains(a.body, "INVALID_FIELD_FOR_INSERT_UPDATE") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := r.query("SELECT Type FROM Task"); a.status != 400 {
		t.Errorf("Task.Type is visible without rights: %s", a.body)
	}
}

func TestQueueOwnedTask(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	queue := r.insert("Group", map[string]any{"Name": "SDRs", "Type": "Queue"})
	body := `{"Subject":"Call","OwnerId":"` + queue + `"}`
	if a := r.do("POST", v+"/sobjects/Task", body); a.status != 400 || !strings.Contains(a.body, "Queue not associated with this SObject type") {
		t.Errorf("%d %s", a.status, a.body)
	}
	r.insert("QueueSobject", map[string]any{"QueueId": queue, "SobjectType": "Task"})
	r.do("POST", v+"/sobjects/Task", body).id(t)
	a := r.query("SELECT Owner.Name, Owner.Type FROM Task WHERE Owner.Type = 'Group'")
	if !strings.Contains(a.body, `"Owner":{"attributes":{"type":"Name","url":"`+v+`/sobjects/Group/`+queue+`"},"Name":"SDRs","Type":"Group"}`) {
		t.Errorf("%s", a.body)
	}
}

func TestActivityFieldIsUniqueOverTaskAndEvent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := r.s.AddField("Activity", Field{Name: "Key__c", Type: "string", Unique: true, CaseSensitive: true, ExternalID: true}); err != nil {
		t.Fatal(err)
	}
	id := r.do("POST", v+"/sobjects/Task", `{"Subject":"a","Key__c":"k"}`).id(t)
	want := `[{"message":"duplicate value found: Key__c duplicates value on record with id: ` + id[:15] + `","errorCode":"DUPLICATE_VALUE","fields":[]}]`
	r.do("POST", v+"/sobjects/Task", `{"Subject":"b","Key__c":"k"}`).want(t, 400, want)
	r.do("POST", v+"/sobjects/Event", `{"Subject":"b","Key__c":"k","DurationInMinutes":30,"ActivityDateTime":"2026-11-23T15:00:00Z"}`).want(t, 400, want)
	r.do("POST", v+"/sobjects/Task", `{"Subject":"b","Key__c":"K"}`).id(t)
	if a := r.do("PATCH", v+"/sobjects/Task/Key__c/k", `{"Subject":"c"}`); a.status != 200 || !strings.Contains(a.body, `"created":false`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	r.do("DELETE", v+"/sobjects/Task/"+id, "").want(t, 204, "")
	r.do("POST", v+"/sobjects/Task", `{"Subject":"again","Key__c":"k"}`).id(t) // a binned row frees its key
}

func TestEventTimes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	names := []string{"StartDateTime", "EndDateTime", "DurationInMinutes", "ActivityDate", "IsAllDayEvent"}
	for _, tc := range []struct{ name, body, want string }{
		{"duration", `"StartDateTime":"2026-11-23T15:00:00Z","DurationInMinutes":30`, "15:00,15:30,30"},
		{"end", `"ActivityDateTime":"2026-11-23T15:00:00Z","EndDateTime":"2026-11-23T16:00:00Z"`, "15:00,16:00,60"},
		{"all day", `"IsAllDayEvent":true,"ActivityDate":"2026-11-23"`, "00:00,23:59,1440"},
	} {
		got := r.fields(r.do("POST", v+"/sobjects/Event", `{"Subject":"m",`+tc.body+`}`).id(t), names...)
		if s := got["StartDateTime"][11:16] + "," + got["EndDateTime"][11:16] + "," + got["DurationInMinutes"]; s != tc.want || got["ActivityDate"] != "2026-11-23" {
			t.Errorf("%s: %s %v", tc.name, s, got)
		}
	}
	if a := r.do("POST", v+"/sobjects/Event", `{"StartDateTime":"2026-11-23T15:00:00Z","EndDateTime":"2026-11-23T14:00:00Z"}`); a.status != 400 {
		t.Errorf("an event that ends before it begins passed: %s", a.body)
	}
}

func TestOpportunityDerivations(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	acc := r.account("Acme")
	id := r.do("POST", v+"/sobjects/Opportunity", `{"Name":"O","AccountId":"`+acc+`","StageName":"Qualification","CloseDate":"2026-12-31","Amount":1000.005}`).id(t)
	names := []string{"IsClosed", "IsWon", "Probability", "ExpectedRevenue", "ForecastCategory", "Fiscal", "Amount", "LastStageChangeDate"}
	if diff := cmp.Diff(map[string]string{"IsClosed": "false", "IsWon": "false", "Probability": "10.0", "ExpectedRevenue": "100.0", "ForecastCategory": "Pipeline", "Fiscal": "2026 4", "Amount": "1000.01"}, r.fields(id, names...)); diff != "" {
		t.Errorf("open (-want +got):\n%s", diff)
	}
	r.clock.Advance(time.Hour)
	r.do("PATCH", v+"/sobjects/Opportunity/"+id, `{"StageName":"Closed Won"}`).want(t, 204, "")
	if diff := cmp.Diff(map[string]string{"IsClosed": "true", "IsWon": "true", "Probability": "100.0", "ExpectedRevenue": "1000.01", "ForecastCategory": "Closed", "Fiscal": "2026 4", "Amount": "1000.01", "LastStageChangeDate": "2026-11-23T13:00:00.000+0000"}, r.fields(id, names...)); diff != "" {
		t.Errorf("won (-want +got):\n%s", diff)
	}
	r.do("PATCH", v+"/sobjects/Opportunity/"+id, `{"NextStep":"none"}`).want(t, 204, "") // no history for this
	if diff := cmp.Diff([]string{"Qualification", "Closed Won"}, r.column("SELECT StageName FROM OpportunityHistory WHERE OpportunityId = '"+id+"' ORDER BY CreatedDate", "StageName")); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	other := r.account("Other")
	task := r.insert("Task", map[string]any{"Subject": "t", "WhatId": id})
	r.do("PATCH", v+"/sobjects/Opportunity/"+id, `{"AccountId":"`+other+`"}`).want(t, 204, "")
	if got := r.fields(task, "AccountId"); got["AccountId"] != other {
		t.Errorf("the task stayed with %v", got)
	}
}
