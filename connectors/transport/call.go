package transport

import (
	"net/http"
	"time"

	"handoffd/connectors"
)

// Priority says who may still spend when the daily allowance runs short
// (I10). The lower the number, the longer it may.
type Priority int

// The priorities, from the one that starves last to the one that starves first.
const (
	PriorityHandoff Priority = iota // a handoff's own task and status
	PriorityAlert                   // alerts to people
	PriorityStatus                  // status fields on accounts
	PriorityPoll                    // reading changes
	PrioritySync                    // field sync
	PriorityReport                  // reports, reconcile, diagnosis
)

// Call describes one exchange to the chain; the libraries that we ride on
// know no context, so it travels here.
type Call struct {
	// Endpoint is a stable name for metrics and call counts, for example
	// "query" or "composite/sobjects". It holds no ids.
	Endpoint string
	// Idempotent: it may be sent again although an earlier attempt may have
	// been carried out.
	Idempotent bool
	// Timeout bounds one attempt, body included, on the Clock; 0 means
	// Options.Timeout.
	Timeout time.Duration
	// Attempts bounds the requests of this exchange; 0 means
	// Options.MaxAttempts.
	Attempts int
	// Buckets names the limiters that each attempt takes a token of. A name
	// without a limiter is ignored.
	Buckets []string
	// Priority decides who starves first when the allowance runs short.
	Priority Priority
	// Header holds request headers that are added to, or replace, the
	// library's.
	Header http.Header
	// Consume, if set, is given a 2xx reply as a stream inside the chain and
	// the library sees an empty JSON object instead. Its error ends the
	// exchange; only if nothing was read of the stream may it be tried again.
	Consume func(*http.Response) error
}

// Seen is what the chain saw of the exchange's last attempt. It is complete
// once the library's call has returned, and belongs to the caller.
type Seen struct {
	// Status is the HTTP status, 0 if there was no reply.
	Status int
	// Header are the reply's headers, nil if there was no reply.
	Header http.Header
	// Body is the reply's body if it was not a success, at most 1 MiB of
	// it. It may hold personal data: never log it.
	Body []byte
	// Attempts counts the requests that were made.
	Attempts int
	// Uncertain: some attempt may have been carried out although no answer
	// to it came, whatever the last attempt brought.
	Uncertain bool
	// Err is nil for a 2xx or 304 reply with a sound body, and else the
	// classified failure. For an Idempotent call an unknown outcome is
	// given as class Retry, since sending again does no harm.
	Err *connectors.Error
}

// Observation is one finished exchange, for metrics.
type Observation struct {
	System   connectors.System
	Endpoint string
	Status   int
	Class    connectors.Class // "" for a success
	Attempts int
	Duration time.Duration // on the Clock, waits included
}
