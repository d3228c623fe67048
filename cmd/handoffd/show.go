package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/internal/store"
)

func newShow(o *options) *cobra.Command {
	return o.withConfig(&cobra.Command{
		Use:   "show ACCOUNT --config FILE",
		Short: "Show one account: both CRMs' values, whose count and why, links, problems, last writes",
		Long:  "Show one account. ACCOUNT is an id of either CRM, handoffd's own id, the domain or the name.",
		Args:  cobra.ExactArgs(1),
		RunE:  func(c *cobra.Command, args []string) error { return o.show(c, args[0]) },
	})
}

// severalError says that the list of what was found has been printed.
type severalError struct {
	query string
	found int
}

func (e severalError) Error() string {
	if e.found == 0 {
		return fmt.Sprintf("no account has the id, domain or name %q", e.query)
	}
	return fmt.Sprintf("%q fits %d accounts; show one of them by its id", e.query, e.found)
}

func (o *options) show(c *cobra.Command, query string) (err error) {
	config, _, err := o.load(c)
	if err != nil {
		return err
	}
	s, err := store.Open(c.Context(), config.SQLite, store.Options{Clock: clock.System{}, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	one, several, err := engine.Show(c.Context(), s, config.Mapping, query)
	switch {
	case err != nil:
		return err
	case one == nil:
		return errors.Join(o.printSeveral(c.OutOrStdout(), several), severalError{query, len(several)})
	case o.output == "json":
		return printJSON(c.OutOrStdout(), one)
	}
	return printShown(c.OutOrStdout(), one)
}

// printSeveral lists what a query fits.
func (o *options) printSeveral(w io.Writer, rows []engine.AccountRow) error {
	type found struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Domain string `json:"domain"`
		State  string `json:"state"`
	}
	list := make([]found, len(rows))
	for i, r := range rows {
		list[i] = found{r.ID, r.Name, r.Domain, r.State}
	}
	if o.output == "json" {
		return printJSON(w, map[string]any{"accounts": list})
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", f.ID, safe(f.Name, 40), safe(f.Domain, 40), f.State)
	}
	return t.Flush()
}

func printShown(w io.Writer, s *engine.Shown) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\t%s\t%s\n", safe(s.Name, 60), safe(s.Domain, 60), s.ID)
	fmt.Fprintf(t, "state\t%s\tsince %s\n", cmp.Or(s.State, "-"), moment(s.Since))
	fmt.Fprintf(t, "decision\t%s\t%s\n", s.Outcome, safe(s.Reason, 200))
	if s.Waits != "" {
		fmt.Fprintf(t, "queue\t%s\n", safe(s.Waits, 300))
	}
	if s.Handoff != nil {
		fmt.Fprintf(t, "handoff\t%s by %s\tto %s, due %s\n", s.Handoff.ID, s.Handoff.Rule, safe(s.Handoff.Owner, 40), moment(s.Handoff.Due))
		if len(s.Handoff.Assigned) > 0 {
			fmt.Fprintf(t, "assigned\t%s\n", safe(strings.Join(s.Handoff.Assigned, "; "), 400))
		}
	}
	for _, page := range handoffPages(s.Handoff) {
		fmt.Fprintf(t, "summary\t%s\n", page)
	}
	if s.Linked != "" {
		fmt.Fprintf(t, "linked by\t%s\n", s.Linked)
	}
	for _, l := range s.Links {
		fmt.Fprintf(t, "record\t%s\n", l)
	}
	fmt.Fprintf(t, "people\t%d\n", s.Contacts)
	if err := t.Flush(); err != nil {
		return err
	}
	if err := printFields(w, s.Fields); err != nil {
		return err
	}
	return errors.Join(printShownProblems(w, s.Problems), printConflicts(w, s.Conflicts), printWrites(w, s.Writes))
}

func handoffPages(h *engine.ShownHandoff) (lines []string) {
	if h == nil {
		return nil
	}
	for _, page := range h.Summaries {
		lines = append(lines, frozenPage(page, moment(page.At)))
	}
	return lines
}

// frozenPage names a stage's page by its hash; the text stands in the JSON.
func frozenPage(p engine.FrozenSummary, at string) string {
	line := fmt.Sprintf("%s stage, frozen %s, SHA-256 %s", p.Stage, at, p.Hash)
	if !p.Intact {
		line += " (a person was erased from it since)"
	}
	return line
}

func printConflicts(w io.Writer, conflicts []engine.ShownConflict) error {
	if len(conflicts) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nCONFLICT ON\tAT\tSALESFORCE\tHUBSPOT\tWON BY\tPOLICY\tWHY")
	for _, c := range conflicts {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Field, moment(c.At), safe(c.Salesforce, 40), safe(c.HubSpot, 40), c.Winner, c.Policy, safe(c.Reason, 80))
	}
	return t.Flush()
}

func printFields(w io.Writer, fields []engine.ShownField) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nFIELD\tVALUE\tSALESFORCE\tHUBSPOT\tTAKEN FROM\tWHY\tAS OF")
	for _, f := range fields {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			f.Name, safe(f.Value, 40), safe(f.Salesforce, 40), safe(f.HubSpot, 40), f.From, f.Why, moment(f.At))
	}
	return t.Flush()
}

func printShownProblems(w io.Writer, problems []engine.ShownProblem) error {
	if len(problems) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nPROBLEM\tFIELD\tVALUE\tSINCE\tNEXT TRY\tREASON")
	for _, p := range problems {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Record, p.Field, safe(p.Value, 40), moment(p.Since), p.NextTry, safe(p.Reason, 200))
	}
	return t.Flush()
}

func printWrites(w io.Writer, writes []engine.ShownWrite) error {
	if len(writes) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nWRITE\tTO\tKIND\tSTATE\tSENT\tRESULT")
	for _, x := range writes {
		result := x.Result
		if x.Error != "" {
			result = safe(x.Error, 100)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", x.Key, x.System, x.Kind, x.State, moment(x.Sent), result)
	}
	return t.Flush()
}

// moment shows a time to people, "-" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateTime)
}
