package hubspot

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// definitionsRead bounds how many workflows are read one by one: the list does
// not tell what they look at.
const definitionsRead = 50

// companyTypeID is the object type of workflows that enroll companies.
const companyTypeID = "0-2"

// Automations lists the workflows that are on and enroll companies (HubSpot
// developer docs, "Workflows API"). The daemon needs no right to see them:
// only a token with the scope automation does.
func (c *Client) Automations(ctx context.Context, object connectors.Object, fields []string) ([]connectors.Automation, error) {
	if object != connectors.Account {
		return nil, nil
	}
	list, refused := c.workflows(ctx)
	if refused != nil {
		return nil, hiddenWorkflows(refused)
	}
	var out []connectors.Automation
	for i, w := range list {
		if i == definitionsRead {
			return out, &connectors.Error{
				System: connectors.HubSpot, Class: connectors.Stop, Code: "NOT_VISIBLE", Object: object,
				Message: fmt.Sprintf("only the first %d of %d workflows were read", definitionsRead, len(list)), Fix: fixWorkflows,
			}
		}
		var definition struct {
			Enrollment any `json:"enrollmentCriteria"`
			Actions    any `json:"actions"`
		}
		if refused := c.get(ctx, "automation/flows", transport.PriorityReport, c.paths.workflows(string(w.ID)), &definition); refused != nil {
			return out, refused.Error
		}
		name := or(w.Name, "workflow "+string(w.ID))
		out = append(out, connectors.Automation{Kind: "workflow", Name: name, Fields: mentioned([]any{definition.Enrollment, definition.Actions}, fields)})
	}
	return out, nil
}

const fixWorkflows = "look in Automations, Workflows for those that are triggered by these properties"

// hiddenWorkflows says that there may be workflows that the token may not see.
func hiddenWorkflows(refused *refusal) *connectors.Error {
	if refused.Status != http.StatusForbidden && refused.Status != http.StatusNotFound {
		return refused.Error
	}
	return &connectors.Error{
		System: connectors.HubSpot, Class: connectors.Stop, Code: "NOT_VISIBLE", Object: connectors.Account, Status: refused.Status,
		Message: "workflows are shown only to a token with the scope automation", Fix: fixWorkflows,
	}
}

type listedWorkflow struct {
	ID         identifier `json:"id"`
	Name       string     `json:"name"`
	IsEnabled  bool       `json:"isEnabled"`
	ObjectType string     `json:"objectTypeId"`
}

// workflows lists those that are on and enroll companies.
func (c *Client) workflows(ctx context.Context) ([]listedWorkflow, *refusal) {
	var out []listedWorkflow
	query := url.Values{"limit": {"100"}}
	for {
		var page struct {
			Results []listedWorkflow `json:"results"`
			Paging  *struct {
				Next struct {
					After string `json:"after"`
				} `json:"next"`
			} `json:"paging"`
		}
		if refused := c.get(ctx, "automation/flows", transport.PriorityReport, withQuery(c.paths.workflows(""), query), &page); refused != nil {
			return nil, refused
		}
		for _, w := range page.Results {
			if w.IsEnabled && w.ObjectType == companyTypeID {
				out = append(out, w)
			}
		}
		if page.Paging == nil || page.Paging.Next.After == "" || page.Paging.Next.After == query.Get("after") {
			return out, nil
		}
		query.Set("after", page.Paging.Next.After)
	}
}

// token is the name of a property in a text that is filled in at run time:
// {{ enrolled_object.mqa_status }}.
var token = regexp.MustCompile(`\{\{[^{}]*\}\}`)

var identifiers = regexp.MustCompile(`[a-z][a-z0-9_]*`)

// mentioned lists those of the fields that a definition names: as a text of
// its own (a filter's property, an action's property_name) or in a token.
func mentioned(definition any, fields []string) []string {
	seen := map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case string:
			seen[v] = true
			for _, t := range token.FindAllString(v, -1) {
				for _, word := range identifiers.FindAllString(t, -1) {
					seen[word] = true
				}
			}
		}
	}
	walk(definition)
	var out []string
	for _, f := range fields {
		if seen[f] && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}
