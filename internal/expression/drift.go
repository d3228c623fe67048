package expression

import "handoffd/connectors"

// Drift is how a clause may change without new data: towards true, towards
// false, both or neither.
type Drift struct{ Up, Down bool }

// Moves tells whether it may change at all.
func (d Drift) Moves() bool { return d.Up || d.Down }

// Clauses calls f for each clause of a yes/no program, in the order of Trace,
// with the calls and names that it reads and what it compares, nil for nothing.
func (p *Program) Clauses(f func(atoms []string, bound *Bound)) {
	for _, l := range p.leaves {
		atoms := make([]string, len(l.atoms))
		for i, a := range l.atoms {
			atoms[i] = p.atoms[a].Text
		}
		f(atoms, l.bound)
	}
}

// Drift computes the program's value and how it may change if its clauses
// change as leaves says: a part that is false and stays so settles an and,
// whatever becomes of the rest. It does not allocate.
func (p *Program) Drift(env Env, leaves []Drift) (connectors.Value, Drift) {
	return p.drift(&p.shape, frame{env: env}, leaves)
}

func (p *Program) drift(s *Shape, f frame, leaves []Drift) (connectors.Value, Drift) {
	switch s.Join {
	case "":
		v := p.leaves[s.Clause].node(f)
		return v, leaves[s.Clause].From(v)
	case "not":
		v, d := p.drift(&s.Items[0], f, leaves)
		if !v.IsNull() {
			v = connectors.BoolValue(!v.Bool())
		}
		return v, Drift{Up: d.Down, Down: d.Up}
	}
	var j Joined
	j.All = s.Join == "and"
	for i := range s.Items {
		j.Add(p.drift(&s.Items[i], f, leaves))
	}
	return j.Value()
}

// From is the drift of something that has a value: what is true can become no
// truer.
func (d Drift) From(v connectors.Value) Drift {
	if v.IsNull() {
		return d
	}
	return Drift{Up: d.Up && !v.Bool(), Down: d.Down && v.Bool()}
}

// Joined joins parts, of which all must hold or any.
type Joined struct {
	All       bool
	settled   bool // a part settles it, and stays as it is
	decided   bool // a part settles it now
	undecided bool
	drift     Drift
}

// Add adds a part.
func (j *Joined) Add(v connectors.Value, d Drift) {
	j.drift.Up, j.drift.Down = j.drift.Up || d.Up, j.drift.Down || d.Down
	switch {
	case v.IsNull():
		j.undecided = true
	case v.Bool() != j.All:
		j.decided = true
		j.settled = j.settled || !d.Moves()
	}
}

// Value is the value of the whole and how it may change.
func (j *Joined) Value() (v connectors.Value, d Drift) {
	switch {
	case j.decided:
		v = connectors.BoolValue(!j.All)
	case !j.undecided:
		v = connectors.BoolValue(j.All)
	}
	if j.settled {
		return v, Drift{}
	}
	return v, j.drift
}
