package hubspot

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
)

// TestVerdicts walks every status, category and policy that HubSpot documents
// or that was seen in recorded replies.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC) // New York
	cases := []struct {
		name   string
		status int
		header map[string]string
		body   string
		class  connectors.Class
		code   string
		after  time.Duration // RetryAt from start; 0 means none
		fix    string        // part of the Fix
	}{
		{name: "bad request", status: 400, body: `{"category":"VALIDATION_ERROR","message":"bad"}`, class: connectors.ParkRecord, code: "VALIDATION_ERROR"},
		{name: "duplicate ids", status: 400, body: `{"category":"VALIDATION_ERROR","message":"Duplicate IDs found in batch input: [1]"}`, class: connectors.SplitBatch},
		{name: "search past its reach", status: 400, body: `{"category":"VALIDATION_ERROR","message":"The maximum number of results is 10,000"}`, class: connectors.Narrow},
		{name: "the sandbox's words for it", status: 400, body: `{"category":"VALIDATION_ERROR","message":"Paging through a search is limited to 10000 results"}`, class: connectors.Narrow},
		{name: "a number that looks like the reach", status: 400, body: `{"category":"VALIDATION_ERROR","message":"10000 was not one of the allowed options"}`, class: connectors.ParkRecord},
		{name: "a property with such words", status: 400, body: `{"category":"VALIDATION_ERROR","message":"Property values were not valid: [{\"isValid\":false,\"message\":\"paging cursor: at most 10000 results\",\"error\":\"INVALID_LONG\",\"name\":\"tier\"}]"}`, class: connectors.ParkRecord},
		{name: "paging in a record's text", status: 400, body: `{"category":"VALIDATION_ERROR","message":"Company name Paging Dr. Lee is not allowed"}`, class: connectors.ParkRecord},
		{name: "wrong cursor", status: 400, body: `{"category":"VALIDATION_ERROR","message":"Invalid paging cursor: x"}`, class: connectors.Restart},
		{name: "wrong page mark", status: 400, body: "{\"message\":\"Cannot deserialize value of type `int` from String\"}", class: connectors.Restart},
		{name: "expired token", status: 401, body: `{"category":"EXPIRED_AUTHENTICATION","message":"The OAuth token expired 3 second(s) ago"}`, class: connectors.Stop, fix: "service key"},
		{name: "invalid token", status: 401, body: `{"category":"INVALID_AUTHENTICATION"}`, class: connectors.Stop, fix: "service key"},
		{name: "401 without a body", status: 401, class: connectors.Stop, fix: "token"},
		{name: "missing scopes", status: 403, body: `{"category":"MISSING_SCOPES","context":{"requiredGranularScopes":["crm.objects.deals.read","crm.objects.owners.read"],"links":["x"]}}`, class: connectors.Stop, fix: "crm.objects.deals.read, crm.objects.owners.read"},
		{name: "missing scopes, inside", status: 403, body: `{"status":"error","message":"This app hasn't been granted all required scopes to make this call.","correlationId":"c","category":"MISSING_SCOPES","errors":[{"message":"One or more of the following scopes are required.","context":{"requiredGranularScopes":["crm.objects.contacts.write","crm.objects.deals.read"]}},{"context":{"requiredGranularScopes":["crm.objects.deals.read"]}}],"links":{"scopes":"x"}}`, class: connectors.Stop, fix: "crm.objects.contacts.write, crm.objects.deals.read"},
		{name: "forbidden", status: 403, class: connectors.Stop, fix: "scopes"},
		{name: "missing record", status: 404, body: `{"category":"OBJECT_NOT_FOUND"}`, class: connectors.Gone, code: "OBJECT_NOT_FOUND"},
		{name: "404 without a body", status: 404, class: connectors.Gone},
		{name: "wrong verb", status: 405, class: connectors.Stop, fix: "api_version"},
		{name: "timeout of theirs", status: 408, class: connectors.Retry},
		{name: "conflict", status: 409, body: `{"category":"CONFLICT","message":"Contact already exists. Existing ID: 12"}`, class: connectors.ParkRecord, code: "CONFLICT"},
		{name: "too large", status: 413, class: connectors.Narrow},
		{name: "URL too long", status: 414, class: connectors.Narrow},
		{name: "URL too long, in a page", status: 414, header: map[string]string{"Content-Type": "text/html"}, body: `<html><h1>414 Request-URI Too Large</h1></html>`, class: connectors.Narrow},
		{name: "headers too large", status: 431, class: connectors.Narrow},
		{name: "wrong type", status: 415, class: connectors.Stop},
		{name: "locked", status: 423, class: connectors.Retry, after: 2 * time.Second},
		{name: "locked, told how long", status: 423, header: map[string]string{"Retry-After": "7"}, class: connectors.Retry, after: 7 * time.Second},
		{name: "burst", status: 429, body: `{"errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}`, class: connectors.Retry, code: "TEN_SECONDLY_ROLLING", after: 10 * time.Second},
		{name: "burst by message", status: 429, body: `{"message":"You have reached your ten_secondly_rolling limit."}`, class: connectors.Retry, after: 10 * time.Second},
		{name: "search", status: 429, body: `{"policyName":"SECONDLY"}`, class: connectors.Retry, code: "SECONDLY", after: time.Second},
		{name: "search by message", status: 429, body: `{"message":"You have reached your secondly limit.","category":"RATE_LIMITS"}`, class: connectors.Retry, code: "RATE_LIMITS", after: time.Second},
		{name: "day", status: 429, body: `{"policyName":"DAILY","errorType":"RATE_LIMIT"}`, class: connectors.Retry, code: "DAILY", after: midnight.Sub(start)},
		{name: "day, although told otherwise", status: 429, header: map[string]string{"Retry-After": "1"}, body: `{"message":"You have reached your daily limit."}`, class: connectors.Retry, code: "DAILY", after: midnight.Sub(start)},
		{name: "429 without a body", status: 429, class: connectors.Retry, after: 10 * time.Second},
		{name: "migration", status: 477, header: map[string]string{"Retry-After": "7200"}, class: connectors.Retry, after: 2 * time.Hour, fix: "data centre"},
		{name: "migration, open end", status: 477, class: connectors.Retry, after: time.Hour},
		{name: "their fault", status: 500, class: connectors.UnknownOutcome},
		{name: "processing limit", status: 502, class: connectors.UnknownOutcome},
		{name: "unavailable", status: 503, class: connectors.Retry},
		{name: "gateway timeout", status: 504, class: connectors.UnknownOutcome},
		{name: "edge, odd reply", status: 520, class: connectors.UnknownOutcome},
		{name: "edge, refused", status: 521, class: connectors.Retry},
		{name: "edge, connection timeout", status: 522, class: connectors.UnknownOutcome},
		{name: "edge, unreachable", status: 523, class: connectors.Retry},
		{name: "edge, timeout", status: 524, class: connectors.UnknownOutcome},
		{name: "edge, handshake", status: 525, class: connectors.Retry},
		{name: "edge, certificate", status: 526, class: connectors.Retry},
		{name: "no token at all", status: 530, class: connectors.Stop, fix: "form"},
		{name: "redirect", status: 302, class: connectors.Stop, fix: "base_url"},
		{name: "unknown 4xx", status: 418, class: connectors.ParkRecord},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, _ := converse(t, nil)
			client.quota.setZone("America/New_York", start)
			header := http.Header{}
			for name, value := range tc.header {
				header.Set(name, value)
			}
			got := client.classify(tc.status, header, []byte(tc.body), nil)
			if got.Class != tc.class {
				t.Errorf("class %q, want %q", got.Class, tc.class)
			}
			if tc.code != "" && got.Code != tc.code {
				t.Errorf("code %q, want %q", got.Code, tc.code)
			}
			var after time.Duration
			if !got.RetryAt.IsZero() {
				after = got.RetryAt.Sub(start)
			}
			if after != tc.after {
				t.Errorf("retry after %v, want %v", after, tc.after)
			}
			if !strings.Contains(got.Fix, tc.fix) {
				t.Errorf("fix %q does not say %q", got.Fix, tc.fix)
			}
		})
	}
}

