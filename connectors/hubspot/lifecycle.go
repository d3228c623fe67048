package hubspot

import (
	"context"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// stages reads back the lifecycle stages that were written. HubSpot accepts a
// move to an earlier stage and does nothing; the stage must be cleared first,
// and set in a request of its own, since a batch promises no order (HubSpot
// staff, community answer on moving lifecycle stages backwards).
func (d *delivery) stages(ctx context.Context, k kind, round []*item) {
	moved := d.unmoved(ctx, k, d.staged(round))
	if len(moved) == 0 {
		return
	}
	if !d.setStage(ctx, k, moved, func(*item) string { return "" }) {
		return
	}
	if !d.setStage(ctx, k, moved, func(u *item) string { return u.properties[propLifecycle] }) {
		return
	}
	for _, u := range d.unmoved(ctx, k, moved) {
		u.dropped = append(u.dropped, &connectors.Error{
			System: connectors.HubSpot, Class: connectors.ParkField, Code: "STAGE_NOT_TAKEN",
			Object: k.object, Record: u.id, Field: propLifecycle,
			Message: "the portal keeps another lifecycle stage",
			Fix:     "look for a workflow or a lifecycle setting in HubSpot that sets the stage",
		})
		d.done(u, connectors.Done, u.id)
	}
}

// staged are the members that were written with a stage.
func (d *delivery) staged(round []*item) []*item {
	var out []*item
	for _, u := range round {
		if d.results[u.index].Outcome == connectors.Done && u.properties[propLifecycle] != "" {
			out = append(out, u)
		}
	}
	return out
}

// unmoved reads which of them have another stage than was written. If that
// cannot be read, their outcome is open.
func (d *delivery) unmoved(ctx context.Context, k kind, staged []*item) []*item {
	if len(staged) == 0 {
		return nil
	}
	ids := make([]string, len(staged))
	for i, u := range staged {
		ids[i] = u.id
	}
	rows, refused := d.readRows(ctx, k, ids, append(k.always(), propLifecycle), transport.PriorityStatus)
	if refused != nil {
		d.open(k, staged, refused)
		return nil
	}
	found := byEveryID(rows)
	var out []*item
	for _, u := range staged {
		if r, ok := found[u.id]; ok && r.text(propLifecycle) != u.properties[propLifecycle] {
			out = append(out, u)
		}
	}
	return out
}

// setStage writes one stage to each; false if HubSpot refused.
func (d *delivery) setStage(ctx context.Context, k kind, batch []*item, stage func(*item) string) bool {
	body := batchWrite{}
	for i, u := range batch {
		body.Inputs = append(body.Inputs, writeInput{
			ID: u.id, TraceID: traceOf(i), Properties: map[string]string{propLifecycle: stage(u)},
		})
	}
	var reply rowsReply
	call := transport.Call{Endpoint: k.plural + "/batch/update", Priority: transport.PriorityStatus}
	refused := d.post(ctx, call, d.paths.objects(k.plural, "batch", "update"), body, &reply)
	if refused != nil {
		d.open(k, batch, refused)
		return false
	}
	return true
}

// open leaves the writes unsure: their other fields are written, the stage may
// be empty. Resolve reads what is there.
func (d *delivery) open(k kind, batch []*item, r *refusal) {
	for _, u := range batch {
		err := forRecord(r.Error, k, u)
		err.Class = connectors.UnknownOutcome
		d.results[u.index] = connectors.Result{
			Key: u.write.Key, Outcome: connectors.Unsure, ID: u.id, Dropped: u.dropped, Err: err,
		}
	}
}
