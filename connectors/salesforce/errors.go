package salesforce

import (
	"time"

	"handoffd/connectors"
)

// meaning is what an error code asks of us.
type meaning struct {
	class connectors.Class
	// wait is the least time before a retry makes sense.
	wait time.Duration
	fix  string
}

// meaningOf looks a code up: those of the REST API Developer Guide ("Status
// Codes and Error Responses"), of the SOAP API Developer Guide ("Core Data
// Types", ExceptionCode and StatusCode), and of Bulk API 2.0. It covers whole
// replies (errorCode) and single records (statusCode) alike.
func meaningOf(code string) (meaning, bool) {
	for _, lookup := range []func(string) (meaning, bool){
		meaningOfAccess, meaningOfLoad, meaningOfQuery, meaningOfRecord, meaningOfValue,
	} {
		if m, ok := lookup(code); ok {
			return m, true
		}
	}
	return meaning{}, false
}

func stop(fix string) (meaning, bool) { return meaning{class: connectors.Stop, fix: fix}, true }

// meaningOfAccess: who we are and what we may do at all.
func meaningOfAccess(code string) (meaning, bool) {
	switch code {
	case "INVALID_SESSION_ID", "INVALID_AUTH_HEADER":
		return meaning{class: connectors.Reauth}, true
	case "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED":
		return stop("the org's edition has no API access, or the integration user's profile lacks API Enabled")
	case "UNSUPPORTED_API_VERSION", "INVALID_API_VERSION", "InvalidVersion":
		return stop("set api_version to a version that the org offers")
	case "INSUFFICIENT_ACCESS", "FUNCTIONALITY_NOT_ENABLED", "OPERATION_NOT_ALLOWED", "API_ERROR":
		return stop("grant the integration user the permission that the message names")
	case "LOGIN_MUST_USE_SECURITY_TOKEN", "PASSWORD_LOCKOUT", "INVALID_LOGIN", "ORG_LOCKED", "INACTIVE_ORG", "INACTIVE_USER":
		return stop("ask a Salesforce admin to look at the integration user's login history")
	case "STORAGE_LIMIT_EXCEEDED":
		return stop("the org's data storage is full: free some or buy more")
	default:
		return meaning{}, false
	}
}

// meaningOfLoad: too much, too fast, or not now.
func meaningOfLoad(code string) (meaning, bool) {
	switch code {
	case "UNABLE_TO_LOCK_ROW":
		return meaning{class: connectors.Retry, wait: 2 * time.Second}, true
	case "REQUEST_LIMIT_EXCEEDED", "TXN_SECURITY_METERING_ERROR":
		return meaning{class: connectors.Retry, wait: 15 * time.Minute, fix: "the org's daily API requests are used up; lower the share of other integrations or buy more"}, true
	case "SERVER_UNAVAILABLE", "SERVICE_UNAVAILABLE":
		return meaning{class: connectors.Retry}, true
	case "UNKNOWN_EXCEPTION", "INTERNAL_SERVER_ERROR", "GACK":
		return meaning{class: connectors.UnknownOutcome}, true
	case "ENTITY_IS_LOCKED":
		return meaning{class: connectors.Retry, wait: time.Hour, fix: "the record is locked, usually by an approval under way"}, true
	case "EXCEEDED_MAX_SEMIJOIN_SUBSELECTS", "REQUEST_RUNNING_TOO_LONG", "TXN_LIMIT_EXCEEDED":
		return meaning{class: connectors.Retry, wait: time.Minute}, true
	case "ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED":
		return meaning{class: connectors.SplitBatch}, true
	case "InvalidBatch", "InvalidJob", "InvalidJobState", "INVALIDJOB", "INVALIDJOBSTATE":
		return meaning{class: connectors.Restart}, true
	default:
		return meaning{}, false
	}
}

