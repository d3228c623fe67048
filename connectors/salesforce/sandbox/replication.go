package sandbox

import (
	"net/http"
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/org"
)

const (
	// updatedWindow is how far back changes can be listed (REST API Developer
	// Guide, "Get Updated").
	updatedWindow = 30 * 24 * time.Hour
	// deletedWindow is how long the delete log lasts ("Get Deleted").
	deletedWindow = 15 * 24 * time.Hour
	// maxReplicated is the most ids that one answer lists.
	maxReplicated = 600_000
)

const restTime = "2006-01-02T15:04:05.000-0700"

// span reads start and end, cut to the minute. They must differ after that.
func (c *call) span(obj *org.Object, reach time.Duration) (from, to time.Time, bad *reply) {
	fail := func(code, message string) *reply {
		r := refused(http.StatusBadRequest, code, message)
		return &r
	}
	if !obj.Replicateable() {
		return from, to, fail("INVALID_TYPE", "object type '"+obj.Name+"' is not replicable")
	}
	var ok1, ok2 bool
	from, ok1 = parseInstant(c.query.Get("start"))
	to, ok2 = parseInstant(c.query.Get("end"))
	now := c.s.clock.Now()
	switch {
	case c.query.Get("start") == "" || c.query.Get("end") == "":
		return from, to, fail("MISSING_ARGUMENT", "start and end are required")
	case !ok1 || !ok2:
		return from, to, fail("INVALID_REPLICATION_DATE", "startDate and endDate must be ISO 8601 dates with a time zone")
	}
	from, to = from.Truncate(time.Minute), to.Truncate(time.Minute)
	switch {
	case !from.Before(to):
		return from, to, fail("INVALID_REPLICATION_DATE", "startDate before org replication enabled date or endDate before startDate")
	case from.Before(now.Add(-reach)):
		return from, to, fail("INVALID_REPLICATION_DATE", "startDate cannot be more than "+days(reach)+" days ago")
	case from.After(now):
		return from, to, fail("INVALID_REPLICATION_DATE", "startDate must not be in the future")
	}
	return from, to, nil
}

func days(d time.Duration) string {
	if d == deletedWindow {
		return "15"
	}
	return "30"
}

func parseInstant(s string) (time.Time, bool) {
	s = strings.ReplaceAll(s, " ", "+") // an unescaped + of a zone
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// covered is latestDateCovered: the end of the span, but no later than now nor
// than the start of a transaction that has not committed yet (SOAP API
// Developer Guide, "GetUpdatedResult").
func (c *call) covered(obj *org.Object, to time.Time) string {
	if now := c.s.clock.Now().Truncate(time.Minute); now.Before(to) {
		to = now
	}
	if open := c.s.org.OpenSince(obj); !open.IsZero() && open.Before(to) {
		to = open
	}
	return to.UTC().Format(restTime)
}

// updated serves GET /sobjects/{Object}/updated.
func (c *call) updated(obj *org.Object) reply {
	from, to, bad := c.span(obj, updatedWindow)
	if bad != nil {
		return *bad
	}
	ids := []string{}
	for _, row := range c.s.org.ChangedBetween(obj, from, to) {
		if !row.Deleted() {
			ids = append(ids, row.ID().String())
		}
	}
	if len(ids) > maxReplicated {
		return refused(http.StatusBadRequest, "EXCEEDED_ID_LIMIT", "Too many ids; shorten the span")
	}
	return answer(http.StatusOK, struct {
		IDs     []string `json:"ids"`
		Covered string   `json:"latestDateCovered"`
	}{ids, c.covered(obj, to)})
}

// deleted serves GET /sobjects/{Object}/deleted.
func (c *call) deleted(obj *org.Object) reply {
	from, to, bad := c.span(obj, deletedWindow)
	if bad != nil {
		return *bad
	}
	type entry struct {
		Date string `json:"deletedDate"`
		ID   string `json:"id"`
	}
	out := []entry{}
	for _, row := range c.s.org.ChangedBetween(obj, from, to) {
		if row.Deleted() {
			out = append(out, entry{time.UnixMilli(row.Stamp()).UTC().Format(restTime), row.ID().String()})
		}
	}
	return answer(http.StatusOK, struct {
		Records  []entry `json:"deletedRecords"`
		Earliest string  `json:"earliestDateAvailable"`
		Covered  string  `json:"latestDateCovered"`
	}{out, c.s.clock.Now().Add(-deletedWindow).Truncate(time.Minute).Format(restTime), c.covered(obj, to)})
}
