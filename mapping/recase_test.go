package mapping

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSalesforceIDLaw: an id of 18 characters that lost its case is the same id.
func TestSalesforceIDLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		id := SalesforceID(rapid.StringMatching(`[0-9A-Za-z]{15}`).Draw(r, "id"))
		for _, form := range []string{id, strings.ToLower(id), strings.ToUpper(id), id[:15]} {
			if got := SalesforceID(form); got != id {
				r.Fatalf("%s is %s, want %s", form, got, id)
			}
		}
	})
	for _, odd := range []string{"", "001", "001000000000001AA!"} {
		if got := SalesforceID(odd); len(odd) != 18 && got != odd {
			t.Errorf("%q is %q", odd, got)
		}
	}
}
