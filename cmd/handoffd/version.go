package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"handoffd/internal/app"
)

func newVersion(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.output == "json" {
				return printJSON(c.OutOrStdout(), map[string]string{"version": app.Version(), "go": runtime.Version()})
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "handoffd %s %s\n", app.Version(), runtime.Version())
			return err
		},
	}
}
