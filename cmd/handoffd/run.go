package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"handoffd/connectors"
	"handoffd/internal/app"
	"handoffd/internal/dashboard"
)

func newRun(o *options) *cobra.Command {
	var once bool
	c := &cobra.Command{
		Use:   "run --config FILE [--once]",
		Short: "Run the daemon, or with --once do all that is due now",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return o.run(c, once) },
	}
	c.Flags().BoolVar(&once, "once", false, "do all that is due now, print a summary, and end")
	return o.withConfig(c)
}

func (o *options) run(c *cobra.Command, once bool) (err error) {
	ctx := c.Context()
	config, problems, err := o.load(c)
	if err != nil {
		return err
	}
	env := o.environment(c)
	env.Registry = prometheus.NewRegistry()
	env.Observe = dashboard.Observe(env.Registry)
	daemon, err := app.Open(ctx, config, problems, env)
	if problems.Failed() {
		return o.printed(c, problems)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, daemon.Close()) }()
	if once {
		return o.once(ctx, c, daemon)
	}
	if connectors.ClassOf(daemon.Partial) == connectors.Stop {
		return daemon.Partial // it will not mend itself
	}
	web, err := daemon.Serve(ctx)
	if err != nil {
		return err
	}
	daemon.Run(ctx, reloads(ctx))
	return web.Close()
}

func (o *options) once(ctx context.Context, c *cobra.Command, daemon *app.Daemon) error {
	failed := daemon.Engine.Once(ctx)
	summary, err := daemon.Engine.Summary(context.WithoutCancel(ctx))
	if err != nil {
		return errors.Join(failed, err)
	}
	if failed == nil && summary.Pending > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "handoffd: %d writes wait to be tried again; `handoffd show ACCOUNT` says why\n", summary.Pending)
	}
	if summary.Hold != nil {
		fmt.Fprintf(c.ErrOrStderr(), "handoffd: %s\n", summary.Hold)
	}
	if o.output == "json" {
		return errors.Join(failed, printJSON(c.OutOrStdout(), summary))
	}
	return errors.Join(failed, printSummary(c.OutOrStdout(), summary))
}

// reloads turns SIGHUP into a signal for the daemon.
func reloads(ctx context.Context) <-chan struct{} {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	out := make(chan struct{})
	go func() {
		defer signal.Stop(hangup)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangup:
				select {
				case out <- struct{}{}:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}
