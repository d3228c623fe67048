package hubspot

import (
	"context"
	"net/http"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// Rights sends an empty batch to each endpoint that we write to: HubSpot
// checks the token's scopes first and has nothing to write then. Whatever it
// says of the empty batch, only a 403 says that the scope is missing (HubSpot
// developer docs, "Scopes"; tasks and notes stand under the contacts' scopes).
func (c *Client) Rights(ctx context.Context) ([]connectors.Right, error) {
	var rights []connectors.Right
	for _, want := range []struct {
		what, plural, verb string
	}{
		{"edit companies", "companies", "update"}, {"create tasks", "tasks", "create"}, {"create notes", "notes", "create"},
	} {
		refused := c.do(ctx, request{
			Call:   transport.Call{Endpoint: want.plural + "/batch/" + want.verb, Idempotent: true, Attempts: 1, Priority: transport.PriorityReport},
			method: http.MethodPost, path: c.paths.objects(want.plural, "batch", want.verb), body: batchWrite{Inputs: []writeInput{}}, into: &struct{}{},
		})
		r := connectors.Right{What: want.what, Granted: true}
		switch {
		case refused == nil || refused.Status == http.StatusBadRequest:
		case concernsAll(refused.Error):
			return nil, refused.Error
		default:
			r.Granted, r.Why, r.Fix = false, short(refused.Error), refused.Fix
		}
		rights = append(rights, r)
	}
	return rights, nil
}
