package connectortest

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
)

func TestNotExercised(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		lists []*[]string
		want  string
	}{
		{"nothing left out", []*[]string{{}, {}}, "every step was exercised"},
		{"a check and a step", []*[]string{{"merges"}, {}, {"values (no bool)", "values (no bool)"}}, "not exercised: merges; values (no bool)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := notExercised(test.lists); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestChecksHaveNames: a spoiler names its check, and a report all of them.
func TestChecksHaveNames(t *testing.T) {
	t.Parallel()
	names := make(map[string]bool)
	for _, c := range checks() {
		if c.name == "" || c.run == nil || names[c.name] {
			t.Errorf("the check %q has no name, no body or a double", c.name)
		}
		names[c.name] = true
	}
	for _, s := range spoilers() {
		if !names[s.caught] {
			t.Errorf("%s: there is no check %q", s.name, s.caught)
		}
	}
}

// bareOrg has secrets and nothing else.
type bareOrg struct {
	Org
	wire *Wire
}

func (o bareOrg) Wire() *Wire       { return o.wire }
func (o bareOrg) Secrets() []string { return []string{"hush-hush"} }
func (o bareOrg) Close() error      { return nil }

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestSecretsAreNoticed: in a log line, in an error, in what an error wraps
// but does not print, and an access token that nobody listed.
func TestSecretsAreNoticed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		say  func(*journal)
		want bool
	}{
		{"nothing", func(j *journal) { j.logger().Info("called", "status", 200) }, false},
		{"log line", func(j *journal) { j.logger().Debug("called", "with", "hush-hush") }, true},
		{"error", func(j *journal) { j.hear(errors.New("refused hush-hush")) }, true},
		{"wrapped and not printed", func(j *journal) {
			j.hear(&connectors.Error{Message: "refused", Err: errors.New("hush-hush")})
		}, true},
		{"dropped field", func(j *journal) {
			j.hearResult(connectors.Result{Dropped: []*connectors.Error{{Fix: "use hush-hush"}}})
		}, true},
		{"access token", func(j *journal) { j.hear(errors.New("Bearer tok-123")) }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wire := NewWire(roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.EOF }))
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://crm.example/", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer tok-123")
			_, _ = wire.RoundTrip(r) // only its token counts here
			seen := &recorder{ctx: t.Context()}
			p := &play{t: seen, org: bareOrg{wire: wire}, journal: &journal{}}
			test.say(p.journal)
			p.end()
			if got := len(seen.faults) > 0; got != test.want {
				t.Errorf("noticed: %v, want %v (%v)", got, test.want, seen.faults)
			}
			if strings.Contains(strings.Join(seen.faults, "\n"), "hush-hush") {
				t.Error("the report itself tells the secret")
			}
		})
	}
}

func TestValuesAreCompared(t *testing.T) {
	t.Parallel()
	number := func(s string) connectors.Value {
		v, err := connectors.NumberValue(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name     string
		textOnly bool
		got      connectors.Value
		want     connectors.Value
		same     bool
	}{
		{"equal texts", false, connectors.TextValue("a"), connectors.TextValue("a"), true},
		{"another text", true, connectors.TextValue("a"), connectors.TextValue("b"), false},
		{"a number as text", false, connectors.TextValue("1"), number("1"), false},
		{"a number as text where all is text", true, connectors.TextValue("1.50"), number("1.5"), true},
		{"a number gone astray", true, connectors.TextValue("0.30000000000000004"), number("0.3"), false},
		{"a text that became a number", true, number("7"), connectors.TextValue("007"), false},
		{"a bool as text", true, connectors.TextValue("true"), connectors.BoolValue(true), true},
		{"a time as text", true, connectors.TextValue("2026-11-22T10:00:00Z"), connectors.TimeValue(at), true},
		{"a time as milliseconds", true, connectors.TextValue("1795341600000"), connectors.TimeValue(at), true},
		{"an hour off", true, connectors.TextValue("2026-11-22T11:00:00Z"), connectors.TimeValue(at), false},
		{"null for nothing", false, connectors.Value{}, connectors.Value{}, true},
		{"something for nothing", false, connectors.TextValue("x"), connectors.Value{}, false},
		{"zero for nothing", false, number("0"), connectors.Value{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := (Words{TextOnly: test.textOnly}).exactly(test.got, test.want); got != test.same {
				t.Errorf("exactly: %v, want %v", got, test.same)
			}
		})
	}
}
