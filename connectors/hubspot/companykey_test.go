package hubspot

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/hubspot/sandbox"
)

func (r *rehearsal) making(key, name string) connectors.Write {
	return connectors.Write{
		Key: key, Op: connectors.CreateAccount, Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Account}, Since: r.clock.Now(),
		Fields: map[string]connectors.Value{"name": connectors.TextValue(name), "domain": connectors.TextValue("acme.example")},
	}
}

func (r *rehearsal) companyKey() {
	r.t.Helper()
	if err := r.hub.AddProperty("companies", sandbox.Property{Name: DefaultAccountKeyProperty, HasUniqueValue: true}); err != nil {
		r.t.Fatal(err)
	}
}

// TestSandboxExactlyOneCompany: with the unique property the portal itself
// refuses the second company of a key, whatever became of the reply and
// whatever the company is called by now.
func TestSandboxExactlyOneCompany(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]*sandbox.Fault{
		"no fault":                 nil,
		"dropped after the commit": {Kind: sandbox.DropAfter},
		"dropped before it":        {Kind: sandbox.DropBefore},
		"gateway timeout":          {Kind: sandbox.Status, Status: 504, AfterCommit: true},
		"broken JSON":              {Kind: sandbox.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rehearse(t, sandbox.Options{}, nil)
			r.companyKey()
			if fault != nil {
				one := *fault
				one.Path = "companies/batch/create"
				r.fault(one)
			}
			w := r.making("sf-1/create/hubspot", "Acme")
			got := r.client.Write(t.Context(), []connectors.Write{w})[0]
			if got.Outcome == connectors.Unsure {
				got = r.client.Resolve(t.Context(), w)
			}
			if got.Outcome == connectors.Failed && connectors.ClassOf(got.Err) == connectors.Retry {
				got = r.client.Write(t.Context(), []connectors.Write{w})[0]
			}
			if got.Outcome != connectors.Done || got.ID == "" {
				t.Fatalf("got %+v, want done", got)
			}
			if err := r.hub.Set("companies", got.ID, map[string]string{"name": "Renamed", "domain": "other.example"}); err != nil {
				t.Fatal(err)
			}
			other := r.making("sf-2/create/hubspot", "Acme")
			again := r.client.Write(t.Context(), []connectors.Write{w, other})
			if again[0].Outcome != connectors.Existed || again[0].ID != got.ID || again[1].Outcome != connectors.Done || again[1].ID == got.ID {
				t.Errorf("a resend beside another: %+v", again)
			}
			if r := r.client.Resolve(t.Context(), w); r.Outcome != connectors.Done || r.ID != got.ID {
				t.Errorf("resolved: %+v", r)
			}
		})
	}
}

// TestSandboxCompanyKeyThatCameLater: a company that was made without a key is
// found by its name, though the portal has the property by now; one that has
// another key is not.
func TestSandboxCompanyKeyThatCameLater(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{}, nil)
	w := r.making("sf-1/create/hubspot", "Acme")
	made := r.client.Write(t.Context(), []connectors.Write{w})[0]
	r.companyKey()
	if _, err := r.client.Describe(t.Context(), connectors.Account); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(time.Minute) // the search's index lags
	var ids []string
	ids = append(ids, r.client.Resolve(t.Context(), w).ID)
	if err := r.hub.Set("companies", made.ID, map[string]string{DefaultAccountKeyProperty: "sf-2/create/hubspot"}); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(time.Minute)
	ids = append(ids, r.client.Resolve(t.Context(), w).ID)
	if diff := cmp.Diff([]string{made.ID, ""}, ids); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}
