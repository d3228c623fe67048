package connectors_test

import (
	"encoding/json"
	"strings"
	"testing"

	"handoffd/connectors"
)

// FuzzNumberValue: a number is canonical however it was written, and reading
// it again changes nothing.
func FuzzNumberValue(f *testing.F) {
	for _, s := range []string{"0", "-0", "00", "1.", ".5", "-.5", "0.50", "01", "-12.5", "1e3", "+7", "0.0", "--1", "1.2.3", "", "-", "123456789012345678901234567890.05"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := connectors.NumberValue(s)
		if err != nil {
			return
		}
		text := v.Text()
		if !json.Valid([]byte(text)) || strings.ContainsAny(text, "eE+") || strings.Contains(text, ".") && strings.HasSuffix(text, "0") || text == "-0" {
			t.Fatalf("%q became %q, which is not canonical", s, text)
		}
		if again, err := connectors.NumberValue(text); err != nil || again != v {
			t.Fatalf("%q became %v, then %v, %v", s, v, again, err)
		}
		if longer, err := connectors.NumberValue("+0" + strings.TrimPrefix(text, "-")); err != nil || longer.Text() != strings.TrimPrefix(text, "-") {
			t.Fatalf("%q is not %q with a zero in front: %v", longer, text, err)
		}
	})
}
