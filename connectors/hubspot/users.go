package hubspot

import (
	"context"
	"net/url"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// owner is a user, or a queue, that records can belong to.
type owner struct {
	ID        identifier `json:"id"`
	Email     string     `json:"email"`
	Type      string     `json:"type"`
	FirstName string     `json:"firstName"`
	LastName  string     `json:"lastName"`
	Archived  bool       `json:"archived"`
	Teams     []struct {
		Name    string `json:"name"`
		Primary bool   `json:"primary"`
	} `json:"teams"`
}

type ownersReply struct {
	Results []owner `json:"results"`
	Paging  paging  `json:"paging"`
}

// Users lists the owners, deactivated ones included (Active false): records
// may still point to them. HubSpot knows no manager of a person.
func (c *Client) Users(ctx context.Context) ([]connectors.User, error) {
	var out []connectors.User
	for _, archived := range []string{"false", "true"} {
		after := ""
		for {
			query := url.Values{"limit": {"100"}, "archived": {archived}}
			if after != "" {
				query.Set("after", after)
			}
			var reply ownersReply
			if refused := c.get(ctx, "owners", transport.PriorityPoll, withQuery(c.paths.owners(), query), &reply); refused != nil {
				return nil, refused.Error
			}
			for _, o := range reply.Results {
				out = append(out, o.user(archived == "true"))
			}
			if after = reply.Paging.Next.After; after == "" {
				break
			}
		}
	}
	return out, nil
}

func (o owner) user(archived bool) connectors.User {
	u := connectors.User{
		ID: string(o.ID), Name: strings.TrimSpace(o.FirstName + " " + o.LastName), Email: o.Email,
		Active: !archived && !o.Archived, Queue: o.Type == "QUEUE",
	}
	var primary, others []string
	for _, t := range o.Teams {
		if t.Primary {
			primary = append(primary, t.Name)
		} else {
			others = append(others, t.Name)
		}
	}
	u.Teams = append(primary, others...)
	return u
}
