package engine_test

import (
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

// mark lets the where clause leave a record out, or in again. Of one that is
// out only what it is matched and called by is told, as by the connectors.
func (c *crm) mark(id string, out bool) {
	ref := connectors.Ref{System: c.system, Object: connectors.Account, ID: id}
	c.put(connectors.Account, id, nil, nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rows[ref]
	if r.OutOfScope = out; out {
		r.Fields = maps.Clone(r.Fields)
		maps.DeleteFunc(r.Fields, func(name string, _ connectors.Value) bool {
			switch name {
			case "Name", "Website", "BillingCountry", "name", "domain", "country", "salesforceaccountid":
				return false
			}
			return true
		})
	}
	c.log[len(c.log)-1] = r
}

// TestMarkOnOneSide: an account that only one CRM marks as a partner is left
// alone in both, from the first load on; when the mark goes, it is handed off.
func TestMarkOnOneSide(t *testing.T) {
	t.Parallel()
	for _, system := range connectors.Systems() {
		t.Run(string(system), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.pair(1, "90")
			marked, id := h.sf, sfID(1)
			if system == connectors.HubSpot {
				marked, id = h.hs, "1"
			}
			full := marked.log[len(marked.log)-1] // told of in full never
			marked.blank(id, -1)
			marked.mark(id, true)
			s := h.once()
			if s.Handoffs != 0 || s.Accounts != 0 || s.Matched != 0 || s.OutOfScope != 1 || h.writes() != 0 {
				t.Fatalf("summary %+v and %d writes, want one account left out and nothing done", s, h.writes())
			}
			if h.account(h.sf, sfID(1)) != h.account(h.hs, "1") {
				t.Error("the two records are not one account")
			}
			shown, _, err := engine.Show(t.Context(), h.store, h.engineMapping(), id)
			if err != nil || shown == nil || shown.Reason != "left out by where: the "+string(system)+" record is out of scope" || shown.Linked != "same domain" {
				t.Errorf("shown %+v, %v", shown, err)
			}
			h.rest(t)
			h.clock.Advance(time.Minute)
			marked.put(connectors.Account, id, nil, map[string]string{"score": full.Fields["score"].Text()})
			if s := h.once(); s.Handoffs != 1 || s.Accounts != 1 || s.Matched != 1 || s.OutOfScope != 0 {
				t.Errorf("summary %+v, want the account handed off once the mark is gone", s)
			}
		})
	}
}

// TestMarkSetLater: an account in nurture that is marked is not handed off any
// more, and nothing is written to it.
func TestMarkSetLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.once()
	h.clock.Advance(time.Hour)
	h.sf.mark(sfID(1), true)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "90"})
	before := h.writes()
	if s := h.once(); s.Handoffs != 0 || s.OutOfScope != 1 || h.writes() != before {
		t.Errorf("summary %+v and %d more writes, want none", s, h.writes()-before)
	}
}

// TestMarkBeforeSalesWasTold: what was decided and could not be sent yet is
// taken back when the account is marked, and done once when the mark is gone.
func TestMarkBeforeSalesWasTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "90")
	full := map[string]string{"Name": "Acme"}
	down := func(w connectors.Write) *connectors.Result {
		return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{Class: connectors.Retry, Message: "down"}}
	}
	h.sf.fail, h.hs.fail = down, down
	_ = h.engine.Once(t.Context()) // fails, as it should
	if s := h.summary(); s.Handoffs != 1 || s.Pending == 0 || h.writes() != 0 {
		t.Fatalf("summary %+v, want a handoff that waits to be sent", s)
	}
	h.clock.Advance(time.Minute)
	h.sf.mark(sfID(1), true)
	h.sf.fail, h.hs.fail = nil, nil
	for range 3 {
		if s := h.later(); h.writes() != 0 || s.Pending != 0 || s.OutOfScope != 1 {
			t.Fatalf("summary %+v and %d writes, want nothing sent", s, h.writes())
		}
	}
	rows := openHandoffs(t, h)
	if len(rows) != 1 || rows[0].Outcome != "left out by where" {
		t.Errorf("handoffs %+v, want the one closed", rows)
	}
	h.sf.put(connectors.Account, sfID(1), nil, full)
	if s := h.later(); s.Handoffs != 2 || h.sf.count(connectors.CreateTask)+h.hs.count(connectors.CreateTask) != 1 {
		t.Fatalf("summary %+v, want it handed off once the mark is gone", s)
	}
	h.rest(t)
	if got := h.hs.field("1", "mqa") + h.sf.field(sfID(1), "MQA__c"); got != "truetrue" {
		t.Errorf("the CRMs say %q of the handoff", got)
	}
}

