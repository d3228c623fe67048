package workflows

import (
	"strings"

	"handoffd/connectors"
	"handoffd/internal/expression"
)

// drifts tells of each clause of a program how it may change by time alone. A
// number of events only falls when they leave their window; what is made of
// several of them may go either way.
func (k *compiler) drifts(p *expression.Program) (out []expression.Drift) {
	if p == nil {
		return nil
	}
	p.Clauses(func(atoms []string, bound *expression.Bound) {
		var d expression.Drift
		for _, atom := range atoms {
			function, _, isCall := strings.Cut(atom, "(")
			if !isCall || function != "count" && function != "sum" && function != "rate" {
				continue
			}
			d = expression.Drift{Up: true, Down: true}
			if bound == nil || function == "rate" {
				break
			}
			switch bound.Operator {
			case ">", ">=":
				d.Up = false
			case "<", "<=":
				d.Down = false
			}
		}
		out = append(out, d)
	})
	return out
}

// drift computes the tree's value and how it may change by time alone, as long
// as no point is yet to come.
func (c *Criteria) drift(w *world) (connectors.Value, expression.Drift) {
	if c == nil {
		return connectors.BoolValue(true), expression.Drift{}
	}
	if c.Program != nil {
		return c.Program.Drift(w, c.drifts)
	}
	j := expression.Joined{All: c.All}
	for _, item := range c.Items {
		j.Add(item.drift(w))
	}
	return j.Value()
}

// moves tells whether time alone can change the verdict before anything goes
// stale. It only saves looking: what it is not sure of may change.
func (p *Policy) moves(w *world, in Input, rules func(*Handoff) bool) bool {
	for _, u := range p.uses {
		if !w.enters(u.slot).IsZero() {
			return true
		}
	}
	changes := func(cs ...*Criteria) bool {
		j := expression.Joined{All: true}
		for _, c := range cs {
			j.Add(c.drift(w))
		}
		_, d := j.Value()
		return d.Moves()
	}
	for i := range p.Segments {
		if changes(p.Segments[i].When) {
			return true
		}
	}
	for i := range p.Handoffs {
		h := &p.Handoffs[i]
		if !rules(h) {
			continue
		}
		for _, wait := range h.NurturedFor {
			if in.Life.Nurtured.Add(wait).After(w.now) {
				return true
			}
		}
		if changes(h.Gate, h.When) {
			return true
		}
		for _, c := range h.Segments {
			if changes(h.Gate, c) {
				return true
			}
		}
	}
	return changes(p.Create[0]) || changes(p.Create[1])
}
