package hubspot

import (
	"context"
	"net/http"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

func (d *delivery) newUpdate(ctx context.Context, i int, k kind, w connectors.Write) *item {
	properties, dropped, refused := d.encodeFields(ctx, k, w.Ref.ID, w.Fields, priorityOf(w))
	if refused != nil {
		d.fail(i, refused.Error)
		return nil
	}
	u := &item{index: i, write: w, id: w.Ref.ID, properties: properties, dropped: dropped}
	if len(properties) == 0 {
		d.refuse(u, dropped[0])
		return nil
	}
	return u
}

// update sends all updates of one object. Two of one record never share a
// batch: HubSpot refuses the whole of it, and their order would be open.
func (d *delivery) update(ctx context.Context, k kind, pending []*item) {
	for len(pending) > 0 {
		var round, later []*item
		taken := make(map[string]bool)
		for _, u := range pending {
			if taken[u.id] || len(round) == batchSize {
				later = append(later, u)
				taken[u.id] = true // what comes after it must not overtake it
				continue
			}
			taken[u.id] = true
			round = append(round, u)
		}
		pending = later
		d.round(ctx, k, round)
	}
}

// round sends at most 100 updates of different records.
func (d *delivery) round(ctx context.Context, k kind, round []*item) {
	round = d.expected(ctx, k, round)
	d.send(ctx, k, round)
	d.stages(ctx, k, round)
}

// send makes one batch update and settles its members, resending in smaller
// parts what HubSpot refused or did not mention.
func (d *delivery) send(ctx context.Context, k kind, batch []*item) {
	if len(batch) == 0 {
		return
	}
	body := batchWrite{}
	call := transport.Call{Endpoint: k.plural + "/batch/update", Idempotent: true, Priority: transport.PriorityReport}
	for i, u := range batch {
		body.Inputs = append(body.Inputs, writeInput{ID: u.id, Properties: u.properties, TraceID: traceOf(i)})
		call.Priority = min(call.Priority, priorityOf(u.write))
		// Between two attempts a person may write what Expect guards.
		call.Idempotent = call.Idempotent && len(u.write.Expect) == 0
	}
	var reply rowsReply
	refused := d.do(ctx, request{
		Call: call, method: http.MethodPost, path: d.paths.objects(k.plural, "batch", "update"), body: body, into: &reply,
	})
	if refused != nil {
		d.rejected(ctx, k, batch, refused, func(part []*item) { d.send(ctx, k, part) })
		return
	}
	left, failed := d.settle(k, batch, reply)
	for _, f := range failed {
		d.rejected(ctx, k, []*item{f.item}, f.refusal, func(part []*item) { d.send(ctx, k, part) })
	}
	switch {
	case len(left) == 0:
	case len(batch) == 1:
		d.end(batch[0].index, &connectors.Error{
			System: connectors.HubSpot, Class: connectors.UnknownOutcome, Code: "NO_RESULT",
			Object: k.object, Record: batch[0].id, Message: "the reply does not mention the record",
		})
	default:
		for _, u := range left {
			d.send(ctx, k, []*item{u})
		}
	}
}

// refusedItem is one member of a batch that HubSpot refused alone.
type refusedItem struct {
	*item
	refusal *refusal
}

func refusedBy(k kind, u *item, fault vendorError) refusedItem {
	return refusedItem{item: u, refusal: &refusal{Error: fault.record(k, u.id), body: fault}}
}

// settle reads a batch reply, which may hold errors whatever its status, and
// returns the members that it does not mention and those that it refuses.
func (d *delivery) settle(k kind, batch []*item, reply rowsReply) (left []*item, failed []refusedItem) {
	byID := make(map[string]row, len(reply.Results))
	byTrace := make(map[string]row, len(reply.Results))
	for _, r := range reply.Results {
		byID[string(r.ID)] = r
		if r.TraceID != "" {
			byTrace[r.TraceID] = r
		}
	}
	faults := attribute(reply.Errors)
	for i, u := range batch {
		trace := traceOf(i)
		if fault, ok := faults.find(u.id, trace); ok {
			failed = append(failed, refusedBy(k, u, fault))
			continue
		}
		r, ok := byID[u.id]
		if !ok {
			r, ok = byTrace[trace]
		}
		if !ok && len(batch) == 1 && len(reply.Results) == 1 {
			r, ok = reply.Results[0], true // the record was merged into this one
		}
		if !ok && len(batch) == 1 && len(reply.Errors) > 0 {
			failed = append(failed, refusedBy(k, u, reply.Errors[0]))
			continue
		}
		if !ok {
			left = append(left, u)
			continue
		}
		u.id = string(r.ID)
		d.done(u, connectors.Done, u.id)
	}
	return left, failed
}

// expected reads the records whose writes have a condition, and returns those
// updates that may be sent. HubSpot has no conditional write, so a change
// between this read and the write is not seen.
func (d *delivery) expected(ctx context.Context, k kind, round []*item) []*item {
	var ids, names []string
	for _, u := range round {
		if len(u.write.Expect) > 0 {
			ids = append(ids, u.id)
			names = append(names, sortedKeys(u.write.Expect)...)
			names = append(names, sortedKeys(u.properties)...)
		}
	}
	if len(ids) == 0 {
		return round
	}
	rows, refused := d.readRows(ctx, k, ids, unique(append(names, k.always()...)), transport.PrioritySync)
	found := byEveryID(rows)
	var send []*item
	for _, u := range round {
		switch {
		case len(u.write.Expect) == 0:
			send = append(send, u)
		case refused != nil:
			d.fail(u.index, refused.Error)
		case d.holds(k, u, found):
			send = append(send, u)
		}
	}
	return send
}

// holds compares one record with what its write expects; if it does not hold,
// the result is set.
func (d *delivery) holds(k kind, u *item, found map[string]row) bool {
	r, ok := found[u.id]
	if !ok {
		d.refuse(u, &connectors.Error{
			System: connectors.HubSpot, Class: connectors.Gone, Code: "OBJECT_NOT_FOUND", Object: k.object, Record: u.id,
			Message: "the record was archived or never existed",
		})
		return false
	}
	u.id = string(r.ID)
	if holdsAll(r, u.write.Fields) {
		d.done(u, connectors.Existed, u.id)
		return false
	}
	if holdsAll(r, u.write.Expect) {
		return true
	}
	current := make(map[string]connectors.Value, len(u.write.Expect))
	for name := range u.write.Expect {
		current[name] = r.Properties[name].Value
	}
	d.results[u.index] = connectors.Result{Key: u.write.Key, Outcome: connectors.Conflicted, ID: u.id, Current: current}
	return false
}

func holdsAll(r row, want map[string]connectors.Value) bool {
	for name, v := range want {
		if !same(r.Properties[name].Value, v) {
			return false
		}
	}
	return true
}

// byEveryID finds rows by their own id and by those merged into them.
func byEveryID(rows []row) map[string]row {
	out := make(map[string]row, len(rows))
	for _, r := range rows {
		for _, old := range aliases(r) {
			out[old] = r
		}
	}
	for _, r := range rows {
		out[string(r.ID)] = r
	}
	return out
}
