package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"handoffd/internal/setup"
)

// setupFlags are the flags of setup.
type setupFlags struct {
	apply    bool
	export   string
	assignTo string
}

func newSetup(o *options) *cobra.Command {
	var f setupFlags
	c := &cobra.Command{
		Use:   "setup --config FILE [--apply] [--export DIR]",
		Short: "List the fields that the config needs and the CRMs lack; make or export them",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return o.setup(c, f) },
	}
	c.Flags().BoolVar(&f.apply, "apply", false, "make what is missing; what is there is never changed")
	c.Flags().StringVar(&f.export, "export", "", "write what the config needs as files to deploy, into this folder: all of it, and apart what is missing")
	c.Flags().StringVar(&f.assignTo, "assign-to", "", "the Salesforce username to grant the fields to, if the one who sets up is not the one who runs handoffd")
	return o.withConfig(c)
}

func (o *options) setup(c *cobra.Command, f setupFlags) error {
	if f.apply && f.export != "" {
		return usageError{errors.New("--apply makes what is missing, --export writes files: choose one")}
	}
	config, clients, err := o.clients(c)
	if err != nil {
		return err
	}
	what := setup.Options{
		Connectors: clients, Mapping: config.Mapping, TaskKey: taskKeys(config), AccountKey: accountKeys(config),
		Notification: config.Salesforce.NotificationType,
		AssignTo:     f.assignTo, Apply: f.apply,
	}
	report := setup.Run(c.Context(), what)
	wrote, failed := export(what, report, f.export)
	if o.output == "json" {
		err = printJSON(c.OutOrStdout(), struct {
			setup.Report
			Files []string `json:"files,omitempty"`
		}{report, wrote})
	} else {
		err = errors.Join(report.Print(c.OutOrStdout()), printFiles(c.OutOrStdout(), f.export, wrote, failed))
	}
	if err := errors.Join(failed, err); err != nil {
		return err
	}
	if n := report.Short(); n > 0 {
		return environmentError{fmt.Sprintf("%d of %d things are not as the config needs them", n, len(report.Steps)+len(report.Failures))}
	}
	return nil
}

func export(o setup.Options, r setup.Report, dir string) ([]string, error) {
	if dir == "" {
		return nil, nil
	}
	files, err := setup.Export(o, r)
	if err != nil {
		return nil, err
	}
	return setup.Save(dir, files)
}

// printFiles says what an export wrote, also if that was nothing.
func printFiles(w io.Writer, dir string, files []string, failed error) error {
	if dir != "" && len(files) == 0 && failed == nil {
		_, err := fmt.Fprintf(w, "nothing written: %s holds all that could be exported\n", dir)
		return err
	}
	for _, f := range files {
		if _, err := fmt.Fprintln(w, "wrote", f); err != nil {
			return err
		}
	}
	return nil
}
