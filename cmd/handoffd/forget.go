package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

func newForget(o *options) *cobra.Command {
	return o.withConfig(&cobra.Command{
		Use:   "forget CONTACT --config FILE",
		Short: "Erase a person's data, and keep them out if they are read again",
		Long: "Forget erases a person from the store: the contact, the counters, and the name and\n" +
			"address in summaries, writes and labels. CONTACT is an id of either CRM or an e-mail\n" +
			"address. What stands in the CRMs is theirs and stays.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return o.forget(c, args[0]) },
	})
}

func (o *options) forget(c *cobra.Command, contact string) (err error) {
	s, err := o.openStore(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	done, err := engine.Forget(c.Context(), s, contact, clock.System{}.Now())
	if err != nil {
		return err
	}
	if o.output == "json" {
		return printJSON(c.OutOrStdout(), done)
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "forgotten: %d records, %d texts redacted; kept out from now on\n", len(done.Records), done.Redacted)
	return err
}
