package salesforce

import "testing"

func TestCurrency(t *testing.T) {
	t.Parallel()
	const organization = "GET /services/data/v67.0/connect/organization"
	const types = "GET /services/data/v67.0/query?q=SELECT IsoCode FROM CurrencyType WHERE IsCorporate = true"
	invalid := step{ask: types, status: 400, reply: `[{"errorCode":"INVALID_TYPE","message":"sObject type 'CurrencyType' is not supported."}]`}
	several := step{ask: organization, reply: `{"features":{"multiCurrency":true,"defaultCurrencyIsoCode":null}}`}
	refused := step{ask: organization, status: 403, reply: `[{"errorCode":"API_DISABLED_FOR_ORG","message":"Connect is not enabled"}]`}
	for _, tt := range []struct {
		name, want string
		own        bool
		steps      []step
	}{
		{"one", "EUR", false, []step{{ask: organization, reply: `{"features":{"multiCurrency":false,"defaultCurrencyIsoCode":"EUR"}}`}}},
		{"several", "GBP", true, []step{several, {ask: types, reply: pageOf("", `{"IsoCode":"GBP"}`)}}},
		{"several, hidden", "", true, []step{several, {ask: types, reply: pageOf("")}}},
		{"nobody tells", "", false, []step{refused, invalid}},
		{"told by the list alone", "JPY", true, []step{refused, {ask: types, reply: pageOf("", `{"IsoCode":"JPY"}`)}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, _ := converse(t, nil, nil, tt.steps...)
			if code, own, err := c.currency(t.Context()); code != tt.want || own != tt.own || err != nil {
				t.Errorf("%q, own %v, %v; want %q, own %v", code, own, err, tt.want, tt.own)
			}
		})
	}
}

// TestCurrencyOutage: an org that cannot be reached has not been identified.
func TestCurrencyOutage(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, nil, step{ask: "GET /services/data/v67.0/connect/organization", status: 401, reply: `[{"errorCode":"INVALID_SESSION_ID","message":"m"}]`},
		step{ask: "GET /services/data/v67.0/connect/organization", status: 401, reply: `[{"errorCode":"INVALID_SESSION_ID","message":"m"}]`})
	if _, _, err := c.currency(t.Context()); err == nil {
		t.Error("a credential that is refused is no currency that is not told")
	}
}
