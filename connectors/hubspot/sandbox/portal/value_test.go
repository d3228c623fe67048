package portal

import (
	"strings"
	"testing"
	"time"
)

func TestDomainOf(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://www.Acme.example/a?b=c": "acme.example", "acme.example": "acme.example", "http://acme.example:8080": "acme.example",
		"WWW.acme.example.": "acme.example", "https://user@acme.example#x": "acme.example", "": "",
	} {
		if got := DomainOf(in); got != want {
			t.Errorf("DomainOf(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFormatTime(t *testing.T) {
	t.Parallel()
	for ms, want := range map[int64]string{
		0: "1970-01-01T00:00:00Z", 1773300779531: "2026-03-12T07:32:59.531Z", 1773300779050: "2026-03-12T07:32:59.050Z", 1773300779000: "2026-03-12T07:32:59Z",
	} {
		if got := FormatTime(ms); got != want {
			t.Errorf("FormatTime(%d) = %s, want %s", ms, got, want)
		}
	}
}

func TestWildcardTokens(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		val, pattern string
		want         bool
	}{
		{"acme north-west ltd", "north", true}, {"acme north", "nort", false}, {"acme north", "nort*", true}, {"acme north", "*orth", true},
		{"acme", "a*m*e", true}, {"acme", "a*x*e", false}, {"sam@acme.example", "acme", true}, {"sam@acme.example", "*@acme.example", true},
		{"acme north", "acme north", true}, {"acme north", "acme south", false},
	} {
		if got := containsToken(tc.val, tc.pattern); got != tc.want {
			t.Errorf("%q contains %q: %v", tc.val, tc.pattern, got)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-03-12T07:32:59.531Z", "2026-03-12", "1773300779531", "2026-02-30T00:00:00Z", "2026-03-12T07:32:60Z", "x", "-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ms, ok := ParseTime(s)
		if !ok {
			return
		}
		again, ok := ParseTime(FormatTime(ms))
		if !ok || again != ms {
			t.Errorf("%q is %d, written %s, read %d", s, ms, FormatTime(ms), again)
		}
		if want, err := time.Parse(time.RFC3339Nano, s); err == nil && want.UnixMilli() != ms {
			t.Errorf("%q: got %d, want %d", s, ms, want.UnixMilli())
		}
	})
}

func FuzzWildcard(f *testing.F) {
	f.Add("a*b", "axxb")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if !strings.Contains(pattern, "*") && wildcard(pattern, s) != (pattern == s) {
			t.Error("a pattern without a star must be equal")
		}
		if !wildcard("*", s) || !wildcard(s+"*", s) && !strings.Contains(s, "*") {
			t.Error("a star must match anything")
		}
	})
}
