package hubspot

import (
	"context"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// Resolve reads what became of an unsure write: Done if it is there, Failed
// with class Retry if it is not, Unsure again if that cannot be read.
func (c *Client) Resolve(ctx context.Context, w connectors.Write) connectors.Result {
	k, err := checkWrite(w)
	if err != nil {
		return connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: err}
	}
	if w.Op == connectors.Update {
		return c.resolveUpdate(ctx, k, w)
	}
	if w.Op == connectors.CreateAccount {
		id, refused := c.findCompany(ctx, k, w)
		return resolved(k, w, id, refused)
	}
	id, refused := c.find(ctx, k, w)
	return resolved(k, w, id, refused)
}

func resolved(k kind, w connectors.Write, id string, refused *refusal) connectors.Result {
	switch {
	case refused != nil:
		return connectors.Result{Key: w.Key, Outcome: connectors.Unsure, Err: refused.of(k).Error}
	case id != "":
		return connectors.Result{Key: w.Key, Outcome: connectors.Done, ID: id}
	}
	return connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{
		System: connectors.HubSpot, Class: connectors.Retry, Code: "NOT_WRITTEN",
		Object: k.object, Record: w.Ref.ID, Message: "the write is not there",
	}}
}

func (c *Client) resolveUpdate(ctx context.Context, k kind, w connectors.Write) connectors.Result {
	names := append(sortedKeys(w.Fields), k.always()...)
	rows, refused := c.readRows(ctx, k, []string{w.Ref.ID}, names, priorityOf(w))
	if refused != nil {
		return resolved(k, w, "", refused)
	}
	if len(rows) == 0 {
		return connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{
			System: connectors.HubSpot, Class: connectors.Gone, Code: "OBJECT_NOT_FOUND",
			Object: k.object, Record: w.Ref.ID, Message: "the record was archived or never existed",
		}}
	}
	if !holdsAll(rows[0], w.Fields) {
		return resolved(k, w, "", nil)
	}
	return resolved(k, w, string(rows[0].ID), nil)
}

// find looks for the activity of a create, by the unique property where the
// portal has it and by the marker on the account's activities. The account may
// have been merged away since, and its activities with it.
func (c *Client) find(ctx context.Context, k kind, w connectors.Write) (string, *refusal) {
	unique, refused := c.uniqueKey(ctx, k, transport.PriorityHandoff)
	if refused != nil {
		return "", refused
	}
	if unique {
		made, refused := c.byKeys(ctx, k, []string{w.Key}, transport.PriorityHandoff)
		if id := made[w.Key]; refused != nil || id != "" {
			return id, refused
		}
	}
	company, refused := c.survivorsOf(ctx, []string{w.Ref.ID}, transport.PriorityHandoff)
	if refused != nil {
		return "", refused
	}
	made, refused := c.made(ctx, k, company, transport.PriorityHandoff)
	return made[normalKey(w.Key)], refused
}
