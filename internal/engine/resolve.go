package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"handoffd/connectors"
)

// resolve finds out by reading what became of a request whose outcome is
// unknown. What is not there counts as not done only when the vendor cannot
// still be working on it.
func (d *delivery) resolve(ctx context.Context, r OutboxRow) {
	if isAlert(r.Kind) {
		d.unsettled(ctx, r)
		return
	}
	var w connectors.Write
	if err := json.Unmarshal(r.Payload, &w); err != nil {
		d.park(r, connectors.Ref{System: d.system}, fmt.Errorf("decoding write %s: %w", r.Key, err))
		return
	}
	result := d.engine.connectors[d.system].Resolve(ctx, w)
	found := result.Outcome == connectors.Done || result.Outcome == connectors.Existed
	switch {
	case found:
		d.result(r, w.Ref, result)
		d.count(w, connectors.Result{Outcome: connectors.Done})
	case w.Op == connectors.Update, d.now.Sub(r.Sent) >= settleUnknown && connectors.ClassOf(result.Err) == connectors.Retry:
		r.State, r.Held, r.NotBefore, r.Error = OutboxPending, "", d.now, "" // not there: send it again
		d.done = append(d.done, r)
	default:
		r.State, r.NotBefore, r.Error = OutboxUnknown, d.now.Add(unknownWait(r.Attempts)), text(result.Err)
		d.done = append(d.done, r)
	}
}
