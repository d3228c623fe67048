package salesforce

import (
	"context"

	"handoffd/connectors/transport"
)

// currency asks for the corporate currency, and whether each record has one of
// its own. An org with one currency names it among its features (Connect REST
// API Developer Guide, "Features"); one with several lists them (Object
// Reference, "CurrencyType"). An org that tells neither to this user gives "".
func (c *Client) currency(ctx context.Context) (code string, several bool, err error) {
	var org struct {
		Features struct {
			Several bool   `json:"multiCurrency"`
			Default string `json:"defaultCurrencyIsoCode"`
		} `json:"features"`
	}
	err = c.get(ctx, "connect/organization", c.data("/connect/organization"), transport.PriorityPoll, &org)
	switch {
	case err != nil && concernsAll(err):
		return "", false, err
	case err != nil:
		c.log.Info("the org does not tell its currency", "error", err.Error())
	case !org.Features.Several:
		return org.Features.Default, false, nil
	}
	var list struct {
		Records []struct {
			Code string `json:"IsoCode"`
		} `json:"records"`
	}
	q := query{fields: []string{"IsoCode"}, from: "CurrencyType", where: []string{"IsCorporate = true"}}
	err = c.get(ctx, "query", c.queryPath(q, false), transport.PriorityPoll, &list)
	switch {
	case err != nil && concernsAll(err):
		return "", false, err
	case err != nil || len(list.Records) == 0: // there is no such object in an org with one currency
		return "", org.Features.Several, nil
	}
	return list.Records[0].Code, true, nil
}
