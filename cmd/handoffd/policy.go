package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/workflows"
)

func newPolicy(o *options) *cobra.Command {
	c := &cobra.Command{
		Use:   "policy",
		Short: "Hash the policy, and sign it off for marketing or sales",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newPolicyHash(o), newPolicySign(o))
	return c
}

func newPolicyHash(o *options) *cobra.Command {
	return o.withConfig(&cobra.Command{
		Use:   "hash --config FILE",
		Short: "Print the hash of what is signed: comments, layout and the order of keys do not change it",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			config, _, err := o.load(c)
			if err != nil {
				return err
			}
			return o.printHash(c, config)
		},
	})
}

func (o *options) printHash(c *cobra.Command, config *app.Config) error {
	s := config.Policy.Signed
	if o.output != "json" {
		_, err := fmt.Fprintln(c.OutOrStdout(), s.Present)
		return err
	}
	fault := s.Fault(clock.System{}.Now(), workflows.Signed{})
	return printJSON(c.OutOrStdout(), struct {
		Hash      string              `json:"hash"`
		Version   int                 `json:"version"`
		Signed    bool                `json:"signed"`
		Fault     string              `json:"fault,omitempty"`
		Marketing workflows.Signature `json:"marketing"`
		Sales     workflows.Signature `json:"sales"`
	}{s.Present, config.Policy.Version, fault == "", fault, s.Marketing, s.Sales})
}

func newPolicySign(o *options) *cobra.Command {
	var side, by string
	c := &cobra.Command{
		Use:   "sign --config FILE --as marketing|sales --by NAME",
		Short: "Write one side's signature of the present policy into the file",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return o.sign(c, side, by) },
	}
	c.Flags().StringVar(&side, "as", "", "who signs: marketing or sales")
	c.Flags().StringVar(&by, "by", "", "the name of the person who signs")
	for _, name := range []string{"as", "by"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err) // the flags were defined above
		}
	}
	return o.withConfig(c)
}

func (o *options) sign(c *cobra.Command, side, by string) error {
	by = strings.Join(strings.Fields(by), " ")
	switch {
	case side != app.Marketing && side != app.Sales:
		return usageError{fmt.Errorf("--as is %s or %s, not %q", app.Marketing, app.Sales, side)}
	case by == "":
		return usageError{fmt.Errorf("--by is the name of the person who signs")}
	}
	config, _, err := o.load(c)
	if err != nil {
		return err
	}
	day, err := time.Parse(time.DateOnly, config.Policy.Calendar.LocalDay(clock.System{}.Now()))
	if err != nil {
		return fmt.Errorf("reading today's date: %w", err)
	}
	path, err := app.Sign(config, side, workflows.Signature{By: by, On: day})
	if err != nil {
		return err
	}
	if o.output == "json" {
		return printJSON(c.OutOrStdout(), map[string]string{
			"file": path, "as": side, "by": by, "on": day.Format(time.DateOnly), "hash": config.Policy.Signed.Present,
		})
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s: version %d signed for %s by %s on %s, hash %s\n",
		path, config.Policy.Version, side, by, day.Format(time.DateOnly), config.Policy.Signed.Present)
	return err
}
