package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"handoffd/connectors"
)

// upkeepEvery is how often the store is tidied and the CRMs' schemas are looked
// at.
const upkeepEvery = 24 * time.Hour

// The settings of the upkeep.
const (
	settingUpkeep    = "upkeep_at"
	settingReconcile = "reconciled_at/"
	settingSchema    = "schema/"
)

// Pruner is a Store that can remove old rows.
type Pruner interface {
	// Prune removes what is older than keep says, per table, and returns
	// how many rows went.
	Prune(ctx context.Context, now time.Time, keep map[string]time.Duration) (map[string]int64, error)
}

// Upkeep does once a day what keeps the store small and what was parked from
// being forgotten: it prunes, looks whether a CRM's schema has changed, tries
// parked writes again, and begins to compare everything when that is due.
func (e *Engine) Upkeep(ctx context.Context) error {
	now := e.clock.Now()
	due, err := e.due(ctx, settingUpkeep, now, upkeepEvery)
	if err != nil || !due {
		return err
	}
	errs := []error{e.prune(ctx, now), e.freezeReports(ctx, now), e.adviseOnQueue(ctx, now)}
	for _, system := range e.order {
		errs = append(errs, e.lookAtSchema(ctx, system), e.compare(ctx, system, now))
	}
	errs = append(errs, e.store.Update(ctx, func(tx Tx) error {
		if err := tx.RetryAllParked(now); err != nil {
			return err
		}
		return tx.PutSetting(settingUpkeep, now.UTC().Format(time.RFC3339))
	}))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("keeping things up: %w", err)
	}
	return nil
}

// due tells whether the time since the setting is over.
func (e *Engine) due(ctx context.Context, key string, now time.Time, every time.Duration) (due bool, err error) {
	err = e.store.View(ctx, func(tx Tx) error {
		text, err := tx.Setting(key)
		at, bad := time.Parse(time.RFC3339, text)
		due = bad != nil || now.Sub(at) >= every || at.After(now)
		return err
	})
	return due, err
}

func (e *Engine) prune(ctx context.Context, now time.Time) error {
	p, can := e.store.(Pruner)
	if !can || len(e.retention) == 0 {
		return nil
	}
	now, err := e.vouched(ctx, now)
	if err != nil {
		return err
	}
	removed, err := p.Prune(ctx, now, e.retention)
	for table, n := range removed {
		if n > 0 {
			e.log.Info("old rows were removed", "table", table, "rows", n)
		}
	}
	return err
}

// vouched is now, unless the CRMs were last read at a time long before it: when
// our clock has jumped ahead, nothing has become old by that.
func (e *Engine) vouched(ctx context.Context, now time.Time) (time.Time, error) {
	err := e.store.View(ctx, func(tx Tx) error {
		for _, system := range e.order {
			cursors, err := tx.Cursors(system)
			if err != nil {
				return err
			}
			if read := cursors[connectors.Account].Through.Add(upkeepEvery); read.Before(now) {
				now = read
			}
		}
		return nil
	})
	return now, err
}

// lookAtSchema tries again what did not fit when a CRM's fields have changed:
// values that could not be read, and writes that were refused.
func (e *Engine) lookAtSchema(ctx context.Context, system connectors.System) error {
	prints := map[connectors.Object]string{}
	for _, o := range e.connectors[system].Objects() {
		schema, err := e.connectors[system].Describe(ctx, o)
		if err != nil {
			return fmt.Errorf("describing %s of %s: %w", o, system, err)
		}
		data, err := json.Marshal(schema)
		if err != nil {
			return fmt.Errorf("encoding the schema of %s: %w", system, err)
		}
		sum := sha256.Sum256(data)
		prints[o] = hex.EncodeToString(sum[:])
	}
	return e.store.Update(ctx, func(tx Tx) error {
		changed := false
		for o, sum := range prints {
			key := settingSchema + string(system) + "/" + string(o)
			have, err := tx.Setting(key)
			if err != nil {
				return err
			}
			if have == sum {
				continue
			}
			changed = changed || have != ""
			if err := tx.PutSetting(key, sum); err != nil {
				return err
			}
		}
		if !changed {
			return nil
		}
		e.log.Info("the schema has changed; what did not fit is tried again", "system", system)
		if err := tx.MarkParkedDirty(); err != nil {
			return err
		}
		return e.retryProblems(tx, system)
	})
}

// compare begins to compare all records with the CRM when that is due. The
// first time is one period after the first load.
func (e *Engine) compare(ctx context.Context, system connectors.System, now time.Time) error {
	if e.reconcile == 0 {
		return nil
	}
	key := settingReconcile + string(system)
	due, err := e.due(ctx, key, now, e.reconcile)
	if err != nil || !due {
		return err
	}
	return e.store.Update(ctx, func(tx Tx) error {
		have, err := tx.Setting(key)
		if err != nil {
			return err
		}
		for _, o := range e.connectors[system].Objects() {
			if have == "" {
				break
			}
			if err := e.begin(tx, system, o, reloadCompare); err != nil {
				return err
			}
		}
		return tx.PutSetting(key, now.UTC().Format(time.RFC3339))
	})
}
