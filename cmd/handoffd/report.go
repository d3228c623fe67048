package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
	reports "handoffd/internal/report"
	"handoffd/internal/store"
	"handoffd/workflows"
)

func newReport(o *options) *cobra.Command {
	var month, list, by string
	c := o.withConfig(&cobra.Command{
		Use:   "report --config FILE [--month YYYY-MM] [--list MEASURE | --by GROUP]",
		Short: "Show the measures of a month with their targets, both service levels and the clocks",
		Long: "Show the measures of a month: value, target, how many it rests on, the month before, and the same per rule,\n" +
			"criterion, segment, owner and policy. --output is text, json or html. --list shows the accounts behind a figure,\n" +
			"--by all figures of each rule, criterion, segment, owner or policy.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.report(c, month, list, by) },
	})
	c.Flags().StringVar(&month, "month", "", "the month, as 2026-11; without it the present one")
	c.Flags().StringVar(&list, "list", "", "the measure whose accounts are to be listed")
	c.Flags().StringVar(&by, "by", "", "what all figures are broken down by: "+strings.Join(workflows.GroupedBy(), ", "))
	return c
}

func (o *options) report(c *cobra.Command, month, list, by string) (err error) {
	if _, ok := workflows.MeasureNamed(list); list != "" && !ok {
		return usageError{fmt.Errorf("--list takes one of: %s", strings.Join(measureNames(), ", "))}
	}
	if list != "" && o.output == outputHTML {
		return usageError{errors.New("--list prints text or json; the page has all lists in it")}
	}
	switch {
	case by != "" && !slices.Contains(workflows.GroupedBy(), by):
		return usageError{fmt.Errorf("--by takes one of: %s", strings.Join(workflows.GroupedBy(), ", "))}
	case by != "" && (list != "" || o.output == outputHTML):
		return usageError{errors.New("--by prints text or json, and goes without --list")}
	}
	config, _, err := o.load(c)
	if err != nil {
		return err
	}
	now := clock.System{}.Now()
	at, err := monthOf(month, now, config.Policy.Calendar.Location())
	if err != nil {
		return usageError{err}
	}
	if _, err := os.Stat(config.SQLite); err != nil { // a report makes no store
		return usageError{fmt.Errorf("finding the store: %w", err)}
	}
	s, err := store.Open(c.Context(), config.SQLite, store.Options{Clock: clock.System{}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	r, err := engine.MonthReport(c.Context(), s, config.Policy, at, now)
	if err != nil {
		return err
	}
	if by != "" {
		return o.printGroups(c, r, by)
	}
	return o.printReport(c, r, list)
}

func (o *options) printGroups(c *cobra.Command, r workflows.Report, by string) error {
	if o.output == "json" {
		return printJSON(c.OutOrStdout(), reports.GroupsBy(r, by))
	}
	return reports.By(c.OutOrStdout(), r, by)
}

func (o *options) printReport(c *cobra.Command, r workflows.Report, list string) error {
	w := c.OutOrStdout()
	if list == "" {
		switch o.output {
		case "json":
			return printJSON(w, reports.WithoutAccounts(r))
		case outputHTML:
			return reports.HTML(w, r, true, "")
		}
		return reports.Text(w, r)
	}
	f := r.Figure(list)
	switch {
	case f == nil: // frozen before the measure was there
		return fmt.Errorf("the report of %s does not have %s", r.Name, list)
	case o.output == "json":
		return printJSON(w, f)
	}
	return reports.List(w, r, *f)
}

// monthOf reads a month. It is the one that now falls into if none is named.
func monthOf(text string, now time.Time, zone *time.Location) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	at, err := time.ParseInLocation("2006-01", text, zone)
	switch {
	case err != nil:
		return at, fmt.Errorf("--month is a month such as 2026-11, not %q", text)
	case at.After(now):
		return at, fmt.Errorf("--month %s has not begun yet", text)
	}
	return at, nil
}

func measureNames() (names []string) {
	for _, m := range workflows.Measures() {
		names = append(names, m.Name)
	}
	return names
}

// outputHTML is how only the report is printed.
const outputHTML = "html"
