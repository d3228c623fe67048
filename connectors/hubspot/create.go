package hubspot

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// The properties of a task that we set (HubSpot developer docs, "Tasks").
const (
	propTimestamp    = "hs_timestamp"
	propOwner        = "hubspot_owner_id"
	propTaskSubject  = "hs_task_subject"
	propTaskStatus   = "hs_task_status"
	propTaskPriority = "hs_task_priority"
	propTaskType     = "hs_task_type"
)

// newCreation prepares one task or note.
func (d *delivery) newCreation(ctx context.Context, i int, k kind, w connectors.Write) *item {
	properties, dropped, refused := d.encodeFields(ctx, k, w.Ref.ID, w.Fields, transport.PriorityHandoff)
	if refused != nil {
		d.fail(i, refused.Error)
		return nil
	}
	u := &item{
		index: i, write: w, properties: properties, dropped: dropped,
		needed: []string{propTimestamp, propTaskSubject, k.body, d.config.TaskKeyProperty},
	}
	a := w.Activity
	due := a.Due
	if due.IsZero() {
		due = d.now()
	}
	properties[propTimestamp] = due.UTC().Format(isoMillis)
	if a.OwnerID != "" {
		properties[propOwner] = a.OwnerID
	}
	if k.object == connectors.Task {
		properties[propTaskSubject] = a.Subject
		properties[propTaskStatus] = "NOT_STARTED"
		properties[propTaskType] = "TODO"
		properties[propTaskPriority] = "MEDIUM"
		if a.High {
			properties[propTaskPriority] = "HIGH"
		}
	}
	properties[k.body] = bodyOf(k, *a)
	if w.Ref.ID != "" {
		u.associations = append(u.associations, linkTo(w.Ref.ID, k.company))
	}
	if a.ContactID != "" {
		u.associations = append(u.associations, linkTo(a.ContactID, k.contact))
	}
	return u
}

func linkTo(id string, typeID int) newAssociation {
	return newAssociation{To: inputID{ID: id}, Types: []associationType{{Category: "HUBSPOT_DEFINED", TypeID: typeID}}}
}

// create makes the activities of one kind, each at most once per key. Where
// the portal lets them have a unique property, HubSpot itself refuses the
// second one; else each carries a marker, and those that the accounts have
// already are read first. That is by associations and not by search, whose
// index lags. A create that HubSpot carries out after our look, because an
// earlier request of ours still hung there, cannot be seen this way (I2).
func (d *delivery) create(ctx context.Context, k kind, items []*item) {
	if len(items) == 0 {
		return
	}
	unique, refused := d.uniqueKey(ctx, k)
	if refused != nil {
		for _, u := range items {
			d.fail(u.index, forRecord(refused.Error, k, u))
		}
		return
	}
	items, repeated := firsts(items)
	if unique {
		for _, u := range items {
			u.properties[d.config.TaskKeyProperty] = u.write.Key
		}
	} else {
		for _, u := range items {
			u.properties[k.body] += marker(u.write.Key)
		}
		items = d.unmade(ctx, k, items)
	}
	for chunk := range slices.Chunk(items, batchSize) {
		d.sendNew(ctx, k, unique, chunk)
	}
	for u, first := range repeated {
		d.results[u.index] = d.results[first.index]
		if d.results[u.index].Outcome == connectors.Done {
			d.results[u.index].Outcome = connectors.Existed
		}
	}
}

// uniqueKey is the probe: may activities of this kind carry our key?
func (c *Client) uniqueKey(ctx context.Context, k kind) (bool, *refusal) {
	schema, refused := c.schema(ctx, k, transport.PriorityHandoff)
	if refused != nil {
		return false, refused
	}
	f, ok := schema.Fields[c.config.TaskKeyProperty]
	return ok && f.Unique && f.Writable, nil
}

// firsts parts those with a key of their own from those that repeat one.
func firsts(items []*item) (first []*item, repeated map[*item]*item) {
	seen := make(map[string]*item, len(items))
	repeated = make(map[*item]*item)
	for _, u := range items {
		if earlier, ok := seen[u.write.Key]; ok {
			repeated[u] = earlier
			continue
		}
		seen[u.write.Key] = u
		first = append(first, u)
	}
	return first, repeated
}

