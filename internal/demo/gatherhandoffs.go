package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// gatherPlanned takes over what the daemon would hand off.
func (s *Stage) gatherPlanned(ctx context.Context, planned []engine.PlannedHandoff) error {
	return s.view(ctx, func(tx engine.Tx, _ map[string]known) error {
		for _, p := range planned {
			_, trace, err := lastDecision(tx, p.Account)
			if err != nil {
				return err
			}
			s.report.Planned = append(s.report.Planned, Handoff{
				Account: p.Account, Name: p.Name, Rule: p.Rule, System: p.System, Owner: p.Owner, Due: p.Due, Why: why(trace), Blocked: p.Blocked,
			})
		}
		return nil
	})
}

// lastDecision reads the newest decision about an account with its trace.
func lastDecision(tx engine.Tx, account string) (engine.DecisionRow, workflows.Trace, error) {
	var trace workflows.Trace
	rows, err := tx.Decisions(account, time.Time{}, 1)
	if err != nil || len(rows) == 0 {
		return engine.DecisionRow{}, trace, err
	}
	if err := json.Unmarshal(rows[0].Trace, &trace); err != nil {
		return rows[0], trace, fmt.Errorf("reading the decision about %s: %w", account, err)
	}
	return rows[0], trace, nil
}

// why lists the clauses that held in the rules that matched, with what they
// saw: for a call that answers yes or no, the fields behind it.
func why(t workflows.Trace) []string {
	var out []string
	for _, r := range t.Rules {
		if !slices.Contains(t.Matched, r.Rule) {
			continue
		}
		for _, c := range r.When {
			if !c.Result.Bool() {
				continue
			}
			var saw []string
			for _, seen := range c.Seen {
				if seen.Value.Kind() != connectors.Bool {
					saw = append(saw, seen.Value.String())
					continue
				}
				for _, name := range t.Behind[seen.Atom] {
					saw = append(saw, t.Values[name].Value.String())
				}
			}
			out = append(out, strings.TrimSuffix(c.Text+": "+strings.Join(saw, ", "), ": "))
		}
	}
	return out
}

// gatherHandoffs adds the handoffs that were made in this act.
func (s *Stage) gatherHandoffs(ctx context.Context, act string) error {
	return s.view(ctx, func(tx engine.Tx, accounts map[string]known) error {
		rows, err := tx.Handoffs(time.Time{})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.Summary == "" || slices.ContainsFunc(s.report.Handoffs, func(h Handoff) bool { return h.Account == row.Account }) {
				continue // found in the CRM on day one, or made in an earlier act
			}
			h, err := s.handoff(tx, row, accounts[row.Account].row.Name)
			if err != nil {
				return err
			}
			h.Act = act
			s.report.Handoffs = append(s.report.Handoffs, h)
		}
		return nil
	})
}

func (s *Stage) handoff(tx engine.Tx, row engine.HandoffRow, name string) (Handoff, error) {
	h := Handoff{
		Account: row.Account, Name: name, Rule: row.Rule, Stage: row.Stage, System: row.System, Owner: row.Owner,
		Due: s.Daemon.Config.Policy.Calendar.LocalDay(row.Due),
	}
	decisions, err := tx.Decisions(row.Account, row.Opened, 10)
	if err != nil {
		return h, err
	}
	for _, d := range decisions {
		if d.Outcome != string(workflows.HandOff) {
			continue
		}
		var trace workflows.Trace
		if err := json.Unmarshal(d.Trace, &trace); err != nil {
			return h, fmt.Errorf("reading the decision about %s: %w", row.Account, err)
		}
		h.Why = why(trace)
		break // the newest
	}
	writes, err := tx.Outbox(row.Account)
	for _, w := range writes {
		if w.Kind == string(connectors.CreateTask) && w.State == engine.OutboxDone {
			h.TaskID = w.Result
		}
	}
	return h, err
}

// gatherMoves looks up what came of the buyers' moves.
func (s *Stage) gatherMoves(ctx context.Context) error {
	return s.view(ctx, func(tx engine.Tx, accounts map[string]known) error {
		for i := range s.report.Moves {
			m := &s.report.Moves[i]
			a, _ := s.World.Account(m.Account)
			for id, k := range accounts {
				if k.refs[connectors.HubSpot].ID != a.HubSpotID {
					continue
				}
				d, _, err := lastDecision(tx, id)
				if err != nil {
					return err
				}
				m.Why = d.Reason
				m.HandedOff = slices.ContainsFunc(s.report.Handoffs, func(h Handoff) bool { return h.Account == id })
			}
		}
		return nil
	})
}
