package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"handoffd/internal/scenario"
	"handoffd/internal/yamlpos"
)

func newTest(o *options) *cobra.Command {
	var options scenario.Options
	c := &cobra.Command{
		Use:   "test FILE... [--config FILE] [--trace]",
		Short: "Play scenarios: what people do in either CRM, and what must be true by when; months in seconds",
		Args:  cobra.MinimumNArgs(1),
		RunE:  func(c *cobra.Command, files []string) error { return o.test(c, files, options) },
	}
	c.Flags().StringVar(&options.Config, "config", "", "play with this config instead of the one that the scenario names (without either: the example config)")
	c.Flags().BoolVar(&options.Story, "trace", false, "tell everything that happened, in order")
	return c
}

// played is one file's outcome.
type played struct {
	result   *scenario.Result
	problems *yamlpos.Collector
	err      error
}

func (o *options) test(c *cobra.Command, files []string, options scenario.Options) error {
	if c.Flags().Changed("log-level") {
		options.Logger = o.logger(c.ErrOrStderr())
	}
	all := playAll(c.Context(), files, options)
	var results []*scenario.Result
	mistakes, broken, failed := 0, 0, 0
	for i, p := range all {
		var unreadable *scenario.FileError
		switch {
		case errors.As(p.err, &unreadable):
			mistakes++
			fmt.Fprintln(c.ErrOrStderr(), "handoffd:", p.err)
		case p.err != nil:
			broken++
			fmt.Fprintf(c.ErrOrStderr(), "handoffd: playing %s: %v\n", files[i], p.err)
		}
		if err := p.problems.Print(c.ErrOrStderr()); err != nil {
			return err
		}
		mistakes += p.problems.Problems().Count(yamlpos.Error)
		if p.result == nil || p.err != nil {
			results = append(results, p.unplayed(files[i]))
			continue
		}
		if results = append(results, p.result); !p.result.Passed() {
			failed++
		}
	}
	if err := o.printResults(c, results, failed); err != nil {
		return err
	}
	switch {
	case c.Context().Err() != nil:
		return c.Context().Err()
	case mistakes > 0:
		return filesError{count: mistakes}
	case broken > 0:
		return environmentError{fmt.Sprintf("%d of %d scenarios could not be played", broken, len(files))}
	case failed > 0:
		return failedError{failed, len(files)}
	}
	return nil
}

// unplayed is what is told to programs of a file that could not be played.
func (p played) unplayed(file string) *scenario.Result {
	var why strings.Builder
	_ = p.problems.Print(&why) // a Builder cannot fail
	if p.err != nil {
		fmt.Fprintln(&why, p.err)
	}
	return scenario.NotPlayed(file, strings.TrimSpace(why.String()))
}

// playAll plays the files, as many at a time as there are processors.
func playAll(ctx context.Context, files []string, options scenario.Options) []played {
	out := make([]played, len(files))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var group sync.WaitGroup
	for i, file := range files {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			out[i].result, out[i].problems, out[i].err = scenario.Play(ctx, file, options)
		})
	}
	group.Wait()
	return out
}

// failedError says that results have been printed, and some are bad.
type failedError struct{ failed, of int }

func (e failedError) Error() string {
	return fmt.Sprintf("%d of %d scenarios did not go as expected", e.failed, e.of)
}

func (o *options) printResults(c *cobra.Command, results []*scenario.Result, failed int) error {
	w := c.OutOrStdout()
	switch o.output {
	case "json":
		broken := 0
		for _, r := range results {
			if r.Error != "" {
				broken++
			}
		}
		return printJSON(w, map[string]any{"scenarios": results, "played": len(results) - broken, "failed": failed, "not_played": broken})
	case "junit":
		return scenario.JUnit(w, results)
	}
	for _, r := range results {
		if r.Error != "" {
			continue // it stands with the other errors
		}
		if err := r.Print(w); err != nil {
			return err
		}
	}
	return nil
}