// TestPartnerFoundInTheQueue: what a page brings of an account that is ready
// is looked at before its turn comes.
func TestPartnerFoundInTheQueue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		twins int
		out   bool
		want  string
	}{
		"a partner out of scope": {1, true, "out_of_scope"},
		"two that may be it":     {2, false, "waiting"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.goLive = false
			h.make(h.store)
			h.hubspot("11", "acme.example", "90")
			h.hs.put(connectors.Account, "11", nil, map[string]string{"hubspot_owner_id": "1"})
			if s := h.once(); len(s.Planned) != 1 {
				t.Fatalf("planned %+v, want the one account", s.Planned)
			}
			if err := engine.Release(t.Context(), h.store, h.clock.Now()); err != nil {
				t.Fatal(err)
			}
			for n := range c.twins {
				h.salesforce(n+1, "acme.example")
				h.sf.mark(sfID(n+1), c.out)
			}
			if s := h.once(); s.Handoffs != 0 || s.Decisions[c.want] == 0 {
				t.Errorf("summary %+v, want the account %s", s, c.want)
			}
		})
	}
}

// TestCaseWaits: as long as nobody knows which records are the account, it is
// neither handed off nor found wanting; once a person has said so, it goes on.
func TestCaseWaits(t *testing.T) {
	t.Parallel()
	for name, resolve := range map[string]func(*house) error{
		"linked": func(h *house) error { return h.engine.Link(h.t.Context(), sfID(1), "11") },
		"split":  func(h *house) error { return h.engine.Split(h.t.Context(), h.cases()[0].ID) },
		"by itself": func(h *house) error {
			h.sf.remove(sfID(2), "")
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.salesforce(1, "acme.example")
			h.salesforce(2, "www.acme.example")
			h.hubspot("11", "acme.example", "90")
			h.hs.put(connectors.Account, "11", nil, map[string]string{"hubspot_owner_id": "1"})
			s := h.once()
			if s.Handoffs != 0 || s.Cases != 1 || s.Waiting != 3 || s.Parked != 0 {
				t.Fatalf("summary %+v, want all three accounts to wait", s)
			}
			if got, want := h.reason("11"), "match case open: see handoffd cases ("+h.cases()[0].ID+")"; got != want {
				t.Errorf("reason %q, want %q", got, want)
			}
			h.do(resolve(h))
			if s := h.later(); s.Handoffs != 1 || s.Cases != 0 {
				t.Errorf("summary %+v, want the account handed off", s)
			}
			for _, id := range []string{sfID(1), sfID(2), "11"} {
				if got := h.reason(id); strings.Contains(got, "match case") {
					t.Errorf("%s still waits: %s", id, got)
				}
			}
		})
	}
}

// reason is the last decision's, of the account that a record leads to.
func (h *house) reason(id string) string {
	h.t.Helper()
	shown, _, err := engine.Show(h.t.Context(), h.store, h.engineMapping(), id)
	if err != nil || shown == nil {
		h.t.Fatalf("showing %s: %v", id, err)
	}
	return shown.Reason
}

// TestCaseWaitsForAll: a record that nothing has happened to waits as well when
// it becomes part of a case.
func TestCaseWaitsForAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.salesforce(2, "acme1.example")
	h.once()
	h.do(h.engine.Link(t.Context(), sfID(1), "1"))
	if s := h.later(); s.Cases != 0 || s.Matched != 1 {
		t.Fatalf("summary %+v, want one link and no case", s)
	}
	h.do(h.engine.Split(t.Context(), sfID(1)))
	if s := h.later(); s.Cases != 1 {
		t.Fatalf("summary %+v, want a case", s)
	}
	for _, id := range []string{sfID(2), "1"} {
		if got := h.reason(id); !strings.Contains(got, "match case open") {
			t.Errorf("%s: %s, want it to wait for the case", id, got)
		}
	}
}

// TestAdoptedWhenItEntersTheScope: what the CRMs say of an account that sales
// has is believed when it can be read in full, not before (I13).
func TestAdoptedWhenItEntersTheScope(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "90")
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Status__c": "Sales working"})
	h.sf.blank(sfID(1), -1)
	h.sf.mark(sfID(1), true)
	h.once()
	h.clock.Advance(time.Hour)
	h.sf.mark(sfID(1), false)
	if s := h.once(); s.Handoffs != 0 || s.Decisions["in_hand"] != 1 {
		t.Errorf("summary %+v, want the account left with sales", s)
	}
}

// TestNoCaseOutOfScope: what is left out altogether is nobody's work.
func TestNoCaseOutOfScope(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.salesforce(1, "acme.example")
	h.salesforce(2, "acme.example")
	h.hubspot("11", "acme.example", "90")
	h.sf.mark(sfID(1), true)
	h.sf.mark(sfID(2), true)
	h.hs.mark("11", true)
	if s := h.once(); s.Cases != 0 || s.OutOfScope != 3 || s.Accounts != 0 {
		t.Fatalf("summary %+v, want no case", s)
	}
	h.clock.Advance(time.Hour)
	h.hs.mark("11", false)
	if s := h.once(); s.Cases != 1 || s.Handoffs != 0 || s.Waiting != 1 {
		t.Errorf("summary %+v, want a case once one of them counts", s)
	}
	if c := h.cases()[0]; !strings.Contains(c.Reason, "salesforce "+sfID(1)+" is out of scope") {
		t.Errorf("the case does not say what is out of scope: %s", c.Reason)
	}
}