// meaningOfQuery: what is wrong with a read.
func meaningOfQuery(code string) (meaning, bool) {
	switch code {
	case "QUERY_TIMEOUT", "OPERATION_TOO_LARGE", "QUERY_TOO_COMPLICATED", "EXCEEDED_ID_LIMIT", "URI_TOO_LONG":
		return meaning{class: connectors.Narrow}, true
	case "INVALID_QUERY_LOCATOR", "QUERY_LOCATOR_EXPIRED", "INVALID_QUERY_LOCATOR_FORMAT", "LOCATOR_LOCATION_EXCEEDS_SIZE",
		"INVALID_REPLICATION_DATE", "INVALID_LOCATOR":
		return meaning{class: connectors.Restart}, true
	case "INVALID_TYPE":
		return stop("the object does not exist, or the integration user may not see it")
	case "MALFORMED_QUERY", "INVALID_QUERY_FILTER_OPERATOR", "MALFORMED_SEARCH":
		return stop("correct the condition in where.salesforce")
	default:
		return meaning{}, false
	}
}

// meaningOfRecord: the record as a whole is refused.
func meaningOfRecord(code string) (meaning, bool) {
	switch code {
	case "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND", "INVALID_ID", "MALFORMED_ID":
		return meaning{class: connectors.Gone}, true
	case "DUPLICATES_DETECTED":
		return park("a duplicate rule of the org blocks this record")
	case "DUPLICATE_VALUE":
		return park("another record has this value already")
	case "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY":
		return park("a trigger or flow of the org refused the record")
	case "CANNOT_EXECUTE_FLOW_TRIGGER":
		return park("a flow of the org failed on this record")
	case "FIELD_CUSTOM_VALIDATION_EXCEPTION":
		return park("a validation rule of the org refused the record")
	case "INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "INSUFFICIENT_ACCESS_TO_RECORD":
		return park("share the record with the integration user, with edit access")
	case "INACTIVE_OWNER_OR_USER", "OP_WITH_INVALID_USER_TYPE_EXCEPTION", "TRANSFER_REQUIRES_READ":
		return park("the owner is inactive or may not own such a record")
	case "REQUIRED_FIELD_MISSING", "MISSING_ARGUMENT":
		return park("the org requires a field that is not mapped")
	case "LIMIT_EXCEEDED", "MAXIMUM_SIZE_OF_DOCUMENT", "METHOD_NOT_ALLOWED", "DELETE_FAILED":
		return park("the org's limits or settings do not allow this")
	case "PRECONDITION_FAILED", "CONDITIONAL_UPDATE_FAILED":
		return park("")
	default:
		return meaning{}, false
	}
}

func park(fix string) (meaning, bool) { return meaning{class: connectors.ParkRecord, fix: fix}, true }

// meaningOfValue: one field's value is refused. Where the reply names no
// field the whole record is parked.
func meaningOfValue(code string) (meaning, bool) {
	fix := ""
	switch code {
	case "STRING_TOO_LONG", "MAX_TASK_DESCRIPTION_EXCEEDED":
		fix = "the value is too long for the field"
	case "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "INVALID_PICKLIST_VALUE", "BAD_VALUE_FOR_RESTRICTED_PICKLIST":
		fix = "add the value to the picklist, or map it to one of its values"
	case "INVALID_EMAIL_ADDRESS":
		fix = "the value is no e-mail address"
	case "NUMBER_OUTSIDE_VALID_RANGE":
		fix = "the number has more digits than the field takes"
	case "JSON_PARSER_ERROR", "INVALID_TYPE_ON_FIELD_IN_RECORD", "INVALID_TYPE_FOR_OPERATION":
		fix = "the mapped type does not fit the field's type"
	case "FIELD_INTEGRITY_EXCEPTION", "FIELD_FILTER_VALIDATION_EXCEPTION":
		fix = "the value does not fit the record's other fields"
	case "INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE", "FIELD_NOT_UPDATABLE", "INVALID_FIELD_WHEN_USING_TEMPLATE":
		fix = "the field does not exist, is read-only, or is hidden from the integration user by field-level security"
	case "INVALID_CURRENCY_ISO", "INVALID_CURRENCY_CORP_RATE":
		fix = "the currency is not active in the org"
	default:
		return meaning{}, false
	}
	return meaning{class: connectors.ParkField, fix: fix}, true
}
