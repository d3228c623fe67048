// Command handoffd hands accounts from marketing to sales, between Salesforce
// and HubSpot. See the README for what it does; each command is a file here.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // calendars need zones also where the system has none

	"github.com/spf13/cobra"
)

func main() { os.Exit(Main()) }

// Main runs the program and returns its exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(os.Args[1:])
	return report(root.ErrOrStderr(), root.ExecuteContext(ctx))
}

// options are the flags that every command has.
type options struct {
	config    string
	output    string
	logFormat string
	logLevel  string
}

func newRoot() *cobra.Command {
	o := &options{}
	root := &cobra.Command{
		Use:           "handoffd",
		Short:         "Hand accounts from marketing to sales, between Salesforce and HubSpot",
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			return o.validate(c.Name())
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	flags := root.PersistentFlags()
	flags.StringVar(&o.output, "output", "text", "how results are printed: text or json (test: junit as well)")
	flags.StringVar(&o.logFormat, "log-format", "text", "how logs are printed to stderr: text or json")
	flags.StringVar(&o.logLevel, "log-level", "info", "the least level that is logged: debug, info, warn or error")
	root.AddCommand(
		newRun(o), newDemo(o), newSandbox(o), newCheck(o), newTest(o), newDoctor(o), newSetup(o), newPlan(o), newCases(o), newProblems(o),
		newShow(o), newExplain(o), newReport(o), newBacktest(o), newSurvey(o), newForget(o), newPolicy(o),
		newRelease(o), newPause(o), newResume(o), newVersion(o),
	)
	return root
}

// withConfig adds the flag that names the config file.
func (o *options) withConfig(c *cobra.Command) *cobra.Command {
	c.Flags().StringVar(&o.config, "config", "", "the config file")
	if err := c.MarkFlagRequired("config"); err != nil {
		panic(err) // the flag was defined one line above
	}
	return c
}
