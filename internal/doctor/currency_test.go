package doctor_test

import (
	"context"
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/internal/doctor"
)

// spends is a CRM that says another thing of its currency.
type spends struct {
	connectors.Connector
	currency string
	own      bool
}

func (s spends) Identify(ctx context.Context) (connectors.Identity, error) {
	id, err := s.Connector.Identify(ctx)
	id.Currency, id.OwnCurrencies = s.currency, s.own
	return id, err
}

func TestCurrencies(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sf, hs     string
		own        bool // each record in Salesforce has a currency
		converted  bool
		want       string
		fail, warn int
	}{
		"one":                   {"EUR", "EUR", false, false, "value: both CRMs keep them in EUR", 0, 0},
		"two":                   {"EUR", "USD", false, false, "value: salesforce keeps amounts in EUR, its corporate currency, and hubspot in USD", 1, 0},
		"two, and converted":    {"EUR", "USD", false, true, "", 0, 0},
		"each record its own":   {"USD", "USD", true, false, "the corporate currency is USD", 0, 1},
		"salesforce tells none": {"", "USD", false, false, "HubSpot in USD: see that this is one currency", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t).people().fields()
			if tt.converted {
				r.edit = append(r.edit, [2]string{"salesforce: Estimated_ACV__c, sync: newest",
					"salesforce: Estimated_ACV__c, sync: newest, read: {salesforce: 'value * 1.25'}, write: {salesforce: 'value / 1.25'}"})
			}
			r.wrap = func(c connectors.Connector) connectors.Connector {
				if c.System() == connectors.Salesforce {
					return spends{c, tt.sf, tt.own}
				}
				return spends{c, tt.hs, false}
			}
			report := r.examine()
			if report.Count(doctor.Fail) != tt.fail || report.Count(doctor.Warn) != tt.warn {
				t.Errorf("%d fail, %d warn, want %d and %d", report.Count(doctor.Fail), report.Count(doctor.Warn), tt.fail, tt.warn)
			}
			var said []string
			for _, f := range report.Findings {
				said = append(said, f.What)
			}
			if !strings.Contains(strings.Join(append(said, report.Notes...), "\n"), tt.want) {
				t.Errorf("nothing says %q", tt.want)
			}
		})
	}
}
