package sandbox

import (
	"strings"
	"testing"
)

func TestCustomNotification(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	kind := r.insert("CustomNotificationType", map[string]any{"DeveloperName": "Handoff", "MasterLabel": "Handoff", "CustomNotifTypeName": "Handoff"})
	acc := r.account("Acme")
	good := `{"customNotifTypeId":"` + kind + `","recipientIds":["005Hf0000000001IAA"],"title":"t","body":"b","targetId":"` + acc + `"}`
	path := v + "/actions/standard/customNotificationAction"
	r.do("POST", path, `{"inputs":[`+good+`]}`).want(t, 200, `[{"actionName":"customNotificationAction","errors":null,"isSuccess":true,"outputValues":null}]`)
	for _, tc := range []struct{ name, from, to, field string }{
		{"unknown type", kind, "0MLHf0000000009", "customNotifTypeId"},
		{"unknown recipient", "005Hf0000000001IAA", "005Hf0000000099", "recipientIds"},
		{"recipient of another kind", "005Hf0000000001IAA", kind, "recipientIds"},
		{"no recipients", `["005Hf0000000001IAA"]`, `[]`, "recipientIds"},
		{"long title", `"title":"t"`, `"title":"` + strings.Repeat("x", 251) + `"`, "title"},
		{"long body", `"body":"b"`, `"body":"` + strings.Repeat("x", 751) + `"`, "body"},
		{"unknown target", acc, "001Hf0000000099", "targetId"},
		{"no target", `,"targetId":"` + acc + `"`, "", "targetId"},
	} {
		a := r.do("POST", path, `{"inputs":[`+strings.Replace(good, tc.from, tc.to, 1)+`]}`)
		if a.status != 400 || !strings.Contains(a.body, `"isSuccess":false`) || !strings.Contains(a.body, tc.field) || !strings.Contains(a.body, `"statusCode"`) {
			t.Errorf("%s: %d %s", tc.name, a.status, a.body)
		}
	}
	r.do("GET", "/_sandbox/alerts", "").want(t, 200, `[{"action":"customNotificationAction","at":"2026-11-23T12:00:00Z","recipients":["005Hf0000000001IAA"],"title":"t","body":"b",
		"target_id":"`+acc+`","type_id":"`+kind+`","sender_id":"005Hf0000000001IAA"}]`)
}

func TestEmailSimple(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := v + "/actions/standard/emailSimple"
	for _, tc := range []struct {
		name, version, input string
		status               int
		has                  string
	}{
		{"good", "67.0", `{"emailAddresses":"a@x.example, b@x.example","emailSubject":"s","emailBody":"b","senderType":"CurrentUser"}`, 200, `"isSuccess":true`},
		{"recipient id", "67.0", `{"recipientId":"005Hf0000000001IAA","emailSubject":"s","emailBody":"b"}`, 200, `"isSuccess":true`},
		{"no one", "67.0", `{"emailSubject":"s","emailBody":"b"}`, 400, "emailAddresses"},
		{"no subject", "67.0", `{"emailAddresses":"a@x.example","emailBody":"b"}`, 400, "emailSubject"},
		{"bad address", "67.0", `{"emailAddresses":"nobody","emailSubject":"s","emailBody":"b"}`, 400, "INVALID_EMAIL_ADDRESS"},
		{"six in an old version", "63.0", `{"emailAddresses":"a@x.example,b@x.example,c@x.example,d@x.example,e@x.example,f@x.example","emailSubject":"s","emailBody":"b"}`, 400, "LIMIT_EXCEEDED"},
		{"bad sender", "67.0", `{"emailAddresses":"a@x.example","emailSubject":"s","emailBody":"b","senderType":"Me"}`, 400, "senderType"},
	} {
		a := r.do("POST", strings.Replace(path, "67.0", tc.version, 1), `{"inputs":[`+tc.input+`]}`)
		if a.status != tc.status || !strings.Contains(a.body, tc.has) {
			t.Errorf("%s: %d %s", tc.name, a.status, a.body)
		}
	}
	if a := r.do("GET", v+"/limits", ""); !strings.Contains(a.body, `"DailyWorkflowEmails":{"Max":8040,"Remaining":8037}`) {
		t.Errorf("%s", a.body)
	}
	if n := len(r.s.Alerts()); n != 2 {
		t.Errorf("%d alerts", n)
	}
	if a := r.do("GET", v+"/actions/standard", ""); a.status != 200 || !strings.Contains(a.body, `"name":"emailSimple"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.account("Acme")
	r.insert("Contact", map[string]any{"LastName": "Doe", "Email": "doe@acme.example"})
	for _, tc := range []struct {
		path string
		n    int
	}{
		{"/search?q=FIND+%7Bacme%7D", 2}, {"/search?q=FIND+%7Bacme%7D+RETURNING+Contact(Id)", 1}, {"/parameterizedSearch?q=Acme&sobject=Account", 1}, {"/search?q=FIND+%7Bnobody%7D", 0},
	} {
		if a := r.do("GET", v+tc.path, ""); a.status != 200 || strings.Count(a.body, `"attributes"`) != tc.n {
			t.Errorf("%s: %d %s", tc.path, a.status, a.body)
		}
	}
	r.do("GET", v+"/search?q=acme", "").want(t, 400, `[{"message":"No search term found. The search term must be enclosed in braces.","errorCode":"MALFORMED_SEARCH"}]`)
}
