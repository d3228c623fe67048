package scenario

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"handoffd/connectors"
	"handoffd/internal/demo/crmapi"
)

// hand.go is what people's hands do: create, change and delete records over the
// vendors' APIs.

// objectName is what a CRM calls an object in its API's paths.
func objectName(system connectors.System, o connectors.Object) string {
	if system == connectors.HubSpot {
		return map[connectors.Object]string{
			connectors.Account: "companies", connectors.Contact: "contacts", connectors.Opportunity: "deals", connectors.Task: "tasks",
			connectors.Call: "calls", connectors.Email: "emails", connectors.Meeting: "meetings", connectors.Note: "notes",
		}[o]
	}
	return map[connectors.Object]string{
		connectors.Account: "Account", connectors.Contact: "Contact", connectors.Opportunity: "Opportunity", connectors.Task: "Task",
		connectors.Call: "Task", connectors.Email: "Task", connectors.Meeting: "Event", connectors.Note: "Task",
	}[o]
}

// values makes what is sent out of what the scenario says.
func (p *player) values(system connectors.System, fields map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(fields))
	for name, v := range fields {
		switch x := v.(type) {
		case now:
			v = instant(p.clock.Now())
		case *person:
			if v = x.id(system); v == "" {
				return nil, fmt.Errorf("setting %s: %s is no user of %s", name, x.key, system)
			}
		case nil:
			if system == connectors.HubSpot {
				v = "" // null is as if not sent
			}
		}
		out[name] = v
	}
	return out, nil
}

func user(by *person) string {
	if by == nil {
		return ""
	}
	return by.email
}

// update changes a record. What HubSpot's API lets nobody write, the platform
// writes.
func (p *player) update(ctx context.Context, system connectors.System, o connectors.Object, id string, fields map[string]any, by *person) error {
	if id == "" {
		return fmt.Errorf("changing a record: it does not stand in %s", system)
	}
	values, err := p.values(system, fields)
	if err != nil {
		return err
	}
	if system == connectors.Salesforce {
		return p.crm.Salesforce(ctx, user(by), http.MethodPatch, crmapi.Data+"/sobjects/"+objectName(system, o)+"/"+id, values, nil)
	}
	own, platform := p.sorted(o, values)
	if len(platform) > 0 {
		if err := p.platform(ctx, o, id, platform); err != nil {
			return err
		}
	}
	if len(own) == 0 {
		return nil
	}
	return p.crm.HubSpot(ctx, http.MethodPatch, "/crm/v3/objects/"+objectName(system, o)+"/"+id, map[string]any{"properties": own}, nil)
}

// sorted tells what a client may write from what only HubSpot writes.
func (p *player) sorted(o connectors.Object, values map[string]any) (own, platform map[string]any) {
	own, platform = map[string]any{}, map[string]any{}
	for name, v := range values {
		if f, ok := p.schema[connectors.HubSpot][o].Fields[name]; ok && !f.Writable {
			platform[name] = v
			continue
		}
		own[name] = v
	}
	return own, platform
}

// platform writes as HubSpot itself does.
func (p *player) platform(ctx context.Context, o connectors.Object, id string, values map[string]any) error {
	return p.crm.Call(ctx, connectors.HubSpot, http.MethodPost, "/_sandbox/set", "", map[string]any{
		"object": objectName(connectors.HubSpot, o), "id": id, "properties": values,
	}, nil)
}

// make creates a record and returns its id. links are records that HubSpot
// associates it with.
func (p *player) make(ctx context.Context, system connectors.System, o connectors.Object, fields map[string]any, by *person, links ...connectors.Ref) (string, error) {
	values, err := p.values(system, fields)
	if err != nil {
		return "", err
	}
	var reply struct {
		ID string `json:"id"`
	}
	if system == connectors.Salesforce {
		err = p.crm.Salesforce(ctx, user(by), http.MethodPost, crmapi.Data+"/sobjects/"+objectName(system, o), values, &reply)
		p.made[connectors.Ref{System: system, Object: connectors.Task, ID: reply.ID}] = true
		return reply.ID, err
	}
	own, platform := p.sorted(o, values)
	object := objectName(system, o)
	if err := p.crm.HubSpot(ctx, http.MethodPost, "/crm/v3/objects/"+object, map[string]any{"properties": own}, &reply); err != nil {
		return "", err
	}
	p.made[connectors.Ref{System: system, Object: o, ID: reply.ID}] = true
	for _, l := range links {
		path := fmt.Sprintf("/crm/v4/objects/%s/%s/associations/default/%s/%s", object, reply.ID, objectName(system, l.Object), l.ID)
		if err := p.crm.HubSpot(ctx, http.MethodPut, path, nil, nil); err != nil {
			return "", err
		}
	}
	if len(platform) > 0 {
		err = p.platform(ctx, o, reply.ID, platform)
	}
	return reply.ID, err
}

// remove deletes a record; Salesforce keeps it in the bin, HubSpot archives it.
func (p *player) remove(ctx context.Context, system connectors.System, o connectors.Object, id string, by *person) error {
	if system == connectors.Salesforce {
		return p.crm.Salesforce(ctx, user(by), http.MethodDelete, crmapi.Data+"/sobjects/"+objectName(system, o)+"/"+id, nil, nil)
	}
	return p.crm.HubSpot(ctx, http.MethodDelete, "/crm/v3/objects/"+objectName(system, o)+"/"+id, nil, nil)
}

// linksOf are the account and the contact, as far as they stand in HubSpot.
func linksOf(a *account, c *contact) (out []connectors.Ref) {
	if id := a.ids[connectors.HubSpot]; id != "" {
		out = append(out, connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: id})
	}
	if c != nil && c.ids[connectors.HubSpot] != "" {
		out = append(out, connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: c.ids[connectors.HubSpot]})
	}
	return out
}

// where picks the CRM that something is done in: the one that is named, else
// the one with the account's open task of handoffd, else the first in which the
// account stands.
func (p *player) where(ctx context.Context, a *account, named connectors.System) (connectors.System, error) {
	if named != "" {
		if !a.stands(named) {
			return "", fmt.Errorf("%s does not stand in %s", a.key, named)
		}
		return named, nil
	}
	tasks, err := p.ourTasks(ctx, a)
	if err != nil {
		return "", err
	}
	for _, t := range slices.Backward(tasks) {
		if !t.done {
			return t.system, nil
		}
	}
	for _, system := range systemsOf() {
		if a.stands(system) {
			return system, nil
		}
	}
	return "", fmt.Errorf("%s stands in no CRM", a.key)
}
