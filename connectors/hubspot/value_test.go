package hubspot

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/connectors"
)

func TestContentKeepsWhatCame(t *testing.T) {
	t.Parallel()
	number, err := connectors.NumberValue("12.5")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, in string
		want     connectors.Value
	}{
		{"text", `"17"`, connectors.TextValue("17")},
		{"empty text is not nothing", `""`, connectors.TextValue("")},
		{"null", `null`, connectors.Value{}},
		{"number from a proxy", `12.50`, number},
		{"bool from a proxy", `true`, connectors.BoolValue(true)},
		{"object stays its text", `{"a":[1]}`, connectors.TextValue(`{"a":[1]}`)},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got content
			if err := json.Unmarshal([]byte(tc.in), &got); err != nil {
				t.Fatal(err)
			}
			if got.Value != tc.want {
				t.Errorf("got %v (%v), want %v", got.Value, got.Kind(), tc.want)
			}
		})
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 12, 12, 30, 0, 5_000_000, time.UTC)
	day := time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		name  string
		value connectors.Value
		kind  string
		want  string
		fails bool
	}{
		{name: "nothing clears", value: connectors.Value{}, want: ""},
		{name: "text", value: connectors.TextValue(" a "), want: " a "},
		{name: "bool", value: connectors.BoolValue(false), want: "false"},
		{name: "number", value: connectors.FloatValue(1234567.5), want: "1234567.5"},
		{name: "datetime", value: connectors.TimeValue(noon), kind: "datetime", want: "2026-03-12T12:30:00.005Z"},
		{name: "day", value: connectors.TimeValue(day), kind: "date", want: "2026-03-12"},
		{name: "time on a day", value: connectors.TimeValue(noon), kind: "date", fails: true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := encode(tc.value, tc.kind)
			if got != tc.want || (err != nil) != tc.fails {
				t.Errorf("got %q, %v; want %q, failure %v", got, err, tc.want, tc.fails)
			}
		})
	}
}

// TestSameKnowsWhatItWrote is a law: what encode sends reads back as the same.
func TestSameKnowsWhatItWrote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(
			rapid.Map(rapid.String(), connectors.TextValue),
			rapid.Map(rapid.Bool(), connectors.BoolValue),
			rapid.Map(rapid.Float64Range(-1e12, 1e12), connectors.FloatValue),
			rapid.Map(rapid.Int64Range(0, 4e12), func(ms int64) connectors.Value { return connectors.TimeValue(time.UnixMilli(ms)) }),
			rapid.Just(connectors.Value{}),
		).Draw(t, "value")
		text, err := encode(v, "")
		if err != nil {
			t.Fatal(err)
		}
		if !same(connectors.TextValue(text), v) {
			t.Fatalf("%q is not taken for %v", text, v)
		}
	})
}

func TestSame(t *testing.T) {
	t.Parallel()
	ten, err := connectors.NumberValue("10")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name    string
		current connectors.Value
		want    connectors.Value
		same    bool
	}{
		{"null and empty", connectors.TextValue(""), connectors.Value{}, true},
		{"empty and null", connectors.Value{}, connectors.TextValue(""), true},
		{"number in another form", connectors.TextValue("10.00"), ten, true},
		{"another number", connectors.TextValue("10.01"), ten, false},
		{"no number", connectors.TextValue("ten"), ten, false},
		{"bool", connectors.TextValue("true"), connectors.BoolValue(true), true},
		{"text in another case", connectors.TextValue("ACME"), connectors.TextValue("acme"), false},
		{"epoch milliseconds", connectors.TextValue("1773316800000"), connectors.TimeValue(time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)), true},
		{"nothing against a value", connectors.Value{}, connectors.TextValue("x"), false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := same(tc.current, tc.want); got != tc.same {
				t.Errorf("got %v, want %v", got, tc.same)
			}
		})
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 3, 12, 10, 0, 0, 0, time.UTC)
	for _, text := range []string{"2026-03-12T10:00:00Z", "2026-03-12T10:00:00.000Z", "2026-03-12T11:00:00+01:00", "1773309600000"} {
		if got, ok := parseTime(text); !ok || !got.Equal(want) {
			t.Errorf("%q gives %v, %v", text, got, ok)
		}
	}
	if got, ok := parseTime("2026-03-12"); !ok || !got.Equal(want.Truncate(24*time.Hour)) {
		t.Errorf("a day gives %v, %v", got, ok)
	}
	if _, ok := parseTime("soon"); ok {
		t.Error(`"soon" is taken for a time`)
	}
}