// unmade drops those that an earlier attempt has made already. If that cannot
// be read, nothing is sent.
func (d *delivery) unmade(ctx context.Context, k kind, items []*item) []*item {
	made, refused := d.made(ctx, k, companyIDs(items))
	var out []*item
	for _, u := range items {
		id, ok := made[normalKey(u.write.Key)]
		switch {
		case refused != nil:
			d.fail(u.index, forRecord(notSent(refused.Error), k, u))
		case ok:
			d.done(u, connectors.Existed, id)
		default:
			out = append(out, u)
		}
	}
	return out
}

// notSent: a look that failed leaves no doubt about the create after it.
func notSent(e *connectors.Error) *connectors.Error {
	clone := *e
	if clone.Class == connectors.UnknownOutcome {
		clone.Class = connectors.Retry
	}
	return &clone
}

func companyIDs(items []*item) []string {
	var ids []string
	for _, u := range items {
		ids = append(ids, u.write.Ref.ID)
	}
	return unique(ids)
}

// sendNew makes one batch create. It is never sent twice by the chain: after
// an unknown outcome only reading helps.
func (d *delivery) sendNew(ctx context.Context, k kind, unique bool, batch []*item) {
	if len(batch) == 0 {
		return
	}
	body := batchWrite{}
	for i, u := range batch {
		body.Inputs = append(body.Inputs, writeInput{Properties: u.properties, Associations: u.associations, TraceID: traceOf(i)})
	}
	var reply rowsReply
	refused := d.do(ctx, request{
		Call:   transport.Call{Endpoint: k.plural + "/batch/create", Priority: transport.PriorityHandoff},
		method: http.MethodPost, path: d.paths.objects(k.plural, "batch", "create"), body: body, into: &reply,
	})
	switch {
	case refused == nil:
		d.settleNew(ctx, k, unique, batch, reply)
	case unique && len(batch) == 1 && isConflict(refused.Status, refused.body):
		d.clashed(ctx, k, batch[0], refused.body)
	default:
		d.rejected(ctx, k, batch, refused, func(part []*item) { d.sendNew(ctx, k, unique, part) })
	}
}

// settleNew reads the reply. What it does not mention is left unsure, to be
// looked for.
func (d *delivery) settleNew(ctx context.Context, k kind, unique bool, batch []*item, reply rowsReply) {
	byTrace, byKey := make(map[string]string), make(map[string]string)
	for _, r := range reply.Results {
		if r.TraceID != "" {
			byTrace[r.TraceID] = string(r.ID)
		}
		if key := or(normalKey(r.text(d.config.TaskKeyProperty)), markedKey(r.text(k.body))); key != "" {
			byKey[key] = string(r.ID)
		}
	}
	marked := attribute(reply.Errors)
	for i, u := range batch {
		fault, failed := marked.find("", traceOf(i))
		id := or(byTrace[traceOf(i)], byKey[normalKey(u.write.Key)])
		if len(batch) == 1 && id == "" && len(reply.Results) == 1 {
			id = string(reply.Results[0].ID)
		}
		if len(batch) == 1 && id == "" && len(reply.Errors) > 0 {
			fault, failed = reply.Errors[0], true
		}
		switch {
		case id != "":
			d.done(u, connectors.Done, id)
		case failed && unique && isConflict(0, fault):
			d.clashed(ctx, k, u, fault)
		case failed:
			one := &refusal{Error: fault.record(k, u.write.Ref.ID), body: fault}
			d.rejected(ctx, k, []*item{u}, one, func(part []*item) { d.sendNew(ctx, k, unique, part) })
		default:
			d.end(u.index, forRecord(&connectors.Error{
				System: connectors.HubSpot, Class: connectors.UnknownOutcome, Code: "NO_RESULT",
				Message: "the reply does not mention the new record",
			}, k, u))
		}
	}
}

// isConflict: HubSpot refused a value that must be unique.
func isConflict(status int, e vendorError) bool {
	if status == http.StatusConflict || e.Category == "CONFLICT" {
		return true
	}
	for _, f := range e.fields() {
		if strings.HasPrefix(f.code, "DUPLICATE") || f.code == "CONFLICT" {
			return true
		}
	}
	return false
}

// clashed reads which record has the key already. If none has, the clash was
// about something else.
func (d *delivery) clashed(ctx context.Context, k kind, u *item, fault vendorError) {
	id, refused := d.byKey(ctx, k, u.write.Key)
	switch {
	case refused != nil:
		err := forRecord(refused.Error, k, u)
		err.Class = connectors.UnknownOutcome
		d.end(u.index, err)
	case id != "":
		d.done(u, connectors.Existed, id)
	default:
		d.refuse(u, fault.record(k, u.write.Ref.ID))
	}
}
