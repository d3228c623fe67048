package app

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/internal/lanes"
	"handoffd/internal/store"
	"handoffd/internal/yamlpos"
)

// Daemon is a config with its store, connectors and engine, ready to run.
type Daemon struct {
	Config     *Config
	Engine     *engine.Engine
	Store      *store.Store
	Identities []connectors.Identity
	Connectors []connectors.Connector
	Channels   []engine.Channel
	// Partial is why a CRM could not be signed in to while the other could:
	// it is tried again, and the other goes on.
	Partial error
	env     Environment
	log     *slog.Logger
	// What runs now, for the web pages, which do not wait for a reload.
	current atomic.Pointer[engine.Engine]
	reading atomic.Pointer[[]connectors.Connector]
}

// Open makes a daemon: it opens the store, takes its lock, signs in to both
// CRMs and checks that the store is theirs. Nothing is read or written yet.
func Open(ctx context.Context, c *Config, problems *yamlpos.Collector, env Environment) (*Daemon, error) {
	clients, err := Connectors(c, problems, env)
	if err != nil {
		return nil, err
	}
	ways, err := Channels(c, problems, env)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, c.SQLite, store.Options{Clock: env.Clock})
	if err != nil {
		return nil, err
	}
	d := &Daemon{Config: c, Store: s, Connectors: clients, Channels: ways, env: env, log: env.Logger.With("component", "app")}
	if err := d.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return d, nil
}

func (d *Daemon) start(ctx context.Context) error {
	if err := d.Store.Lock(); err != nil {
		return err
	}
	if d.Config.Policy.Signed.Overdue(d.env.Clock.Now()) {
		d.log.Warn(engine.ReviewOverdue(d.Config.Policy.Signed, d.env.Clock.Now()), "version", d.Config.Policy.Version)
	}
	d.Engine = d.engine()
	d.show()
	ids, err := d.Engine.Start(ctx)
	d.Identities = ids
	var foreign *engine.ForeignOrgError
	if err == nil || len(ids) == 0 || errors.As(err, &foreign) {
		return err
	}
	d.Partial = err
	return nil
}

func (d *Daemon) engine() *engine.Engine {
	return engine.New(engine.Options{
		Store: d.Store, Connectors: d.Connectors, Policy: d.Config.Policy, Clock: d.env.Clock,
		Logger: d.env.Logger.With("component", "engine"), GoLive: d.Config.GoLive, PlanOnly: d.env.PlanOnly,
		ReconcileEvery: d.Config.ReconcileEvery, Retention: d.Config.Retention,
		BothRead: max(d.Config.Salesforce.PollEvery, d.Config.HubSpot.PollEvery) + readingTime,
		Channels: d.Channels, Report: d.reporter(),
	})
}

// show lets the web pages see what runs now.
func (d *Daemon) show() {
	d.current.Store(d.Engine)
	reading := d.Connectors
	d.reading.Store(&reading)
}

// Close releases the store.
func (d *Daemon) Close() error { return d.Store.Close() }

// decideEvery is how often accounts are looked for whose time has come, and
// the outbox for what is due.
const decideEvery = time.Second

// readingTime is how long reading what has changed in a CRM usually takes.
const readingTime = 5 * time.Second

// upkeepEvery is how often is looked whether anything is to be kept up. What is
// due once a day stands in the store.
const upkeepEvery = time.Minute

// Run runs the daemon until ctx ends, and takes over the config anew at every
// signal on reload. Steps under way end at their next safe point.
func (d *Daemon) Run(ctx context.Context, reload <-chan struct{}) {
	for ctx.Err() == nil {
		running, stop := context.WithCancel(ctx)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			lanes.Run(running, d.env.Clock, d.log, d.lanes()...)
		}()
		next := d.await(ctx, reload)
		stop()
		<-stopped
		if next != nil {
			d.Config, d.Connectors, d.Engine, d.Identities = next.Config, next.Connectors, next.Engine, next.Identities
			d.Channels = next.Channels
			d.show()
			d.log.Info("reloaded", "policy_version", d.Config.Policy.Version, "policy_hash", d.Config.Policy.Hash)
		}
	}
}

// await waits for the end, nil, or for a reload whose config is good.
func (d *Daemon) await(ctx context.Context, reload <-chan struct{}) *Daemon {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-reload:
			next, err := d.renewed(ctx)
			if err == nil {
				return next
			}
			d.log.Error("reload refused; the old config goes on", "error", err)
		}
	}
}

// renewed does everything of a reload that can fail, while the old config
// still runs (I9).
func (d *Daemon) renewed(ctx context.Context) (*Daemon, error) {
	c, problems, err := Load(d.Config.Path)
	if err != nil {
		return nil, err
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	switch {
	case c.SQLite != d.Config.SQLite:
		return nil, errors.New("another store needs a restart")
	case c.Listen != d.Config.Listen:
		return nil, errors.New("another address to listen on needs a restart")
	}
	clients, err := Connectors(c, problems, d.env)
	if err != nil {
		return nil, err
	}
	ways, err := Channels(c, problems, d.env)
	if err != nil {
		return nil, err
	}
	next := &Daemon{Config: c, Store: d.Store, Connectors: clients, Channels: ways, env: d.env, log: d.log}
	next.Engine = next.engine()
	if fault, err := next.Engine.Unsigned(ctx); err != nil || fault != "" {
		return nil, errors.Join(err, unsignedError(fault))
	}
	next.Identities, err = next.Engine.Start(ctx)
	return next, err
}

// unsignedError is why a policy that is not signed off is not taken over.
func unsignedError(fault string) error {
	if fault == "" {
		return nil
	}
	return errors.New(fault)
}

func (d *Daemon) lanes() []lanes.Lane {
	every := map[connectors.System]time.Duration{
		connectors.Salesforce: d.Config.Salesforce.PollEvery, connectors.HubSpot: d.Config.HubSpot.PollEvery,
	}
	all := []lanes.Lane{
		{Name: "decide", Every: decideEvery, Do: d.Engine.Sweep},
		{Name: "upkeep", Every: upkeepEvery, Do: d.Engine.Upkeep},
		{Name: "gauge", Every: upkeepEvery, Do: d.Engine.Gauge},
		{Name: "digest", Every: upkeepEvery, Do: d.Engine.SendReports},
	}
	for _, name := range d.Engine.Channels() {
		all = append(all, lanes.Lane{Name: "deliver " + string(name), Every: decideEvery, Do: func(ctx context.Context) error {
			return d.Engine.DeliverChannel(ctx, name)
		}})
	}
	for _, system := range connectors.Systems() {
		all = append(all,
			lanes.Lane{Name: "poll " + string(system), Every: every[system], Do: func(ctx context.Context) error {
				return errors.Join(d.Engine.RefreshUsers(ctx, system), d.Engine.Poll(ctx, system))
			}},
			lanes.Lane{Name: "reload " + string(system), Every: upkeepEvery, Do: func(ctx context.Context) error {
				return d.Engine.Reload(ctx, system)
			}},
			lanes.Lane{Name: "deliver " + string(system), Every: decideEvery, Do: func(ctx context.Context) error {
				return d.Engine.Deliver(ctx, system)
			}})
	}
	for i := range all {
		all[i].Do = d.noted(all[i])
	}
	return all
}

// noted lets the status page show what goes wrong in a lane.
func (d *Daemon) noted(l lanes.Lane) func(context.Context) error {
	e := d.Engine
	return func(ctx context.Context) error {
		err := l.Do(ctx)
		if ctx.Err() == nil {
			e.Note(l.Name, err)
		}
		return err
	}
}
