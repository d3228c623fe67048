package scenario

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/workflows"
)

// check compares what is expected with what stands there.
func (p *player) check(ctx context.Context, e entry) error {
	if p.daemon == nil {
		return errors.New("checking: the daemon does not run")
	}
	explained := map[*account]bool{}
	for _, c := range e.expect.checks {
		p.result.Checks++
		seen, met, err := c.see(ctx, p)
		if err != nil {
			return fmt.Errorf("checking %s: %w", c.what, err)
		}
		if met {
			continue
		}
		f := Failure{Line: c.pos.Line, Col: c.pos.Col, What: c.what, Expected: either(c.want, "nothing"), Seen: either(seen, "nothing")}
		if c.account != nil && !explained[c.account] {
			explained[c.account] = true
			if f.Why, err = p.explain(ctx, c.account); err != nil {
				return err
			}
		}
		p.fail(e, f)
	}
	return nil
}

// fail notes a failure at an entry.
func (p *player) fail(e entry, f Failure) {
	if f.Line == 0 {
		f.Line, f.Col = e.pos.Line, e.pos.Col
	}
	f.File, f.At, f.Written = p.scenario.File, p.clock.Now().In(p.zone), e.written
	if p.lastError != nil {
		f.Why = append(f.Why, "the daemon's last round did not go well: "+p.lastError.Error())
	}
	p.result.Failures = append(p.result.Failures, f)
	p.story.tell(p.clock.Now(), "FAILED", fmt.Sprintf("%s: expected %s, seen %s", f.What, f.Expected, f.Seen))
}

// explain shows the last decision on an account, clause by clause.
func (p *player) explain(ctx context.Context, a *account) ([]string, error) {
	k, err := p.known(ctx, a)
	switch {
	case err != nil:
		return nil, err
	case k == nil:
		return []string{"handoffd does not know " + a.key}, nil
	case k.last.At.IsZero():
		return []string{"handoffd has not judged " + a.key + " yet"}, nil
	}
	t := k.trace
	out := []string{fmt.Sprintf("last decision on %s, %s: %s", a.key, p.local(k), strings.ReplaceAll(k.last.Outcome, "_", " "))}
	if len(t.Rules) == 0 {
		out[0] += ": " + k.last.Reason
	}
	if t.Segment != "" {
		out = append(out, "  segment "+t.Segment)
	}
	for _, r := range t.Rules {
		out = append(out, fmt.Sprintf("  rule %s: %s", r.Rule, verdict(r.Result)))
		for _, c := range r.Gate {
			out = append(out, "    gate "+clause(c, t))
		}
		for _, c := range r.When {
			out = append(out, "    when "+clause(c, t))
		}
	}
	for _, problem := range k.problems {
		out = append(out, fmt.Sprintf("  parked: %s %s: %s", problem.Ref, problem.Field, problem.Reason))
	}
	return out, nil
}

func (p *player) local(k *known) string { return k.last.At.In(p.zone).Format("Mon 2 Jan 15:04") }

// clause shows one clause with what it saw.
func clause(c expression.Clause, t workflows.Trace) string {
	text := c.Says() + ": " + verdict(c.Holds())
	var saw []string
	for _, s := range c.Seen {
		v := t.Values[s.Atom]
		if s.Atom != c.Text {
			saw = append(saw, s.Atom+" = "+shown(s.Value))
		}
		if v.Why != "" {
			saw = append(saw, v.Why)
		}
		for _, name := range t.Behind[s.Atom] {
			if b, ok := t.Values[name]; ok {
				saw = append(saw, name+" = "+shown(b.Value))
			}
		}
	}
	if len(saw) > 0 {
		text += " (" + strings.Join(saw, ", ") + ")"
	}
	return text
}

func verdict(v connectors.Value) string {
	switch {
	case v.IsNull():
		return "undecided"
	case v.Kind() == connectors.Bool && v.Bool():
		return "yes"
	case v.Kind() == connectors.Bool:
		return "no"
	}
	return v.String()
}

func shown(v connectors.Value) string {
	if v.IsNull() {
		return "nothing"
	}
	return v.String()
}
