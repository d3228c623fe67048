package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"handoffd/connectors"
)

// exchange is the RoundTripper of one Client. Order of duties: quota, limiter,
// credential, then the attempt itself (attempt.go); a 401 is answered once
// with a fresh credential; what may be tried again is, after a wait.
type exchange struct {
	chain *Chain
	ctx   context.Context
	call  Call
	seen  *Seen
}

// RoundTrip makes the exchange. The library's own request lends method, URL,
// headers and body; the context and everything else come from the Call.
func (x *exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	start := x.chain.o.Clock.Now()
	out := x.retry(r)
	x.settle(out)
	x.report(out, x.chain.o.Clock.Now().Sub(start))
	return out.reply(r, x.seen.Err)
}

// settle turns an unknown outcome into a plain retry where sending again does
// no harm, and writes down what the caller is to know.
func (x *exchange) settle(out *outcome) {
	x.seen.Status, x.seen.Header, x.seen.Body = out.status, out.header, nil
	x.seen.Err = out.err
	if out.err == nil {
		x.seen.Uncertain = false
		return
	}
	x.seen.Body = out.body
	if x.call.Idempotent && out.err.Class == connectors.UnknownOutcome {
		out.err.Class = connectors.Retry
	}
}

func (x *exchange) report(out *outcome, took time.Duration) {
	obs := Observation{
		System: x.chain.o.System, Endpoint: x.call.Endpoint, Status: out.status,
		Attempts: x.seen.Attempts, Duration: took,
	}
	attrs := []any{
		slog.String("system", string(obs.System)), slog.String("endpoint", obs.Endpoint),
		slog.Int("status", obs.Status), slog.Int("attempts", obs.Attempts), slog.Duration("took", took),
	}
	level, id := slog.LevelDebug, ""
	if name := x.chain.o.RequestHeader; name != "" {
		id = OneLine(out.header.Get(name), 64)
	}
	if out.err != nil {
		if out.err.Request == "" {
			out.err.Request = id
		}
		level, id, obs.Class = slog.LevelInfo, out.err.Request, out.err.Class
		attrs = append(attrs, slog.String("class", string(obs.Class)), slog.String("code", out.err.Code))
	}
	if id != "" {
		attrs = append(attrs, slog.String("request", id))
	}
	x.chain.o.Logger.Log(x.ctx, level, "called", attrs...)
	if x.chain.o.Observe != nil {
		x.chain.o.Observe(obs)
	}
}

// once makes one attempt, and a second one with a fresh credential if the
// first was refused for its credential.
func (x *exchange) once(r *http.Request) *outcome {
	token, err := x.token()
	if err != nil {
		return &outcome{err: err}
	}
	out := x.attempt(r, token)
	if out.err == nil || out.err.Class != connectors.Reauth || x.chain.o.Tokens == nil || !replayable(r) {
		return out
	}
	x.chain.o.Tokens.Invalidate(token)
	fresh, err := x.token()
	if err != nil {
		return &outcome{err: err}
	}
	if fresh == token {
		return out
	}
	return x.attempt(r, fresh)
}

// token fetches the access token, "" if the chain has no source of them.
func (x *exchange) token() (string, *connectors.Error) {
	o := &x.chain.o
	if o.Tokens == nil {
		return "", nil
	}
	ctx, cancel := o.Clock.WithTimeout(x.ctx, o.Timeout)
	defer cancel()
	t, err := o.Tokens.Token(context.WithValue(ctx, oauth2.HTTPClient, &x.chain.token))
	if err == nil {
		return t.AccessToken, nil
	}
	var known *connectors.Error
	if errors.As(err, &known) {
		clone := *known
		return "", &clone
	}
	return "", x.chain.explain(&failure{fault: faultOf(x.ctx, ctx, err), err: err})
}

// outcome is how one attempt went. A success has no err and a body that was
// read and found sound.
type outcome struct {
	status int
	header http.Header
	body   []byte
	err    *connectors.Error
	final  bool // not to be tried again here
}

// reply builds what the library sees: the true reply if it is a success, the
// status with a harmless body if there was any reply, else the error.
func (o *outcome) reply(r *http.Request, failed *connectors.Error) (*http.Response, error) {
	if failed != nil && (o.status == 0 || o.status < 300) {
		return nil, failed
	}
	body, header := o.body, o.header.Clone()
	if failed != nil || o.status >= 300 {
		body = []byte(safeBody)
		header.Set("Content-Type", "application/json")
	}
	header.Del("Content-Length")
	header.Del("Content-Encoding")
	return &http.Response{
		Status: http.StatusText(o.status), StatusCode: o.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)), Request: r,
	}, nil
}
