package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"handoffd/connectors"
	"handoffd/internal/app"
	"handoffd/internal/doctor"
	"handoffd/internal/yamlpos"
)

func newDoctor(o *options) *cobra.Command {
	return o.withConfig(&cobra.Command{
		Use: "doctor --config FILE", Short: "Check that both CRMs have, allow and take what the config needs; write nothing", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.doctor(c) },
	})
}

// environmentError says that a CRM lacks or refuses something, which has been
// printed already. It has the exit code of such.
type environmentError struct{ text string }

func (e environmentError) Error() string { return e.text }

func (e environmentError) Unwrap() error { return &connectors.Error{Class: connectors.Stop} }

func (o *options) doctor(c *cobra.Command) error {
	config, problems, err := o.load(c)
	if err != nil {
		return err
	}
	clients, err := o.connect(c, config, problems)
	if err != nil {
		return err
	}
	ways, err := app.Channels(config, problems, o.environment(c))
	if problems.Failed() {
		return o.printed(c, problems)
	} else if err != nil {
		return err
	}
	report := doctor.Examine(c.Context(), doctor.Options{
		Connectors: clients, Policy: config.Policy, Clock: o.environment(c).Clock, TaskKey: taskKeys(config), AccountKey: accountKeys(config), Channels: ways,
		Polling: map[connectors.System]doctor.Polling{
			connectors.Salesforce: {PollEvery: config.Salesforce.PollEvery, SettleEvery: config.Salesforce.SettleEvery},
			connectors.HubSpot:    {PollEvery: config.HubSpot.PollEvery, SettleEvery: config.HubSpot.SettleEvery},
		},
	})
	if o.output == "json" {
		err = printJSON(c.OutOrStdout(), report)
	} else {
		err = report.Print(c.OutOrStdout())
	}
	if err == nil && report.Failed() {
		err = environmentError{fmt.Sprintf("%d of %d checks failed", report.Count(doctor.Fail), len(report.Findings))}
	}
	return err
}

// clients loads the config and makes both connectors; nothing is connected.
func (o *options) clients(c *cobra.Command) (*app.Config, []connectors.Connector, error) {
	config, problems, err := o.load(c)
	if err != nil {
		return nil, nil, err
	}
	clients, err := o.connect(c, config, problems)
	return config, clients, err
}

// connect makes both connectors for a config; nothing is connected.
func (o *options) connect(c *cobra.Command, config *app.Config, problems *yamlpos.Collector) ([]connectors.Connector, error) {
	clients, err := app.Connectors(config, problems, o.environment(c))
	if problems.Failed() {
		return nil, o.printed(c, problems)
	}
	return clients, err
}

// accountKeys names the unique field of accounts per CRM.
func accountKeys(config *app.Config) map[connectors.System]string {
	return map[connectors.System]string{
		connectors.Salesforce: config.Salesforce.AccountKeyField, connectors.HubSpot: config.HubSpot.AccountKeyProperty,
	}
}

// taskKeys names the unique field of tasks per CRM.
func taskKeys(config *app.Config) map[connectors.System]string {
	return map[connectors.System]string{
		connectors.Salesforce: config.Salesforce.TaskKeyField, connectors.HubSpot: config.HubSpot.TaskKeyProperty,
	}
}
