package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"handoffd/internal/engine"
)

func newProblems(o *options) *cobra.Command {
	return o.withConfig(&cobra.Command{
		Use: "problems --config FILE", Short: "List what is parked: record, field, value, reason, since when", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.problems(c) },
	})
}

// parked is a problem as JSON shows it.
type parked struct {
	System string    `json:"system"`
	Object string    `json:"object"`
	ID     string    `json:"id"`
	Field  string    `json:"field,omitempty"`
	Value  string    `json:"value,omitempty"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
	// NextTry is a time, or says what it takes.
	NextTry string `json:"next_try"`
}

func (o *options) problems(c *cobra.Command) (err error) {
	s, err := o.openStore(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var rows []engine.ProblemRow
	if err := s.View(c.Context(), func(tx engine.Tx) (err error) {
		rows, err = tx.Problems()
		return err
	}); err != nil {
		return err
	}
	list := make([]parked, len(rows))
	for i, r := range rows {
		list[i] = parked{string(r.Ref.System), string(r.Ref.Object), r.Ref.ID, r.Field, r.Value, r.Reason, r.Since, engine.NextTry(r)}
	}
	if o.output == "json" {
		return printJSON(c.OutOrStdout(), list)
	}
	t := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SYSTEM\tRECORD\tFIELD\tVALUE\tSINCE\tNEXT TRY\tREASON")
	for _, p := range list {
		fmt.Fprintf(t, "%s\t%s %s\t%s\t%s\t%s\t%s\t%s\n", p.System, p.Object, p.ID, p.Field, safe(p.Value, 40), moment(p.Since), p.NextTry, safe(p.Reason, 200))
	}
	return t.Flush()
}
