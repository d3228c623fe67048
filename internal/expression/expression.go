// Package expression compiles the small expressions that ops people write in
// mapping and rules. The language is expr-lang's (its lexer and parser read
// it); types are checked against the names that a Scope offers, and the result
// is evaluated in three-valued logic: whatever depends on a missing value is
// itself missing (connectors.Null), unless the rest decides it anyway
// ("missing or true" is true). Loops, variables and the clock are not part of
// the language, so an expression always ends and always gives the same answer
// for the same input.
//
// A Program is made of atoms, the field names and function calls that look at
// the outside. Their values are what a decision saw: Trace lists them, and
// Replay gives the same answer from the list alone (invariant I6).
package expression

import (
	"handoffd/connectors"
)

// Type is what a name or an expression holds.
type Type uint8

// The types. Signal is a handle into a history; only functions take one.
const (
	Bool Type = iota + 1
	Number
	Text
	Time
	Signal
	list
)

// String names the type as it stands in messages.
func (t Type) String() string {
	switch t {
	case Bool:
		return "yes/no"
	case Number:
		return "number"
	case Text:
		return "text"
	case Time:
		return "time"
	case Signal:
		return "signal"
	case list:
		return "list"
	default:
		return "unknown"
	}
}

// Env is what a program looks at. It gives the value of the name that the
// Scope registered at slot; Null means that it is not known.
type Env interface {
	Lookup(slot int) connectors.Value
}

// Eval computes a value from an Env. Null means undecided.
type Eval func(Env) connectors.Value

// Name is something that an expression may mention.
type Name struct {
	Type Type
	Slot int
}

// Argument is one argument of a function call, already compiled.
type Argument struct {
	Type Type
	// Name is set if the argument is a bare name; Slot is then its slot.
	Name string
	Slot int
	// Const is set if the argument is a literal.
	Const *connectors.Value
	// Eval computes it; nil for a signal.
	Eval Eval
}

// Function is something that an expression may call.
type Function struct {
	// Usage shows a call, for messages: `count(signal, "7d")`.
	Usage string
	// Bind checks the arguments and returns the result's type and how to
	// compute it. An error's text goes to the person who wrote the rule;
	// an *ArgumentError also says which argument is wrong.
	Bind func(args []Argument) (Type, Eval, error)
}

// ArgumentError is a fault in the argument with the given index.
type ArgumentError struct {
	Index   int
	Message string
}

// Error returns the message.
func (e *ArgumentError) Error() string { return e.Message }

// Scope is the set of names and functions that an expression may use.
type Scope struct {
	Names map[string]Name
	// Open, if set, is asked for names that Names lacks.
	Open      func(name string) (Name, bool)
	Functions map[string]Function
}

func (s *Scope) name(name string) (Name, bool) {
	if n, ok := s.Names[name]; ok || s.Open == nil {
		return n, ok
	}
	return s.Open(name)
}

// Fault is a mistake in an expression.
type Fault struct {
	// Offset and Width are bytes in the source.
	Offset, Width int
	Check         string
	Message       string
	// Allowed and Nearest help where a name is unknown.
	Allowed []string
	Nearest string
}

// frame is what a node is evaluated in: the world, or a log to replay from.
type frame struct {
	env    Env
	replay func(atom string) connectors.Value
}

type node func(frame) connectors.Value

// Atom is a name or call that looks at the outside, with its text as written.
type Atom struct {
	Text string
	// Names are the field and signal names that the atom reads.
	Names []string
	eval  Eval
}

// Program is a compiled expression. It is immutable and safe for concurrent
// use.
type Program struct {
	Source string
	Type   Type
	atoms  []Atom
	root   node
	leaves []leaf
	shape  Shape
	// compared are names that are compared with texts.
	compared []Comparison
}

// Comparison is a name that an expression compares with a text, to be the same
// or not, alone or in a list.
type Comparison struct {
	Name, Text string
	// Offset and Width are where the text stands, in bytes of the source.
	Offset, Width int
}

// Comparisons lists the names that are compared with texts.
func (p *Program) Comparisons() []Comparison { return p.compared }

// leaf is a clause below the ands and ors, with what it compares.
type leaf struct {
	text  string
	node  node
	atoms []int
	bound *Bound
	// reckoned is its bound where left computes what is compared.
	reckoned *Bound
	left     node
	// number is its threshold, nil for none.
	number *Threshold
	not    bool // below an odd number of nots
}

// Eval computes the program's value; Null means undecided. It does not
// allocate.
func (p *Program) Eval(env Env) connectors.Value { return p.root(frame{env: env}) }

// Replay computes the program's value from the atoms' values in a log.
func (p *Program) Replay(atom func(text string) connectors.Value) connectors.Value {
	return p.root(frame{replay: atom})
}

// Atoms lists what the program looks at.
func (p *Program) Atoms() []Atom { return p.atoms }

// Names lists the fields and signals that the program reads, each once.
func (p *Program) Names() []string {
	var names []string
	seen := map[string]bool{}
	for _, a := range p.atoms {
		for _, n := range a.Names {
			if !seen[n] {
				seen[n] = true
				names = append(names, n)
			}
		}
	}
	return names
}

// Value computes the atom's value.
func (a *Atom) Value(env Env) connectors.Value { return a.eval(env) }

// Bounds lists the program's clauses that compare one atom with a literal.
func (p *Program) Bounds() []Bound {
	var out []Bound
	for _, l := range p.leaves {
		if l.bound != nil {
			out = append(out, *l.bound)
		}
	}
	return out
}
