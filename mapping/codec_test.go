package mapping_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/mapping"
)

func anyValue() *rapid.Generator[connectors.Value] {
	return rapid.OneOf(
		rapid.Just(connectors.Value{}), rapid.Map(rapid.Bool(), connectors.BoolValue), rapid.Map(rapid.String(), connectors.TextValue),
		rapid.Map(rapid.Float64Range(-1e9, 1e9), connectors.FloatValue),
		rapid.Map(rapid.Int64Range(-1e12, 4e12), func(ms int64) connectors.Value { return connectors.TimeValue(time.UnixMilli(ms)) }),
	)
}

func anyTime() *rapid.Generator[time.Time] {
	return rapid.Map(rapid.Int64Range(1, 4e15), func(us int64) time.Time { return time.UnixMicro(us).UTC() })
}

// drawCell draws what a side may hold of a field.
func drawCell(t *rapid.T) mapping.Cell {
	c := mapping.Cell{Seen: anyValue().Draw(t, "seen"), At: anyTime().Draw(t, "at"), Bad: rapid.Bool().Draw(t, "bad")}
	if rapid.Bool().Draw(t, "was changed") {
		c.Since, c.Changed, c.Confirmed = anyTime().Draw(t, "since"), anyTime().Draw(t, "changed"), anyTime().Draw(t, "confirmed")
	}
	if c.HasSent = rapid.Bool().Draw(t, "was sent"); c.HasSent {
		c.Sent, c.Landed, c.Refused = anyValue().Draw(t, "sent"), rapid.Bool().Draw(t, "landed"), rapid.Bool().Draw(t, "refused")
		c.Last = rapid.Bool().Draw(t, "last")
		if c.HasEchoed = rapid.Bool().Draw(t, "was echoed"); c.HasEchoed {
			c.Echo = anyValue().Draw(t, "echo")
		}
		if c.HasPrior = rapid.Bool().Draw(t, "was sent before"); c.HasPrior {
			c.Prior = anyValue().Draw(t, "prior")
		}
	}
	if c.HasBase = rapid.Bool().Draw(t, "has base"); c.HasBase {
		c.Base = anyValue().Draw(t, "base")
	}
	c.Owed, c.Odd = rapid.Bool().Draw(t, "owed"), rapid.Bool().Draw(t, "odd")
	return c
}

func drawAccount(t *rapid.T, m *mapping.Mapping) *mapping.Account {
	a := m.NewAccount("x")
	a.Linked = rapid.String().Draw(t, "linked")
	for i := range a.Own {
		a.Own[i] = anyValue().Draw(t, "own")
	}
	for _, s := range mapping.Sides() {
		if !rapid.Bool().Draw(t, "has side") {
			continue
		}
		v := &mapping.View{ID: rapid.String().Draw(t, "id"), Created: anyTime().Draw(t, "created"), Modified: anyTime().Draw(t, "modified")}
		v.Deleted, v.OutOfScope, v.Stuck = rapid.Bool().Draw(t, "deleted"), rapid.Bool().Draw(t, "out"), rapid.Bool().Draw(t, "stuck")
		v.Noticed, v.Asked = anyTime().Draw(t, "noticed"), anyTime().Draw(t, "asked")
		if n := rapid.IntRange(0, 2).Draw(t, "keys"); n > 0 {
			v.Keys = map[string]string{}
			for i := range n {
				v.Keys[fmt.Sprint("rule ", i)] = rapid.String().Draw(t, "key")
			}
		}
		for range m.Fields {
			v.Cells = append(v.Cells, drawCell(t))
		}
		a.Views[s] = v
	}
	return a
}

// TestLawCodec: every account comes back as it was stored, and what is stored
// is JSON that encoding/json reads alike.
func TestLawCodec(t *testing.T) {
	t.Parallel()
	m := compile(t, fields)
	rapid.Check(t, func(rt *rapid.T) {
		a := drawAccount(rt, m)
		data, err := m.Encode(a)
		if err != nil {
			rt.Fatal(err)
		}
		b, err := m.Decode("x", data)
		if err != nil {
			rt.Fatalf("%v: %s", err, data)
		}
		if diff := cmp.Diff(a, b, cmp.Comparer(func(x, y connectors.Value) bool { return x == y })); diff != "" {
			rt.Fatalf("-stored +read:\n%s", diff)
		}
		few := rapid.SliceOfDistinct(rapid.IntRange(0, len(m.Fields)-1), rapid.ID[int]).Draw(rt, "few")
		some, err := m.DecodeOnly("x", data, few)
		if err != nil {
			rt.Fatalf("%v: %s", err, data)
		}
		if diff := cmp.Diff(leaving(b, few), some, cmp.Comparer(func(x, y connectors.Value) bool { return x == y })); diff != "" {
			rt.Fatalf("-all +few fields:\n%s", diff)
		}
		var generic any
		if err := json.Unmarshal(data, &generic); err != nil {
			rt.Fatalf("%v: %s", err, data)
		}
		spaced, _ := json.MarshalIndent(generic, "", " ") // other order, other escapes, the same meaning
		c, err := m.Decode("x", spaced)
		if err != nil {
			rt.Fatalf("%v: %s", err, spaced)
		}
		again, _ := m.Encode(c)
		if string(again) != string(data) {
			rt.Fatalf("read otherwise by encoding/json:\n%s\n%s", data, again)
		}
	})
}

