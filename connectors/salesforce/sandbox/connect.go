package sandbox

import "net/http"

// connect serves /connect/organization, of which it tells the currency: the
// org has one (Connect REST API Developer Guide, "Organization", "Features").
func (c *call) connect() reply {
	if len(c.segments) != 2 || c.segment(1) != "organization" {
		return notFound()
	}
	return c.get(func() reply {
		return answer(http.StatusOK, map[string]any{
			"orgId": c.s.org.ID(),
			"features": map[string]any{
				"multiCurrency": false, "defaultCurrencyIsoCode": c.s.currency,
			},
		})
	})
}
