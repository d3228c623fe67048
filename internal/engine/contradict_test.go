package engine_test

import (
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// names lets a company name a Salesforce account, as HubSpot's own sync does.
func (h *house) naming(id, account string) {
	h.hs.put(connectors.Account, id, nil, map[string]string{"salesforceaccountid": account})
}

// TestALinkedRecordNamesAnother: the link stands, and a person is asked, since
// the two CRMs see another account in it. Until then nothing is decided.
func TestALinkedRecordNamesAnother(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after func(*house)
		cases         int
		matched       string // the Salesforce account that the company is linked to in the end
	}{
		"the field was changed by hand": {
			func(h *house) { h.salesforce(2, "other.example") }, func(*house) {}, 1, sfID(1),
		},
		"the named one comes later": {
			func(*house) {}, func(h *house) { h.salesforce(2, "other.example") }, 1, sfID(1),
		},
		"what it names is not there": {func(*house) {}, func(*house) {}, 0, sfID(1)},
		"corrected": {
			func(h *house) { h.salesforce(2, "other.example") },
			func(h *house) { h.naming("1", sfID(1)) }, 0, sfID(1),
		},
		"emptied": {
			func(h *house) { h.salesforce(2, "other.example") },
			func(h *house) { h.naming("1", "") }, 0, sfID(1),
		},
		"the named one is deleted": {
			func(h *house) { h.salesforce(2, "other.example") },
			func(h *house) { h.sf.remove(sfID(2), "") }, 0, sfID(1),
		},
		"the two are merged": {
			func(h *house) { h.salesforce(2, "other.example") },
			func(h *house) { h.sf.remove(sfID(1), sfID(2)) }, 0, sfID(2),
		},
		"a person says that they are not one": {
			func(h *house) { h.salesforce(2, "other.example") },
			func(h *house) { h.do(h.engine.Split(h.t.Context(), h.cases()[0].ID)) }, 0, sfID(1),
		},
		"a person says that they are one": {
			func(h *house) { h.salesforce(2, "other.example") },
			func(h *house) { h.do(h.engine.Link(h.t.Context(), sfID(1), "1")) }, 0, sfID(1),
		},
		"a person says which it is, the link first": {
			func(h *house) { h.salesforce(2, "other.example") },
			func(h *house) {
				no, err := h.engine.Rule(h.t.Context(), []engine.Ruling{{Salesforce: sfID(2), HubSpot: "1", Link: true}, {Salesforce: sfID(1), HubSpot: "1"}})
				if h.do(err); len(no) > 0 {
					h.t.Errorf("refused %v", no)
				}
			}, 0, sfID(2),
		},
		"a person undoes the link": {
			func(h *house) { h.salesforce(2, "other.example") },
			func(h *house) { h.do(h.engine.Split(h.t.Context(), sfID(1))) }, 0, sfID(2),
		},
		"it is left out by where": {
			func(h *house) { h.salesforce(2, "other.example") },
			func(h *house) { h.sf.mark(sfID(1), true) }, 0, sfID(1),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.pair(1, "10")
			c.before(h)
			h.once()
			h.naming("1", sfID(2)[:15])
			h.later()
			c.after(h)
			h.later()
			if s := h.later(); s.Cases != c.cases || h.account(h.hs, "1") != h.account(h.sf, c.matched) {
				t.Fatalf("summary %+v, cases %+v, want %d and the company with %s", s, h.cases(), c.cases, c.matched)
			}
			before := h.writes()
			h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "95"})
			s := h.later()
			if c.cases == 0 {
				return
			}
			if s.Handoffs != 0 || !strings.Contains(h.cases()[0].Reason, "is linked to salesforce "+sfID(1)+", but names "+sfID(2)) {
				t.Errorf("summary %+v, cases %+v, want it to wait for a person", s, h.cases())
			}
			if h.writes() == before {
				t.Error("fields are still the link's business")
			}
		})
	}
}

// TestWhatAPersonLinkedIsNotAsked: nobody is asked what he has said already.
func TestWhatAPersonLinkedIsNotAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.salesforce(1, "one.example")
	h.salesforce(2, "two.example")
	h.hubspot("11", "else.example", "10")
	h.once()
	h.do(h.engine.Link(t.Context(), sfID(1), "11"))
	h.naming("11", sfID(2))
	if s := h.later(); s.Cases != 0 || s.Matched != 1 {
		t.Errorf("summary %+v, cases %+v, want the person's word to count", s, h.cases())
	}
}
