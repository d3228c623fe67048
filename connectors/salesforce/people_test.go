package salesforce

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

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
	also := a
	also.Mail = true
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
		{"in the app and by mail", also, "Handoff", []step{
			{ask: find, reply: pageOf("", `{"Id":"0ML000000000001"}`)},
			{ask: notify, reply: worked("customNotificationAction")},
			{ask: mail, body: mailBody, reply: worked("emailSimple")},
		}, "al done "},
		{"told in the app, whatever becomes of the mail", also, "Handoff", []step{
			{ask: find, reply: pageOf("", `{"Id":"0ML000000000001"}`)},
			{ask: notify, reply: worked("customNotificationAction")},
			{ask: mail, drop: true},
		}, "al done "},
		{"one mail where there is no app", also, "", []step{{ask: mail, body: mailBody, reply: worked("emailSimple")}}, "al done "},
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
		step{ask: "GET /services/data/v67.0/connect/organization", reply: `{"orgId":"00D000000000001EAA","features":{"multiCurrency":false,"defaultCurrencyIsoCode":"EUR"}}`},
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
		APIVersion: "67.0", Edition: "Enterprise Edition", TimeZone: "Europe/Berlin", Currency: "EUR", RecordURL: "https://acme.my.salesforce.com/%s",
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
