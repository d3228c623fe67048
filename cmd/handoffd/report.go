package main

import (
	"errors"
	"fmt"
	"os"
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
	var month, list string
	c := o.withConfig(&cobra.Command{
		Use:   "report --config FILE [--month YYYY-MM] [--list MEASURE]",
		Short: "Show the measures of a month with their targets, both service levels and the clocks",
		Long: "Show the measures of a month: value, target, how many it rests on, the month before, and the same per rule,\n" +
			"criterion, segment, owner and policy. --output is text, json or html. --list shows the accounts behind a figure.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.report(c, month, list) },
	})
	c.Flags().StringVar(&month, "month", "", "the month, as 2026-11; without it the present one")
	c.Flags().StringVar(&list, "list", "", "the measure whose accounts are to be listed")
	return c
}

func (o *options) report(c *cobra.Command, month, list string) (err error) {
	if _, ok := workflows.MeasureNamed(list); list != "" && !ok {
		return usageError{fmt.Errorf("--list takes one of: %s", strings.Join(measureNames(), ", "))}
	}
	if list != "" && o.output == outputHTML {
		return usageError{errors.New("--list prints text or json; the page has all lists in it")}
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
	return o.printReport(c, r, list)
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
