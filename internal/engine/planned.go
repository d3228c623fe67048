package engine

import (
	"context"

	"handoffd/workflows"
)

// Planned lists the handoffs that would be made now, without making any.
func (e *Engine) Planned(ctx context.Context) (out []PlannedHandoff, err error) {
	err = e.store.View(ctx, func(tx Tx) error {
		if why, err := e.identifying(tx); err != nil || why != "" {
			return err // nothing would be done now
		}
		b := e.batch(tx)
		rows, err := tx.AccountsInState(string(workflows.Ready))
		if err != nil {
			return err
		}
		ready, err := b.candidates(rows)
		if err != nil {
			return err
		}
		users, err := e.users(tx)
		if err != nil {
			return err
		}
		t, err := b.turn(ready, users)
		if err != nil {
			return err
		}
		out, err = t.planned()
		return err
	})
	return out, err
}

// planned lists what a turn would do, and then who would wait and why. What
// the guard would hold is shown as held.
func (t *turn) planned() (out []PlannedHandoff, err error) {
	if err := t.look(); err != nil {
		return nil, err
	}
	err = t.run(func(c candidate, plan workflows.Plan, ok bool) (bool, error) {
		p := plannedOf(c, plan)
		if ok {
			t.b.given.Take(plan.Assignment) // the next one sees it, as it will
		} else {
			p.Blocked = plan.WhyText()
		}
		out = append(out, p)
		return ok, nil
	})
	if err != nil {
		return nil, err
	}
	for _, w := range t.waiting {
		if w.wait.Kind == workflows.WaitsForOwner {
			continue // listed as blocked
		}
		plan, _, err := t.b.plan(w.candidate, t.users)
		if err != nil {
			return nil, err
		}
		p := plannedOf(w.candidate, plan)
		p.Waits = w.wait.String()
		out = append(out, p)
	}
	return out, nil
}

func plannedOf(c candidate, plan workflows.Plan) PlannedHandoff {
	return PlannedHandoff{
		Account: c.entry.row.ID, Name: plan.Account, Rule: plan.Rule, System: plan.Side.System(),
		Owner: plan.Owner.Name, Due: plan.Day, Reasons: plan.Reasons, Assigned: plan.Why,
	}
}
