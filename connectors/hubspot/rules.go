package hubspot

import (
	"context"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

var _ connectors.Ruler = (*Client)(nil)

// Rules lists the rules that an admin has set for values of companies'
// properties (HubSpot developer docs, "Property validations"): since 2023
// HubSpot holds API writes to them.
func (c *Client) Rules(ctx context.Context, object connectors.Object, fields []string) ([]connectors.FieldRule, error) {
	if object != connectors.Account {
		return nil, nil
	}
	var reply struct {
		Results []struct {
			Property string `json:"propertyName"`
			Rules    []struct {
				Type      string   `json:"ruleType"`
				Arguments []string `json:"ruleArguments"`
			} `json:"propertyValidationRules"`
		} `json:"results"`
	}
	if refused := c.get(ctx, "property-validations", transport.PriorityReport, c.paths.rules(companyTypeID), &reply); refused != nil {
		return nil, refused.Error
	}
	var out []connectors.FieldRule
	for _, p := range reply.Results {
		if !slices.Contains(fields, p.Property) {
			continue
		}
		for _, r := range p.Rules {
			out = append(out, connectors.FieldRule{Field: p.Property, Rule: strings.TrimSpace(r.Type + " " + strings.Join(r.Arguments, ", "))})
		}
	}
	return out, nil
}
