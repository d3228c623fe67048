package hubspot

import (
	"testing"

	"handoffd/connectors"
	"handoffd/connectors/hubspot/sandbox"
)

// TestProvisionOwner makes a property whose options are the portal's owners.
func TestProvisionOwner(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{}, nil)
	need := connectors.FieldNeed{Object: connectors.Account, Name: "sdr", Label: "SDR", Kind: connectors.FieldOwner, Write: true}
	if _, err := r.client.Provision(t.Context(), connectors.Needs{Fields: []connectors.FieldNeed{need}}, true); err != nil {
		t.Fatal(err)
	}
	schema, err := r.client.Describe(t.Context(), connectors.Account)
	if f := schema.Fields["sdr"]; err != nil || f.Type != "enumeration" || !f.Writable || len(f.Options) != 0 {
		t.Errorf("%+v, %v: want an enumeration without options of its own", f, err)
	}
	if d := definitionOf(need, groupName); !d.ExternalOptions || d.ReferencedObject != "OWNER" {
		t.Errorf("definition %+v: want the owners for options", d)
	}
}
