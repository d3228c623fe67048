package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// syncHouse is a house whose accounts have one more field in both CRMs.
func syncHouse(t testing.TB, rest string) *house {
	h := newHouse(t)
	h.mapping = strings.Replace(mappingText, "signals:", "  plan: {type: text, hubspot: plan, salesforce: Plan__c, "+rest+"}\nsignals:", 1)
	h.make(h.store)
	h.sf.page, h.hs.page = 50, 50
	return h
}

// twin puts an account with both sides' values of the field.
func (h *house) twin(n int, sf, hs string) {
	h.pair(n, "10")
	h.plan(connectors.Salesforce, n, sf)
	h.plan(connectors.HubSpot, n, hs)
}

// plan sets the field as a person does, a minute later.
func (h *house) plan(system connectors.System, n int, value string) {
	h.clock.Advance(time.Minute)
	if system == connectors.Salesforce {
		h.sf.put(connectors.Account, sfID(n), nil, map[string]string{"Plan__c": value})
	} else {
		h.hs.put(connectors.Account, fmt.Sprint(n), nil, map[string]string{"plan": value})
	}
}

func (h *house) plans(n int) [2]string {
	return [2]string{h.sf.field(sfID(n), "Plan__c"), h.hs.field(fmt.Sprint(n), "plan")}
}

func (h *house) writes() int { return len(h.sf.writes) + len(h.hs.writes) }

// rest runs the daemon until it has nothing to do, and fails if that takes
// more than two cycles that write.
func (h *house) rest(t interface{ Fatalf(string, ...any) }) {
	for cycle := range 5 {
		before := h.writes()
		h.clock.Advance(time.Minute)
		h.once()
		if n := h.writes() - before; n > 0 && cycle >= 2 {
			t.Fatalf("cycle %d still writes %d times", cycle+1, n)
		}
	}
}

func (h *house) conflicts() (rows []engine.ConflictRow) {
	h.t.Helper()
	err := h.store.View(h.t.Context(), func(tx engine.Tx) (err error) {
		rows, err = tx.Conflicts("", 100)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return rows
}

// TestConflictIsDecidedAndLogged: both sides changed; the policy decides and
// both values stay on record.
func TestConflictIsDecidedAndLogged(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]string{"prefer_salesforce": "from sf", "prefer_hubspot": "from hs"} {
		h := syncHouse(t, "sync: "+policy)
		h.twin(1, "same", "same")
		h.rest(t)
		h.plan(connectors.Salesforce, 1, "from sf")
		h.plan(connectors.HubSpot, 1, "from hs")
		h.rest(t)
		if got := h.plans(1); got != [2]string{want, want} {
			t.Errorf("%s: %q, want %q on both sides", policy, got, want)
		}
		rows := h.conflicts()
		if len(rows) != 1 || rows[0].Salesforce != "from sf" || rows[0].HubSpot != "from hs" || rows[0].Policy != "sync: "+policy || rows[0].Field != "plan" {
			t.Errorf("%s: conflicts %+v, want one with both values", policy, rows)
		}
		one, _, err := engine.Show(t.Context(), h.store, h.engineMapping(), sfID(1))
		if err != nil || one == nil || len(one.Conflicts) != 1 || one.Conflicts[0].Salesforce != "from sf" {
			t.Errorf("%s: shown %+v, %v, want the conflict", policy, one, err)
		}
		if winner := strings.TrimPrefix(policy, "prefer_"); len(rows) == 1 && rows[0].Winner != winner {
			t.Errorf("%s: the winner is %s", policy, rows[0].Winner)
		}
	}
}

// TestChangedInBetween: a person is faster than the write. It is not written
// over; the two changes are weighed by the policy (I4).
func TestChangedInBetween(t *testing.T) {
	t.Parallel()
	h := syncHouse(t, "sync: prefer_hubspot")
	h.twin(1, "same", "same")
	h.rest(t)
	h.plan(connectors.Salesforce, 1, "from sf")
	h.hs.fail = func(w connectors.Write) *connectors.Result {
		h.hs.fail = nil
		h.hs.put(connectors.Account, "1", nil, map[string]string{"plan": "meanwhile"})
		return nil
	}
	h.rest(t)
	if got := h.plans(1); got != [2]string{"meanwhile", "meanwhile"} {
		t.Errorf("%q, want the person's newer value on both sides", got)
	}
	if rows := h.conflicts(); len(rows) != 1 || rows[0].Salesforce != "from sf" || rows[0].HubSpot != "meanwhile" {
		t.Errorf("conflicts %+v, want the two changes", rows)
	}
}

// TestRefusedFieldIsRetried: what a CRM refuses is not sent again and again;
// the next change of the record, of the value, or of the mapping sends it.
func TestRefusedFieldIsRetried(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) (*house, *int) {
		h := syncHouse(t, "sync: prefer_salesforce")
		h.twin(1, "same", "same")
		h.rest(t)
		tried := 0
		h.hs.fail = func(w connectors.Write) *connectors.Result {
			if _, ok := w.Fields["plan"]; !ok {
				return nil
			}
			tried++
			return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{System: connectors.HubSpot, Class: connectors.ParkRecord, Code: "INVALID_OPTION"}}
		}
		h.plan(connectors.Salesforce, 1, "refused")
		h.rest(t)
		if tried != 1 || h.summary().Parked != 1 {
			t.Fatalf("tried %d times, want once and a parked problem", tried)
		}
		h.hs.fail = nil
		h.rest(t)
		if got := h.plans(1); got[1] != "same" {
			t.Fatalf("%q: tried again although nothing has changed", got)
		}
		return h, &tried
	}
	for name, change := range map[string]func(*house){
		"the value": func(h *house) { h.plan(connectors.Salesforce, 1, "refused, not") },
		"the record": func(h *house) {
			h.clock.Advance(time.Minute)
			h.hs.put(connectors.Account, "1", nil, map[string]string{"other": "x"})
		},
		"the schema": func(h *house) {
			h.clock.Advance(time.Hour)
			h.once() // the schema as it was
			h.hs.schema.Fields = map[string]connectors.Field{"plan": {Name: "plan", Options: []connectors.Option{{Value: "refused", Active: true}}}}
			h.clock.Advance(time.Hour)
		},
		"the mapping": func(h *house) {
			h.mapping = strings.Replace(h.mapping, "prefer_salesforce", "prefer_salesforce, length: 80", 1)
			h.policy += "\n"
			h.restart()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := setup(t)
			change(h)
			h.rest(t)
			if got := h.plans(1); !strings.HasPrefix(got[1], "refused") || h.summary().Parked != 0 {
				t.Errorf("%q with %d parked, want it written and settled", got, h.summary().Parked)
			}
		})
	}
}

