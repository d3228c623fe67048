package dashboard

import (
	"errors"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"handoffd/connectors/transport"
)

// Observe returns what transport.Options.Observe asks for: it measures every
// exchange with a CRM, by system, endpoint and class of HTTP status, "none"
// where no answer came. Duration includes retries and waits for the limiter.
// Several calls with one registry share the metric. It panics, as MustRegister
// does, if the registry holds another metric of the same name.
func Observe(reg prometheus.Registerer) func(transport.Observation) {
	requests := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "handoffd_api_request_seconds",
		Help: "Time that an exchange with a CRM took in seconds, retries and waits included, by system, endpoint and class of HTTP status.",
		// From a quick read to the longest request with its retries.
		Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300},
	}, []string{"system", "endpoint", "status"})
	if err := reg.Register(requests); err != nil {
		var twice prometheus.AlreadyRegisteredError
		if !errors.As(err, &twice) {
			panic(err)
		}
		requests = twice.ExistingCollector.(*prometheus.HistogramVec)
	}
	return func(o transport.Observation) {
		requests.WithLabelValues(string(o.System), o.Endpoint, statusClass(o.Status)).Observe(o.Duration.Seconds())
	}
}

// statusClass gives 2xx for 204, "none" for what is no HTTP status.
func statusClass(status int) string {
	if status < 100 || status > 599 {
		return "none"
	}
	return strconv.Itoa(status/100) + "xx"
}
