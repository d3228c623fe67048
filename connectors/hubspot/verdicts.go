package hubspot

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// How long to wait where HubSpot sends no Retry-After: a lock lasts 2 s, the
// burst window is 10 s, search counts per second ("Error handling" and "Usage
// guidelines" of the developer docs; RetryDecorator of HubSpot's Node SDK), a
// move between data centres takes up to a day.
const (
	lockedWait    = 2 * time.Second
	burstWait     = 10 * time.Second
	searchWait    = time.Second
	migrationWait = time.Hour
)

// wait says when a Retry may come.
type wait int

const (
	waitSoon      wait = iota // the chain's own backoff
	waitLock                  // 423
	waitBurst                 // TEN_SECONDLY_ROLLING
	waitSearch                // SECONDLY
	waitMidnight              // DAILY: the portal's next midnight
	waitMigration             // 477
)

// verdict is what a refusal means to the caller.
type verdict struct {
	class connectors.Class
	wait  wait
	fix   string
}

// asError builds the Error without a RetryAt.
func (v verdict) asError(status int, body vendorError) *connectors.Error {
	return &connectors.Error{
		System: connectors.HubSpot, Class: v.class, Status: status, Code: body.name(),
		Message: body.message(), Fix: v.fix, Request: body.CorrelationID,
	}
}

// verdictOf is the table. Status 0 means an error inside a batch reply, which
// is told by its category alone.
func verdictOf(status int, body vendorError) verdict {
	if v, ok := byCategory(status, body); ok {
		return v
	}
	return byStatus(status)
}

const (
	fixToken     = "check the HubSpot token: create a new service key or sign the app in again"
	fixScope     = "grant the token the missing scopes in HubSpot"
	fixMigration = "HubSpot is moving this portal to another data centre; work goes on when that is done"
)

// byCategory reads HubSpot's own words.
func byCategory(status int, body vendorError) (verdict, bool) {
	name := strings.ToUpper(body.name())
	message := strings.ToLower(body.Message)
	switch {
	case status == http.StatusTooManyRequests || status == 0 && strings.HasPrefix(name, "RATE_LIMIT"):
		return verdict{class: connectors.Retry, wait: policyWait(name, message)}, true
	case name == "EXPIRED_AUTHENTICATION":
		return verdict{class: connectors.Reauth, fix: fixToken}, true
	case name == "INVALID_AUTHENTICATION":
		return verdict{class: connectors.Reauth, fix: fixToken}, true
	case name == "MISSING_SCOPES":
		return verdict{class: connectors.Stop, fix: scopeFix(body)}, true
	case name == "OBJECT_NOT_FOUND" && status < http.StatusInternalServerError:
		return verdict{class: connectors.Gone}, true
	case status == http.StatusBadRequest || status == 0:
		return byBadRequest(status, body), true
	}
	return verdict{}, false
}

// byBadRequest tells the 400s apart: most spoil one record, some the query. An
// error inside a batch reply, or one that names a property, is about a record,
// whatever numbers and words stand in its text.
func byBadRequest(status int, body vendorError) verdict {
	name, message := strings.ToUpper(body.name()), strings.ToLower(body.Message)
	ofQuery := status != 0 && len(body.fields()) == 0
	switch {
	case strings.Contains(message, "duplicate ids found in batch"):
		return verdict{class: connectors.SplitBatch}
	case ofQuery && beyondReach(message):
		return verdict{class: connectors.Narrow}
	case ofQuery && containsAny(message, "cannot deserialize value of type", "invalid cursor", "paging cursor"):
		return verdict{class: connectors.Restart}
	case name == "INTERNAL_ERROR":
		return verdict{class: connectors.UnknownOutcome}
	default:
		return verdict{class: connectors.ParkRecord}
	}
}

// beyondReach: a search gives 10,000 rows at most, and says so when it is asked
// for more. The exact words are not on record, so the number must come with
// what it counts.
func beyondReach(message string) bool {
	return containsAny(message, "10,000", "10000") && containsAny(message, "result", "paging", "offset")
}

func containsAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(s, part) })
}

// policyWait tells which limit was hit, from the policy's name or, in older
// replies, from the message alone.
func policyWait(name, message string) wait {
	switch {
	case name == "DAILY" || strings.Contains(message, "daily"):
		return waitMidnight
	case strings.HasPrefix(name, "TEN_SECONDLY") || strings.Contains(message, "ten_secondly"):
		return waitBurst
	case name == "SECONDLY" || strings.Contains(message, "secondly"):
		return waitSearch
	default:
		return waitBurst
	}
}

// scopeFix names the scopes, which stand in the context of errors[] ("Using
// object APIs") or, in recorded replies, in that of the refusal itself.
func scopeFix(body vendorError) string {
	var scopes []string
	for _, e := range append([]vendorError{body}, body.Errors...) {
		for _, key := range []string{"requiredGranularScopes", "requiredScopes", "missingScopes"} {
			for _, s := range e.Context[key] {
				scopes = append(scopes, transport.OneLine(s, 80))
			}
		}
	}
	if len(scopes) == 0 {
		return fixScope
	}
	return fixScope + ": " + strings.Join(unique(scopes), ", ")
}

// byStatus reads the HTTP status alone (HubSpot developer docs, "Error
// handling"). The 52x come from the edge in front of HubSpot: 521, 523, 525 and
// 526 say that it was never reached, the others leave that open.
func byStatus(status int) verdict {
	switch status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		return verdict{class: connectors.ParkRecord}
	case http.StatusUnauthorized:
		return verdict{class: connectors.Reauth, fix: fixToken}
	case 530:
		return verdict{class: connectors.Stop, fix: "the HubSpot token is not of a form that HubSpot knows: " + fixToken}
	case http.StatusForbidden:
		return verdict{class: connectors.Stop, fix: fixScope}
	case http.StatusNotFound, http.StatusGone:
		return verdict{class: connectors.Gone}
	case http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusUnsupportedMediaType:
		return verdict{class: connectors.Stop, fix: "check connectors.hubspot.base_url and api_version: this server does not know the request"}
	case http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge:
		return verdict{class: connectors.Narrow}
	case http.StatusLocked:
		return verdict{class: connectors.Retry, wait: waitLock}
	case 477:
		return verdict{class: connectors.Retry, wait: waitMigration, fix: fixMigration}
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusServiceUnavailable, 521, 523, 525, 526:
		return verdict{class: connectors.Retry}
	}
	switch {
	case status >= http.StatusInternalServerError:
		return verdict{class: connectors.UnknownOutcome}
	case status >= http.StatusBadRequest:
		return verdict{class: connectors.ParkRecord}
	default:
		return verdict{class: connectors.Stop, fix: "check connectors.hubspot.base_url: the server redirects elsewhere"}
	}
}

// at turns a wait into a time; Retry-After, where it is sent, goes first.
func (w wait) at(now time.Time, h http.Header, midnight time.Time) time.Time {
	if t := transport.RetryAfter(h, now); !t.IsZero() && w != waitMidnight {
		return t
	}
	switch w {
	case waitLock:
		return now.Add(lockedWait)
	case waitBurst:
		return now.Add(burstWait)
	case waitSearch:
		return now.Add(searchWait)
	case waitMidnight:
		return midnight
	case waitMigration:
		return now.Add(migrationWait)
	default:
		return time.Time{}
	}
}
