package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"

	"handoffd/connectors"
)

// Fault names how an exchange failed without a proper answer. It stands in
// connectors.Error.Code, so that the ways are told apart in logs and metrics.
type Fault string

// The faults.
const (
	FaultDNS         Fault = "DNS"           // the host's name has no address
	FaultRefused     Fault = "REFUSED"       // nobody listens there
	FaultUnreachable Fault = "UNREACHABLE"   // no way to the host
	FaultTLS         Fault = "TLS"           // certificate or handshake
	FaultDropped     Fault = "DROPPED"       // the connection ended before the reply did
	FaultTimeout     Fault = "TIMEOUT"       // the attempt's own time was up
	FaultCancelled   Fault = "CANCELLED"     // the caller's context ended
	FaultHTML        Fault = "HTML_BODY"     // a web page where JSON was due
	FaultMalformed   Fault = "BAD_JSON"      // a success whose body is no JSON
	FaultTooBig      Fault = "BODY_TOO_BIG"  // a reply over Options.MaxBody
	FaultBody        Fault = "REQUEST_BODY"  // our own request body could not be read again
	FaultNetwork     Fault = "NETWORK_ERROR" // anything else
)

// failure is an exchange that brought no usable answer.
type failure struct {
	fault  Fault
	sent   bool // at least the headers went out, so the work may have been done
	status int
	err    error
}

// explain gives the chain's judgement of a failure, unless the vendor's table
// has another.
func (c *Chain) explain(f *failure) *connectors.Error {
	e := &connectors.Error{
		System: c.o.System, Class: connectors.Retry, Code: string(f.fault), Status: f.status,
		Message: f.message(), Err: bare(f.err),
	}
	if f.sent {
		e.Class = connectors.UnknownOutcome
	}
	if fix := f.fix(); fix != "" {
		e.Class, e.Fix = connectors.Stop, fix
	}
	if f.err == nil || f.status != 0 {
		return e
	}
	if vendor := c.o.Classify(0, nil, nil, f.err); vendor != nil {
		vendor.System = c.o.System
		return vendor
	}
	return e
}

func (f *failure) message() string {
	when := "before anything was sent"
	if f.sent {
		when = "after the request was sent"
	}
	switch f.fault {
	case FaultDNS:
		return "the host name does not resolve"
	case FaultRefused:
		return "the connection was refused"
	case FaultUnreachable:
		return "the host cannot be reached"
	case FaultTLS:
		return "the TLS handshake failed"
	case FaultDropped:
		return "the connection was dropped " + when
	case FaultTimeout:
		return "no answer in time, given up " + when
	case FaultCancelled:
		return "stopped " + when
	case FaultHTML:
		return "a web page came where JSON was due"
	case FaultMalformed:
		return "the reply is not valid JSON"
	case FaultTooBig:
		return "the reply is too big"
	case FaultBody:
		return "the request body could not be read again"
	default:
		return "the exchange failed " + when
	}
}

// fix is set for what no retry mends.
func (f *failure) fix() string {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	var verify *tls.CertificateVerificationError
	if errors.As(f.err, &unknown) || errors.As(f.err, &invalid) || errors.As(f.err, &host) || errors.As(f.err, &verify) {
		return "check the configured URL, this machine's clock, and whether a proxy re-signs TLS and its CA is installed"
	}
	return ""
}

// faultOf tells what went wrong from which of the two contexts has ended, the
// caller's or the attempt's own, and from the error itself.
func faultOf(caller, attempt context.Context, err error) Fault {
	if caller.Err() != nil {
		return FaultCancelled
	}
	if attempt.Err() != nil {
		return FaultTimeout
	}
	var dns *net.DNSError
	var op *net.OpError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var verify *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return FaultDNS
	case errors.Is(err, syscall.ECONNREFUSED):
		return FaultRefused
	case errors.As(err, &record), errors.As(err, &alert), errors.As(err, &verify), strings.Contains(err.Error(), "tls: "):
		return FaultTLS
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return FaultDropped
	case errors.As(err, &timeout) && timeout.Timeout():
		return FaultTimeout
	case errors.As(err, &op) && op.Op == "dial":
		return FaultUnreachable
	default:
		return FaultNetwork
	}
}

// wire watches how far a request got.
type wire struct {
	watched atomic.Bool // the base reports its steps at all
	wrote   atomic.Bool
}

func (w *wire) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:      func(string) { w.watched.Store(true) },
		WroteHeaders: func() { w.watched.Store(true); w.wrote.Store(true) },
	}
}

// sent tells whether the vendor may have seen the request. Where the base
// reports nothing, only a failed dial proves that it has not.
func (w *wire) sent(err error) bool {
	if w.watched.Load() {
		return w.wrote.Load()
	}
	var dns *net.DNSError
	var op *net.OpError
	dial := errors.As(err, &dns) || errors.Is(err, syscall.ECONNREFUSED) || (errors.As(err, &op) && op.Op == "dial")
	return !dial
}

// unsound tells what is wrong with the body of a success, "" if nothing is.
func unsound(h http.Header, body []byte) Fault {
	if len(bytes.TrimSpace(body)) == 0 {
		return ""
	}
	if IsHTML(h, body) {
		return FaultHTML
	}
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if kind != "" && kind != "text/plain" && !strings.HasSuffix(kind, "json") {
		return ""
	}
	if !json.Valid(body) {
		return FaultMalformed
	}
	return ""
}

// IsHTML tells whether a reply is a web page: a proxy's or a gateway's, not
// the API's.
func IsHTML(h http.Header, body []byte) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if kind == "text/html" || kind == "application/xhtml+xml" {
		return true
	}
	start := strings.ToLower(string(bytes.TrimSpace(body[:min(len(body), 256)])))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// bare strips what a library wraps around a cause: url.Error prints the whole
// URL, which holds the query and with it people's data.
func bare(err error) error {
	var wrapped *url.Error
	for errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return err
	default:
		return fmt.Errorf("talking to the server: %w", err)
	}
}
