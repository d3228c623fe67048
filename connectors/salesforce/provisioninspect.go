package salesforce

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// Rights asks for what the integration user may do with the objects that we
// write (REST API Developer Guide, "sObject Basic Information"), and whether
// the type of notification is there. Nothing tells which records are shared.
func (c *Client) Rights(ctx context.Context) ([]connectors.Right, error) {
	var rights []connectors.Right
	for _, want := range []struct {
		what, object string
		has          func(objectRights) bool
		fix          string
	}{
		{"edit accounts", "Account", func(o objectRights) bool { return o.Updateable }, "grant the integration user Edit on Account"},
		{"create tasks", "Task", func(o objectRights) bool { return o.Createable }, "grant the integration user Edit Tasks"},
	} {
		o, err := c.objectRights(ctx, want.object)
		r := connectors.Right{What: want.what, Granted: err == nil && want.has(o)}
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

// rulesRead bounds how many validation rules are read one by one: a query
// gives the formula of a single rule only.
const rulesRead = 50

// Automations lists the active flows, validation rules and Apex triggers on an
// object (Object Reference, "FlowDefinitionView"; Tooling API, "ValidationRule"
// and "ApexTrigger"). It takes View Setup and Configuration.
func (c *Client) Automations(ctx context.Context, object connectors.Object, fields []string) ([]connectors.Automation, error) {
	var out []connectors.Automation
	var hidden []string
	for _, list := range []struct {
		name string
		ask  func(context.Context, string, []string) ([]connectors.Automation, error)
	}{{"validation rules", c.validationRules}, {"Apex triggers", c.triggers}, {"flows", c.flows}} {
		found, err := list.ask(ctx, sobject(object), fields)
		if err != nil && concernsAll(err) {
			return out, err
		}
		if err != nil {
			hidden = append(hidden, list.name)
		}
		out = append(out, found...)
	}
	if len(hidden) == 0 {
		return out, nil
	}
	return out, &connectors.Error{
		System: connectors.Salesforce, Class: connectors.Stop, Code: "NOT_VISIBLE", Object: object,
		Message: "the org does not show its " + strings.Join(hidden, ", "),
		Fix:     "grant View Setup and Configuration, or look in Setup for those that run when an " + sobject(object) + " is saved",
	}
}

func (c *Client) validationRules(ctx context.Context, object string, fields []string) ([]connectors.Automation, error) {
	rows, err := c.tooling(ctx, query{
		fields: []string{fieldID, "ValidationName", "ErrorDisplayField"}, from: "ValidationRule",
		where: []string{"Active = true", "EntityDefinition.QualifiedApiName = " + quote(object)}, order: "ValidationName",
	})
	if err != nil {
		return nil, err
	}
	var out []connectors.Automation
	for i, row := range rows {
		text := textAt(row, "ErrorDisplayField", kindText)
		if i < rulesRead {
			var rule struct {
				Metadata struct {
					Formula string `json:"errorConditionFormula"`
				} `json:"Metadata"`
			}
			path := c.data("/tooling/sobjects/ValidationRule/" + textAt(row, fieldID, kindID))
			if err := c.get(ctx, "tooling/sobjects/ValidationRule", path, transport.PriorityReport, &rule); err != nil {
				return out, err
			}
			text += " " + rule.Metadata.Formula
		}
		out = append(out, connectors.Automation{Kind: "validation rule", Name: textAt(row, "ValidationName", kindText), Fields: named(text, fields)})
	}
	return out, nil
}

func (c *Client) triggers(ctx context.Context, object string, fields []string) ([]connectors.Automation, error) {
	rows, err := c.tooling(ctx, query{
		fields: []string{"Name", "Body"}, from: "ApexTrigger",
		where: []string{"TableEnumOrId = " + quote(object), "Status = 'Active'"}, order: "Name",
	})
	return automations("Apex trigger", "Name", rows, fields), err
}

// flows are filtered here: not every column of the view can be filtered on.
func (c *Client) flows(ctx context.Context, object string, fields []string) ([]connectors.Automation, error) {
	rows, err := c.follow(ctx, c.queryPath(query{
		fields: []string{"ApiName", "TriggerObjectOrEventLabel", "TriggerObjectOrEventId"}, from: "FlowDefinitionView", where: []string{"IsActive = true"},
	}, false), transport.PriorityReport)
	var on []map[string]json.RawMessage
	for _, row := range rows {
		if strings.EqualFold(textAt(row, "TriggerObjectOrEventLabel", kindText), object) || textAt(row, "TriggerObjectOrEventId", kindText) == object {
			on = append(on, row)
		}
	}
	return automations("flow", "ApiName", on, fields), err
}

func automations(kind, name string, rows []map[string]json.RawMessage, fields []string) []connectors.Automation {
	var out []connectors.Automation
	for _, row := range rows {
		out = append(out, connectors.Automation{Kind: kind, Name: textAt(row, name, kindText), Fields: named(textAt(row, "Body", kindText), fields)})
	}
	return out
}

// words are the identifiers in a formula or in code.
var words = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_]*`)

// named lists those of the fields that a text names.
func named(text string, fields []string) []string {
	seen := map[string]bool{}
	for _, w := range words.FindAllString(text, -1) {
		seen[strings.ToLower(w)] = true
	}
	var out []string
	for _, f := range fields {
		if seen[strings.ToLower(f)] {
			out = append(out, f)
		}
	}
	return out
}
