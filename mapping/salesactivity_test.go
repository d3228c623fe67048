package mapping_test

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// TestSelfBooked: what HubSpot has of a meeting that came of a scheduling page.
func TestSelfBooked(t *testing.T) {
	t.Parallel()
	home := connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: "1"}
	for _, c := range []struct {
		field, value string
		want         bool
	}{
		{"hs_meeting_title", "Call", false},
		{"hs_meeting_created_from_link_id", "4711", true},
		{"hs_meeting_source", "MEETINGS_PUBLIC", true},
		{"hs_meeting_source", "MEETINGS_EMBEDDED", true},
		{"hs_meeting_source", "CRM_UI", false},
		{"hs_meeting_source", "BIDIRECTIONAL_SYNC", false},
	} {
		a, ok := mapping.ReadSalesActivity(connectors.Record{
			Ref:    connectors.Ref{System: connectors.HubSpot, Object: connectors.Meeting, ID: "9"},
			Fields: map[string]connectors.Value{c.field: connectors.TextValue(c.value)},
		}, home, nil)
		if !ok || a.SelfBooked != c.want {
			t.Errorf("%s %s: %t, %t", c.field, c.value, a.SelfBooked, ok)
		}
	}
}

// TestCopyKeepsTheLink: another sync made an event of the meeting; that the
// buyer booked it stands in HubSpot alone.
func TestCopyKeepsTheLink(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)
	meeting := func(s connectors.System, id string, self bool, created time.Time) mapping.SalesActivity {
		return mapping.SalesActivity{
			Ref: connectors.Ref{System: s, Object: connectors.Meeting, ID: id}, Kind: connectors.Meeting, Subject: "Intro",
			Created: created, At: at.Add(48 * time.Hour), Done: true, SelfBooked: self,
		}
	}
	list := []mapping.SalesActivity{
		meeting(connectors.Salesforce, "00U1", false, at.Add(time.Minute)), meeting(connectors.HubSpot, "9", true, at),
	}
	for range 2 {
		got := mapping.OnceEach(list)
		if len(got) != 1 || got[0].Ref.ID != "00U1" || !got[0].SelfBooked {
			t.Errorf("got %+v", got)
		}
		list[0], list[1] = list[1], list[0]
	}
	if list[0].SelfBooked || !list[1].SelfBooked {
		t.Error("the list itself was changed")
	}
}
