package expression

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

// account is a small world: two numbers, a yes/no, a text, one signal.
type account map[int]connectors.Value

func (a account) Lookup(slot int) connectors.Value { return a[slot] }

func scope() Scope {
	functions := Base()
	functions["count"] = Function{Usage: `count(signal, "7d")`, Bind: func(args []Argument) (Type, Eval, error) {
		if len(args) != 2 || args[0].Type != Signal {
			return 0, nil, &ArgumentError{Index: 0, Message: "a signal is needed"}
		}
		slot := args[0].Slot
		return Number, func(e Env) connectors.Value { return e.Lookup(slot) }, nil
	}}
	return Scope{
		Names: map[string]Name{
			"score": {Type: Number, Slot: 0}, "value": {Type: Number, Slot: 1}, "fit": {Type: Bool, Slot: 2},
			"industry": {Type: Text, Slot: 3}, "visits": {Type: Signal, Slot: 4},
		},
		Functions: functions,
	}
}

func number(f float64) connectors.Value { return connectors.FloatValue(f) }

func TestEval(t *testing.T) {
	t.Parallel()
	known := account{0: number(72), 1: number(50000), 2: connectors.BoolValue(true), 3: connectors.TextValue("Chemicals"), 4: number(3)}
	yes, no, undecided := connectors.BoolValue(true), connectors.BoolValue(false), connectors.Value{}
	tests := []struct {
		name, source string
		env          account
		want         connectors.Value
	}{
		{"at the threshold", "score >= 72", known, yes},
		{"above it", "score > 72", known, no},
		{"arithmetic", "score * value == 3600000", known, yes},
		{"minus", "-score < 0", known, yes},
		{"precedence", "fit or fit and score > 100", known, yes},
		{"and", "fit and score > 100", known, no},
		{"not", "not fit", known, no},
		{"text", `industry == "Chemicals"`, known, yes},
		{"list", `industry in ["Mining", "Chemicals"]`, known, yes},
		{"pattern", `industry matches "(?i)^chem"`, known, yes},
		{"lower", `lower(industry) startsWith "chem"`, known, yes},
		{"conditional", `(fit ? score : value) == 72`, known, yes},
		{"signal", `count(visits, "7d") >= 3`, known, yes},
		{"missing", "score >= 70", account{}, undecided},
		{"missing or true", "score >= 70 or fit", account{2: yes}, yes},
		{"true or missing", "fit or score >= 70", account{2: yes}, yes},
		{"missing and false", "score >= 70 and fit", account{2: no}, no},
		{"missing and true", "score >= 70 and fit", account{2: yes}, undecided},
		{"missing or false", "score >= 70 or fit", account{2: no}, undecided},
		{"not missing", "not fit", account{}, undecided},
		{"asking for it", "known(score)", account{}, no},
		{"division by zero", "value / score > 1", account{0: number(0), 1: number(5)}, undecided},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, faults := Compile(tt.source, scope(), Bool)
			if len(faults) > 0 {
				t.Fatalf("Compile(%q): %v", tt.source, faults)
			}
			if got := p.Eval(tt.env); got != tt.want {
				t.Errorf("Eval = %v, want %v", got, tt.want)
			}
			traced, clauses := p.Trace(tt.env)
			if traced != tt.want {
				t.Errorf("Trace = %v, want %v", traced, tt.want)
			}
			log := map[string]connectors.Value{}
			for _, c := range clauses {
				for _, s := range c.Seen {
					log[s.Atom] = s.Value
				}
			}
			if got := p.Replay(func(atom string) connectors.Value { return log[atom] }); got != tt.want {
				t.Errorf("Replay = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source string
		want         []Fault
	}{
		{"unknown field", "fit and scor >= 70", []Fault{{
			Offset: 8, Width: 4, Check: "unknown-field", Message: "scor is neither a field nor a signal of the mapping",
			Allowed: []string{"fit", "industry", "score", "value", "visits"}, Nearest: "score",
		}}},
		{"two at once", "scor >= 1 and fitt", []Fault{
			{Offset: 0, Width: 4, Check: "unknown-field", Message: "scor is neither a field nor a signal of the mapping", Allowed: []string{"fit", "industry", "score", "value", "visits"}, Nearest: "score"},
			{Offset: 14, Width: 4, Check: "unknown-field", Message: "fitt is neither a field nor a signal of the mapping", Allowed: []string{"fit", "industry", "score", "value", "visits"}, Nearest: "fit"},
		}},
		{"wrong types", `score >= "70"`, []Fault{{Offset: 6, Width: 2, Check: "type", Message: ">= does not work between a number and a text"}}},
		{"a bare signal", "visits >= 3", []Fault{{Offset: 0, Width: 6, Check: "type", Message: `visits is a signal: ask for it with a function, such as count(visits, "7d")`}}},
		{"a loop", "all([1], # > 0)", []Fault{{Offset: 0, Width: 3, Check: "expression", Message: "all is not available: rules have no loops and no clock"}}},
		{"not a yes/no", "score + 1", []Fault{{Offset: 6, Width: 1, Check: "type", Message: "this is a number, a yes/no is needed here"}}},
		{"a bad pattern", `industry matches "("`, []Fault{{Offset: 17, Width: 3, Check: "pattern", Message: "the pattern cannot be read: error parsing regexp: missing closing ): `(`"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, got := Compile(tt.source, scope(), Bool)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoClock(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"now() > score", "let x = 1; x > 0", "score in 1..3", "nil == score", "fit ?? true", "map([1], # )", `date("2026-01-01") == 1`} {
		if _, faults := Compile(source, scope(), Bool); len(faults) == 0 {
			t.Errorf("Compile(%q) was accepted", source)
		}
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	p, faults := Compile(`score >= 70 and count(visits, "7d") >= 3 and industry == "A" and fit`, scope(), Bool)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	want := []Bound{
		{Atom: "score", Operator: ">=", Limit: number(70)},
		{Atom: `count(visits, "7d")`, Operator: ">=", Limit: number(3)},
		{Atom: "industry", Operator: "==", Limit: connectors.TextValue("A")},
	}
	if diff := cmp.Diff(want, p.Bounds(), cmp.Comparer(func(a, b connectors.Value) bool { return a == b })); diff != "" {
		t.Errorf("bounds (-want +got):\n%s", diff)
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"score >= 70", `count(visits, "7d") >= 3 and fit`, `industry in ["a"]`, "(((", "fit ? 1 : 2", "\"\\u00e9\" == industry"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		p, faults := Compile(source, scope(), 0)
		for _, fault := range faults {
			if fault.Offset < 0 || fault.Offset > len(source) || fault.Message == "" {
				t.Errorf("fault outside the source: %+v", fault)
			}
		}
		if len(faults) == 0 {
			a, _ := p.Trace(account{})
			if b := p.Eval(account{}); a != b {
				t.Errorf("Trace %v, Eval %v", a, b)
			}
		}
	})
}

func BenchmarkEval(b *testing.B) {
	p, faults := Compile(`fit and (score >= 70 or count(visits, "7d") >= 3)`, scope(), Bool)
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	var env Env = account{0: number(50), 2: connectors.BoolValue(true), 4: number(3)}
	b.ReportAllocs()
	for b.Loop() {
		p.Eval(env)
	}
}

// TestDrift: a part that stays false settles an and, one that stays true an or,
// and a not turns the direction round.
func TestDrift(t *testing.T) {
	t.Parallel()
	falls, rises, stays := Drift{Down: true}, Drift{Up: true}, Drift{}
	env := account{0: number(1), 1: number(9), 2: connectors.BoolValue(true)}
	tests := []struct {
		source string
		leaves []Drift
		want   Drift
	}{
		{"score > 5", []Drift{falls}, stays}, // false, and can only fall
		{"score > 5", []Drift{rises}, rises},
		{"value > 5", []Drift{falls}, falls},
		{"not (value > 5)", []Drift{falls}, rises},
		{"not (score > 5)", []Drift{falls}, stays},
		{"score > 5 and value > 5", []Drift{falls, falls}, stays},
		{"score > 5 and value > 5", []Drift{rises, falls}, Drift{Up: true, Down: true}},
		{"fit or value > 5", []Drift{stays, falls}, stays},
		{"score > 5 or value > 5", []Drift{falls, falls}, falls},
		{`industry == "A"`, []Drift{stays}, stays},
		{`industry == "A"`, []Drift{rises}, rises}, // undecided
	}
	for _, tt := range tests {
		p, faults := Compile(tt.source, scope(), Bool)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		if v, got := p.Drift(env, tt.leaves); got != tt.want || v != p.Eval(env) {
			t.Errorf("%s with %v: %v, %v, want %v, %v", tt.source, tt.leaves, v, got, p.Eval(env), tt.want)
		}
	}
}
