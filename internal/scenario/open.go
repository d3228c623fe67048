package scenario

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/demo/crmapi"
	"handoffd/internal/demo/world"
	"handoffd/internal/setup"
	"handoffd/internal/yamlpos"
)

// Options shape how scenarios are played.
type Options struct {
	// Config is used instead of what the file says; "" for that.
	Config string
	// Story: keep what happened, in order.
	Story bool
	// EveryPoll: leave no poll out, also where nothing can have changed.
	EveryPoll bool
	// Source is the file's text, if it is not to be read from the disk.
	Source []byte
	// Watch is called at every Point of the story, and may end the play.
	Watch func(context.Context, Moment) error
	// Logger takes the daemon's logs; none if nil.
	Logger *slog.Logger
}

// player plays one scenario.
type player struct {
	scenario *Scenario
	options  Options
	config   *app.Config
	zone     *time.Location
	clock    *clock.Fake
	time     *clock.Switch // the clock of both CRMs and the daemon
	world    *world.World
	crm      *crmapi.Client
	schema   map[connectors.System]map[connectors.Object]connectors.Schema
	env      app.Environment
	daemon   *app.Daemon
	story    *story
	result   *Result

	made       map[connectors.Ref]bool // activities that people made
	deals      map[string][]connectors.Ref
	bin        map[connectors.Ref]string
	coming     []entry // what acts have set off, in order of time
	wake       wake
	userChange bool
	lastError  error
	seen       *sight // what stands in the CRMs; nil after any change
}

// before is how long before the start the CRMs are filled.
const before = time.Hour

