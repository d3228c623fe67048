package hubspot

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/hubspot/sandbox"
	"handoffd/connectors/transport"
)

// workflow makes one as an admin's tool does.
func (r *rehearsal) workflow(name, objectType string, enabled bool, criteria, actions string) {
	r.t.Helper()
	kind := "PLATFORM_FLOW"
	if objectType == "0-1" {
		kind = "CONTACT_FLOW"
	}
	body := fmt.Sprintf(`{"name":%q,"type":%q,"flowType":"WORKFLOW","isEnabled":%t,"objectTypeId":%q,"enrollmentCriteria":%s,"actions":%s}`, name, kind, enabled, objectType, criteria, actions)
	refused := r.client.do(r.t.Context(), request{method: "POST", path: "automation/v4/flows", body: raw(body), into: &struct{}{}, Call: transport.Call{Endpoint: "test"}})
	if refused != nil {
		r.t.Fatal(refused.Error)
	}
}

type raw string

func (t raw) MarshalJSON() ([]byte, error) { return []byte(t), nil }

func enrolledBy(property string) string {
	return `{"type":"LIST_BASED","listFilterBranch":{"filterBranches":[{"filters":[{"filterType":"PROPERTY","property":"` + property + `"}]}]}}`
}

// Workflows that are on and enroll companies are listed with the properties
// that they name, in filters, actions and tokens; the others are not.
func TestAutomations(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{}, nil)
	r.workflow("Filter", "0-2", true, enrolledBy("mqa_status"), `[]`)
	r.workflow("Change", "0-2", true, `{"type":"EVENT_BASED","eventFilterBranches":[{"eventTypeId":"4-655002","filters":[{"property":"hs_name","operation":{"value":"mqa"}}]}]}`, `[]`)
	r.workflow("Action", "0-2", true, enrolledBy("domain"), `[{"type":"SINGLE_CONNECTION","fields":{"property_name":"fit_score"}}]`)
	r.workflow("Token", "0-2", true, enrolledBy("domain"), `[{"fields":{"body":"Now {{ enrolled_object.mqa_status }}, an mqa"}}]`)
	r.workflow("mqa in its name only", "0-2", true, enrolledBy("domain"), `[]`)
	r.workflow("Off", "0-2", false, enrolledBy("mqa"), `[]`)
	r.workflow("Contacts", "0-1", true, enrolledBy("mqa"), `[]`)
	got, err := r.client.Automations(t.Context(), connectors.Account, []string{"mqa", "mqa_status", "fit_score"})
	want := []connectors.Automation{
		{Kind: "workflow", Name: "Filter", Fields: []string{"mqa_status"}}, {Kind: "workflow", Name: "Change", Fields: []string{"mqa"}},
		{Kind: "workflow", Name: "Action", Fields: []string{"fit_score"}}, {Kind: "workflow", Name: "Token", Fields: []string{"mqa_status"}},
		{Kind: "workflow", Name: "mqa in its name only"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v -want +got:\n%s", err, diff)
	}
}

// A list of more than a page is read to its end, the definitions only so far.
func TestAutomationsMany(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{}, nil)
	for i := range 101 {
		r.workflow(fmt.Sprint(i), "0-2", i != 7, enrolledBy("mqa"), `[]`)
	}
	got, err := r.client.Automations(t.Context(), connectors.Account, []string{"mqa"})
	if len(got) != 50 || err == nil || !strings.Contains(err.Error(), "the first 50 of 100 workflows") {
		t.Errorf("%d, %v", len(got), err)
	}
}

// A token without the scope is told so.
func TestAutomationsHidden(t *testing.T) {
	t.Parallel()
	const other = "pat-na1-22222222-2222-3333-4444-555555555555"
	r := rehearse(t, sandbox.Options{}, func(c *Config) { c.Auth.Token = other })
	r.hub.AddToken(sandbox.Token{Value: other, Scopes: []string{"crm.objects.companies.read"}})
	got, err := r.client.Automations(t.Context(), connectors.Account, []string{"mqa"})
	if len(got) > 0 || connectors.ClassOf(err) != connectors.Stop || !strings.Contains(err.Error(), "scope automation") {
		t.Errorf("%v, %v", got, err)
	}
}
