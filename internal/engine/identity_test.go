package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func (h *house) cases() []engine.MatchCase {
	h.t.Helper()
	list, err := h.engine.Cases(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

func (h *house) salesforce(n int, domain string) {
	h.sf.put(connectors.Account, sfID(n), nil, map[string]string{"Name": "Acme", "Website": domain, "OwnerId": "005000000000001AAA"})
}

func (h *house) hubspot(id, domain, score string) {
	h.hs.put(connectors.Account, id, nil, map[string]string{"name": "Acme", "domain": domain, "target": "true", "score": score})
}

// account returns the account that a record leads to.
func (h *house) account(c *crm, id string) string {
	h.t.Helper()
	ref := connectors.Ref{System: c.system, Object: connectors.Account, ID: id}
	var links map[connectors.Ref]string
	err := h.store.View(h.t.Context(), func(tx engine.Tx) (err error) {
		links, err = tx.Links([]connectors.Ref{ref})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return links[ref]
}

// later lets time pass and does what is due.
func (h *house) later() engine.Summary {
	h.t.Helper()
	h.clock.Advance(time.Hour)
	return h.once()
}

func (h *house) refuse(err error, want string) {
	h.t.Helper()
	if no := new(engine.RefusedError); !errors.As(err, &no) || !strings.Contains(err.Error(), want) {
		h.t.Errorf("error %v, want it refused with %q", err, want)
	}
}

func (h *house) do(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestACaseIsLinkedByAPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.salesforce(1, "acme.example")
	h.salesforce(2, "www.acme.example")
	h.hubspot("11", "acme.example", "10")
	if s := h.once(); s.Matched != 0 || s.Cases != 1 {
		t.Fatalf("summary %+v, want one case", s)
	}
	c := h.cases()[0]
	if len(c.Candidates) != 3 || c.Candidates[0].Name != "Acme" || !strings.Contains(c.Reason, "2 salesforce and 1 hubspot") {
		t.Errorf("case %+v", c)
	}
	h.do(h.engine.Link(t.Context(), sfID(2)[:15], "11"))
	h.do(h.engine.Link(t.Context(), sfID(2), "11")) // again, to no effect
	h.refuse(h.engine.Link(t.Context(), sfID(1), "11"), "salesforce "+sfID(2)+" is linked to hubspot 11 (by hand)")
	h.refuse(h.engine.Link(t.Context(), sfID(9), "11"), "is not known here")
	if s := h.later(); s.Matched != 1 || s.Cases != 0 || s.Accounts != 2 {
		t.Fatalf("summary %+v, want the link and no case left", s)
	}
	h.hubspot("11", "other.example", "90") // a link survives a new domain
	h.sf.put(connectors.Account, sfID(2), nil, map[string]string{"Name": "Renamed"})
	if s := h.later(); s.Matched != 1 || s.Handoffs != 1 || h.account(h.hs, "11") != h.account(h.sf, sfID(2)) {
		t.Fatalf("summary %+v, want the link to survive", s)
	}
}

func TestASplitIsRemembered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	if s := h.once(); s.Matched != 1 {
		t.Fatalf("summary %+v", s)
	}
	h.do(h.engine.Split(t.Context(), "1"))
	h.hs.put(connectors.Account, "1", nil, map[string]string{"domain": "www.acme1.example"})
	for range 2 {
		if s := h.later(); s.Matched != 0 || s.Accounts != 2 || s.Cases != 0 {
			t.Fatalf("summary %+v, want two accounts that stay apart", s)
		}
	}
	h.refuse(h.engine.Split(t.Context(), "1"), "is not linked")
	h.do(h.engine.Link(t.Context(), sfID(1), "1"))
	if s := h.later(); s.Matched != 1 || s.Accounts != 1 {
		t.Fatalf("summary %+v, want the person's newer word to count", s)
	}
}

func TestACaseIsSplit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.salesforce(1, "acme.example")
	h.salesforce(2, "acme.example")
	h.hubspot("11", "acme.example", "10")
	h.once()
	h.do(h.engine.Split(t.Context(), h.cases()[0].ID))
	h.hubspot("11", "www.acme.example", "10")
	if s := h.later(); s.Matched != 0 || s.Cases != 0 {
		t.Fatalf("summary %+v, want the case gone for good", s)
	}
}

// A second handoff does not come of a split: what was handed off is used up.
func TestSplitAfterAHandoff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "90")
	h.once()
	h.do(h.engine.Split(t.Context(), sfID(1)))
	if s := h.later(); s.Handoffs != 1 || h.sf.count(connectors.CreateTask)+h.hs.count(connectors.CreateTask) != 1 {
		t.Fatalf("summary %+v, want no second handoff", s)
	}
	h.do(h.engine.Link(t.Context(), sfID(1), "1"))
	if s := h.later(); s.Matched != 1 || s.Handoffs != 1 {
		t.Fatalf("summary %+v, want one account with its one handoff", s)
	}
}

