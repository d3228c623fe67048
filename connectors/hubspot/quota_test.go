package hubspot

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"handoffd/connectors"
)

// TestDayEndsAtThePortalsMidnight: the share that was spent before the zone
// was known is not given out anew at midnight UTC (I10).
func TestDayEndsAtThePortalsMidnight(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"portalId":1,"timeZone":"America/New_York","results":[]}`)
	})
	client, fake := clientOn(t, h, func(c *Config) { c.DailyCalls = 10 })
	if _, err := client.Identify(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		_, _ = client.Users(t.Context())
	}
	fake.Set(time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)) // the portal's evening
	_, err := client.Users(t.Context())
	var e *connectors.Error
	if midnight := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC); !errors.As(err, &e) || !e.RetryAt.Equal(midnight) {
		t.Errorf("in the portal's evening: %v, want refused until %s", err, midnight)
	}
}

// TestUsedUpBeforeTheZoneIsKnown: a portal in the east opens long before
// midnight UTC, so one that could not be asked is tried again within the hour.
func TestUsedUpBeforeTheZoneIsKnown(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, nil, turn{want: "GET /account-info/2026-09/details", status: 429, reply: `{"policyName":"DAILY"}`})
	_, err := client.Identify(t.Context())
	var e *connectors.Error
	if !errors.As(err, &e) || e.Code != "DAILY" || !e.RetryAt.Equal(start.Add(time.Hour)) {
		t.Errorf("got %v until %v, want an hour", err, e)
	}
}
