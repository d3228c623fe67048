package hubspot

import (
	"context"
	"net/http"
	"slices"

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
	properties, dropped, refused := d.encodeFields(ctx, k, w.Ref.ID, w.Fields, d.creates)
	if refused != nil {
		d.fail(i, refused.Error)
		return nil
	}
	u := &item{
		index: i, write: w, properties: properties, dropped: dropped,
		needed: []string{propTimestamp, propTaskSubject, k.body, d.keyProperty(k)},
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
	unique, refused := d.uniqueKey(ctx, k, d.creates)
	if refused != nil {
		for _, u := range items {
			d.fail(u.index, forRecord(refused.Error, k, u))
		}
		return
	}
	items, repeated := firsts(items)
	if unique {
		for _, u := range items {
			u.properties[d.keyProperty(k)] = u.write.Key
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

// keyProperty is what keeps two records of a kind apart that we make.
func (c *Client) keyProperty(k kind) string {
	if k.object == connectors.Account {
		return c.config.AccountKeyProperty
	}
	return c.config.TaskKeyProperty
}

// uniqueKey is the probe: may records of this kind carry our key?
func (c *Client) uniqueKey(ctx context.Context, k kind, p transport.Priority) (bool, *refusal) {
	schema, refused := c.schema(ctx, k, p)
	if refused != nil {
		return false, refused
	}
	f, ok := schema.Fields[c.keyProperty(k)]
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
	now, refused := d.survivorsOf(ctx, companyIDs(items), d.creates)
	var made map[string]string
	if refused == nil {
		made, refused = d.made(ctx, k, now, d.creates)
	}
	var out []*item
	for _, u := range items {
		id, ok := made[normalKey(u.write.Key)]
		switch {
		case refused != nil:
			d.fail(u.index, forRecord(notSent(refused.Error), k, u))
		case ok:
			d.done(u, connectors.Existed, id)
		default:
			if company := now[u.write.Ref.ID]; company != "" {
				u.associations[0].To.ID = company
			}
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
		Call:   transport.Call{Endpoint: k.plural + "/batch/create", Priority: d.creates},
		method: http.MethodPost, path: d.paths.objects(k.plural, "batch", "create"), body: body, into: &reply,
	})
	if refused == nil {
		d.settleNew(ctx, k, unique, batch, reply)
		return
	}
	send := func(part []*item) { d.sendNew(ctx, k, unique, part) }
	if unique && refused.Class == connectors.ParkRecord {
		rest := d.clashed(ctx, k, batch)
		if len(rest) < len(batch) {
			send(rest)
			return
		}
	}
	d.rejected(ctx, k, batch, refused, send)
}

// settleNew reads the reply. What it does not mention is left unsure, to be
// looked for.
func (d *delivery) settleNew(ctx context.Context, k kind, unique bool, batch []*item, reply rowsReply) {
	made := d.matched(k, batch, reply)
	marked := attribute(reply.Errors)
	faults := make(map[*item]vendorError)
	var failed []*item
	for i, u := range batch {
		fault, ok := marked.find("", traceOf(i))
		id := made[u]
		if len(batch) == 1 && len(reply.Errors) > 0 {
			fault, ok = reply.Errors[0], true
		}
		switch {
		case id != "":
			d.done(u, connectors.Done, id)
		case ok:
			faults[u] = fault
			failed = append(failed, u)
		default:
			d.end(u.index, forRecord(&connectors.Error{
				System: connectors.HubSpot, Class: connectors.UnknownOutcome, Code: "NO_RESULT",
				Message: "the reply does not mention the new record",
			}, k, u))
		}
	}
	if unique && len(failed) > 0 {
		failed = d.clashed(ctx, k, failed)
	}
	for _, u := range failed {
		one := &refusal{Error: faults[u].record(k, u.write.Ref.ID), body: faults[u]}
		d.rejected(ctx, k, []*item{u}, one, func(part []*item) { d.sendNew(ctx, k, unique, part) })
	}
}

// matched finds the new records of a reply, whose order is not promised: by the
// mark that we gave the input where a reply repeats it, else by the key in the
// record itself. A company carries no key and is known by what was sent.
func (d *delivery) matched(k kind, batch []*item, reply rowsReply) map[*item]string {
	byTrace, byKey := make(map[string]string), make(map[string]string)
	for _, r := range reply.Results {
		if r.TraceID != "" {
			byTrace[r.TraceID] = string(r.ID)
		}
		if key := or(normalKey(r.text(d.keyProperty(k))), markedKey(r.text(k.body))); key != "" {
			byKey[key] = string(r.ID)
		}
	}
	out := make(map[*item]string, len(batch))
	for i, u := range batch {
		out[u] = or(byTrace[traceOf(i)], byKey[normalKey(u.write.Key)])
	}
	if len(batch) == 1 && len(reply.Results) == 1 {
		out[batch[0]] = string(reply.Results[0].ID)
	}
	if k.object == connectors.Account {
		matchCompanies(batch, reply.Results, out)
	}
	return out
}

// clashed finds out which refused creates were refused because their key is
// taken, that is, made before. HubSpot says so in several ways (409 CONFLICT,
// VALIDATION_ERROR "already has that value"), so the keys are looked for
// whatever it said. The others are returned.
func (d *delivery) clashed(ctx context.Context, k kind, refused []*item) []*item {
	keys := make([]string, len(refused))
	for i, u := range refused {
		keys[i] = u.write.Key
	}
	made, failed := d.byKeys(ctx, k, keys, d.creates)
	var rest []*item
	for _, u := range refused {
		id := made[u.write.Key]
		switch {
		case failed != nil: // it may be there
			err := forRecord(failed.Error, k, u)
			err.Class = connectors.UnknownOutcome
			d.end(u.index, err)
		case id != "":
			d.done(u, connectors.Existed, id)
		default:
			rest = append(rest, u)
		}
	}
	return rest
}