func TestCasesGoAwayByThemselves(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(h *house)
		matched int
	}{
		{"a rival is deleted", func(h *house) { h.sf.remove(sfID(2), "") }, 1},
		{"a rival gets another domain", func(h *house) { h.salesforce(2, "another.example") }, 1},
		{"all are gone", func(h *house) { h.sf.remove(sfID(1), ""); h.sf.remove(sfID(2), ""); h.hs.remove("11", "") }, 0},
		{"two become one", func(h *house) { h.sf.remove(sfID(2), sfID(1)) }, 1},
		{"a person links two", func(h *house) { h.do(h.engine.Link(h.t.Context(), sfID(1), "11")) }, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.salesforce(1, "acme.example")
			h.salesforce(2, "acme.example")
			h.hubspot("11", "acme.example", "10")
			if s := h.once(); s.Cases != 1 {
				t.Fatalf("summary %+v, want a case", s)
			}
			tt.change(h)
			if s := h.later(); s.Cases != 0 || s.Matched != tt.matched {
				t.Errorf("%d cases and %d matched, want 0 and %d: %+v", s.Cases, s.Matched, tt.matched, h.cases())
			}
		})
	}
}

// What a record says by id counts before its domain, whatever comes first.
func TestTheIDCountsBeforeTheDomain(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"all at once": false, "the named one comes later": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.hs.put(connectors.Account, "11", nil, map[string]string{"name": "Acme", "domain": "acme.example", "salesforceaccountid": sfID(2)[:15]})
			h.salesforce(1, "acme.example")
			if late {
				if s := h.once(); s.Matched != 0 || s.Cases != 1 || !strings.Contains(h.cases()[0].Reason, "names salesforce "+sfID(2)) {
					t.Fatalf("summary %+v, want no link against what the record says", s)
				}
			}
			h.salesforce(2, "elsewhere.example")
			if s := h.later(); s.Matched != 1 || s.Cases != 0 || h.account(h.hs, "11") != h.account(h.sf, sfID(2)) {
				t.Errorf("summary %+v, cases %+v, want the named account", s, h.cases())
			}
		})
	}
}

func TestSalesforceMerge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "90")
	h.salesforce(2, "twin.example")
	h.once()
	old := h.account(h.sf, sfID(1))
	h.sf.remove(sfID(1), sfID(2))
	s := h.later()
	if s.Accounts != 1 || s.Matched != 1 || s.Handoffs != 1 || s.Cases != 0 {
		t.Fatalf("summary %+v, want one account that goes on", s)
	}
	for _, id := range []string{sfID(1), sfID(2)} {
		if got := h.account(h.sf, id); got != old {
			t.Errorf("%s leads to %q, want %q", id, got, old)
		}
	}
	if rows := openHandoffs(t, h); len(rows) != 1 || rows[0].Account != old || !rows[0].Closed.IsZero() {
		t.Errorf("handoffs %+v, want the open one to move along", rows)
	}
}

func TestTwoOpenHandoffsBecomeOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n, id := range []string{"11", "12"} {
		h.salesforce(n+1, id+".example")
		h.hubspot(id, id+".example", "90")
	}
	if s := h.once(); s.Handoffs != 2 {
		t.Fatalf("summary %+v", s)
	}
	h.hs.merged("50", "11", nil)
	h.hs.alias("50", "12")
	h.hs.remove("12", "50")
	h.sf.remove(sfID(2), sfID(1))
	h.later()
	s := h.later()
	if s.Accounts != 1 || s.Cases != 0 {
		t.Fatalf("summary %+v, cases %+v", s, h.cases())
	}
	open, merged := 0, 0
	for _, r := range openHandoffs(t, h) {
		if r.Account != h.account(h.sf, sfID(2)) {
			t.Errorf("handoff %s is kept under %s", r.ID, r.Account)
		}
		if r.Closed.IsZero() {
			open++
		} else if r.Outcome == "merged" {
			merged++
		}
	}
	if open != 1 || merged != 1 {
		t.Errorf("%d open and %d merged, want one of each", open, merged)
	}
	if s.Handoffs != 2 {
		t.Errorf("%d handoffs, want no third", s.Handoffs)
	}
}

