package demo

import (
	"context"
	"net/http"

	"handoffd/internal/demo/crmapi"
	"handoffd/internal/demo/world"
)

// crms reads what stands in the two CRMs over the vendors' own APIs: what it
// finds is evidence.
type crms struct{ crmapi.Client }

func newCRMs(w world.Credentials) *crms {
	c := &crms{}
	c.HubSpotToken = w.HubSpot.Token
	c.SignIn = c.ClientCredentials(w.Salesforce.ClientID, w.Salesforce.ClientSecret)
	return c
}

// rescore writes a company's intent score as a scoring tool does that uses
// HubSpot's API.
func (c *crms) rescore(ctx context.Context, company, score, at string) error {
	return c.HubSpot(ctx, http.MethodPatch, "/crm/v3/objects/companies/"+company, map[string]any{
		"properties": map[string]string{"intent_score": score, "intent_score_updated_at": at},
	}, nil)
}
