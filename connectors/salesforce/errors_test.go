package salesforce

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/clock"
)

// TestEveryCodeHasItsClass walks all codes that the documentation and
// recorded traffic show.
func TestEveryCodeHasItsClass(t *testing.T) {
	t.Parallel()
	tests := map[connectors.Class]string{
		connectors.Retry: `UNABLE_TO_LOCK_ROW REQUEST_LIMIT_EXCEEDED SERVER_UNAVAILABLE SERVICE_UNAVAILABLE ENTITY_IS_LOCKED
			REQUEST_RUNNING_TOO_LONG TXN_LIMIT_EXCEEDED TXN_SECURITY_METERING_ERROR EXCEEDED_MAX_SEMIJOIN_SUBSELECTS`,
		connectors.Reauth: `INVALID_SESSION_ID INVALID_AUTH_HEADER`,
		connectors.ParkRecord: `FIELD_CUSTOM_VALIDATION_EXCEPTION DUPLICATES_DETECTED DUPLICATE_VALUE REQUIRED_FIELD_MISSING MISSING_ARGUMENT
			INSUFFICIENT_ACCESS_OR_READONLY INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY INSUFFICIENT_ACCESS_TO_RECORD
			CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY CANNOT_EXECUTE_FLOW_TRIGGER INACTIVE_OWNER_OR_USER OP_WITH_INVALID_USER_TYPE_EXCEPTION
			TRANSFER_REQUIRES_READ LIMIT_EXCEEDED MAXIMUM_SIZE_OF_DOCUMENT METHOD_NOT_ALLOWED DELETE_FAILED
			PRECONDITION_FAILED CONDITIONAL_UPDATE_FAILED`,
		connectors.ParkField: `STRING_TOO_LONG MAX_TASK_DESCRIPTION_EXCEEDED INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST INVALID_PICKLIST_VALUE
			BAD_VALUE_FOR_RESTRICTED_PICKLIST INVALID_EMAIL_ADDRESS NUMBER_OUTSIDE_VALID_RANGE JSON_PARSER_ERROR
			INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_TYPE_FOR_OPERATION FIELD_INTEGRITY_EXCEPTION FIELD_FILTER_VALIDATION_EXCEPTION
			INVALID_FIELD INVALID_FIELD_FOR_INSERT_UPDATE FIELD_NOT_UPDATABLE INVALID_FIELD_WHEN_USING_TEMPLATE
			INVALID_CURRENCY_ISO INVALID_CURRENCY_CORP_RATE`,
		connectors.SplitBatch: `ALL_OR_NONE_OPERATION_ROLLED_BACK PROCESSING_HALTED`,
		connectors.Gone:       `ENTITY_IS_DELETED INVALID_CROSS_REFERENCE_KEY NOT_FOUND INVALID_ID MALFORMED_ID`,
		connectors.Narrow:     `QUERY_TIMEOUT OPERATION_TOO_LARGE QUERY_TOO_COMPLICATED EXCEEDED_ID_LIMIT URI_TOO_LONG`,
		connectors.Restart: `INVALID_QUERY_LOCATOR QUERY_LOCATOR_EXPIRED INVALID_QUERY_LOCATOR_FORMAT LOCATOR_LOCATION_EXCEEDS_SIZE
			INVALID_REPLICATION_DATE INVALID_LOCATOR InvalidBatch InvalidJob InvalidJobState INVALIDJOB INVALIDJOBSTATE`,
		connectors.Stop: `API_DISABLED_FOR_ORG API_CURRENTLY_DISABLED UNSUPPORTED_API_VERSION INVALID_API_VERSION InvalidVersion
			INSUFFICIENT_ACCESS FUNCTIONALITY_NOT_ENABLED OPERATION_NOT_ALLOWED API_ERROR LOGIN_MUST_USE_SECURITY_TOKEN PASSWORD_LOCKOUT
			INVALID_LOGIN ORG_LOCKED INACTIVE_ORG INACTIVE_USER STORAGE_LIMIT_EXCEEDED INVALID_TYPE MALFORMED_QUERY
			INVALID_QUERY_FILTER_OPERATOR MALFORMED_SEARCH`,
		connectors.UnknownOutcome: `UNKNOWN_EXCEPTION INTERNAL_SERVER_ERROR GACK`,
	}
	walked := 0
	for class, codes := range tests {
		for _, code := range strings.Fields(codes) {
			walked++
			e := explain(vendorError{ErrorCode: code, Message: "m"}, time.Unix(0, 0))
			if e.Class != class {
				t.Errorf("%s is %s, want %s", code, e.Class, class)
			}
			needsFix := class == connectors.Stop || class == connectors.ParkField
			if needsFix && e.Fix == "" {
				t.Errorf("%s asks the operator to act but does not say how", code)
			}
		}
	}
	if walked < 80 {
		t.Errorf("only %d codes were walked", walked)
	}
	if e := explain(vendorError{ErrorCode: "NEVER_SEEN"}, time.Unix(0, 0)); e.Class != connectors.ParkRecord || e.Fix == "" {
		t.Errorf("an unknown code gives %+v", e)
	}
}

