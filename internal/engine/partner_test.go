package engine_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
)

// TestNewPartner: where a record gets another partner, the field's policy
// decides between what the two hold, and the case is logged. That one of them
// had agreed with somebody else before says nothing.
func TestNewPartner(t *testing.T) {
	t.Parallel()
	second := func(h *house) {
		h.sf.put(connectors.Account, sfID(2), nil, map[string]string{"Name": "Two", "Website": "two.example", "Plan__c": "Silver", "OwnerId": "005000000000001AAA"})
	}
	for name, c := range map[string]struct {
		before, happens func(*house)
		sf              int
		hs              string
	}{
		"salesforce merges": {second, func(h *house) { h.sf.remove(sfID(1), sfID(2)) }, 2, "1"},
		"hubspot merges": {
			func(h *house) {
				h.hs.put(connectors.Account, "2", nil, map[string]string{"name": "Two", "domain": "two.example", "plan": "Silver"})
			},
			func(h *house) { h.hs.merged("50", "2", nil); h.hs.alias("50", "1"); h.hs.remove("1", "50") }, 1, "50",
		},
		"hubspot merges into a record that is new": {
			func(*house) {},
			func(h *house) { h.hs.merged("50", "1", map[string]string{"plan": "Silver"}); h.hs.remove("1", "50") }, 1, "50",
		},
		"split and linked to another": {second, func(h *house) {
			h.do(h.engine.SplitPair(h.t.Context(), sfID(1), "1"))
			h.do(h.engine.Link(h.t.Context(), sfID(2), "1"))
		}, 2, "1"},
	} {
		for _, policy := range []string{"prefer_salesforce", "prefer_hubspot", "newest", "fill_blank"} {
			t.Run(name+", "+policy, func(t *testing.T) {
				t.Parallel()
				h := syncHouse(t, "sync: "+policy)
				h.twin(1, "Gold", "Gold")
				c.before(h)
				h.rest(t)
				h.clock.Advance(time.Hour)
				sf, hs := h.sf.field(sfID(c.sf), "Plan__c"), "Gold"
				if sf == "Gold" {
					hs = "Silver"
				}
				c.happens(h)
				h.rest(t)
				got := [2]string{h.sf.field(sfID(c.sf), "Plan__c"), h.hs.field(c.hs, "plan")}
				want, logged := got, 1
				switch policy {
				case "prefer_salesforce":
					want = [2]string{sf, sf}
				case "prefer_hubspot":
					want = [2]string{hs, hs}
				case "fill_blank":
					want, logged = [2]string{sf, hs}, 0
				}
				if got != want || policy == "newest" && got[0] != got[1] {
					t.Errorf("%q, want %q", got, want)
				}
				if rows := h.conflicts(); len(rows) != logged {
					t.Errorf("%d conflicts logged, want %d: %+v", len(rows), logged, rows)
				}
			})
		}
	}
}

// TestNewProperty: a field that is mapped to another property is compared as
// at a first sight, and not with what the old property held.
func TestNewProperty(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy, also string // another field, if any
		change       [2]string
		want         [2]string // in Salesforce's field and in HubSpot's new one
	}{
		"salesforce is preferred": {"prefer_salesforce", "", [2]string{"hubspot: plan,", "hubspot: plan2,"}, [2]string{"A", "A"}},
		"hubspot is preferred":    {"prefer_hubspot", "", [2]string{"hubspot: plan,", "hubspot: plan2,"}, [2]string{"ZZZ", "ZZZ"}},
		"the property was read before": {
			"prefer_salesforce", "  other: {type: text, hubspot: plan2}\n", [2]string{"hubspot: plan,", "hubspot: plan2,"}, [2]string{"A", "A"},
		},
		"blanks are filled": {"fill_blank", "", [2]string{"hubspot: plan,", "hubspot: plan2,"}, [2]string{"A", "ZZZ"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := syncHouse(t, "sync: "+c.policy)
			h.mapping = strings.Replace(h.mapping, "signals:", c.also+"signals:", 1)
			h.restart()
			h.twin(1, "A", "A")
			h.rest(t)
			h.clock.Advance(time.Minute)
			h.hs.put(connectors.Account, "1", nil, map[string]string{"plan2": "ZZZ"})
			h.rest(t)
			h.mapping = strings.Replace(strings.Replace(h.mapping, c.change[0], c.change[1], 1), c.also, "", 1)
			h.restart()
			h.rest(t)
			if got := [2]string{h.sf.field(sfID(1), "Plan__c"), h.hs.field("1", "plan2")}; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if rows := h.conflicts(); (len(rows) == 1) != (c.policy != "fill_blank") {
				t.Errorf("conflicts %+v", rows)
			}
		})
	}
}

// TestNewPolicy: where only the policy changes, what both sides hold stays.
func TestNewPolicy(t *testing.T) {
	t.Parallel()
	h := syncHouse(t, "sync: prefer_salesforce")
	h.twin(1, "A", "A")
	h.rest(t)
	h.mapping = strings.Replace(strings.Replace(h.mapping, "salesforce: Plan__c,", "salesforce: Plan2__c,", 1), "prefer_salesforce", "prefer_hubspot", 1)
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Plan2__c": "ZZZ"})
	h.restart()
	h.rest(t)
	if got := h.sf.field(sfID(1), "Plan2__c"); got != "A" || h.hs.field("1", "plan") != "A" {
		t.Errorf("salesforce has %q and hubspot %q, want hubspot's value in both", got, h.hs.field("1", "plan"))
	}
	before := h.writes()
	h.mapping = strings.Replace(h.mapping, "prefer_hubspot", "newest", 1)
	h.restart()
	h.rest(t)
	h.plan(connectors.HubSpot, 1, "B")
	h.rest(t)
	if h.writes() != before+1 || h.sf.field(sfID(1), "Plan2__c") != "B" {
		t.Errorf("%d writes, salesforce has %q; want the one change carried", h.writes()-before, h.sf.field(sfID(1), "Plan2__c"))
	}
}
