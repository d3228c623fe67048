// Package dashboard is the daemon's small web face: health, metrics, a JSON
// API and one page for people. It only reads; it writes neither to a CRM nor
// to the store, and takes no other method than GET and HEAD.
//
//   - dashboard.go has the Options, and which path leads where.
//   - guard.go refuses what has no business here: other methods, and names
//     that a hostile page has made to point at this machine.
//   - health.go answers /healthz and /readyz, api.go the JSON under /api/.
//   - view.go reads from the store what the API and the page show, and leaves
//     out what concerns persons other than owners (I8).
//   - page.go renders /, from page.html and page.css.
//   - collector.go turns an engine's Summary into metrics; observe.go measures
//     the exchanges with the CRMs.
package dashboard

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"handoffd/connectors"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

// patience bounds how long a request may wait for the store.
const patience = 10 * time.Second

// scrapes is how many requests for metrics are answered at the same time; a
// scrape cannot be cancelled, so that more would only pile up.
const scrapes = 2

// Source tells how the daemon stands; *engine.Engine is one.
type Source interface {
	Summary(ctx context.Context) (engine.Summary, error)
	// Attention lists what a person has to look at; it is cheaper than Summary.
	Attention(ctx context.Context) ([]string, error)
}

// Options is what the handler is made of. Engine, Store, Clock and Logger are
// required.
type Options struct {
	// Engine returns the engine that runs now, which a reload replaces; nil
	// as long as there is none. It is called from many goroutines.
	Engine func() Source
	Store  engine.Store
	Clock  clock.Clock
	Logger *slog.Logger
	// Registry is where metrics are registered and what /metrics shows; nil
	// means one of the handler's own.
	Registry *prometheus.Registry
	// Version is the program's, as its version command prints it.
	Version string
	// Listen is the configured address, "127.0.0.1:8080" for example. On a
	// loopback address, and if it is empty, only requests that name this
	// machine are answered.
	Listen string
	// Objects lists what is read from each CRM (Reader.Objects), so that an
	// object that was never read is seen as missing. Nil means the accounts
	// and whatever a cursor tells of.
	Objects func() map[connectors.System][]connectors.Object
}

// server answers the requests.
type server struct {
	o    Options
	log  *slog.Logger
	page page
}

// errStarting says that no engine runs yet.
var errStarting = errors.New("the daemon is still starting")

// New returns the handler, and registers the daemon's metrics. It does not
// listen; timeouts of connections are the http.Server's.
func New(o Options) http.Handler {
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	s := &server{o: o, log: o.Logger, page: newPage()}
	s.register()
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", s.healthz)
	mux.HandleFunc("/readyz", s.readyz)
	mux.HandleFunc("/api/status", s.status)
	mux.HandleFunc("/api/problems", s.problems)
	mux.HandleFunc("/api/handoffs", s.handoffs)
	mux.HandleFunc("/{$}", s.index)
	mux.Handle("/metrics", promhttp.HandlerFor(o.Registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelError), ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: scrapes,
	}))
	return guard(bounded(mux, o.Clock), o.Listen, s.page.policy)
}

// register adds the metrics. What somebody registered before stays.
func (s *server) register() {
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "handoffd_build_info", Help: "Always 1; the labels tell which program runs.",
		ConstLabels: prometheus.Labels{"version": s.o.Version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
	all := []prometheus.Collector{
		Collector(s.o.Engine), build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	}
	for _, c := range all {
		var twice prometheus.AlreadyRegisteredError
		if err := s.o.Registry.Register(c); err != nil && !errors.As(err, &twice) {
			s.log.Error("registering metrics", "error", err)
		}
	}
}

// bounded gives every request a deadline, so that a store that hangs is
// reported instead of waited for.
func bounded(next http.Handler, c clock.Clock) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := c.WithTimeout(r.Context(), patience)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// summary asks the engine that runs now.
func (s *server) summary(ctx context.Context) (engine.Summary, error) {
	source := s.o.Engine()
	if source == nil {
		return engine.Summary{}, errStarting
	}
	return source.Summary(ctx)
}
