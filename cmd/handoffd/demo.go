package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"handoffd/internal/demo"
)

func newDemo(o *options) *cobra.Command {
	var keep bool
	c := &cobra.Command{
		Use:   "demo [--keep]",
		Short: "See it work: both CRMs imitated, two months of handoffs played in seconds; needs no account anywhere",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return o.demo(c, keep) },
	}
	c.Flags().BoolVar(&keep, "keep", false, "stay up afterwards, with both sandboxes and the status page, until interrupted")
	return c
}

func (o *options) demo(c *cobra.Command, keep bool) error {
	if !c.Flags().Changed("log-level") {
		o.logLevel = "error" // the play itself tells what happens
	}
	with := demo.Options{Logger: o.logger(c.ErrOrStderr()), Show: o.showDemo(c)}
	if keep {
		with.Keep = func(r *demo.Report) error { return o.keptDemo(c, r) }
	}
	report, err := demo.Play(c.Context(), with)
	if err != nil {
		return err
	}
	if o.output == "json" && !keep {
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

// showDemo prints the parts as they end; JSON is printed at the end only.
func (o *options) showDemo(c *cobra.Command) func(demo.Part, *demo.Report) error {
	if o.output == "json" {
		return nil
	}
	out, isFile := c.OutOrStdout().(*os.File)
	return demo.NewPrinter(c.OutOrStdout(), isFile && isTerminal(out)).Show
}

// keptDemo says where everything stays up.
func (o *options) keptDemo(c *cobra.Command, r *demo.Report) error {
	if o.output == "json" {
		return printJSON(c.OutOrStdout(), r)
	}
	a := r.Addresses
	_, err := fmt.Fprintf(c.OutOrStdout(), "\nStatus page  %s\nSalesforce   %s\nHubSpot      %s\nInterrupt to end.\n", a.Dashboard, a.Salesforce, a.HubSpot)
	return err
}
