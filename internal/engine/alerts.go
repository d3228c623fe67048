package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"handoffd/connectors"
)

// alert sends one alert between two entries in the ledger: no vendor has a key
// for alerts, so a crash may leave at most this one in doubt.
func (d *delivery) alert(ctx context.Context, r OutboxRow) error {
	var a connectors.Alert
	if err := json.Unmarshal(r.Payload, &a); err != nil {
		d.park(r, connectors.Ref{System: d.system}, fmt.Errorf("decoding alert %s: %w", r.Key, err))
		return nil
	}
	if err := d.record(ctx, d.engine.sending(&r)); err != nil {
		return err
	}
	result := d.engine.connectors[d.system].Alert(ctx, a)
	if result.Outcome == connectors.Done {
		d.engine.tally.add(func(t *tally) {
			t.writes[d.system]++
			t.kinds[kindAlert]++
			t.alerts++
		})
	}
	d.result(r, a.Account, result)
	return d.record(context.WithoutCancel(ctx), d.done[len(d.done)-1])
}

// record writes one row of the ledger at once.
func (d *delivery) record(ctx context.Context, r OutboxRow) error {
	err := d.engine.store.Update(ctx, func(tx Tx) error { return tx.PutOutbox([]OutboxRow{r}) })
	if err != nil {
		return fmt.Errorf("recording alert %s: %w", r.Key, err)
	}
	return nil
}
