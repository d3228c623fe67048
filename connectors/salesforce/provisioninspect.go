package salesforce

import (
	"context"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// Rights asks for what the integration user may do with the objects that we
// write (REST API Developer Guide, "sObject Basic Information"), and whether
// the type of notification is there. Nothing tells which records are shared.
func (c *Client) Rights(ctx context.Context) ([]connectors.Right, error) {
	var rights []connectors.Right
	var asked string
	var o objectRights
	var err error
	for _, want := range []struct {
		what, object string
		has          func(objectRights) bool
		fix          string
		optional     bool
	}{
		{"edit accounts", "Account", func(o objectRights) bool { return o.Updateable }, "grant the integration user Edit on Account", false},
		{connectors.CreateAccounts, "Account", func(o objectRights) bool { return o.Createable }, "grant the integration user Create on Account", true},
		{"create tasks", "Task", func(o objectRights) bool { return o.Createable }, "grant the integration user Edit Tasks", false},
	} {
		if want.object != asked { // both rights to accounts are in one answer
			o, err = c.objectRights(ctx, want.object)
			asked = want.object
		}
		r := connectors.Right{What: want.what, Granted: err == nil && want.has(o), Optional: want.optional}
		if err != nil && concernsAll(err) {
			return nil, err
		}
		if !r.Granted {
			r.Why, r.Fix = "the user may not", want.fix
			if err != nil {
				r.Why = short(err)
			}
		}
		rights = append(rights, r)
	}
	if c.cfg.NotificationType == "" {
		return rights, nil
	}
	r := connectors.Right{What: "alerts as notification " + c.cfg.NotificationType, Granted: true, Optional: true}
	if _, err := c.notificationType(ctx); err != nil {
		r.Granted, r.Why = false, short(err)+"; alerts go by e-mail or as tasks"
		r.Fix = "create it in Setup, Custom Notifications (or run handoffd setup), or correct notification_type"
	}
	return append(rights, r), nil
}

type objectRights struct {
	Createable bool `json:"createable"`
	Updateable bool `json:"updateable"`
}

func (c *Client) objectRights(ctx context.Context, object string) (objectRights, error) {
	var reply struct {
		Describe objectRights `json:"objectDescribe"`
	}
	err := c.get(ctx, "sobjects", c.data("/sobjects/"+object), transport.PriorityReport, &reply)
	return reply.Describe, err
}
