package demo

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/demo/world"
)

// Options is what a Stage is made of.
type Options struct {
	// Clock is the time of the daemon and of both sandboxes.
	Clock  clock.Clock
	Logger *slog.Logger
	// Folder is where config and store are written; it must exist.
	Folder string
	// InProcess calls the sandboxes without sockets.
	InProcess bool
	// Seed is the world's; Play needs world.Demo, which "" means.
	Seed string
	// Key is Salesforce's private key; made if nil.
	Key *rsa.PrivateKey
}

// Stage is a world with a daemon that is about to work on it for the first
// time.
type Stage struct {
	World   *world.World
	Servers *Servers // nil in process
	Daemon  *app.Daemon

	clock  clock.Clock
	crm    *crms
	report *Report
}

// The addresses of sandboxes that are called in process.
const (
	salesforceInProcess = "http://127.0.0.1:1"
	hubspotInProcess    = "http://127.0.0.1:2"
)

// Open sets up both sandboxes, writes a config for them and opens a daemon that
// has never run.
func Open(ctx context.Context, o Options) (s *Stage, err error) {
	s = &Stage{clock: o.Clock, report: &Report{Failures: []string{}}}
	if o.Seed == "" {
		o.Seed = world.Demo
	}
	if s.World, err = world.New(world.Options{Clock: o.Clock, Seed: o.Seed, Logger: o.Logger, Key: o.Key}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	env := app.Environment{Clock: o.Clock, Logger: o.Logger}
	if o.InProcess {
		s.connectInProcess(&env)
	} else if err := s.listen(ctx, o); err != nil {
		return nil, err
	}
	config := filepath.Join(o.Folder, "demo.yaml")
	if _, err := WriteConfig(config, s.World, s.crm.URL[connectors.Salesforce], s.crm.URL[connectors.HubSpot], false, o.Logger); err != nil {
		return nil, err
	}
	parsed, problems, err := app.Load(config)
	if err != nil {
		return nil, err
	}
	if s.Daemon, err = app.Open(ctx, parsed, problems, env); err != nil {
		return nil, fmt.Errorf("opening the daemon: %w", err)
	}
	return s, nil
}

// connectInProcess lets daemon and read-back call the sandboxes' handlers.
func (s *Stage) connectInProcess(env *app.Environment) {
	trips := map[connectors.System]http.RoundTripper{
		connectors.Salesforce: transport.Handler(s.World.Salesforce), connectors.HubSpot: transport.Handler(s.World.HubSpot),
	}
	env.HTTP = trips
	s.crm = newCRMs(s.World.Credentials)
	s.crm.HTTP = map[connectors.System]*http.Client{}
	s.crm.URL = map[connectors.System]string{connectors.Salesforce: salesforceInProcess, connectors.HubSpot: hubspotInProcess}
	for system, trip := range trips {
		s.crm.HTTP[system] = &http.Client{Transport: trip}
	}
}

// patience bounds one request of the read-back.
const patience = 30 * time.Second

func (s *Stage) listen(ctx context.Context, o Options) (err error) {
	s.Servers, err = Serve(ctx, s.World, Addresses{Salesforce: "127.0.0.1:0", HubSpot: "127.0.0.1:0"}, o.Logger)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: patience}
	s.crm = newCRMs(s.World.Credentials)
	s.crm.HTTP = map[connectors.System]*http.Client{connectors.Salesforce: client, connectors.HubSpot: client}
	s.crm.URL = map[connectors.System]string{connectors.Salesforce: s.Servers.SalesforceURL, connectors.HubSpot: s.Servers.HubSpotURL}
	return nil
}

// Keep lets the daemon run on, with its web pages, until ctx ends. show is
// told the addresses first.
func (s *Stage) Keep(ctx context.Context, show func(Addressed) error) error {
	web, err := s.Daemon.Serve(ctx)
	if err != nil {
		return err
	}
	err = show(Addressed{
		Salesforce: s.crm.URL[connectors.Salesforce], HubSpot: s.crm.URL[connectors.HubSpot], Dashboard: web.URL,
	})
	if err == nil {
		s.Daemon.Run(ctx, nil)
	}
	return errors.Join(err, web.Close())
}

// Close ends the daemon and the sandboxes.
func (s *Stage) Close() error {
	var errs []error
	if s.Daemon != nil {
		errs = append(errs, s.Daemon.Close())
	}
	if s.Servers != nil {
		errs = append(errs, s.Servers.Close())
	}
	return errors.Join(errs...)
}
