package salesforce_test

import (
	"fmt"
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/connectors/salesforce"
)

// A sample is one query and starts nothing, however large the org is.
func TestSample(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	for i := range 205 {
		w.insert("Account", map[string]any{"Name": fmt.Sprintf("A%03d", i), "Type": map[bool]string{true: "Partner", false: "Prospect"}[i < 4]})
	}
	c := w.connect(func(cfg *salesforce.Config) { cfg.BulkAbove, cfg.Where = 10, "Type != 'Partner'" })
	got, err := c.Sample(t.Context(), connectors.Account)
	if err != nil || len(got) != 200 {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	for endpoint := range w.org.Calls().Endpoints {
		if strings.Contains(endpoint, "jobs") {
			t.Errorf("it called %s", endpoint)
		}
	}
	c = w.connect(func(cfg *salesforce.Config) { cfg.Where = "Nope__c = 1" })
	if _, err := c.Sample(t.Context(), connectors.Account); err == nil || !strings.Contains(err.Error(), "Nope__c") {
		t.Errorf("a condition that the org refuses: %v", err)
	}
}
