package engine

import (
	"context"
	"fmt"

	"handoffd/connectors"
)

// settingSpent keeps a connector's count of its own requests.
const settingSpent = "spent/"

// restoreSpending gives a connector the count of the process before, so that
// a restart brings no fresh share of the allowance (I10).
func (e *Engine) restoreSpending(ctx context.Context, system connectors.System) error {
	c, ok := e.connectors[system].(connectors.Thrifty)
	if !ok {
		return nil
	}
	var spent string
	err := e.store.View(ctx, func(tx Tx) (err error) {
		spent, err = tx.Setting(settingSpent + string(system))
		return err
	})
	if err != nil {
		return fmt.Errorf("reading the requests counted for %s: %w", system, err)
	}
	if spent != "" {
		c.Restore([]byte(spent))
	}
	return nil
}

// keepSpending stores the count if it has changed.
func (e *Engine) keepSpending(ctx context.Context, system connectors.System) error {
	c, ok := e.connectors[system].(connectors.Thrifty)
	if !ok {
		return nil
	}
	spent := string(c.Spending())
	e.mu.Lock()
	same := e.spent[system] == spent
	e.spent[system] = spent
	e.mu.Unlock()
	if same {
		return nil
	}
	err := e.store.Update(context.WithoutCancel(ctx), func(tx Tx) error { return tx.PutSetting(settingSpent+string(system), spent) })
	if err != nil {
		return fmt.Errorf("keeping the requests counted for %s: %w", system, err)
	}
	return nil
}
