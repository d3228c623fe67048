package engine_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
)

// TestCopiedActivityCountsOnce: what another sync has copied into the second
// CRM is one meeting, what two people did at one time is two.
func TestCopiedActivityCountsOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		owner string // of HubSpot's
		want  int
	}{
		"a copy":                {"1", 0},
		"another's":             {"2", 1},
		"an owner that is gone": {"77", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.mapping = strings.Replace(mappingText, "signals:\n", "signals:\n  meetings: {salesforce: meeting.End, hubspot: meeting.end, kind: event}\n", 1)
			h.policy = strings.Replace(policyText, "handoffs:\n", "handoffs:\n  met: {to: sdr, when: 'count(meetings, \"7d\") >= 2'}\n", 1)
			h.sf.objects, h.hs.objects = []connectors.Object{connectors.Meeting}, []connectors.Object{connectors.Meeting}
			h.hs.users = append(h.hs.users, connectors.User{ID: "2", Name: "Boss", Email: "BOSS@acme.example", Active: true})
			h.make(h.store)
			h.pair(1, "10")
			h.once()
			at := h.clock.Now().Add(-time.Hour)
			h.sf.put(connectors.Meeting, "00U1", []string{sfID(1)}, map[string]string{"End": at.Format(time.RFC3339), "Subject": "Meeting: Demo", "OwnerId": "005000000000001AAA"})
			h.hs.put(connectors.Meeting, "51", []string{"1"}, map[string]string{"end": at.Add(40 * time.Second).Format(time.RFC3339), "hs_meeting_title": "Demo", "hubspot_owner_id": c.owner})
			if s := h.later(); s.Handoffs != c.want {
				t.Errorf("%d handoffs, want %d", s.Handoffs, c.want)
			}
		})
	}
}