// TestStoredNumbers: what does not fit is damaged, never another number (I3).
func TestStoredNumbers(t *testing.T) {
	t.Parallel()
	m := compile(t, fields)
	for text, want := range map[string]int64{
		"1": 1, "1795348800000000": 1795348800000000, "999999999999999999": 999999999999999999, "-5": -5, " 7 ": 7,
		"1000000000000000000": 1000000000000000000, "9223372036854775807": 9223372036854775807, "-9223372036854775808": -9223372036854775808,
	} {
		a, err := m.Decode("x", []byte(`{"hs":{"id":"1","modified":`+text+`}}`))
		if err != nil || a.Views[mapping.HubSpotSide].Modified.UnixMicro() != want {
			t.Errorf("%s: %v, %v", text, a, err)
		}
	}
	for _, text := range []string{"", "-", "+", "1.5", "1e3", "5-3", "9223372036854775808", "99999999999999999999", "null", `"1"`} {
		if a, err := m.Decode("x", []byte(`{"hs":{"id":"1","modified":`+text+`}}`)); err == nil {
			t.Errorf("%q is read as %s", text, a.Views[mapping.HubSpotSide].Modified)
		}
	}
}

// leaving empties the cells of all but a few fields.
func leaving(a *mapping.Account, few []int) *mapping.Account {
	for _, v := range a.Views {
		if v == nil {
			continue
		}
		for slot := range v.Cells {
			if !slices.Contains(few, slot) {
				v.Cells[slot] = mapping.Cell{}
			}
		}
	}
	return a
}

// FuzzDecode: whatever is stored, it is refused or read the same way as
// encoding/json reads it, and never crashes.
func FuzzDecode(f *testing.F) {
	m := compile(f, fields)
	for _, seed := range []string{
		`{}`, `{"linked":"a \"rule\" \u00fc","own":{"mqa":true}}`, `{"sf":{"id":"1","cells":{"fit":{"v":null,"at":5},"gone":{"v":[1,{}]}}}}`,
		`{"hs":{"id":"2","cells":{"value":{"v":12.50,"at":1,"sent":1e3,"under":7}},"keys":{"a":"b"}},"more":[1,2]}`,
		`{"hs":{"cells":{"renewal":{"v":{"time":"2026-11-22T00:00:00Z"},"at":1}}}} `, `{,}`, `{"own":{}`,
		`{"hs":{"cells":{"value":{"v":"a } \\\\","echo":"{ \" }"},"fit":{"v":true,"at":7}}}}`, `{"hs":{"cells":{"value":{"v":"}"}}`, `{"hs":{"cells":{"value":5}}}`,
		`{"a":1,}`, `nul`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		one := []int{0}
		some, someErr := m.DecodeOnly("x", data, one)
		a, err := m.Decode("x", data)
		if err != nil {
			return
		}
		var generic map[string]json.RawMessage
		if json.Unmarshal(data, &generic) != nil && !strings.ContainsAny(string(data), "\\0123456789") && !containsControl(data) {
			t.Fatalf("read what is not JSON: %s", data)
		}
		first, err := m.Encode(a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := m.Decode("x", first)
		if err != nil {
			t.Fatalf("cannot read what was written: %v: %s", err, first)
		}
		if second, _ := m.Encode(b); string(first) != string(second) {
			t.Fatalf("not the same after decoding:\n%s\n%s", first, second)
		}
		if someErr != nil || !cmp.Equal(some, leaving(a, one), cmp.Comparer(func(x, y connectors.Value) bool { return x == y })) {
			t.Fatalf("read for one field it says otherwise: %v: %s", someErr, data)
		}
	})
}

func containsControl(data []byte) bool {
	for _, c := range data {
		if c < ' ' || c >= 0x80 {
			return true
		}
	}
	return false
}
