package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/yamlpos"
)

// validate checks the flags that every command has; some commands print in a
// form of their own.
func (o *options) validate(command string) error {
	own := o.output == "junit" && command == "test" || o.output == outputHTML && command == "report"
	if o.output != "text" && o.output != "json" && !own {
		return usageError{fmt.Errorf("--output is text or json, not %q", o.output)}
	}
	if o.logFormat != "text" && o.logFormat != "json" {
		return usageError{fmt.Errorf("--log-format is text or json, not %q", o.logFormat)}
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.logLevel)); err != nil {
		return usageError{fmt.Errorf("--log-level is debug, info, warn or error, not %q", o.logLevel)}
	}
	return nil
}

// logger writes to stderr.
func (o *options) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(o.logLevel)) // validated before
	handler := &slog.HandlerOptions{Level: level}
	if o.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, handler))
	}
	return slog.New(slog.NewTextHandler(w, handler))
}

func (o *options) environment(c *cobra.Command) app.Environment {
	return app.Environment{Clock: clock.System{}, Logger: o.logger(c.ErrOrStderr())}
}

// load reads the config; its mistakes are printed to stderr.
func (o *options) load(c *cobra.Command) (*app.Config, *yamlpos.Collector, error) {
	config, problems, err := app.Load(o.config)
	if err != nil {
		return nil, nil, usageError{err}
	}
	return config, problems, o.printed(c, problems)
}

// printed prints the problems, if any, and returns an error if one is serious.
func (o *options) printed(c *cobra.Command, problems *yamlpos.Collector) error {
	if err := problems.Print(c.ErrOrStderr()); err != nil {
		return err
	}
	if problems.Failed() {
		return filesError{count: problems.Problems().Count(yamlpos.Error)}
	}
	return nil
}

// printJSON writes v on one line, the last of the output.
func printJSON(w io.Writer, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("printing result: %w", err)
	}
	_, err = fmt.Fprintln(w, string(data))
	return err
}

// isTerminal tells whether progress may be shown on f.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
