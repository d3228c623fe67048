package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"handoffd/workflows"
)

// gaugePage is how many accounts are looked at in one transaction, so that
// counting never keeps others waiting for long.
const gaugePage = 500

// Gauge counts once a day how all accounts stand: the size of the target
// account list, and what is overdue. A report needs it to say the same later.
func (e *Engine) Gauge(ctx context.Context) error {
	policy, _ := e.rules()
	now := e.clock.Now()
	day := policy.Calendar.LocalDay(now)
	due := false
	err := e.store.View(ctx, func(tx Tx) error {
		complete, err := e.complete(tx)
		if err != nil || !complete {
			return err
		}
		have, err := tx.LastGauge(day, day)
		due = have == nil
		return err
	})
	if err != nil || !due {
		return err
	}
	g := workflows.Gauge{Day: day, At: now}
	if err := e.countAll(ctx, policy, &g); err != nil {
		return fmt.Errorf("counting accounts: %w", err)
	}
	return e.store.Update(ctx, func(tx Tx) error { return putGauge(tx, g) })
}

// countAll walks over all accounts.
func (e *Engine) countAll(ctx context.Context, policy *workflows.Policy, g *workflows.Gauge) error {
	slots := policy.Measured()
	for last := ""; ; {
		var rows []AccountRow
		err := e.store.View(ctx, func(tx Tx) (err error) {
			rows, err = tx.AccountsAfter(last, gaugePage)
			return err
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			a, err := policy.Mapping.DecodeOnly(row.ID, row.Doc, slots)
			if err != nil {
				return err
			}
			life := workflows.Life{State: workflows.State(row.State)}
			if len(row.Life) > 0 && policy.MeasuresLife(life.State) {
				if err := json.Unmarshal(row.Life, &life); err != nil {
					return fmt.Errorf("decoding the life of account %s: %w", row.ID, err)
				}
			}
			policy.Measure(g, a, life, row.Name)
		}
		last = rows[len(rows)-1].ID
	}
}

// putGauge keeps a day's count. Only the last one of a month keeps its lists.
func putGauge(tx Tx, g workflows.Gauge) error {
	before, err := gaugeIn(tx, g.Day[:len("2006-01")]+"-01", g.Day)
	if err != nil {
		return err
	}
	for _, one := range []*workflows.Gauge{before, &g} {
		if one == nil {
			continue
		}
		if one == before {
			one.Forget()
		}
		doc, err := json.Marshal(one)
		if err != nil {
			return fmt.Errorf("encoding the count of %s: %w", one.Day, err)
		}
		if err := tx.PutGauge(one.Day, one.At, doc); err != nil {
			return err
		}
	}
	return nil
}

// gaugeIn is the last count from one day to another, nil if there is none.
func gaugeIn(tx Tx, from, to string) (*workflows.Gauge, error) {
	doc, err := tx.LastGauge(from, to)
	if err != nil || doc == nil {
		return nil, err
	}
	var g workflows.Gauge
	if err := json.Unmarshal(doc, &g); err != nil {
		return nil, fmt.Errorf("decoding the count of %s: %w", to, err)
	}
	return &g, nil
}

// month is the first moment of a month in the team's zone.
func month(p *workflows.Policy, year int, m time.Month) time.Time {
	return time.Date(year, m, 1, 0, 0, 0, 0, p.Calendar.Location())
}
