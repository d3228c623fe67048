package transport

import (
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"handoffd/connectors"
)

// judge classifies a reply that is no success: the vendor's table first, then
// what the HTTP status alone says.
func (c *Chain) judge(out *outcome) *connectors.Error {
	e := c.o.Classify(out.status, out.header, out.body, nil)
	if e == nil {
		e = ByStatus(out.status)
		if IsHTML(out.header, out.body) {
			e.Code = string(FaultHTML)
		}
		e.RetryAt = RetryAfter(out.header, c.o.Clock.Now())
	}
	e.System = c.o.System
	if e.Status == 0 {
		e.Status = out.status
	}
	return e
}

// ByStatus is the judgement where the vendor's table has none. A 500, 502 or
// 504 may come after the work was done; 408, 425, 429 and 503 come instead of it.
func ByStatus(status int) *connectors.Error {
	e := &connectors.Error{Status: status, Class: connectors.ParkRecord, Message: http.StatusText(status)}
	switch {
	case status == http.StatusUnauthorized:
		e.Class = connectors.Reauth
	case status == http.StatusForbidden:
		e.Class = connectors.Stop
		e.Fix = "grant the integration user the access that this request needs"
	case status == http.StatusNotFound || status == http.StatusGone:
		e.Class = connectors.Gone
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly,
		status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		e.Class = connectors.Retry
	case status >= 500:
		e.Class = connectors.UnknownOutcome
	case status < 400:
		e.Class = connectors.Stop
		e.Fix = "check the configured URL: the server redirects elsewhere"
	}
	return e
}

// RetryAfter reads the Retry-After header, seconds or an HTTP date (RFC 9110,
// section 10.2.3), as a time; zero if there is none or it makes no sense.
func RetryAfter(h http.Header, now time.Time) time.Time {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return time.Time{}
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if seconds < 0 || seconds > 7*24*3600 {
			return time.Time{}
		}
		return now.Add(time.Duration(seconds * float64(time.Second)))
	}
	if at, err := http.ParseTime(text); err == nil {
		return at.UTC()
	}
	return time.Time{}
}

// OneLine makes a vendor's text fit for connectors.Error.Message: one line,
// no control characters, at most limit characters.
func OneLine(text string, limit int) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	clean = strings.Join(strings.Fields(clean), " ")
	if runes := []rune(clean); len(runes) > limit {
		return strings.TrimSpace(string(runes[:limit])) + "…"
	}
	return clean
}
