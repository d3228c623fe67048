package hubspot

import (
	"context"
	"net/url"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// Alert tells one person something. HubSpot has no notifications that an app
// could send, so it is a task for the recipient, on the account if that is a
// HubSpot company. It carries the alert's key as any other task does.
func (c *Client) Alert(ctx context.Context, a connectors.Alert) connectors.Result {
	d := &delivery{Client: c, results: []connectors.Result{{Key: a.Key}}, creates: transport.PriorityAlert}
	task, _ := kindOf(connectors.Task)
	owner, err := c.recipient(ctx, a)
	if err != nil {
		d.fail(0, err)
		return d.results[0]
	}
	w := connectors.Write{Key: a.Key, Op: connectors.CreateTask, Activity: &connectors.Activity{
		Subject: a.Title, Text: a.Body, OwnerID: owner, Due: a.Due, High: true,
	}}
	if a.Account.System == connectors.HubSpot && a.Account.Object == connectors.Account {
		w.Ref = a.Account
	}
	if u := d.newCreation(ctx, 0, task, w); u != nil {
		u.needed = append(u.needed, propOwner) // a task of nobody alerts nobody
		d.create(ctx, task, []*item{u})
	}
	return d.results[0]
}

// recipient is the owner id of the person, by their address if need be.
func (c *Client) recipient(ctx context.Context, a connectors.Alert) (string, *connectors.Error) {
	if a.UserID != "" {
		return a.UserID, nil
	}
	nobody := &connectors.Error{
		System: connectors.HubSpot, Class: connectors.ParkRecord, Code: "NO_RECIPIENT",
		Message: "no HubSpot user has the recipient's address", Fix: "name a person in managers who is a HubSpot user",
	}
	if a.Email == "" {
		return "", nobody
	}
	var reply ownersReply
	path := withQuery(c.paths.owners(), url.Values{"email": {a.Email}, "limit": {"100"}})
	if refused := c.get(ctx, "owners", transport.PriorityAlert, path, &reply); refused != nil {
		return "", notSent(refused.Error)
	}
	for _, o := range reply.Results {
		if !o.Archived {
			return string(o.ID), nil
		}
	}
	return "", nobody
}
