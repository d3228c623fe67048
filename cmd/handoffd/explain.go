package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/internal/store"
)

func newExplain(o *options) *cobra.Command {
	var at string
	c := o.withConfig(&cobra.Command{
		Use:   "explain ACCOUNT --config FILE [--at TIME]",
		Short: "Explain a decision: every clause with its value, what is missing, what comes next, the clocks",
		Long: `Explain why an account was handed off, or was not: every clause of every rule
with its value, source and age, how far it is from passing, what comes next and
when, and for an account that sales has, the clocks.

ACCOUNT is an id of either CRM, handoffd's own id, the domain or the name.
Without --at the account is decided now, and what differs from the log is said.
With --at the decision that stood then is read from the log and made again.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return o.explain(c, args[0], at) },
	})
	c.Flags().StringVar(&at, "at", "", `an earlier time: "2026-11-02", "2026-11-02 15:04" (in the policy's zone) or RFC 3339`)
	return c
}

func (o *options) explain(c *cobra.Command, query, at string) (err error) {
	config, _, err := o.load(c)
	if err != nil {
		return err
	}
	zone := config.Policy.Calendar.Location()
	then, err := instant(at, zone, clock.System{}.Now())
	if err != nil {
		return usageError{err}
	}
	s, err := store.Open(c.Context(), config.SQLite, store.Options{Clock: clock.System{}, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	e := engine.New(engine.Options{Store: s, Policy: config.Policy, Clock: clock.System{}, Logger: o.logger(c.ErrOrStderr()), GoLive: config.GoLive})
	one, several, err := e.Explain(c.Context(), query, then)
	switch {
	case err != nil:
		return err
	case one == nil:
		return errors.Join(o.printSeveral(c.OutOrStdout(), several), severalError{query, len(several)})
	case o.output == "json":
		return printJSON(c.OutOrStdout(), one)
	}
	return printExplained(c.OutOrStdout(), one, zone)
}

// instant reads a time as people write it; a day alone means its end. "" is
// now, a time to come is refused: nothing has been decided then.
func instant(text string, zone *time.Location, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err == nil {
		if at.After(now) {
			return at, fmt.Errorf("--at %s is yet to come", text)
		}
		if at = at.AddDate(0, 0, 1).Add(-time.Second); at.After(now) {
			at = now
		}
		return at, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04"} {
		if at, err = time.ParseInLocation(layout, text, zone); err == nil {
			if at.After(now) {
				return at, fmt.Errorf("--at %s is yet to come", text)
			}
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf(`--at takes a time such as "2026-11-02", "2026-11-02 15:04" or RFC 3339, not %q`, text)
}
