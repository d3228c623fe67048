package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
)

// TestOrderOfReadingDecidesNothing: two people change a field, one in each CRM;
// whichever page is read and decided first, the outcome is the same (I4).
func TestOrderOfReadingDecidesNothing(t *testing.T) {
	t.Parallel()
	for _, rest := range []string{
		"sync: fill_blank", "from: hubspot", "from: hubspot, empty: clear", "from: salesforce", "sync: newest",
		"sync: prefer_hubspot", "sync: prefer_salesforce, empty: clear",
	} {
		for _, start := range [][2]string{{"C", "C"}, {"C", "B"}} {
			for _, then := range [][2]string{{"D", ""}, {"D", "E"}, {"", "E"}, {"", ""}} {
				var got [2]string
				for i, first := range connectors.Systems() {
					h := syncHouse(t, rest)
					h.twin(1, start[0], start[1])
					h.rest(t)
					h.plan(connectors.HubSpot, 1, then[1])
					h.plan(connectors.Salesforce, 1, then[0])
					h.do(h.engine.Poll(t.Context(), first))
					h.do(h.engine.Deliver(t.Context(), other(first)))
					h.rest(t)
					got[i] = fmt.Sprint(h.plans(1), len(h.conflicts()))
					_ = h.store.Close()
				}
				if got[0] != got[1] {
					t.Errorf("%s: from %q to %q: salesforce read first %s, hubspot read first %s", rest, start, then, got[0], got[1])
				}
			}
		}
	}
}

// TestNobodyIsHandedOffBeforeTheMatch: a new company, its contact and its
// Salesforce account come in one run; the handoff goes to the account's owner,
// and nothing is left of what was looked for before.
func TestNobodyIsHandedOffBeforeTheMatch(t *testing.T) {
	t.Parallel()
	for _, fallback := range []string{"", "routing: {sdr: {fallback: ann@acme.example}}\n"} {
		h := demoHouse(t)
		h.policy = strings.Replace(h.policy, "managers:", fallback+"managers:", 1)
		h.restart()
		h.pair(1, "10")
		h.sf.page, h.hs.page = 50, 50
		h.once()
		h.clock.Advance(time.Hour)
		h.sf.put(connectors.Account, sfID(15), nil, map[string]string{"Name": "N15", "Website": "n15.example", "OwnerId": "005000000000009AAA"})
		h.hubspot("15", "n15.example", "10")
		h.hs.put(connectors.Contact, "71", []string{"15"}, map[string]string{"demo_at": h.clock.Now().Format(time.RFC3339)})
		h.once()
		rows := openHandoffs(t, h)
		if len(rows) != 1 || rows[0].System != connectors.Salesforce || rows[0].OwnerID != "005000000000009AAA" {
			t.Errorf("fallback %q: handoffs %+v, want one to the Salesforce account's owner", fallback, rows)
		}
		if list := h.parked(); len(list) > 0 {
			t.Errorf("fallback %q: problems %q, want none", fallback, list)
		}
	}
}

func other(s connectors.System) connectors.System {
	if s == connectors.HubSpot {
		return connectors.Salesforce
	}
	return connectors.HubSpot
}
