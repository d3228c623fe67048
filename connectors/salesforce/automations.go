package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// definitionsRead bounds how many validation rules, and how many flows, are
// read one by one: a query gives the definition of a single one only.
const definitionsRead = 50

// errMany says that not all definitions were read.
var errMany = errors.New("there are more definitions than are read")

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
		switch {
		case errors.Is(err, errMany):
			hidden = append(hidden, fmt.Sprintf("%s beyond the first %d", list.name, definitionsRead))
		case err != nil && concernsAll(err):
			return out, err
		case err != nil:
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
		if i == definitionsRead {
			return out, errMany
		}
		var rule struct {
			Metadata struct {
				Formula string `json:"errorConditionFormula"`
			} `json:"Metadata"`
		}
		path := c.data("/tooling/sobjects/ValidationRule/" + textAt(row, fieldID, kindID))
		if err := c.get(ctx, "tooling/sobjects/ValidationRule", path, transport.PriorityReport, &rule); err != nil {
			return out, err
		}
		text := textAt(row, "ErrorDisplayField", kindText) + " " + rule.Metadata.Formula
		out = append(out, connectors.Automation{Kind: "validation rule", Name: textAt(row, "ValidationName", kindText), Fields: named(text, fields)})
	}
	return out, nil
}

func (c *Client) triggers(ctx context.Context, object string, fields []string) ([]connectors.Automation, error) {
	rows, err := c.tooling(ctx, query{
		fields: []string{"Name", "Body"}, from: "ApexTrigger",
		where: []string{"TableEnumOrId = " + quote(object), "Status = 'Active'"}, order: "Name",
	})
	var out []connectors.Automation
	for _, row := range rows {
		out = append(out, connectors.Automation{Kind: "Apex trigger", Name: textAt(row, "Name", kindText), Fields: named(textAt(row, "Body", kindText), fields)})
	}
	return out, err
}

// flows are filtered here: not every column of the view can be filtered on.
// What a flow looks at and sets stands in its Metadata, which the Tooling API
// gives of one version at a time.
func (c *Client) flows(ctx context.Context, object string, fields []string) ([]connectors.Automation, error) {
	rows, err := c.follow(ctx, c.queryPath(query{
		fields: []string{"ApiName", "TriggerObjectOrEventLabel", "TriggerObjectOrEventId", "ActiveVersionId"}, from: "FlowDefinitionView",
		where: []string{"IsActive = true"}, order: "ApiName",
	}, false), transport.PriorityReport)
	if err != nil {
		return nil, err
	}
	var out []connectors.Automation
	for _, row := range rows {
		if !strings.EqualFold(textAt(row, "TriggerObjectOrEventLabel", kindText), object) && textAt(row, "TriggerObjectOrEventId", kindText) != object {
			continue
		}
		if len(out) == definitionsRead {
			return out, errMany
		}
		var version struct {
			Metadata json.RawMessage `json:"Metadata"`
		}
		path := c.data("/tooling/sobjects/Flow/" + url.PathEscape(textAt(row, "ActiveVersionId", kindText)))
		if err := c.get(ctx, "tooling/sobjects/Flow", path, transport.PriorityReport, &version); err != nil {
			return out, err
		}
		out = append(out, connectors.Automation{Kind: "flow", Name: textAt(row, "ApiName", kindText), Fields: named(string(version.Metadata), fields)})
	}
	return out, nil
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
