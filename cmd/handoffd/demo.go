package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"handoffd/internal/clock"
	"handoffd/internal/demo"
)

func newDemo(o *options) *cobra.Command {
	var keep bool
	c := &cobra.Command{
		Use:   "demo [--keep]",
		Short: "See it work: both CRMs imitated, a day of handoffs played; needs no account anywhere",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return o.demo(c, keep) },
	}
	c.Flags().BoolVar(&keep, "keep", false, "stay up afterwards, with both sandboxes and the status page, until interrupted")
	return c
}

func (o *options) demo(c *cobra.Command, keep bool) (err error) {
	if !c.Flags().Changed("log-level") {
		o.logLevel = "error" // the play itself tells what happens
	}
	folder, err := os.MkdirTemp("", "handoffd-demo-")
	if err != nil {
		return fmt.Errorf("making a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	stage, err := demo.Open(c.Context(), demo.Options{Clock: clock.System{}, Logger: o.logger(c.ErrOrStderr()), Folder: folder})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	report, err := stage.Play(c.Context(), o.showDemo(c))
	if err != nil {
		return err
	}
	if keep {
		return errors.Join(verdict(report), o.keepDemo(c.Context(), c, stage, report))
	}
	if o.output == "json" {
		err = printJSON(c.OutOrStdout(), report)
	}
	return errors.Join(verdict(report), err)
}

// verdict is the error that a play with expectations not met ends in.
func verdict(r *demo.Report) error {
	if r.OK() {
		return nil
	}
	return fmt.Errorf("checking the play against the CRMs: %d of %d expectations were not met", len(r.Failures), r.Expectations)
}

// showDemo prints the acts as they end; JSON is printed at the end only.
func (o *options) showDemo(c *cobra.Command) func(string, *demo.Report) error {
	if o.output == "json" {
		return nil
	}
	out, isFile := c.OutOrStdout().(*os.File)
	return demo.NewPrinter(c.OutOrStdout(), isFile && isTerminal(out)).Show
}

func (o *options) keepDemo(ctx context.Context, c *cobra.Command, stage *demo.Stage, report *demo.Report) error {
	return stage.Keep(ctx, func(a demo.Addressed) error {
		if o.output == "json" {
			report.Addresses = &a
			return printJSON(c.OutOrStdout(), report)
		}
		_, err := fmt.Fprintf(c.OutOrStdout(), "\nStatus page  %s\nSalesforce   %s\nHubSpot      %s\nInterrupt to end.\n", a.Dashboard, a.Salesforce, a.HubSpot)
		return err
	})
}
