package engine_test

import (
	"log/slog"
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

// TestStartWarnsOfTwoCurrencies: but only where amounts travel.
func TestStartWarnsOfTwoCurrencies(t *testing.T) {
	t.Parallel()
	const money = "account:\n  value: {type: money, hubspot: value, salesforce: Value__c, sync: newest}\n"
	for name, c := range map[string]struct {
		sf, hs, mapping string
		want            bool
	}{
		"two":                 {"EUR", "USD", money, true},
		"one":                 {"EUR", "EUR", money, false},
		"one is not told":     {"", "USD", money, false},
		"no amount that goes": {"EUR", "USD", "account:\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.sf.currency, h.hs.currency = c.sf, c.hs
			var problems yamlpos.Collector
			text := strings.Replace(mappingText, "account:\n", c.mapping, 1)
			m := mapping.Compile(yamlpos.Parse("m.yaml", []byte(text), &problems).Root(), &problems)
			p := workflows.Compile(yamlpos.Parse("p.yaml", []byte(policyText), &problems).Root(), m, "hash", &problems)
			if err := problems.Err(); err != nil {
				t.Fatal(err)
			}
			var log strings.Builder
			e := engine.New(engine.Options{
				Store: h.store, Connectors: []connectors.Connector{h.sf, h.hs}, Policy: p, Clock: h.clock, Logger: slog.New(slog.NewTextHandler(&log, nil)),
			})
			if _, err := e.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(log.String(), "fields=value salesforce=EUR hubspot=USD"); got != c.want {
				t.Errorf("warned %v, want %v: %s", got, c.want, log.String())
			}
		})
	}
}
