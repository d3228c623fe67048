package salesforce_test

import (
	"slices"
	"strings"
	"testing"

	"handoffd/connectors"
)

// TestProvisionOwner makes a lookup of users, over the API and as a deployment.
func TestProvisionOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false, nil)
	needs := connectors.Needs{Fields: []connectors.FieldNeed{{Object: connectors.Account, Name: "SDR__c", Label: "SDR", Kind: connectors.FieldOwner, Write: true}}}
	listed, err := w.c.Provision(t.Context(), needs, false)
	if err != nil {
		t.Fatal(err)
	}
	files, err := w.c.Export(needs, listed)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f connectors.File) bool { return strings.HasSuffix(f.Path, "SDR__c.field-meta.xml") })
	if i < 0 || !strings.Contains(string(files[i].Data), "<referenceTo>User</referenceTo>\n    <relationshipLabel>SDR</relationshipLabel>\n    <relationshipName>SDR_of</relationshipName>") {
		t.Errorf("exported %v", files)
	}
	if _, err := w.c.Provision(t.Context(), needs, true); err != nil {
		t.Fatal(err)
	}
	schema, err := w.connect(nil).Describe(t.Context(), connectors.Account)
	if f := schema.Fields["SDR__c"]; err != nil || f.Type != "reference" || !f.Writable {
		t.Errorf("%+v, %v: want a lookup", f, err)
	}
}
