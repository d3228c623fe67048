package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"handoffd/connectors"
)

// attempt makes one request: quota, limiter, send, read, classify.
func (x *exchange) attempt(r *http.Request, token string) *outcome {
	o := &x.chain.o
	if err := context.Cause(x.ctx); err != nil { // nothing is sent, so nothing can be in doubt
		return &outcome{err: x.chain.explain(&failure{fault: faultOf(x.ctx, x.ctx, err), err: err})}
	}
	if o.Quota != nil {
		if err := o.Quota.Spend(o.Clock.Now(), x.call.Priority); err != nil {
			return &outcome{err: err}
		}
	}
	for _, name := range x.call.Buckets {
		if limiter := o.Limiters[name]; limiter != nil {
			if err := limiter.Wait(x.ctx); err != nil {
				return &outcome{err: x.chain.explain(&failure{fault: faultOf(x.ctx, x.ctx, err), err: err})}
			}
		}
	}
	timeout := positive(x.call.Timeout, o.Timeout)
	ctx, cancel := o.Clock.WithTimeout(x.ctx, timeout)
	defer cancel()
	out := x.send(ctx, r, token)
	if out.err != nil && out.err.Class == connectors.Retry && out.status == http.StatusTooManyRequests {
		x.hold(out.err.RetryAt)
	}
	return out
}

// hold stops the call's buckets, so that other calls do not run into the same
// wall one by one.
func (x *exchange) hold(until time.Time) {
	if until.IsZero() {
		return
	}
	for _, name := range x.call.Buckets {
		if limiter := x.chain.o.Limiters[name]; limiter != nil {
			limiter.Hold(until)
		}
	}
}

func (x *exchange) send(ctx context.Context, r *http.Request, token string) *outcome {
	wire := &wire{}
	request, err := x.request(httptrace.WithClientTrace(ctx, wire.trace()), r, token)
	if err != nil {
		return &outcome{err: x.chain.explain(&failure{fault: FaultBody, err: err})}
	}
	x.chain.count(x.call.Endpoint)
	x.seen.Attempts++
	reply, err := x.chain.o.Base.RoundTrip(request)
	if err != nil {
		return &outcome{err: x.chain.explain(&failure{
			fault: faultOf(x.ctx, ctx, err), sent: wire.sent(err), err: err,
		})}
	}
	defer reply.Body.Close()
	if x.chain.o.Quota != nil {
		x.chain.o.Quota.Observe(x.chain.o.Clock.Now(), reply.StatusCode, reply.Header)
	}
	if x.call.Consume != nil && reply.StatusCode/100 == 2 {
		return x.consume(ctx, reply)
	}
	return x.read(ctx, reply)
}

// request copies the library's request under our context, with our headers.
func (x *exchange) request(ctx context.Context, r *http.Request, token string) (*http.Request, error) {
	request := r.Clone(ctx)
	if x.seen.Attempts > 0 && r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		request.Body = body
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	} else {
		request.Header.Del("Authorization")
	}
	if request.Header.Get("Accept") == "" {
		request.Header.Set("Accept", "application/json")
	}
	request.Header.Set("User-Agent", "handoffd")
	for name, values := range x.call.Header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	return request, nil
}

// read takes the reply's body into memory and judges it.
func (x *exchange) read(ctx context.Context, reply *http.Response) *outcome {
	out := &outcome{status: reply.StatusCode, header: reply.Header}
	success := reply.StatusCode/100 == 2
	limit := x.chain.o.MaxBody
	if !success {
		limit = keptErrorBody
	}
	body, err := io.ReadAll(io.LimitReader(reply.Body, limit+1))
	tooBig := int64(len(body)) > limit
	if tooBig {
		body = body[:limit]
	}
	out.body = body
	switch {
	case !success && reply.StatusCode != http.StatusNotModified:
		out.err = x.chain.judge(out)
	case err != nil:
		out.err = x.chain.explain(&failure{fault: faultOf(x.ctx, ctx, err), sent: true, status: out.status, err: err})
	case tooBig:
		out.err = x.chain.explain(&failure{fault: FaultTooBig, sent: true, status: out.status})
	case success:
		if fault := unsound(reply.Header, body); fault != "" {
			out.err = x.chain.explain(&failure{fault: fault, sent: true, status: out.status})
		}
	}
	return out
}

// consume streams the reply to the Call's own reader. Once something was read
// the failure is the reader's, and is not tried again here.
func (x *exchange) consume(ctx context.Context, reply *http.Response) *outcome {
	out := &outcome{status: reply.StatusCode, header: reply.Header, body: []byte("{}")}
	counted := &countingBody{ReadCloser: reply.Body}
	reply.Body = counted
	err := x.call.Consume(reply)
	if err == nil {
		return out
	}
	var known *connectors.Error
	if errors.As(err, &known) {
		clone := *known
		out.err = &clone
	} else {
		out.err = x.chain.explain(&failure{fault: faultOf(x.ctx, ctx, err), sent: true, status: out.status, err: err})
	}
	if counted.n.Load() > 0 {
		out.final = true
	}
	return out
}

type countingBody struct {
	io.ReadCloser
	n atomic.Int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	return n, err
}
