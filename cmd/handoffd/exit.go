package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/app"
	"handoffd/internal/engine"
	"handoffd/internal/yamlpos"
)

// The exit codes, the same for every command.
const (
	exitFine        = 0
	exitFailed      = 1 // failed at run time
	exitFiles       = 2 // the user's files or flags are wrong
	exitEnvironment = 3 // a CRM refuses, is unreachable, or lacks something
)

// usageError is a mistake on the command line.
type usageError struct{ error }

// filesError says that mistakes in files have been printed already.
type filesError struct{ count int }

func (e filesError) Error() string { return fmt.Sprintf("%d mistakes", e.count) }

// report prints an error, once, and returns the exit code it calls for.
func report(w io.Writer, err error) int {
	code := exitCode(err)
	var printed filesError
	if err == nil || errors.As(err, &printed) {
		return code
	}
	for _, line := range strings.Split(strings.TrimSpace(err.Error()), "\n") {
		fmt.Fprintln(w, "handoffd:", line)
	}
	if code == exitFiles {
		fmt.Fprintln(w, "Try: handoffd --help")
	}
	return code
}

func exitCode(err error) int {
	var (
		usage   usageError
		files   filesError
		listed  yamlpos.Problems
		foreign *engine.ForeignOrgError
		held    *engine.HeldError
		network *net.OpError
		address *url.Error
		key     *app.KeyError
	)
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, context.Canceled):
		return exitFailed // somebody ended it
	case errors.As(err, &usage), errors.As(err, &files), errors.As(err, &listed), errors.As(err, &key):
		return exitFiles
	case errors.As(err, &foreign), errors.As(err, &held), connectors.ClassOf(err) != "", errors.As(err, &network), errors.As(err, &address):
		return exitEnvironment
	case strings.HasPrefix(err.Error(), "unknown command"), strings.Contains(err.Error(), "required flag"), strings.Contains(err.Error(), "arg(s)"):
		return exitFiles
	}
	return exitFailed
}
