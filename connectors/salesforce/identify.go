package salesforce

import (
	"context"
	"net/http"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// Identify signs in and says which org and user this is. It fails if the org
// does not offer the configured API version.
func (c *Client) Identify(ctx context.Context) (connectors.Identity, error) {
	var user struct {
		UserID   string `json:"user_id"`
		OrgID    string `json:"organization_id"`
		Username string `json:"preferred_username"`
	}
	if err := c.get(ctx, "oauth2/userinfo", "/services/oauth2/userinfo", transport.PriorityPoll, &user); err != nil {
		return connectors.Identity{}, err
	}
	if err := c.checkVersion(ctx); err != nil {
		return connectors.Identity{}, err
	}
	var org struct {
		Records []struct {
			ID       string `json:"Id"`
			Name     string `json:"Name"`
			Edition  string `json:"OrganizationType"`
			TimeZone string `json:"TimeZoneSidKey"`
		} `json:"records"`
	}
	q := query{fields: []string{"Id", "Name", "OrganizationType", "TimeZoneSidKey"}, from: "Organization"}
	if err := c.get(ctx, "query", c.queryPath(q, false), transport.PriorityPoll, &org); err != nil {
		return connectors.Identity{}, err
	}
	id := connectors.Identity{
		System: connectors.Salesforce, OrgID: lenientID(user.OrgID), UserID: lenientID(user.UserID),
		Username: user.Username, APIVersion: c.cfg.APIVersion, RecordURL: c.signIn.home() + "/%s",
	}
	if len(org.Records) > 0 {
		o := org.Records[0]
		id.OrgName, id.Edition, id.TimeZone = o.Name, o.Edition, o.TimeZone
		if id.OrgID == "" {
			id.OrgID = lenientID(o.ID)
		}
	}
	var err error
	id.Currency, id.OwnCurrencies, err = c.currency(ctx)
	return id, err
}

// checkVersion asks which versions the org offers. The request needs no
// credential and is not counted (REST API Developer Guide, "Versions").
func (c *Client) checkVersion(ctx context.Context) error {
	got, err := c.send(ctx, request{
		endpoint: "versions", method: http.MethodGet, path: "/services/data", idempotent: true, priority: transport.PriorityPoll,
	})
	if err != nil {
		return err
	}
	var versions []struct {
		Version string `json:"version"`
	}
	if err := decode(got.body, &versions); err != nil {
		return err
	}
	newest := ""
	for _, v := range versions {
		if v.Version == c.cfg.APIVersion {
			return nil
		}
		newest = v.Version
	}
	return &connectors.Error{
		System: connectors.Salesforce, Class: connectors.Stop, Code: "UNSUPPORTED_API_VERSION",
		Message: "the org does not offer API version " + c.cfg.APIVersion, Fix: "set api_version; the newest offered is " + newest,
	}
}
