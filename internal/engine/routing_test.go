package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// team are the people of both CRMs, by their ids there.
func team(h *house) {
	h.sf.users, h.hs.users = nil, nil
	for i, name := range []string{"Ann", "Bob", "Cyd", "Boss"} {
		email := strings.ToLower(name) + "@acme.example"
		h.sf.users = append(h.sf.users, connectors.User{ID: fmt.Sprintf("00500000000000%dAAA", i+1), Name: name, Email: email, Active: true})
		h.hs.users = append(h.hs.users, connectors.User{ID: fmt.Sprint(i + 1), Name: name, Email: email, Active: true})
	}
}

// pooled is a house whose accounts go to a pool, whoever owns them.
func pooled(t *testing.T, routing, field string) *house {
	t.Helper()
	h := newHouse(t)
	team(h)
	h.policy = policyText + "routing: {sdr: {" + routing + "}}\n"
	if field != "" {
		h.mapping = strings.Replace(mappingText, "signals:", "  "+field+"\nsignals:", 1)
	}
	h.restart()
	return h
}

const takeTurns = "to: pool, pool: [{email: ann@acme.example, weight: 2}, bob@acme.example, cyd@acme.example]"

// owners lists who got which account, in the order of the handoffs.
func owners(t *testing.T, h *house) (names []string) {
	t.Helper()
	for _, row := range openHandoffs(t, h) {
		names = append(names, row.Owner)
	}
	return names
}

// TestTurnsSurviveRestarts: the same people get the same accounts, whether the
// daemon runs on or starts anew before each.
func TestTurnsSurviveRestarts(t *testing.T) {
	t.Parallel()
	play := func(restart bool) []string {
		h := pooled(t, takeTurns, "")
		for n := range 8 {
			h.pair(n, "85")
			h.clock.Advance(time.Hour)
			if restart {
				h.restart()
			}
			h.once()
		}
		return owners(t, h)
	}
	steady := play(false)
	if diff := cmp.Diff(steady, play(true)); diff != "" {
		t.Errorf("restarts change the turns (-without +with):\n%s", diff)
	}
	counts := map[string]int{}
	for _, name := range steady {
		counts[name]++
	}
	if diff := cmp.Diff(map[string]int{"Ann": 4, "Bob": 2, "Cyd": 2}, counts); diff != "" {
		t.Errorf("shares of 8 at weights 2:1:1 (-want +got):\n%s", diff)
	}
}