// TestAtRestBesideAnotherSync: HubSpot's own sync copies the same field both
// ways, before or after us. Nobody fights (I5).
func TestAtRestBesideAnotherSync(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"prefer_salesforce", "prefer_hubspot", "newest", "fill_blank"} {
		h := syncHouse(t, "sync: "+policy)
		h.twin(1, "same", "same")
		h.rest(t)
		last := [2]string{"same", "same"}
		other := func() { // copies whichever side changed since it looked
			now := h.plans(1)
			switch {
			case now[0] != last[0] && now[0] != now[1]:
				h.plan(connectors.HubSpot, 1, now[0])
			case now[1] != last[1] && now[0] != now[1]:
				h.plan(connectors.Salesforce, 1, now[1])
			}
			last = h.plans(1)
		}
		for i, system := range []connectors.System{connectors.Salesforce, connectors.HubSpot, connectors.Salesforce} {
			h.plan(system, 1, fmt.Sprint("value ", i))
			if i%2 == 0 {
				other()
			}
			for cycle := range 4 {
				before := h.writes()
				h.once()
				other()
				if h.writes() != before && cycle >= 2 {
					t.Fatalf("%s: still writing in cycle %d", policy, cycle+1)
				}
			}
			want := fmt.Sprint("value ", i)
			if got := h.plans(1); got != [2]string{want, want} {
				t.Errorf("%s: %q, want %q on both sides", policy, got, want)
			}
		}
		if rows := h.conflicts(); len(rows) != 0 {
			t.Errorf("%s: conflicts %+v where nobody disagreed", policy, rows)
		}
	}
}

// TestMasterIsPutBack: a change beside the master is set right, and kept on
// record, whether the field was ever written or not.
func TestMasterIsPutBack(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"kept", ""} {
		h := syncHouse(t, "from: hubspot")
		h.twin(1, first, "kept")
		h.rest(t)
		h.plan(connectors.Salesforce, 1, "mine")
		h.rest(t)
		if got := h.plans(1); got != [2]string{"kept", "kept"} {
			t.Errorf("%q, want the master's value on both sides", got)
		}
		rows := h.conflicts()
		if len(rows) != 1 || rows[0].Salesforce != "mine" || rows[0].Winner != "hubspot" || rows[0].Policy != "from: hubspot" {
			t.Errorf("conflicts %+v, want the change that was put back", rows)
		}
		h.plan(connectors.HubSpot, 1, "next")
		h.rest(t)
		if n := len(h.conflicts()); n != 1 {
			t.Errorf("%d conflicts after the master's own change, want none new", n)
		}
	}
}

// TestEmptied: an emptied value stays where it is, or travels, as the field says.
func TestEmptied(t *testing.T) {
	t.Parallel()
	for rest, want := range map[string]string{"sync: newest": "full", "sync: newest, empty: clear": "", "from: salesforce": "full", "from: salesforce, empty: clear": ""} {
		h := syncHouse(t, rest)
		h.twin(1, "full", "full")
		h.rest(t)
		h.plan(connectors.Salesforce, 1, "")
		h.rest(t)
		if got := h.plans(1); got != [2]string{"", want} {
			t.Errorf("%s: %q, want %q in hubspot", rest, got, want)
		}
	}
}
