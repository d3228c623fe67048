package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/internal/store"
)

// control is a command that sets a switch in the store, also while a daemon
// runs on it.
func (o *options) control(use, short, done string, f func(context.Context, engine.Store) error) *cobra.Command {
	return o.withConfig(&cobra.Command{
		Use: use + " --config FILE", Short: short, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			s, err := o.openStore(c)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			if err := f(c.Context(), s); err != nil {
				return err
			}
			if o.output == "json" {
				return printJSON(c.OutOrStdout(), map[string]string{"done": use})
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), done)
			return err
		},
	})
}

// openStore opens the config's store without its lock.
func (o *options) openStore(c *cobra.Command) (*store.Store, error) {
	config, _, err := o.load(c)
	if err != nil {
		return nil, err
	}
	return store.Open(c.Context(), config.SQLite, store.Options{Clock: clock.System{}})
}

func newRelease(o *options) *cobra.Command {
	return o.control("release", "Let a new store write, or let through the handoffs that are held",
		"released: it goes on with the next cycle",
		func(ctx context.Context, s engine.Store) error { return engine.Release(ctx, s, clock.System{}.Now()) })
}

func newPause(o *options) *cobra.Command {
	return o.control("pause", "Stop all writes at once; reading and deciding go on",
		"paused: nothing is written until `handoffd resume`",
		func(ctx context.Context, s engine.Store) error { return engine.Pause(ctx, s, clock.System{}.Now()) })
}

func newResume(o *options) *cobra.Command {
	return o.control("resume", "Let writes go on after a pause", "resumed", engine.Resume)
}

func newPlan(o *options) *cobra.Command {
	return o.withConfig(&cobra.Command{
		Use: "plan --config FILE", Short: "Read and decide, and show what would be done; write nothing", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.plan(c) },
	})
}

// createsListed is how many records to be made a plan in JSON lists per CRM;
// the count tells of all.
const createsListed = 10000

// planJSON is what plan prints for programs.
type planJSON struct {
	Handoffs []engine.PlannedHandoff `json:"handoffs"`
	Creates  []engine.PlannedCreate  `json:"creates,omitempty"`
	Held     *engine.HoldRow         `json:"held,omitempty"`
}

func (o *options) plan(c *cobra.Command) (err error) {
	ctx := c.Context()
	config, problems, err := o.load(c)
	if err != nil {
		return err
	}
	env := o.environment(c)
	env.PlanOnly = true
	daemon, err := app.Open(ctx, config, problems, env)
	if problems.Failed() {
		return o.printed(c, problems)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, daemon.Close()) }()
	planned, failed := daemon.Engine.Plan(ctx)
	most := engine.NamedCreates
	if o.output == "json" {
		most = createsListed
	}
	creates, err := daemon.Engine.PlannedCreates(ctx, most)
	failed = errors.Join(failed, err)
	held, err := engine.StandingHold(ctx, daemon.Store)
	failed = errors.Join(failed, err)
	if o.output == "json" {
		return errors.Join(failed, printJSON(c.OutOrStdout(), planJSON{Handoffs: planned, Creates: creates, Held: held}))
	}
	if held != nil {
		fmt.Fprintln(c.OutOrStdout(), held)
	}
	printCreates(c.OutOrStdout(), creates)
	if len(planned) == 0 {
		fmt.Fprintln(c.OutOrStdout(), "no handoff is planned")
	}
	return errors.Join(failed, printPlanned(c.OutOrStdout(), planned))
}