// TestTurnsWithinOneCycle: accounts of one transaction see each other, and the
// plan names the people who then get them.
func TestTurnsWithinOneCycle(t *testing.T) {
	t.Parallel()
	h := pooled(t, takeTurns, "")
	h.goLive = false
	h.restart()
	for n := range 4 {
		h.pair(n, []string{"95", "90", "85", "80"}[n])
	}
	var planned []string
	for _, p := range h.once().Planned {
		planned = append(planned, p.Name+" "+p.Owner)
		if len(p.Assigned) == 0 || !strings.Contains(p.Assigned[len(p.Assigned)-1], "next in turn") {
			t.Errorf("%s: assigned %q, want the turn", p.Name, p.Assigned)
		}
	}
	if err := engine.Release(t.Context(), h.store, h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	h.once()
	var done []string
	for _, row := range openHandoffs(t, h) {
		one, _, err := engine.Show(t.Context(), h.store, compileMapping(t, mappingText), row.Account)
		if err != nil || one.Handoff == nil || len(one.Handoff.Assigned) != 1 {
			t.Fatalf("shown %+v, %v: want why this owner", one, err)
		}
		done = append(done, one.Name+" "+row.Owner)
	}
	want := []string{"Acme 0 Ann", "Acme 1 Bob", "Acme 2 Cyd", "Acme 3 Ann"}
	slices.Sort(done)
	if diff := cmp.Diff(want, planned); diff != "" {
		t.Errorf("planned (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, done); diff != "" {
		t.Errorf("done (-want +got):\n%s", diff)
	}
}

// TestCapacityIsExact, also between two accounts of one transaction; the rest
// waits for a reason and goes when there is room.
func TestCapacityIsExact(t *testing.T) {
	t.Parallel()
	h := pooled(t, "to: pool, pool: [{email: ann@acme.example, capacity: {per_week: 2}}, {email: bob@acme.example, capacity: {per_day: 1}}]", "")
	for n := range 5 {
		h.pair(n, "85") // on a Monday
	}
	steps := []struct {
		advance time.Duration
		want    string
	}{
		{0, "Ann Bob Ann"}, {time.Hour, "Ann Bob Ann"}, {day, "Ann Bob Ann Bob"}, {0, "Ann Bob Ann Bob"}, {day, "Ann Bob Ann Bob Bob"},
	}
	for i, step := range steps {
		h.clock.Advance(step.advance)
		h.once()
		if got := strings.Join(owners(t, h), " "); got != step.want {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
		if l, _ := life(t, h, 4); i == 0 && (l.Queued.Kind != workflows.WaitsForLimit ||
			l.Queued.Reason != "ann@acme.example has been given 2 of 2 this week; bob@acme.example has been given 1 of 1 this day") {
			t.Errorf("waits %v, want who has too much", l.Queued)
		}
	}
	if text := parked(t, h); text != "" {
		t.Errorf("still parked: %s", text)
	}
}

func parked(t *testing.T, h *house) string {
	t.Helper()
	var reasons []string
	err := h.store.View(t.Context(), func(tx engine.Tx) error {
		rows, err := tx.Problems()
		for _, p := range rows {
			reasons = append(reasons, p.Field+": "+p.Reason)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(reasons, "\n")
}

// TestChoiceIsWritten to the account's field, in both CRMs, by the people's
// own ids there; then all is silent (I5).
func TestChoiceIsWritten(t *testing.T) {
	t.Parallel()
	const pool = "to: pool, pool: [cyd@acme.example]"
	for name, tt := range map[string]struct{ routing, field, sf, hs string }{
		"the SDR field":             {pool, "sdr: {type: owner, salesforce: SDR__c, hubspot: sdr, from: handoffd}", "SDR__c", "sdr"},
		"a field in one CRM":        {pool, "sdr: {type: owner, hubspot: sdr, from: handoffd}", "", "sdr"},
		"another field":             {pool + ", write_to: rep", "rep: {type: owner, salesforce: Rep__c, hubspot: rep, sync: newest}", "Rep__c", "rep"},
		"the owner, ours":           {pool + ", write_to: owner", "owner: {type: owner, salesforce: OwnerId, hubspot: hubspot_owner_id, from: handoffd}", "OwnerId", "hubspot_owner_id"},
		"the owner, both may":       {pool + ", write_to: owner", "owner: {type: owner, salesforce: OwnerId, hubspot: hubspot_owner_id, sync: newest}", "OwnerId", "hubspot_owner_id"},
		"the owner, Salesforce may": {pool + ", write_to: owner", "owner: {type: owner, salesforce: OwnerId, hubspot: hubspot_owner_id, sync: prefer_salesforce}", "OwnerId", "hubspot_owner_id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := pooled(t, tt.routing, tt.field)
			h.pair(1, "10")
			h.hs.put(connectors.Account, "1", nil, map[string]string{"hubspot_owner_id": "1"})
			h.once()
			h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "90"})
			h.clock.Advance(time.Minute)
			h.once()
			if got := owners(t, h); !slices.Equal(got, []string{"Cyd"}) {
				t.Fatalf("owners %q, want Cyd", got)
			}
			if tt.sf != "" && h.sf.field(sfID(1), tt.sf) != "005000000000003AAA" {
				t.Errorf("salesforce %s = %q, want Cyd", tt.sf, h.sf.field(sfID(1), tt.sf))
			}
			if h.hs.field("1", tt.hs) != "3" {
				t.Errorf("hubspot %s = %q, want Cyd", tt.hs, h.hs.field("1", tt.hs))
			}
			if text := parked(t, h); text != "" {
				t.Errorf("parked: %s", text)
			}
			before := len(h.sf.writes) + len(h.hs.writes)
			for range 3 {
				h.clock.Advance(time.Hour)
				h.once()
			}
			if after := len(h.sf.writes) + len(h.hs.writes); after != before {
				t.Errorf("%d writes at rest", after-before)
			}
		})
	}
}

// TestChoiceWithoutCounterpart: whom the other CRM does not know is written
// where they are known, and the rest is parked.
func TestChoiceWithoutCounterpart(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ owners, want string }{
		"nobody":          {"", ""},
		"another address": {"owners: {same: {cyd@acme.example: cyd.lee@acme.example}}\n", "3"},
		"the fallback":    {"owners: {fallback: {hubspot: boss@acme.example}}\n", "4"},
	} {
		for _, field := range []string{"from: handoffd", "sync: newest"} {
			t.Run(name+" "+field, func(t *testing.T) {
				t.Parallel()
				h := pooled(t, "to: pool, pool: [cyd@acme.example]", "sdr: {type: owner, salesforce: SDR__c, hubspot: sdr, "+field+"}")
				h.mapping += tt.owners
				h.hs.users[2].Email = "cyd.lee@acme.example"
				h.restart()
				h.pair(1, "90")
				h.hs.put(connectors.Account, "1", nil, map[string]string{"sdr": ""})
				h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"SDR__c": ""})
				h.once()
				h.clock.Advance(time.Hour)
				h.once()
				if h.sf.field(sfID(1), "SDR__c") != "005000000000003AAA" || h.hs.field("1", "sdr") != tt.want {
					t.Errorf("sdr %q and %q, want Cyd and %q", h.sf.field(sfID(1), "SDR__c"), h.hs.field("1", "sdr"), tt.want)
				}
				if text := parked(t, h); (tt.want == "") != strings.Contains(text, "no counterpart in hubspot") {
					t.Errorf("parked %q", text)
				}
			})
		}
	}
}

// TestChoiceOnOneRecord: an account in one CRM only gets its field there.
func TestChoiceOnOneRecord(t *testing.T) {
	t.Parallel()
	h := pooled(t, "to: pool, pool: [cyd@acme.example]", "sdr: {type: owner, salesforce: SDR__c, hubspot: sdr, sync: newest}")
	h.hs.put(connectors.Account, "7", nil, map[string]string{"name": "Solo", "target": "true", "score": "90", "sdr": "1"})
	h.once()
	h.clock.Advance(time.Hour)
	h.once()
	if got := h.hs.field("7", "sdr"); got != "3" {
		t.Errorf("sdr = %q, want Cyd", got)
	}
}
