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
		Long: "Forget erases a person from the store: the contact, the counters, and the names and\n" +
			"addresses, former ones too, wherever they were written down. CONTACT is an id of either\n" +
			"CRM or an e-mail address, also of a contact that was deleted. The store's file is then\n" +
			"rewritten, which takes as much free space as it has. What stands in the CRMs is theirs\n" +
			"and stays, and so do backups.",
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
	if err := s.Scrub(c.Context()); err != nil {
		return fmt.Errorf("%d records are forgotten, but traces may be left in the file; run forget once more: %w", len(done.Records), err)
	}
	if o.output == "json" {
		return printJSON(c.OutOrStdout(), done)
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "forgotten: %d records, %d texts redacted; kept out from now on\n", len(done.Records), done.Redacted)
	return err
}