func TestVerdictsInsideBatch(t *testing.T) {
	t.Parallel()
	k, _ := kindOf(connectors.Account)
	cases := []struct {
		name  string
		in    vendorError
		class connectors.Class
		field string
	}{
		{"missing record", vendorError{Category: "OBJECT_NOT_FOUND"}, connectors.Gone, ""},
		{"conflict", vendorError{Category: "CONFLICT"}, connectors.ParkRecord, ""},
		{"bad value", vendorError{Category: "VALIDATION_ERROR", Message: `Property values were not valid: [{"isValid":false,"message":"x","error":"INVALID_OPTION","name":"tier"}]`}, connectors.ParkRecord, "tier"},
		{"scopes", vendorError{Category: "MISSING_SCOPES"}, connectors.Stop, ""},
		{"pace", vendorError{Category: "RATE_LIMITS"}, connectors.Retry, ""},
		{"their fault", vendorError{Category: "INTERNAL_ERROR"}, connectors.UnknownOutcome, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := tc.in.record(k, "7")
			if got.Class != tc.class || got.Field != tc.field || got.Record != "7" || got.Object != connectors.Account {
				t.Errorf("got %+v, want class %q field %q on account 7", got, tc.class, tc.field)
			}
		})
	}
}

// TestMessagesHoldNobodysData is I8: HubSpot quotes values in its messages.
func TestMessagesHoldNobodysData(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, nil)
	body := `{"category":"VALIDATION_ERROR","message":"Property values were not valid: [{\"isValid\":false,\"message\":\"\\\"Secret Corp\\\" was not one of the allowed options\",\"error\":\"INVALID_OPTION\",\"name\":\"tier\"}]","errors":[{"message":"jane@corp.example is taken by 'Jane'","context":{"propertyName":["email"]}},{"message":"Cannot set PropertyValueCoordinates{value=Secret} on null","context":{"propertyName":["key"]}}]}`
	refused := &refusal{Error: client.classify(400, http.Header{}, []byte(body), nil), body: readVendorError([]byte(body))}
	texts := []string{refused.Error.Error()}
	for _, f := range refused.body.fields() {
		texts = append(texts, f.asError(kinds()[0], "1").Error())
	}
	if len(texts) != 4 {
		t.Fatalf("got %d texts, want the refusal and three fields: %q", len(texts), texts)
	}
	for _, text := range texts {
		for _, secret := range []string{"Secret", "jane", "Jane"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q holds %q", text, secret)
			}
		}
	}
}

// FuzzVendorError: whatever a proxy sends, reading it does no harm.
func FuzzVendorError(f *testing.F) {
	for _, seed := range []string{``, `[]`, `{"message":"x: [{\"name\":1}]"}`, `{"context":{"ids":"1"},"errors":[{"id":5,"status":5}]}`, `{"subCategory":{"a":1}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v := readVendorError(body)
		if text := v.message(); strings.ContainsAny(text, "\n\r\x00") || len([]rune(text)) > 201 {
			t.Errorf("message is not one short line: %q", text)
		}
		v.fields()
		verdictOf(400, v)
	})
}