func TestClassifyReplies(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	c := &Client{cfg: Config{Clock: clock.NewFake(now)}}
	tests := []struct {
		name   string
		status int
		body   string
		class  connectors.Class // "" = left to the chain
		code   string
		field  string
		at     time.Duration
	}{
		{"expired session", 401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`, connectors.Reauth, "INVALID_SESSION_ID", "", 0},
		{"unknown column", 400, `[{"message":"\nSELECT Id,X__c FROM Account\nERROR at Row:1:Column:11\nNo such column 'X__c' on entity 'Account'. If you are","errorCode":"INVALID_FIELD"}]`, connectors.ParkField, "INVALID_FIELD", "X__c", 0},
		{"day is used up", 403, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, connectors.Retry, "REQUEST_LIMIT_EXCEEDED", "", 15 * time.Minute},
		{"too many long requests", 403, `[{"message":"ConcurrentPerOrgLongTxn Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, connectors.Retry, "REQUEST_LIMIT_EXCEEDED", "", 10 * time.Second},
		{"object instead of array", 400, `{"errorCode":"INVALIDJOBSTATE","message":"m"}`, connectors.Restart, "INVALIDJOBSTATE", "", 0},
		{"action", 400, `[{"actionName":"emailSimple","errors":[{"statusCode":"INVALID_EMAIL_ADDRESS","message":"m","fields":[]}],"isSuccess":false}]`, connectors.ParkField, "INVALID_EMAIL_ADDRESS", "", 0},
		{"one field named", 400, `[{"errorCode":"STRING_TOO_LONG","message":"m","fields":["Name"]}]`, connectors.ParkField, "STRING_TOO_LONG", "Name", 0},
		{"uri too long", 414, `<h1>414</h1>`, connectors.Narrow, "", "", 0},
		{"headers too long", 431, ``, connectors.Narrow, "", "", 0},
		{"edge without a route", 420, `<html>`, connectors.Stop, "", "", 0},
		{"wrong verb", 405, ``, connectors.Stop, "", "", 0},
		{"wrong type", 415, ``, connectors.Stop, "", "", 0},
		{"not conditional", 428, ``, connectors.Stop, "", "", 0},
		{"retired version", 410, `gone`, connectors.Stop, "", "", 0},
		{"other version", 409, `[]`, connectors.Restart, "", "", 0},
		{"identity resource", 403, "Bad_OAuth_Token\n", connectors.Reauth, "Bad_OAuth_Token", "", 0},
		{"web page", 503, `<html>`, "", "", "", 0},
		{"empty array", 500, `[]`, "", "", "", 0},
		{"nothing", 502, ``, "", "", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := c.classify(tt.status, http.Header{}, []byte(tt.body), nil)
			if e == nil {
				if tt.class != "" {
					t.Fatal("left to the chain")
				}
				return
			}
			if e.Class != tt.class || e.Code != tt.code || e.Field != tt.field {
				t.Errorf("got %s %s %q, want %s %s %q", e.Class, e.Code, e.Field, tt.class, tt.code, tt.field)
			}
			if tt.at > 0 && !e.RetryAt.Equal(now.Add(tt.at)) {
				t.Errorf("RetryAt = %s", e.RetryAt)
			}
		})
	}
}

// TestMessagesHoldNoContent: Salesforce repeats refused values; we do not (I8).
func TestMessagesHoldNoContent(t *testing.T) {
	t.Parallel()
	tests := []struct{ code, message, want string }{
		{"STRING_TOO_LONG", "Account Name: data value too large: Jane Roe of Springfield (max length=255)", "Account Name: data value too large: …"},
		{"INVALID_EMAIL_ADDRESS", "Email: invalid email address: jane.roe@acme.example", "Email: invalid email address: …"},
		{"JSON_PARSER_ERROR", "Cannot deserialize instance of boolean from VALUE_STRING value Jane or request may be missing", "Cannot deserialize instance of boolean from VALUE_STRING value …"},
		{"MALFORMED_QUERY", "Name = 'Jane Roe' AND\n ^\nERROR at Row:1:Column:5 unexpected token: 'FROM'", "Name = '…' AND ^ ERROR at Row:1:Column:5 unexpected token: 'FROM'"},
		{"DUPLICATE_VALUE", "duplicate value found: K__c duplicates value on record with id: 00T", "duplicate value found: K__c duplicates value on record with id: 00T"},
	}
	for _, tt := range tests {
		if got := scrub(vendorError{ErrorCode: tt.code, Message: tt.message}); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.code, got, tt.want)
		}
	}
	if got := scrub(vendorError{Message: strings.Repeat("x", 5000)}); len([]rune(got)) > messageLimit+1 {
		t.Errorf("message of %d characters", len(got))
	}
}
