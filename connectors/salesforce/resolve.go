package salesforce

import (
	"context"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// longestRequest is how long Salesforce may work on a request after we gave
// it up (Salesforce Developer Limits, "API": ten minutes). Only after that
// does a look that finds nothing prove that nothing was made.
const longestRequest = 10 * time.Minute

// Resolve reads what became of an unsure write. With the unique field a
// create that is not found may be sent again at once: Salesforce refuses the
// second. Without it, RetryAt leaves the first time to show up, and Write
// looks once more before it sends.
func (c *Client) Resolve(ctx context.Context, w connectors.Write) connectors.Result {
	if w.Op == connectors.Update {
		return c.resolveUpdate(ctx, w)
	}
	if w.Op == connectors.CreateAccount {
		return c.resolveAccount(ctx, w)
	}
	keys, err := c.keying(ctx)
	if err != nil {
		return connectors.Result{Key: w.Key, Outcome: connectors.Unsure, Err: err}
	}
	var id string
	var wait time.Duration
	if keys.field != "" {
		id, err = c.byKey(ctx, taskObject, keys.field, w.Key)
	} else {
		var found map[string]string
		wait = longestRequest
		found, err = c.marked(ctx, []string{lenientID(w.Ref.ID)})
		id = found[w.Key]
	}
	switch {
	case err != nil:
		return connectors.Result{Key: w.Key, Outcome: connectors.Unsure, Err: err}
	case id != "":
		return connectors.Result{Key: w.Key, Outcome: connectors.Existed, ID: id}
	}
	return c.notThere(w, wait)
}

func (c *Client) notThere(w connectors.Write, wait time.Duration) connectors.Result {
	e := &connectors.Error{
		System: connectors.Salesforce, Class: connectors.Retry, Object: w.Ref.Object, Record: w.Ref.ID,
		Message: "the write is not there",
	}
	if wait > 0 {
		e.RetryAt = c.now().Add(wait)
	}
	return connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: e}
}

// resolveUpdate reads the record and compares.
func (c *Client) resolveUpdate(ctx context.Context, w connectors.Write) connectors.Result {
	ref, err := normalRef(w.Ref)
	if err != nil {
		return refused(w, "", err.Error())
	}
	names := sortedNames(w.Fields)
	q := query{
		fields: append([]string{fieldID, fieldDeleted}, names...), from: sobject(ref.Object),
		where: []string{fieldID + " = " + quote(ref.ID)},
	}
	rows, err := c.follow(ctx, c.queryPath(q, true), transport.PriorityStatus)
	if err != nil {
		return connectors.Result{Key: w.Key, Outcome: connectors.Unsure, ID: ref.ID, Err: err}
	}
	if len(rows) == 0 || string(rows[0][fieldDeleted]) == "true" {
		return connectors.Result{Key: w.Key, Outcome: connectors.Failed, ID: ref.ID, Err: &connectors.Error{
			System: connectors.Salesforce, Class: connectors.Gone, Object: ref.Object, Record: ref.ID, Message: "the record is deleted",
		}}
	}
	d := &delivery{c: c}
	for _, name := range names {
		k := d.kind(ctx, sobject(ref.Object), name)
		raw, _ := followAnyCase(rows[0], name)
		have, err := decodeValue(raw, k)
		if err != nil || !sameValue(have, w.Fields[name], k) {
			return c.notThere(w, 0)
		}
	}
	return connectors.Result{Key: w.Key, Outcome: connectors.Done, ID: ref.ID}
}
