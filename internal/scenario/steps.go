package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"handoffd/internal/engine"
	"handoffd/workflows"
)

// mostDecisions bounds what is read of one account's log.
const mostDecisions = 100_000

// steps are the transitions that the accounts made, as the log of decisions
// has them.
func (p *player) steps(ctx context.Context) (out []workflows.Step, err error) {
	err = p.daemon.Store.View(ctx, func(tx engine.Tx) error {
		return eachAccount(tx, func(row engine.AccountRow) error {
			rows, err := tx.Decisions(row.ID, never(), mostDecisions)
			if err != nil {
				return err
			}
			traces := make([]workflows.Trace, len(rows))
			for i := range rows {
				if err := json.Unmarshal(rows[i].Trace, &traces[i]); err != nil {
					return fmt.Errorf("reading the log of %s: %w", row.ID, err)
				}
			}
			slices.Reverse(traces)
			out = append(out, stepsOf(traces)...)
			return nil
		})
	})
	return out, err
}

// stepsOf reads the transitions out of one account's log, the oldest decision
// first. The two that need no entry of their own are told by the decision that
// the criteria are met, and by the state of the next one.
func stepsOf(log []workflows.Trace) (out []workflows.Step) {
	for i, t := range log {
		if t.Life != nil {
			out = append(out, t.Life.Steps...)
		}
		if i+1 == len(log) {
			break
		}
		was, is := t.State, log[i+1].State
		if t.Life != nil {
			was = t.Life.Steps[len(t.Life.Steps)-1].To
		}
		if (is == workflows.Ready || is == workflows.HandedOff) && t.Outcome == workflows.HandOff && was != workflows.Ready {
			out = append(out, workflows.Step{Name: "criteria met", From: was, To: workflows.Ready})
			was = workflows.Ready
		}
		if is == workflows.HandedOff && was == workflows.Ready {
			out = append(out, workflows.Step{Name: workflows.HandOffTransition, From: was, To: is})
		}
	}
	return out
}