// Play reads a file and plays it. Mistakes in the files are in the collector,
// and then the result is nil. An error means that it could not be played.
func Play(ctx context.Context, path string, o Options) (_ *Result, c *yamlpos.Collector, err error) {
	c = &yamlpos.Collector{}
	src := o.Source
	if src == nil {
		if src, err = os.ReadFile(path); err != nil {
			return nil, c, &FileError{err}
		}
	}
	r, ok, err := newReader(path, src, o.Config, c)
	if err != nil {
		return nil, c, &FileError{err}
	}
	if !ok {
		return nil, c, nil
	}
	folder, err := os.MkdirTemp("", "handoffd-scenario-")
	if err != nil {
		return nil, c, fmt.Errorf("making a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	p := &player{
		scenario: r.scenario, options: o, zone: r.zone, clock: clock.NewFake(r.scenario.Start.Add(-before)).AutoAdvance(),
		made: map[connectors.Ref]bool{}, deals: map[string][]connectors.Ref{}, bin: map[connectors.Ref]string{},
		result: &Result{File: path, Name: r.scenario.Name, Failures: []Failure{}},
	}
	p.time = clock.NewSwitch(p.clock)
	if p.options.Logger == nil {
		p.options.Logger = slog.New(slog.DiscardHandler)
	}
	if err := p.raise(ctx, folder); err != nil {
		return nil, c, err
	}
	r.schema = p.schema
	if !r.story() {
		return nil, c, nil
	}
	err = p.play(ctx)
	if p.daemon != nil {
		err = errors.Join(err, p.daemon.Close())
	}
	return p.result, c, err
}

// FileError says that a file cannot be read.
type FileError struct{ Err error }

// Error is the cause's.
func (e *FileError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

// raise sets up both CRMs with all that the config needs in them.
func (p *player) raise(ctx context.Context, folder string) (err error) {
	options := world.Options{Clock: p.time, Seed: world.Empty, Bare: true}
	for _, u := range inOrder(p.scenario.people) {
		w := world.Person{First: u.first, Last: u.last, Email: u.email, Team: u.team}
		if u.manager != nil {
			w.Manager = u.manager.email
		}
		options.People = append(options.People, w)
	}
	if p.world, err = world.New(options); err != nil {
		return err
	}
	for _, u := range p.scenario.people {
		for _, w := range p.world.People {
			if w.Email == u.email {
				u.salesforce, u.hubspot = w.SalesforceID, w.HubSpotID
			}
		}
	}
	var problems *yamlpos.Collector
	p.config, problems, err = p.scenario.settings.compile(filepath.Join(folder, "scenario.db"), p.world.Credentials.Salesforce.ClientID, p.clock.Now())
	if err == nil {
		err = problems.Err()
	}
	if err != nil {
		return err
	}
	p.connect()
	return p.setUp(ctx, problems)
}

// inOrder puts managers before those who report to them.
func inOrder(people []*person) (out []*person) {
	done := map[*person]bool{}
	var add func(u *person)
	add = func(u *person) {
		if u == nil || done[u] {
			return
		}
		add(u.manager)
		if !done[u] {
			done[u] = true
			out = append(out, u)
		}
	}
	for _, u := range people {
		add(u)
	}
	return out
}

// connect makes the ways to the two CRMs: the daemon's, and the people's.
func (p *player) connect() {
	w := p.world
	trips := map[connectors.System]http.RoundTripper{
		connectors.Salesforce: transport.Handler(w.Salesforce), connectors.HubSpot: transport.Handler(w.HubSpot),
	}
	p.env = app.Environment{
		Clock: p.time, Logger: p.options.Logger, HTTP: trips, Channels: standIns(),
		LookupEnv: func(name string) (string, bool) {
			secrets := map[string]string{salesforceSecret: w.Credentials.Salesforce.ClientSecret, hubspotToken: w.Credentials.HubSpot.Token}
			if s, ok := secrets[name]; ok {
				return s, true
			}
			return os.LookupEnv(name)
		},
	}
	p.crm = &crmapi.Client{
		HTTP: map[connectors.System]*http.Client{}, HubSpotToken: w.Credentials.HubSpot.Token,
		URL:  map[connectors.System]string{connectors.Salesforce: salesforceURL, connectors.HubSpot: hubspotURL},
		Wait: func(ctx context.Context) error { return p.clock.Sleep(ctx, time.Second) },
		SignIn: func(_ context.Context, user string) (string, error) {
			return w.Salesforce.Token(either(user, w.Credentials.Salesforce.Username))
		},
	}
	for system, trip := range trips {
		p.crm.HTTP[system] = &http.Client{Transport: trip}
	}
}

// setUp makes the fields that the config needs, as `handoffd setup --apply`
// does, and learns which there are.
func (p *player) setUp(ctx context.Context, problems *yamlpos.Collector) error {
	if name := p.config.Salesforce.NotificationType; name != "" {
		if err := p.world.Notification(name); err != nil {
			return err
		}
	}
	clients, err := app.Connectors(p.config, problems, p.env)
	if err != nil {
		return err
	}
	report := setup.Run(ctx, setup.Options{
		Connectors: clients, Mapping: p.config.Mapping, Notification: p.config.Salesforce.NotificationType, Apply: true,
		TaskKey:    map[connectors.System]string{connectors.Salesforce: p.config.Salesforce.TaskKeyField, connectors.HubSpot: p.config.HubSpot.TaskKeyProperty},
		AccountKey: map[connectors.System]string{connectors.Salesforce: p.config.Salesforce.AccountKeyField, connectors.HubSpot: p.config.HubSpot.AccountKeyProperty},
	})
	for _, s := range report.Steps {
		if s.State == connectors.StepFailed || s.State == connectors.StepMissing {
			return fmt.Errorf("setting up %s in %s for the scenario: %s", s.Name, s.System, s.What)
		}
	}
	for _, f := range report.Failures {
		return fmt.Errorf("setting up %s for the scenario: %s", f.System, f.What)
	}
	if err := p.permit(ctx); err != nil {
		return err
	}
	p.schema = map[connectors.System]map[connectors.Object]connectors.Schema{}
	for _, c := range clients {
		p.schema[c.System()] = map[connectors.Object]connectors.Schema{}
		for _, o := range []connectors.Object{connectors.Account, connectors.Contact} {
			if p.schema[c.System()][o], err = c.Describe(ctx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// permit lets every user of Salesforce see the fields that were made, and write
// them: those that handoffd only reads are other people's to fill.
func (p *player) permit(ctx context.Context) error {
	rows, err := p.crm.Query(ctx, "SELECT Id FROM PermissionSet WHERE Name = 'handoffd'")
	if err != nil || len(rows) == 0 {
		return err
	}
	readable, err := p.crm.Query(ctx, fmt.Sprintf("SELECT Id FROM FieldPermissions WHERE ParentId = '%s' AND PermissionsEdit = false", rows[0]["Id"]))
	if err != nil {
		return err
	}
	for _, f := range readable {
		path := fmt.Sprintf("%s/sobjects/FieldPermissions/%s", crmapi.Data, f["Id"])
		if err := p.crm.Salesforce(ctx, "", http.MethodPatch, path, map[string]any{"PermissionsEdit": true}, nil); err != nil {
			return err
		}
	}
	for _, u := range p.scenario.people {
		err := p.crm.Salesforce(ctx, "", http.MethodPost, crmapi.Data+"/sobjects/PermissionSetAssignment", map[string]any{
			"AssigneeId": u.salesforce, "PermissionSetId": rows[0]["Id"],
		}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// startDaemon opens the daemon on its store.
func (p *player) startDaemon(ctx context.Context) (err error) {
	p.daemon, err = app.Open(ctx, p.config, &yamlpos.Collector{}, p.env)
	if err != nil {
		return fmt.Errorf("starting the daemon: %w", err)
	}
	return nil
}