func TestFilterHolds(t *testing.T) {
	t.Parallel()
	null := connectors.Value{}
	text := connectors.TextValue
	cases := []struct {
		name  string
		f     Filter
		value connectors.Value
		want  bool
	}{
		{"EQ", Filter{Operator: EQ, Value: "partner"}, text("Partner"), true},
		{"EQ on nothing", Filter{Operator: EQ, Value: "x"}, null, false},
		{"EQ number", Filter{Operator: EQ, Value: "10"}, text("10.0"), true},
		{"EQ one of several", Filter{Operator: EQ, Value: "b"}, text("a;b"), true},
		{"NEQ", Filter{Operator: NEQ, Value: "true"}, text("true"), false},
		{"NEQ on nothing", Filter{Operator: NEQ, Value: "true"}, null, true},
		{"NEQ on empty", Filter{Operator: NEQ, Value: "true"}, text(""), true},
		{"IN", Filter{Operator: In, Values: []string{"US", "CA"}}, text("ca"), true},
		{"IN on nothing", Filter{Operator: In, Values: []string{"US"}}, null, false},
		{"NOT_IN on nothing", Filter{Operator: NotIn, Values: []string{"US"}}, null, true},
		{"NOT_IN", Filter{Operator: NotIn, Values: []string{"US"}}, text("us"), false},
		{"GT", Filter{Operator: GT, Value: "9"}, text("10"), true},
		{"GTE equal", Filter{Operator: GTE, Value: "10"}, text("10"), true},
		{"LT", Filter{Operator: LT, Value: "10"}, text("9.5"), true},
		{"LTE on nothing", Filter{Operator: LTE, Value: "10"}, null, false},
		{"GT times", Filter{Operator: GT, Value: "2026-01-01"}, text("2026-01-01T00:00:01Z"), true},
		{"GT on a word", Filter{Operator: GT, Value: "1"}, text("many"), false},
		{"HAS_PROPERTY", Filter{Operator: HasProperty}, text("x"), true},
		{"HAS_PROPERTY on empty", Filter{Operator: HasProperty}, text(""), false},
		{"NOT_HAS_PROPERTY", Filter{Operator: NotHasProperty}, null, true},
		{"CONTAINS_TOKEN", Filter{Operator: ContainsToken, Value: "corp"}, text("Acme Corp, Inc."), true},
		{"CONTAINS_TOKEN part of a word", Filter{Operator: ContainsToken, Value: "cor"}, text("Acme Corp"), false},
		{"CONTAINS_TOKEN with star", Filter{Operator: ContainsToken, Value: "cor*"}, text("Acme Corp"), true},
		{"NOT_CONTAINS_TOKEN", Filter{Operator: NotContainsToken, Value: "corp"}, text("Acme Corp"), false},
		{"NOT_CONTAINS_TOKEN on nothing", Filter{Operator: NotContainsToken, Value: "corp"}, null, true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.f.Property = "p"
			if err := tc.f.validate(); err != nil {
				t.Fatal(err)
			}
			if got := tc.f.holds(tc.value); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestFilterValidate(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		f    Filter
		want string
	}{
		{"no property", Filter{Operator: EQ, Value: "x"}, "where: a filter needs a property"},
		{"unknown operator", Filter{Property: "p", Operator: "LIKE"}, `where: property "p": operator "LIKE" is none of [EQ NEQ LT LTE GT GTE IN NOT_IN HAS_PROPERTY NOT_HAS_PROPERTY CONTAINS_TOKEN NOT_CONTAINS_TOKEN]`},
		{"IN without values", Filter{Property: "p", Operator: In, Value: "x"}, `where: property "p": IN takes values, a list`},
		{"EQ without a value", Filter{Property: "p", Operator: EQ}, `where: property "p": EQ takes one value`},
		{"HAS_PROPERTY with a value", Filter{Property: "p", Operator: HasProperty, Value: "x"}, `where: property "p": HAS_PROPERTY takes no value`},
		{"GT of a word", Filter{Property: "p", Operator: GT, Value: "many"}, `where: property "p": GT compares numbers and times, and "many" is neither`},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := tc.f.validate()
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestMarkerIsFoundAgain is a law: whatever the text around it, and whatever a
// key looks like, the key is read back, and no other.
func TestMarkerIsFoundAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`[A-Za-z0-9/_.:#-]{1,60}`).Draw(t, "key")
		a := connectors.Activity{Subject: rapid.String().Draw(t, "subject"), Text: rapid.String().Draw(t, "text")}
		k, _ := kindOf(rapid.SampledFrom([]connectors.Object{connectors.Task, connectors.Note}).Draw(t, "object"))
		body := bodyOf(k, a) + marker(key)
		if got := markedKey(body); got != key {
			t.Fatalf("got %q, want %q in %q", got, key, body)
		}
	})
}

func TestMarkedKey(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, body, want string }{
		{"none", "<p>Call them</p>", ""},
		{"as sent", "<p>Call</p><p>ref: a/1/task</p>", "a/1/task"},
		{"after an editor", `<div style="x"><p>Call</p><p><span>ref:&nbsp;a/1/task</span></p></div>`, "a/1/task"},
		{"plain text", "Call\nref: a/1/task", "a/1/task"},
		{"quoted before", "<p>ref: b/2/task</p><p>ref: a/1/task</p>", "a/1/task"},
		{"in a sentence", "<p>see ref: a/1</p>", ""},
		{"escaped", "<p>ref: a&amp;b</p>", "a&b"},
		{"a longer key is another", "<p>ref: a/10</p>", "a/10"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := markedKey(tc.body); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