// Two merged accounts were linked to two companies: nothing is lost, and a
// person is asked.
func TestMergeWithTwoPartnersIsACase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.pair(2, "90")
	h.once()
	h.sf.remove(sfID(2), sfID(1))
	s := h.later()
	if s.Accounts != 2 || s.Matched != 1 || s.Cases != 1 || s.Handoffs != 1 {
		t.Fatalf("summary %+v, want two accounts and a case", s)
	}
	if c := h.cases()[0]; c.Rule != "salesforce merge" || len(c.Candidates) != 3 {
		t.Errorf("case %+v", c)
	}
	if h.account(h.sf, sfID(2)) != h.account(h.sf, sfID(1)) || h.account(h.hs, "2") == h.account(h.hs, "1") {
		t.Error("the old id leads elsewhere, or a company was lost")
	}
	if rows := openHandoffs(t, h); len(rows) != 1 || rows[0].Account != h.account(h.sf, sfID(1)) {
		t.Errorf("handoffs %+v, want the task's handoff at the survivor", rows)
	}
	h.hs.merged("50", "1", nil)
	h.hs.alias("50", "2")
	if s := h.later(); s.Accounts != 1 || s.Cases != 0 || s.Handoffs != 1 {
		t.Errorf("summary %+v, want the merge in hubspot to settle the case", s)
	}
}

func TestDeleteAndUndelete(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "90")
	h.once()
	h.hs.remove("1", "")
	h.later()
	h.later()
	if rows := openHandoffs(t, h); !rows[0].Closed.IsZero() {
		t.Error("closed while the record with the task is alive")
	}
	h.sf.remove(sfID(1), "")
	h.later()
	if rows := openHandoffs(t, h); len(rows) != 1 || rows[0].Outcome != "record deleted" || !rows[0].Closed.Equal(h.clock.Now()) {
		t.Fatalf("handoffs %+v, want it closed with the records", rows)
	}
	h.sf.restore(sfID(1))
	h.hs.restore("1")
	h.later()
	s := h.later()
	if s.Accounts != 1 || s.Matched != 1 || s.Handoffs != 1 || s.Cases != 0 {
		t.Fatalf("summary %+v, want the account back and no second handoff", s)
	}
	h.clock.Advance(time.Hour)
	for _, score := range []string{"20", "95"} { // a new rise is a new history
		h.hs.put(connectors.Account, "1", nil, map[string]string{"score": score})
		h.later()
	}
	if s := h.summary(); s.Handoffs != 2 {
		t.Errorf("summary %+v, want a handoff for the new rise", s)
	}
}

// The loser of a merge was never read: its id leads to the survivor all the
// same, and a company that names it finds the survivor.
func TestUnknownLoser(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.salesforce(1, "acme.example")
	h.once()
	h.sf.remove(sfID(2), sfID(1))
	h.hs.put(connectors.Account, "11", nil, map[string]string{"name": "Acme", "domain": "elsewhere.example", "salesforceaccountid": sfID(2)})
	if s := h.later(); s.Matched != 1 || h.account(h.sf, sfID(2)) != h.account(h.sf, sfID(1)) {
		t.Errorf("summary %+v, want the company linked to the survivor", s)
	}
}

// A company that names an account which is merged away later goes along, also
// when it is read again with the old id.
func TestNamedAccountIsMergedAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hs.put(connectors.Account, "11", nil, map[string]string{"name": "Acme", "domain": "elsewhere.example", "salesforceaccountid": sfID(2)})
	h.salesforce(1, "acme.example")
	h.once()
	h.salesforce(2, "other.example")
	h.sf.remove(sfID(2), sfID(1))
	if s := h.later(); s.Matched != 1 {
		t.Errorf("summary %+v, want the company linked to the survivor", s)
	}
	h.hs.put(connectors.Account, "11", nil, map[string]string{"phone": "1"})
	if s := h.later(); s.Matched != 1 || s.Accounts != 1 || s.Cases != 0 {
		t.Errorf("summary %+v, cases %+v, want one account", s, h.cases())
	}
}

// An open handoff comes from the merged account although the survivor has had
// one that is over.
func TestOpenHandoffMovesToAnAccountWithAPast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "90")
	h.once()
	h.sf.remove(sfID(1), "")
	h.hs.remove("1", "")
	h.later()
	h.pair(2, "90")
	h.later()
	h.sf.restore(sfID(1))
	h.later()
	h.sf.remove(sfID(2), sfID(1))
	s := h.later()
	rows := openHandoffs(t, h)
	if s.Handoffs != 2 || len(rows) != 2 || !rows[1].Closed.IsZero() || rows[1].Account != h.account(h.sf, sfID(1)) || s.Decisions["in_hand"] != 1 {
		t.Errorf("summary %+v, handoffs %+v, want the open one to go on", s, rows)
	}
}

// A merged account is taken out of the bin: it is one of its own again, and
// makes no second handoff for what it was handed off for.
func TestUndeleteAfterAMerge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "90")
	h.salesforce(2, "twin.example")
	h.once()
	h.sf.remove(sfID(1), sfID(2))
	h.later()
	h.sf.restore(sfID(1))
	s := h.later()
	if s.Accounts != 2 || s.Matched != 1 || s.Handoffs != 1 || h.account(h.sf, sfID(1)) == h.account(h.sf, sfID(2)) {
		t.Errorf("summary %+v, want two accounts and the one handoff", s)
	}
}
