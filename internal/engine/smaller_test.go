package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// TestBlankIsNotNo: Salesforce's checkbox says false where nobody has said
// anything; HubSpot's blank stays blank, and a real answer travels.
func TestBlankIsNotNo(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"prefer_hubspot", "prefer_salesforce", "newest", "fill_blank"} {
		h := newHouse(t)
		h.mapping = strings.Replace(mappingText, "signals:", "  flag: {type: bool, hubspot: flag, salesforce: Flag__c, sync: "+policy+"}\nsignals:", 1)
		h.restart()
		h.sf.page, h.hs.page = 50, 50
		h.pair(1, "10")
		h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Flag__c": "false"})
		h.set("flag", "")
		h.rest(t)
		if got := h.hs.field("1", "flag"); got != "" {
			t.Errorf("%s: flag %q, want it blank", policy, got)
		}
		h.clock.Advance(time.Minute)
		h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Flag__c": "true"})
		h.rest(t)
		if got := h.hs.field("1", "flag"); got != "true" {
			t.Errorf("%s: flag %q, want the answer", policy, got)
		}
		_ = h.store.Close()
	}
}

// TestRulingsAreAllOrNothing: with one refused line no other is carried out.
func TestRulingsAreAllOrNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.pair(2, "10")
	h.salesforce(3, "three.example")
	h.hubspot("4", "four.example", "10")
	h.once()
	list := []engine.Ruling{{Salesforce: sfID(3), HubSpot: "4", Link: true}, {Salesforce: sfID(1), HubSpot: "1"}, {Salesforce: sfID(2), HubSpot: "99", Link: true}}
	refused, err := h.engine.Rule(t.Context(), list)
	if err != nil || len(refused) != 1 || refused[2] == nil {
		t.Fatalf("refused %v, %v, want the last", refused, err)
	}
	accounts := func() []bool {
		return []bool{h.account(h.sf, sfID(3)) == h.account(h.hs, "4"), h.account(h.sf, sfID(1)) == h.account(h.hs, "1")}
	}
	if diff := cmp.Diff([]bool{false, true}, accounts()); diff != "" {
		t.Errorf("pairs after a refusal (-want +got):\n%s", diff)
	}
	if refused, err = h.engine.Rule(t.Context(), list[:2]); err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, %v", refused, err)
	}
	if diff := cmp.Diff([]bool{true, false}, accounts()); diff != "" {
		t.Errorf("pairs (-want +got):\n%s", diff)
	}
}

// TestOwnerThatCannotBeCarriedIsNamed: the problem says who it was.
func TestOwnerThatCannotBeCarriedIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mapping = strings.Replace(mappingText, "signals:", "  keeper: {type: owner, hubspot: keeper, salesforce: Keeper__c, from: salesforce}\nsignals:", 1)
	h.restart()
	h.pair(1, "10")
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Keeper__c": "005000000000077AAA"})
	h.once()
	h.once()
	if diff := cmp.Diff([]string{"account keeper=005000000000077AAA", "carry keeper=005000000000077AAA"}, h.parked()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