// byCountry adds what a rule of name and country compares to the mapping,
// without the rule.
const byCountry = "  country: {type: text, hubspot: country, salesforce: BillingCountry}\n  name: {type: text, hubspot: name, salesforce: Name}\n"

// TestNewRuleIsAskedOfAll: a match rule that the mapping gains is asked of all
// records, though nothing more is read for it; before that nothing is decided.
func TestNewRuleIsAskedOfAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.goLive = false
	fields := strings.Replace(mappingText, "account:\n", "account:\n"+byCountry, 1)
	rule := "  - {name: {hubspot: name, salesforce: Name, country: {hubspot: country, salesforce: BillingCountry}}}\n"
	h.mapping = "match:\n  - {domain: {hubspot: domain, salesforce: Website}}\n" + fields
	h.restart()
	for n := 1; n <= 3; n++ {
		h.sf.put(connectors.Account, sfID(n), nil, map[string]string{"Name": "Acme " + string(rune('A'+n)), "Website": "other.example/" + strconv.Itoa(n), "BillingCountry": "Germany", "OwnerId": "005000000000001AAA"})
		h.hs.put(connectors.Account, strconv.Itoa(n), nil, map[string]string{"name": "Acme " + string(rune('A'+n)) + " GmbH", "domain": "acme" + strconv.Itoa(n) + ".example", "country": "DE", "target": "true", "score": "90", "hubspot_owner_id": "1"})
		h.sf.mark(sfID(n), n == 1)
	}
	if s := h.once(); len(s.Planned) != 3 || s.Matched != 0 {
		t.Fatalf("summary %+v, want three accounts of one CRM planned", s)
	}
	h.clock.Advance(time.Hour)
	h.goLive = true
	h.mapping = strings.Replace(h.mapping, "account:", rule+"account:", 1)
	h.sf.put(connectors.Account, sfID(9), nil, map[string]string{"Name": "Another"}) // a page comes first
	h.restart()
	h.sf.readErr = &connectors.Error{System: connectors.Salesforce, Class: connectors.Retry, Message: "down"}
	for _, score := range []string{"95", "96"} {
		h.hs.put(connectors.Account, "1", nil, map[string]string{"score": score})
		_ = h.engine.Once(t.Context()) // fails, as it should
		if s := h.summary(); s.Handoffs != 0 || s.Comparing != "the match rules have changed: all accounts of salesforce are read once more first" {
			t.Fatalf("summary %+v, want nothing decided before all records are compared", s)
		}
		h.clock.Advance(time.Minute)
	}
	h.sf.readErr = nil
	s := h.once()
	if s.Comparing != "" || s.Matched != 2 || s.OutOfScope != 1 || s.Handoffs != 2 {
		t.Fatalf("summary %+v, want all three matched and the one out of scope left alone", s)
	}
	h.mapping = strings.Replace(h.mapping, rule, "", 1)
	h.restart()
	if s := h.later(); s.Matched != 2 {
		t.Errorf("summary %+v, want links to stand without their rule", s)
	}
	name := compileMapping(t, h.mapping).Rules
	look(t, h, func(tx engine.Tx) error {
		left, err := tx.RecordsByKey("same name and country", mapping.CompanyName("Acme C")+" | "+mapping.Country("DE"), connectors.HubSpot)
		if len(left) != 0 || len(name) != 1 {
			t.Errorf("%v still has the key of a rule that is gone", left)
		}
		return err
	})
}

// TestPlanByNewRules: a plan shows what the rules as they stand now would do,
// also for records that were compared by others so far.
func TestPlanByNewRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.goLive = false
	h.mapping = "match:\n  - {hubspot: salesforceaccountid, salesforce: Id}\n" + mappingText
	h.restart()
	h.pair(1, "90")
	h.hs.put(connectors.Account, "1", nil, map[string]string{"hubspot_owner_id": "1"})
	h.sf.mark(sfID(1), true)
	if s := h.once(); len(s.Planned) != 1 {
		t.Fatalf("summary %+v, want the account of one CRM planned", s)
	}
	h.clock.Advance(time.Hour)
	h.mapping = strings.Replace(h.mapping, "account:", "  - {domain: {hubspot: domain, salesforce: Website}}\naccount:", 1)
	h.planOnly = true
	h.restart()
	planned, err := h.engine.Plan(t.Context())
	if err != nil || len(planned) != 0 || h.writes() != 0 {
		t.Errorf("planned %+v (%v), want nothing for an account that salesforce leaves out", planned, err)
	}
}
