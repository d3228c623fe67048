package workflows

import (
	"slices"
	"strings"

	"handoffd/internal/expression"
)

// tellsOf names the fields and signals by which a buyer shows intent: what the
// handoffs' criteria look at, and what counts as a response. Gates, segments
// and the order of the queue say who somebody is, not what they do, so an
// account's greater value wakes nobody up; what marketing sets off itself is
// left out.
func (p *Policy) tellsOf() []string {
	names := slices.Clone(p.Lifecycle.Responses)
	add := func(c *Criteria) {
		for _, program := range c.programs() {
			names = append(names, tell(program)...)
		}
	}
	for i := range p.Handoffs {
		h := &p.Handoffs[i]
		add(h.When)
		for _, c := range h.Segments {
			add(c)
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(p.Lifecycle.Marketing, name) })
	slices.Sort(names)
	return slices.Compact(names)
}

// tell names what a clause looks at, but for what a rate divides by: that
// marketing has sent a mail is no deed of the buyer.
func tell(program *expression.Program) (names []string) {
	for _, atom := range program.Atoms() {
		behind := atom.Names
		if strings.HasPrefix(atom.Text, "rate(") && len(behind) > 1 {
			behind = behind[:1]
		}
		names = append(names, behind...)
	}
	return names
}
