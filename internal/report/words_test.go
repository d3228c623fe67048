package report

import (
	"testing"
	"time"

	"handoffd/workflows"
)

func TestValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind workflows.Kind
		v    float64
		want string
	}{
		{workflows.Share, 14.0 / 18, "77.8 %"},
		{workflows.Share, 0.8, "80 %"},
		{workflows.Share, 0.79999, "80.0 %"},
		{workflows.Share, 0.29, "29 %"},
		{workflows.Share, 0, "0 %"},
		{workflows.Share, 1, "100 %"},
		{workflows.Count, 18, "18"},
		{workflows.Time, 0, "0"},
		{workflows.Time, 0.5 / 24 / 60, "1 min"},
		{workflows.Time, 0.5 / 24, "30 min"},
		{workflows.Time, 1.0 / 24, "1 h"},
		{workflows.Time, 1.75, "42 h"},
		{workflows.Time, 2, "2 days"},
		{workflows.Time, 4.04, "4 days"},
		{workflows.Time, 4.26, "4.3 days"},
	} {
		if got := value(c.kind, &c.v); got != c.want {
			t.Errorf("%s %g: %q, want %q", c.kind, c.v, got, c.want)
		}
	}
	if got := value(workflows.Share, nil); got != "-" {
		t.Errorf("nothing is %q", got)
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Acme":                   "Acme",
		"a\tb\nc\x1b[2Jd":        "a b c [2Jd",
		"a\u202eb\u200bc\u2028d": "a b c d",
		"a\xffb":                 "a�b",
		"Donaudampfschifffahrt":  "Donaudampf…",
	} {
		if got := clean(in, 11); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestMaturity: only what is frozen is final, and a week never is.
func TestMaturity(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for want, r := range map[string]workflows.Report{
		"so far":                            {From: from, To: from.AddDate(0, 1, 0)},
		"over, frozen a week after its end": {From: from, To: from.AddDate(0, 1, 0), Final: true},
		"final, frozen":                     {From: from, To: from.AddDate(0, 1, 0), Final: true, Frozen: true},
		"over":                              {From: from, To: from.AddDate(0, 0, 7), Final: true},
	} {
		if got := maturity(r); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
