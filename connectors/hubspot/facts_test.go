package hubspot

import (
	"fmt"
	"strings"
	"testing"

	"handoffd/connectors"
)

// TestEveryCodeHasItsClass walks HubSpot's own words for a fault, alone and
// inside a batch reply, as its documentation and recorded replies have them.
// TestVerdicts walks the statuses.
func TestEveryCodeHasItsClass(t *testing.T) {
	t.Parallel()
	k, _ := kindOf(connectors.Account)
	inBatch := map[connectors.Class]string{
		connectors.ParkRecord: "VALIDATION_ERROR CONFLICT OBJECT_ALREADY_EXISTS PROPERTY_EXISTS",
		connectors.Gone:       "OBJECT_NOT_FOUND",
		connectors.Stop:       "MISSING_SCOPES",
		connectors.Reauth:     "EXPIRED_AUTHENTICATION INVALID_AUTHENTICATION",
		connectors.Retry:      "RATE_LIMIT RATE_LIMITS",
	}
	for class, words := range inBatch {
		for _, word := range strings.Fields(words) {
			if got := (vendorError{Category: word}).record(k, "1"); got.Class != class || got.Code != word {
				t.Errorf("%s is %s with code %q, want %s", word, got.Class, got.Code, class)
			}
		}
	}
	for _, word := range strings.Fields("TEN_SECONDLY_ROLLING SECONDLY DAILY") {
		if got := verdictOf(429, vendorError{PolicyName: word}); got.class != connectors.Retry {
			t.Errorf("%s is %s", word, got.class)
		}
	}
	waits := map[string]wait{"TEN_SECONDLY_ROLLING": waitBurst, "SECONDLY": waitSearch, "DAILY": waitMidnight}
	for policy, want := range waits {
		if got := verdictOf(429, vendorError{PolicyName: policy}).wait; got != want {
			t.Errorf("%s waits %v, want %v", policy, got, want)
		}
	}
}

// TestEveryValueCodeParksItsField: what HubSpot says of a single value leaves
// the record's other fields alone, names the field, tells no value, and says
// what the operator can do.
func TestEveryValueCodeParksItsField(t *testing.T) {
	t.Parallel()
	k, _ := kindOf(connectors.Account)
	codes := map[string]string{ // to a part of the fix
		"PROPERTY_DOESNT_EXIST": "create the property", "READ_ONLY_VALUE": "map another", "INVALID_OPTION": "add the option",
		"INVALID_INTEGER": "type and validation", "INVALID_NUMBER": "type and validation", "INVALID_LONG": "type and validation",
		"INVALID_DATE": "type and validation", "INVALID_ALPHA": "type and validation", "LEADING_TRAILING_WHITESPACE": "type and validation",
		"DUPLICATE_VALUE": "unique", "CONFLICT": "unique",
		"MISSING_REQUIRED_PROPERTY": "map it", "MISSING_CONDITIONAL_REQUIRED_PROPERTY": "map it",
	}
	for code, fix := range codes {
		message := fmt.Sprintf(`Property values were not valid: [{"isValid":false,"message":"Jane was not valid","error":%q,"name":"tier"}]`, code)
		fields := readVendorError([]byte(fmt.Sprintf(`{"category":"VALIDATION_ERROR","message":%q}`, message))).fields()
		if len(fields) != 1 {
			t.Fatalf("%s: fields %+v", code, fields)
		}
		e := fields[0].asError(k, "1")
		if e.Class != connectors.ParkField || e.Field != "tier" || e.Code != code || !strings.Contains(e.Fix, fix) || strings.Contains(e.Error(), "Jane") {
			t.Errorf("%s gives %q, want its field parked with %q and without the value", code, e, fix)
		}
	}
}
