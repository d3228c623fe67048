package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"handoffd/connectors"
	"handoffd/internal/dashboard"
)

// Web is the daemon's web face while it listens.
type Web struct {
	// URL is where it listens, "" if it does not.
	URL    string
	server *http.Server
}

// Serve begins to listen on the configured address; without one it does
// nothing. What fails later is logged.
func (d *Daemon) Serve(ctx context.Context) (*Web, error) {
	if d.Config.Listen == "" {
		return &Web{}, nil
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", d.Config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listening for the web pages: %w", err)
	}
	log := d.env.Logger.With("component", "dashboard")
	server := &http.Server{
		Handler: dashboard.New(dashboard.Options{
			Engine: func() dashboard.Source { return d.current.Load() },
			Store:  d.Store, Clock: d.env.Clock, Logger: log, Registry: d.env.Registry,
			Listen: d.Config.Listen, Objects: d.objects, Version: Version(),
		}),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("serving stopped", "error", err)
		}
	}()
	log.Info("listening", "url", "http://"+listener.Addr().String())
	return &Web{URL: "http://" + listener.Addr().String(), server: server}, nil
}

// objects lists what each connector reads now.
func (d *Daemon) objects() map[connectors.System][]connectors.Object {
	out := map[connectors.System][]connectors.Object{}
	for _, c := range *d.reading.Load() {
		out[c.System()] = c.Objects()
	}
	return out
}

// Close ends listening and waits shortly for requests under way.
func (w *Web) Close() error {
	if w.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := w.server.Shutdown(ctx); err != nil {
		return w.server.Close()
	}
	return nil
}
