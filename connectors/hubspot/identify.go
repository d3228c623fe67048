package hubspot

import (
	"context"
	"net/http"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// DefaultUIDomain is where people see a portal that does not name its own.
const DefaultUIDomain = "app.hubspot.com"

// Identify says which portal the token opens. The portal's time zone tells
// when the day of its API allowance ends.
func (c *Client) Identify(ctx context.Context) (connectors.Identity, error) {
	var reply struct {
		PortalID identifier `json:"portalId"`
		TimeZone string     `json:"timeZone"`
		UIDomain string     `json:"uiDomain"`
		Currency string     `json:"companyCurrency"`
	}
	var refused *refusal
	for _, path := range c.paths.account() {
		refused = c.get(ctx, "account-info", transport.PriorityPoll, path, &reply)
		if refused == nil || refused.Status != http.StatusNotFound {
			break
		}
	}
	if refused != nil {
		return connectors.Identity{}, refused.Error
	}
	c.quota.setZone(reply.TimeZone, c.clock.Now())
	return connectors.Identity{
		System: connectors.HubSpot, OrgID: string(reply.PortalID), APIVersion: c.config.APIVersion, TimeZone: reply.TimeZone, Currency: reply.Currency,
		RecordURL: "https://" + or(reply.UIDomain, DefaultUIDomain) + "/contacts/" + string(reply.PortalID) + "/record/0-2/%s",
	}, nil
}
