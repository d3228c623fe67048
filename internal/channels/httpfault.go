package channels

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// noRedirects is a client that goes nowhere else than where it was sent: a
// signed message is for one receiver.
func noRedirects(base http.RoundTripper) *http.Client {
	return &http.Client{Transport: base, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// answered says what an HTTP status means, nil for success.
func answered(c workflows.Channel, status int, fix string) *connectors.Error {
	if status >= 200 && status < 300 {
		return nil
	}
	e := &connectors.Error{System: system(c), Status: status, Class: connectors.ParkRecord, Message: "HTTP " + strconv.Itoa(status) + " " + http.StatusText(status)}
	switch {
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		e.Class = connectors.Retry
	case status >= 500:
		e.Class = connectors.UnknownOutcome // it may have failed after it took the message
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound,
		status == http.StatusMethodNotAllowed, status == http.StatusGone, status < 400:
		e.Class, e.Fix = connectors.Stop, fix
	}
	return e
}

// retryAfter reads the header of that name, in seconds or as a date.
func retryAfter(header string, now time.Time) time.Time {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return now.Add(time.Duration(seconds) * time.Second)
	}
	if at, err := http.ParseTime(header); err == nil && at.After(now) {
		return at
	}
	return time.Time{}
}

// unanswered says what it means that no answer came: before the connection
// stood nothing was sent, afterwards nobody knows.
func unanswered(c workflows.Channel, err error, secrets ...string) *connectors.Error {
	err = cause(err)
	e := &connectors.Error{System: system(c), Class: connectors.UnknownOutcome, Message: redact(err.Error(), secrets...)}
	var dial *net.OpError
	var dns *net.DNSError
	if errors.As(err, &dns) || errors.As(err, &dial) && dial.Op == "dial" || errors.Is(err, syscall.ECONNREFUSED) {
		e.Class = connectors.Retry
	}
	if errors.Is(err, context.DeadlineExceeded) {
		e.Message = "no answer came in time"
	}
	return e
}
