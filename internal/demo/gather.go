package demo

import (
	"context"
	"sort"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
	"handoffd/workflows"
)

// known is an account as the store has it.
type known struct {
	row  engine.AccountRow
	refs map[connectors.System]connectors.Ref
}

// walk is how many accounts are read at a time.
const walk = 1000

// accounts reads all accounts of the store.
func (s *Stage) accounts(tx engine.Tx) (map[string]known, error) {
	out := map[string]known{}
	for after := ""; ; {
		rows, err := tx.AccountsAfter(after, walk)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			a, err := s.Daemon.Config.Mapping.Decode(row.ID, row.Doc)
			if err != nil {
				return nil, err
			}
			k := known{row: row, refs: map[connectors.System]connectors.Ref{}}
			for _, side := range mapping.Sides() {
				if ref, ok := a.Ref(side); ok {
					k.refs[side.System()] = ref
				}
			}
			out[row.ID] = k
		}
		if len(rows) < walk {
			return out, nil
		}
		after = rows[len(rows)-1].ID
	}
}

// view reads from the store with all accounts at hand.
func (s *Stage) view(ctx context.Context, f func(engine.Tx, map[string]known) error) error {
	return s.Daemon.Store.View(ctx, func(tx engine.Tx) error {
		accounts, err := s.accounts(tx)
		if err != nil {
			return err
		}
		return f(tx, accounts)
	})
}

// gatherAccounts counts what was read on day one.
func (s *Stage) gatherAccounts(ctx context.Context) error {
	return s.view(ctx, func(tx engine.Tx, accounts map[string]known) error {
		a := &s.report.Accounts
		a.Records, a.Contacts = map[connectors.System]int{}, map[connectors.System]int{}
		var homes []connectors.Ref
		for _, k := range accounts {
			if k.row.Outcome == string(workflows.OutOfScope) {
				a.OutOfScope++
				continue
			}
			a.Total++
			for system, ref := range k.refs {
				a.Records[system]++
				homes = append(homes, ref)
			}
			if len(k.refs) > 1 {
				a.Matched++
			}
		}
		people, err := tx.Contacts(homes)
		for home, list := range people {
			a.Contacts[home.System] += len(list)
		}
		return err
	})
}

// gatherParked lists what was set aside for a person.
func (s *Stage) gatherParked(ctx context.Context) error {
	return s.view(ctx, func(tx engine.Tx, accounts map[string]known) error {
		names := map[string]string{}
		for _, k := range accounts {
			for system, ref := range k.refs {
				names[string(system)+ref.ID] = k.row.Name
			}
		}
		rows, err := tx.Problems()
		for _, p := range rows {
			s.report.Parked = append(s.report.Parked, Parked{
				Record: p.Ref.String(), Name: names[string(p.Ref.System)+p.Ref.ID], Field: p.Field, Value: p.Value, Reason: p.Reason,
			})
		}
		if err != nil {
			return err
		}
		return s.gatherCases(tx)
	})
}

// gatherCases lists the matches that a person has to decide.
func (s *Stage) gatherCases(tx engine.Tx) error {
	cases, err := tx.Cases(engine.CaseOpen)
	for _, c := range cases {
		found := Case{ID: c.ID, Rule: c.Rule, Key: c.Key, Reason: c.Reason}
		for _, m := range c.Candidates {
			found.Names = append(found.Names, m.Name)
		}
		s.report.Cases = append(s.report.Cases, found)
	}
	return err
}

// gatherWaiting groups the accounts without a verdict by the reason.
func (s *Stage) gatherWaiting(ctx context.Context) error {
	return s.view(ctx, func(tx engine.Tx, accounts map[string]known) error {
		groups := map[string][]string{}
		for id, k := range accounts {
			if k.row.Outcome != string(workflows.Waiting) {
				continue
			}
			d, _, err := lastDecision(tx, id)
			if err != nil {
				return err
			}
			groups[d.Reason] = append(groups[d.Reason], k.row.Name)
		}
		for reason, names := range groups {
			sort.Strings(names)
			s.report.Waiting = append(s.report.Waiting, Waiting{Reason: reason, Accounts: names})
		}
		sort.Slice(s.report.Waiting, func(i, j int) bool {
			a, b := s.report.Waiting[i], s.report.Waiting[j]
			if len(a.Accounts) != len(b.Accounts) {
				return len(a.Accounts) > len(b.Accounts)
			}
			return a.Reason < b.Reason
		})
		return nil
	})
}

func (s *Stage) gatherAllowance(ctx context.Context) (err error) {
	s.report.Allowance, err = s.crm.allowance(ctx)
	return err
}
