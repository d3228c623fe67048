package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/internal/store"
)

// filled is the config of a store that a run has filled, with an account on
// which there is everything to show, a case, and problems.
func filled(t *testing.T) (config, name string, links []string) {
	t.Helper()
	config = filepath.Join(t.TempDir(), "config.yaml")
	_, end := beginSandbox(t, "--seed", "demo", "--write-config", config)
	if code, out := printed(t, "run", "--once", "--config", config); code != exitFine {
		t.Fatalf("exit %d\n%s", code, out)
	}
	if _, err := end(); err != nil {
		t.Fatal(err)
	}
	const domain = "poplar-engineering.example"
	_, out := printed(t, "show", domain, "--config", config, "--output", "json")
	var shown engine.Shown
	if err := json.Unmarshal([]byte(out), &shown); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s, err := store.Open(t.Context(), strings.TrimSuffix(config, "yaml")+"db", store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ref := connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: strings.TrimPrefix(shown.Links[1], "salesforce/account/")}
	err = s.Update(t.Context(), func(tx engine.Tx) error {
		if err := tx.PutProblems([]engine.ProblemRow{{Ref: ref, Field: "score", Reason: "a value that does not fit"}}); err != nil {
			return err
		}
		if err := tx.AddConflicts([]engine.ConflictRow{{Account: shown.ID, Field: "score", Reason: "both had changed it"}}); err != nil {
			return err
		}
		return tx.PutCase(engine.MatchCase{ID: "case-1", Rule: "domain", State: engine.CaseOpen, Reason: "two of them fit", Candidates: []engine.Candidate{{Ref: ref}}})
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return config, shown.Name, []string{shown.ID, ref.ID, ref.ID[:15], domain, strings.ToUpper(shown.Name)}
}

// TestOneQuery counts every statement that the commands have the store run for
// an answer, however much there is to tell. What opening a store takes does
// not count: its pragmas and the look at its version.
func TestOneQuery(t *testing.T) {
	t.Parallel()
	config, name, queries := filled(t)
	type call struct {
		args []string
		want []string // what the answer must hold, to be one
	}
	calls := []call{
		{[]string{"cases"}, []string{"case-1", "two of them fit", name}},
		{[]string{"problems"}, []string{"a value that does not fit"}},
		{[]string{"show", "sorrel-retail.example"}, []string{"Sorrel Retail Europe"}}, // fits several
		{[]string{"show", "Nobody Ltd"}, nil},
	}
	for _, query := range queries {
		calls = append(calls, call{[]string{"show", query}, []string{name, "a value that does not fit", "both had changed it", "salesforce"}})
	}
	for _, c := range calls {
		for _, output := range []string{"text", "json"} {
			var ran []string
			ctx := store.WithTrace(t.Context(), func(query string) { ran = append(ran, query) })
			var stdout, stderr bytes.Buffer
			err := command(ctx, &stdout, &stderr, append(c.args, "--config", config, "--output", output)...)
			if wantsErr := c.want == nil || len(c.want) == 1 && c.args[0] == "show"; (err != nil) != wantsErr {
				t.Errorf("%s as %s: %v\n%s", c.args, output, err, stderr.String())
			}
			for _, want := range c.want {
				if !strings.Contains(stdout.String(), want) {
					t.Errorf("%s as %s says nothing of %q:\n%s", c.args, output, want, stdout.String())
				}
			}
			if len(ran) != 1 {
				t.Errorf("%s as %s takes %d statements, want 1:\n%s", c.args, output, len(ran), strings.Join(ran, "\n---\n"))
			}
		}
	}
}
