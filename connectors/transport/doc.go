// Package transport is the chain of duties that stands between a vendor's
// library and the network: quota, rate limit, credential, timeout, reading the
// reply, classifying it, and retrying. Both connectors share it, and it knows
// no vendor's JSON: what a refusal means comes in as Options.Classify.
//
// The libraries that the connectors ride on know no context and return errors
// as text. So each exchange gets an http.Client of its own from Chain.Client;
// its RoundTripper carries the context and the Call, and the caller reads what
// truly happened from Seen, not from the library's error.
//
// Where to look: chain.go has Options and the doors, exchange.go the order of
// duties, attempt.go one request and its reply, fault.go tells the ways apart
// in which a network fails, retry.go waits on the Clock, tokens.go keeps the
// credential fresh, limiter.go and budget.go hold the pace and the daily
// share, handler.go plays an http.Handler in process.
//
// No secret, request body or reply body ever reaches an error or a log.
package transport
