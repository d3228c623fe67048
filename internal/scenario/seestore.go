package scenario

import (
	"context"
	"encoding/json"
	"fmt"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
	"handoffd/workflows"
)

// known is what the store has of an account.
type known struct {
	row      engine.AccountRow
	fields   map[string]connectors.Value
	open     *engine.HandoffRow
	handoffs int
	problems []engine.ProblemRow
	// last is the last logged decision.
	last  engine.DecisionRow
	trace workflows.Trace
}

// known reads an account from the store; nil if it is not there.
func (p *player) known(ctx context.Context, a *account) (k *known, err error) {
	err = p.daemon.Store.View(ctx, func(tx engine.Tx) error {
		row, err := p.rowOf(tx, a)
		if err != nil || row == nil {
			return err
		}
		k = &known{row: *row, fields: map[string]connectors.Value{}}
		return k.fill(tx, p.daemon.Config.Mapping)
	})
	if err != nil {
		return nil, fmt.Errorf("reading %s from the store: %w", a.key, err)
	}
	return k, nil
}

// rowOf finds the account by either record, also one that is deleted.
func (p *player) rowOf(tx engine.Tx, a *account) (*engine.AccountRow, error) {
	for _, system := range systemsOf() {
		for _, id := range []string{a.ids[system], p.bin[connectors.Ref{System: system, Object: connectors.Account, ID: a.key}]} {
			if id == "" {
				continue
			}
			rows, err := tx.FindAccounts(id)
			if err != nil {
				return nil, err
			}
			if len(rows) == 1 {
				return &rows[0], nil
			}
		}
	}
	return nil, nil
}

func (k *known) fill(tx engine.Tx, m *mapping.Mapping) (err error) {
	doc, err := m.Decode(k.row.ID, k.row.Doc)
	if err != nil {
		return err
	}
	for i := range m.Fields {
		k.fields[m.Fields[i].Name], _ = m.Value(doc, i)
	}
	if k.open, err = tx.OpenHandoff(k.row.ID); err != nil {
		return err
	}
	all, err := tx.Handoffs(epoch())
	if err != nil {
		return err
	}
	for _, h := range all {
		if h.Account == k.row.ID {
			k.handoffs++
		}
	}
	ids := []string{k.row.ID}
	for _, side := range mapping.Sides() {
		if ref, ok := doc.Ref(side); ok {
			ids = append(ids, ref.ID)
		}
	}
	if k.problems, err = tx.ProblemsOf(ids); err != nil {
		return err
	}
	return k.decision(tx)
}

func (k *known) decision(tx engine.Tx) error {
	rows, err := tx.Decisions(k.row.ID, never(), 1)
	if err != nil || len(rows) == 0 {
		return err
	}
	k.last = rows[0]
	if err := json.Unmarshal(k.last.Trace, &k.trace); err != nil {
		return fmt.Errorf("reading the decision on %s: %w", k.row.ID, err)
	}
	return nil
}
