package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
	reports "handoffd/internal/report"
	"handoffd/internal/store"
	"handoffd/internal/yamlpos"
	"handoffd/workflows"
)

// backtestFlags are the flags of backtest.
type backtestFlags struct {
	policy, from, to, target string
	vary                     []string
	list                     bool
}

func newBacktest(o *options) *cobra.Command {
	f := &backtestFlags{}
	c := o.withConfig(&cobra.Command{
		Use:   "backtest --config FILE [--vary NAME=60..90/5] [--policy FILE] [--from DATE] [--to DATE] [--target N-M] [--list]",
		Short: "Replay the past under other rules: how many handoffs, and what became of those that were made",
		Long: `Replay the team's own past under other rules. Nothing is written, and the CRMs
are not asked.

--vary tries one number of the rules with several values, and says which meet
the target and fit the limit. NAME is the clause as explain shows it, or the
field: 'intent_score=60..90/5', 'intent/count(visits, "7d") >= 3=2..6'.
--policy compares another policy with the config's, account by account.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.backtest(c, f) },
	})
	c.Flags().StringVar(&f.policy, "policy", "", "another policy: a config file, or a file with the workflows section")
	c.Flags().StringVar(&f.from, "from", "", "the first day, as 2026-08-01; without it a quarter before the last")
	c.Flags().StringVar(&f.to, "to", "", "the last day; without it today")
	c.Flags().StringArrayVar(&f.vary, "vary", nil, "a number of the rules with values to try: NAME=60..90/5 or NAME=60,70 (may be repeated)")
	c.Flags().StringVar(&f.target, "target", "", "wanted handoffs a month: 18, 15-20 or 10-20% of the target list; without it the policy's own")
	c.Flags().BoolVar(&f.list, "list", false, "name the accounts")
	return c
}

func (o *options) backtest(c *cobra.Command, f *backtestFlags) (err error) {
	config, _, err := o.load(c)
	if err != nil {
		return err
	}
	now := clock.System{}.Now()
	request, err := o.backtestRequest(c, f, config, now)
	if err != nil {
		return err
	}
	s, err := store.Open(c.Context(), config.SQLite, store.Options{Clock: clock.System{}, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	b, err := engine.Backtest(c.Context(), s, config.Policy, request, now)
	if err != nil {
		return err
	}
	if o.output == "json" {
		if !f.list {
			b = reports.WithoutPassings(b)
		}
		return printJSON(c.OutOrStdout(), b)
	}
	return reports.Backtest(c.OutOrStdout(), b, config.Policy.Calendar.Location(), f.list)
}

// backtestRequest reads the flags. Every mistake in them is the user's.
func (o *options) backtestRequest(c *cobra.Command, f *backtestFlags, config *app.Config, now time.Time) (q engine.BacktestRequest, err error) {
	q.Keeps = config.Retention[store.PruneDecisions]
	zone := config.Policy.Calendar.Location()
	if q.From, err = dayFlag("--from", f.from, zone, now); err != nil {
		return q, usageError{err}
	}
	if q.To, err = dayFlag("--to", f.to, zone, now); err != nil {
		return q, usageError{err}
	}
	if !q.To.IsZero() {
		q.To = q.To.AddDate(0, 0, 1).Add(-time.Second) // the whole day
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		return q, usageError{fmt.Errorf("--from %s is after --to %s", f.from, f.to)}
	}
	if f.target != "" {
		if q.Band, err = workflows.ParseBand(f.target); err != nil {
			return q, usageError{err}
		}
	}
	base := config.Policy
	if f.policy != "" {
		var problems *yamlpos.Collector
		if q.Other, problems, err = config.LoadPolicy(f.policy); err != nil {
			return q, usageError{err}
		}
		if err := o.printed(c, problems); err != nil {
			return q, err
		}
		base = q.Other
	}
	for _, text := range f.vary {
		name, values, err := workflows.ParseVary(text)
		if err != nil {
			return q, usageError{fmt.Errorf("--vary: %w", err)}
		}
		knob, err := base.Knob(name)
		if err != nil {
			return q, usageError{fmt.Errorf("--vary: %w", err)}
		}
		for _, value := range values {
			if _, err := base.Turn(knob, value); err != nil {
				return q, usageError{fmt.Errorf("--vary: %w", err)}
			}
		}
		q.Vary = append(q.Vary, engine.Vary{Knob: knob, Values: values})
	}
	return q, nil
}

// dayFlag reads a day in the policy's zone, zero for none.
func dayFlag(flag, text string, zone *time.Location, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, zone)
	switch {
	case err != nil:
		return at, fmt.Errorf("%s is a day such as 2026-08-01, not %q", flag, text)
	case at.After(now):
		return at, fmt.Errorf("%s %s is yet to come", flag, text)
	}
	return at, nil
}
