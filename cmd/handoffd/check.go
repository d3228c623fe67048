package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/yamlpos"
)

func newCheck(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "Find every mistake in config files, with line, column and the fix",
		Args:  cobra.MinimumNArgs(1),
		RunE:  func(c *cobra.Command, files []string) error { return o.check(c, files) },
	}
}

// checked is what check says of the files in JSON.
type checked struct {
	Files    int              `json:"files"`
	Errors   int              `json:"errors"`
	Warnings int              `json:"warnings"`
	Problems yamlpos.Problems `json:"problems"`
}

func (o *options) check(c *cobra.Command, files []string) error {
	out := checked{Problems: yamlpos.Problems{}}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			return usageError{fmt.Errorf("reading file: %w", err)}
		}
		config, problems := app.Parse(name, src)
		if !problems.Failed() {
			config.WarnReview(clock.System{}.Now())
		}
		list := problems.Problems()
		out.Files++
		out.Errors += list.Count(yamlpos.Error)
		out.Warnings += list.Count(yamlpos.Warning)
		out.Problems = append(out.Problems, list...)
		if o.output == "json" {
			continue
		}
		if err := problems.Print(c.OutOrStdout()); err != nil {
			return err
		}
		if !problems.Failed() {
			fmt.Fprintf(c.OutOrStdout(), "%s: fine\n", name)
		}
	}
	if o.output == "json" {
		if err := printJSON(c.OutOrStdout(), out); err != nil {
			return err
		}
	}
	if out.Errors > 0 {
		return filesError{count: out.Errors}
	}
	return nil
}
