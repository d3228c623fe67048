package hubspot

import (
	"testing"

	"handoffd/connectors"
)

// TestExportLeavesAGroupThatExists: making it again would be refused. For
// another portal it is written all the same.
func TestExportLeavesAGroupThatExists(t *testing.T) {
	t.Parallel()
	needs := connectors.Needs{Fields: []connectors.FieldNeed{{Object: connectors.Account, Name: "mqa", Kind: connectors.FieldBool}}}
	for state, want := range map[connectors.StepState]int{connectors.StepPresent: 3, connectors.StepMissing: 4} {
		steps := []connectors.Step{
			{Kind: stepGroup, Name: "companies." + groupName, State: state},
			{Kind: stepProperty, Name: "companies.mqa", State: connectors.StepMissing},
		}
		files, err := (&Client{}).Export(needs, steps)
		if err != nil || len(files) != want {
			t.Errorf("group %s: %d files, %v, want %d", state, len(files), err, want)
		}
	}
}
