package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/internal/store"
)

func newCases(o *options) *cobra.Command {
	cases := o.withConfig(&cobra.Command{
		Use: "cases --config FILE", Short: "List the matches that need a person, and settle them", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.withIdentity(c, func(e *engine.Engine) error { return o.listCases(c, e) })
		},
	})
	cases.AddCommand(
		o.withConfig(&cobra.Command{
			Use: "link SALESFORCE_ID HUBSPOT_ID --config FILE", Short: "Say that two records are one account", Args: exactly(2, "the id of a Salesforce account and of a HubSpot company"),
			RunE: func(c *cobra.Command, ids []string) error {
				return o.withIdentity(c, func(e *engine.Engine) error { return o.decided(c, e.Link(c.Context(), ids[0], ids[1]), "linked") })
			},
		}),
		o.withConfig(&cobra.Command{
			Use: "split ID --config FILE", Short: "Say that the candidates of a case, or two linked records, are not one account", Args: exactly(1, "the id of a case, a record or an account"),
			RunE: func(c *cobra.Command, ids []string) error {
				return o.withIdentity(c, func(e *engine.Engine) error { return o.decided(c, e.Split(c.Context(), ids[0]), "split") })
			},
		}),
		o.withConfig(&cobra.Command{
			Use: "export FILE.csv --config FILE", Short: "Write the cases to a CSV file, to be decided there", Args: exactly(1, "the CSV file"),
			RunE: func(c *cobra.Command, files []string) error {
				return o.withIdentity(c, func(e *engine.Engine) error { return o.exportCases(c, e, files[0]) })
			},
		}),
		o.withConfig(&cobra.Command{
			Use: "import FILE.csv --config FILE", Short: "Do what the column decision of an exported file says", Args: exactly(1, "the CSV file"),
			RunE: func(c *cobra.Command, files []string) error {
				return o.withIdentity(c, func(e *engine.Engine) error { return o.importCases(c, e, files[0]) })
			},
		}),
	)
	return cases
}

// exactly is cobra.ExactArgs as a mistake on the command line.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError{fmt.Errorf("this takes %s", what)}
		}
		return nil
	}
}

// withIdentity runs f with an engine that speaks to no CRM, also beside a
// daemon that runs on the store.
func (o *options) withIdentity(c *cobra.Command, f func(*engine.Engine) error) (err error) {
	config, _, err := o.load(c)
	if err != nil {
		return err
	}
	s, err := store.Open(c.Context(), config.SQLite, store.Options{Clock: clock.System{}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return f(engine.New(engine.Options{Store: s, Policy: config.Policy, Clock: clock.System{}, Logger: o.logger(c.ErrOrStderr())}))
}

// decided tells of a decision that was taken; one that was refused is a
// mistake of who gave it.
func (o *options) decided(c *cobra.Command, err error, done string) error {
	if no := new(engine.RefusedError); errors.As(err, &no) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if o.output == "json" {
		return printJSON(c.OutOrStdout(), map[string]string{"done": done})
	}
	_, err = fmt.Fprintln(c.OutOrStdout(), done)
	return err
}

// shownCase is a case as JSON shows it.
type shownCase struct {
	ID         string           `json:"id"`
	Rule       string           `json:"rule"`
	Key        string           `json:"key"`
	Reason     string           `json:"reason"`
	State      string           `json:"state"`
	Since      time.Time        `json:"since"`
	Candidates []shownCandidate `json:"candidates"`
}

type shownCandidate struct {
	System string `json:"system"`
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`
	Domain string `json:"domain,omitempty"`
}

func shown(list []engine.MatchCase) []shownCase {
	out := make([]shownCase, len(list))
	for i, c := range list {
		out[i] = shownCase{ID: c.ID, Rule: c.Rule, Key: c.Key, Reason: c.Reason, State: c.State, Since: c.Since, Candidates: []shownCandidate{}}
		for _, m := range c.Candidates {
			out[i].Candidates = append(out[i].Candidates, shownCandidate{string(m.Ref.System), m.Ref.ID, m.Name, m.Domain})
		}
	}
	return out
}

func (o *options) listCases(c *cobra.Command, e *engine.Engine) error {
	list, err := e.Cases(c.Context())
	if err != nil {
		return err
	}
	if o.output == "json" {
		return printJSON(c.OutOrStdout(), shown(list))
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(c.OutOrStdout(), "no match needs a person")
		return err
	}
	for _, m := range shown(list) {
		fmt.Fprintf(c.OutOrStdout(), "%s  %s: %s, since %s\n    %s\n", m.ID, m.Rule, safe(m.Key, 80), m.Since.Format(time.DateTime), safe(m.Reason, 200))
		t := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
		for _, r := range m.Candidates {
			fmt.Fprintf(t, "    %s\t%s\t%s\t%s\n", r.System, r.ID, safe(r.Name, 40), safe(r.Domain, 40))
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(c.OutOrStdout(), "Settle one with `handoffd cases link SALESFORCE_ID HUBSPOT_ID` or `handoffd cases split CASE`.")
	return err
}
