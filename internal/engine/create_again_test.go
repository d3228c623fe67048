package engine_test

import (
	"strings"
	"testing"

	"handoffd/connectors"
)

// TestCreatePerRound: the mapping says how many records one round makes.
func TestCreatePerRound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mapping = strings.Replace(createMapping, "{salesforce: 'target'}", "{salesforce: 'target', per_round: 2}", 1)
	h.restart()
	for n := 1; n <= 5; n++ {
		h.company(n, nil)
	}
	for _, want := range []int{2, 4, 5, 5} {
		h.once()
		if n := len(h.createdIn(h.sf)); n != want {
			t.Errorf("%d were made, want %d", n, want)
		}
		if s := h.summary(); want < 5 && (len(s.Creates) != 1 || s.Creates[0].PerRound != 2 || s.Creates[0].Count != 5-want || len(s.Creates[0].Accounts) != 5-want) {
			t.Errorf("to be made: %+v", s.Creates)
		}
	}
}

// TestCreatedBefore: a CRM that says that it has the record already may hold
// what an earlier request said. What differs is brought there.
func TestCreatedBefore(t *testing.T) {
	t.Parallel()
	h := creating(t)
	h.company(1, map[string]string{"score": "40", "tier": "gold"})
	h.sf.fail = func(w connectors.Write) *connectors.Result {
		if w.Op != connectors.CreateAccount {
			return nil
		}
		id := sfID(77)
		h.sf.put(connectors.Account, id, nil, map[string]string{"Name": "Solo 1", "Website": "solo1.example", "Target__c": "true", "Score__c": "30", "Tier__c": "iron", "OwnerId": "005000000000001AAA"})
		return &connectors.Result{Key: w.Key, Outcome: connectors.Existed, ID: id}
	}
	h.some(5)
	if s := h.summary(); s.Accounts != 1 || s.Matched != 1 {
		t.Errorf("%d accounts, %d matched", s.Accounts, s.Matched)
	}
	for name, want := range map[string]string{"Score__c": "40", "Tier__c": "gold"} {
		if got := h.sf.field(sfID(77), name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	before := len(h.sf.writes) + len(h.hs.writes)
	h.some(3)
	if after := len(h.sf.writes) + len(h.hs.writes); after != before {
		t.Errorf("at rest %d writes were made", after-before)
	}
}
