package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			version, revision := "(devel)", ""
			if info, ok := debug.ReadBuildInfo(); ok {
				version = info.Main.Version
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						revision = s.Value
					}
				}
			}
			if o.output == "json" {
				return printJSON(c.OutOrStdout(), map[string]string{"version": version, "revision": revision, "go": runtime.Version()})
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "handoffd %s %s %s\n", version, revision, runtime.Version())
			return err
		},
	}
}
