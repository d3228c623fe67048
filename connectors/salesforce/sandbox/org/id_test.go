package org

import (
	"testing"

	"pgregory.net/rapid"
)

func TestIDForms(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text string
		want idFault
	}{
		{"001dM00003kRs59QAC", idGood}, {"001dM00003kRs59", idGood}, {"001dM00003kRs59qac", idGood}, {"001dM00003kRs59QAB", idChecksum},
		{"abc", idNotAnID}, {"001dM00003kRs5-", idNotAnID}, {"", idNotAnID}, {"001dM00003kRs59QA", idNotAnID},
	} {
		if _, got := parseID(tc.text); got != tc.want {
			t.Errorf("%q: fault %d, want %d", tc.text, got, tc.want)
		}
	}
	if got := FormatID("001dM00003kRs59"); got != "001dM00003kRs59QAC" {
		t.Errorf("FormatID gives %s", got)
	}
}

// Every id reads back from both of its forms, and ids sort as their texts do.
func TestIDRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{"001", "00T", "0ML", "a01", "zzz"}).Draw(t, "prefix")
		a := makeID(prefix, rapid.IntRange(1, 1<<40).Draw(t, "a"))
		b := makeID(prefix, rapid.IntRange(1, 1<<40).Draw(t, "b"))
		for _, text := range []string{a.String(), a.Short()} {
			if got, ok := ParseID(text); !ok || got != a {
				t.Fatalf("%s reads as %v, %t", text, got, ok)
			}
		}
		if a.Prefix() != prefix || len(a.String()) != 18 {
			t.Fatalf("%s has prefix %s", a, a.Prefix())
		}
		if (a < b) != (a.Short() < b.Short()) {
			t.Fatalf("%s and %s sort differently as numbers and as texts", a, b)
		}
	})
}

func TestJavaDouble(t *testing.T) {
	t.Parallel()
	for f, want := range map[float64]string{0: "0.0", 15000: "15000.0", 139000000: "1.39E8", 1e7: "1.0E7", 9999999: "9999999.0", 0.5: "0.5",
		0.0001: "1.0E-4", -2.5e9: "-2.5E9", 1234.56: "1234.56"} {
		if got := javaDouble(f); got != want {
			t.Errorf("%v is %s, want %s", f, got, want)
		}
	}
}
