package hubspot

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/hubspot/sandbox"
	"handoffd/connectors/transport"
)

// The rules of the fields that are asked about are told, in both shapes of the
// path.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, version := range []string{DefaultVersion, LegacyVersion} {
		r := rehearse(t, sandbox.Options{}, func(c *Config) { c.APIVersion = version })
		for property, argument := range map[string]string{"city": "[A-Z].*", "name": ".+"} {
			refused := r.client.do(t.Context(), request{
				method: "PUT", path: r.client.paths.rules(companyTypeID) + "/" + property + "/rule-type/REGEX", body: raw(`{"ruleArguments":["` + argument + `"]}`),
				Call: transport.Call{Endpoint: "test"},
			})
			if refused != nil {
				t.Fatal(refused.Error)
			}
		}
		got, err := r.client.Rules(t.Context(), connectors.Account, []string{"city", "domain"})
		if diff := cmp.Diff([]connectors.FieldRule{{Field: "city", Rule: "REGEX [A-Z].*"}}, got); diff != "" || err != nil {
			t.Errorf("%s: %v -want +got:\n%s", version, err, diff)
		}
	}
}
