package engine_test

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const createMapping = "create: {salesforce: 'target'}\n" + `account:
  target: {type: bool, hubspot: target, salesforce: Target__c, from: hubspot}
  score:  {type: number, range: [0, 100], hubspot: score, salesforce: Score__c, from: hubspot}
  tier:   {type: text, length: 4, hubspot: tier, salesforce: Tier__c, sync: prefer_hubspot}
  mqa:    {type: bool, hubspot: mqa, salesforce: MQA__c, from: handoffd}
  status: {type: enum, hubspot: status, salesforce: Status__c, from: handoffd, values: lifecycle}
signals:
  visits: {hubspot: contact.visits, kind: counter}
`

// makeAccount keeps an account that was made, and lets it be read.
func (c *crm) makeAccount(w connectors.Write) string {
	id := strconv.Itoa(90000 + len(c.accounts))
	if c.system == connectors.Salesforce {
		id = sfID(90000 + len(c.accounts))
	}
	c.mu.Lock()
	if c.accounts == nil {
		c.accounts = map[string]string{}
	}
	c.accounts[w.Key] = id
	c.mu.Unlock()
	pairs := map[string]string{}
	for name, v := range w.Fields {
		pairs[name] = plain(v)
	}
	if c.system == connectors.Salesforce {
		pairs["OwnerId"] = "005000000000001AAA"
	}
	if !c.hide {
		c.put(connectors.Account, id, nil, pairs)
	}
	return id
}

// creating is a house whose mapping makes Salesforce accounts of targets.
func creating(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.mapping = createMapping
	h.restart()
	return h
}

// company puts a company without a Salesforce account into HubSpot.
func (h *house) company(n int, pairs map[string]string) {
	all := map[string]string{"name": fmt.Sprintf("Solo %d", n), "domain": fmt.Sprintf("solo%d.example", n), "target": "true"}
	maps.Copy(all, pairs)
	h.hs.put(connectors.Account, strconv.Itoa(n), nil, all)
}

// some lets n rounds go by, a minute each.
func (h *house) some(n int) {
	h.t.Helper()
	for range n {
		h.once()
		h.clock.Advance(time.Minute)
	}
}

func (h *house) createdIn(c *crm) []connectors.Write {
	var out []connectors.Write
	for _, w := range c.writes {
		if w.Op == connectors.CreateAccount {
			out = append(out, w)
		}
	}
	return out
}

func (h *house) row(key string) engine.OutboxRow {
	h.t.Helper()
	var found engine.OutboxRow
	if err := h.store.View(h.t.Context(), func(tx engine.Tx) error {
		rows, err := tx.Outbox("")
		for _, r := range rows {
			if r.Key == key {
				found = r
			}
		}
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return found
}

func (h *house) problemTexts() (out []string) {
	h.t.Helper()
	if err := h.store.View(h.t.Context(), func(tx engine.Tx) error {
		rows, err := tx.Problems()
		for _, r := range rows {
			out = append(out, r.Ref.String()+" "+r.Field+": "+r.Reason)
		}
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return out
}

// TestCreateMakesOneLinkedAccount: the record is made with what flows there,
// it is the account's from then on, and at rest nothing more is written (I5).
func TestCreateMakesOneLinkedAccount(t *testing.T) {
	t.Parallel()
	h := creating(t)
	h.company(1, map[string]string{"score": "40", "tier": "gold"})
	h.company(2, map[string]string{"target": "false"})
	h.company(3, map[string]string{"target": ""})
	h.some(4)
	made := h.createdIn(h.sf)
	if len(made) != 1 {
		t.Fatalf("made %v, want one", made)
	}
	want := map[string]string{"Name": "Solo 1", "Website": "solo1.example", "Target__c": "true", "Score__c": "40", "Tier__c": "gold"}
	for name, text := range want {
		if got := made[0].Fields[name].String(); got != text {
			t.Errorf("%s is %q, want %q", name, got, text)
		}
	}
	s := h.summary()
	if s.Accounts != 3 || s.Matched != 1 {
		t.Errorf("%d accounts, %d matched; want 3 and 1", s.Accounts, s.Matched)
	}
	before := len(h.sf.writes) + len(h.hs.writes)
	h.some(3)
	if after := len(h.sf.writes) + len(h.hs.writes); after != before {
		t.Errorf("at rest %d writes were made: %v", after-before, append(h.sf.writes, h.hs.writes...)[before:])
	}
	h.company(1, map[string]string{"tier": "iron"})
	h.some(2)
	if got := h.sf.field(h.sf.accounts["hs-1/create/salesforce"], "Tier__c"); got != "iron" {
		t.Errorf("a later change gave %q", got)
	}
}

// TestCreateIsNotBeforeRelease: a new store shows what it would make (I13).
func TestCreateIsNotBeforeRelease(t *testing.T) {
	t.Parallel()
	h := creating(t)
	h.goLive = false
	h.restart()
	for n := 1; n <= 60; n++ {
		h.company(n, nil)
	}
	h.once()
	s := h.summary()
	if len(h.sf.writes) != 0 || len(s.Creates) != 1 || s.Creates[0].Count != 60 || len(s.Creates[0].Names) != 20 || s.Creates[0].Names[0] != "Solo 1" {
		t.Fatalf("%d writes, planned %+v", len(h.sf.writes), s.Creates)
	}
	if err := engine.Release(t.Context(), h.store, h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	h.once()
	if n := len(h.createdIn(h.sf)); n != 50 {
		t.Errorf("the first round made %d, want 50", n)
	}
	h.once()
	if n := len(h.createdIn(h.sf)); n != 60 {
		t.Errorf("after the second there are %d, want 60", n)
	}
}

// TestCreateUnknownOutcome: what may have been made is looked for, and not
// made again, also when it shows up late.
func TestCreateUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, hidden := range []bool{false, true} {
		h := creating(t)
		h.company(1, nil)
		h.sf.lose, h.sf.hide = true, hidden
		if err := h.engine.Once(t.Context()); err == nil {
			t.Error("an unknown outcome is told")
		}
		h.sf.lose = false
		h.clock.Advance(time.Hour)
		h.some(3)
		if n := len(h.createdIn(h.sf)); n != 1 {
			t.Errorf("hidden %v: %d were made", hidden, n)
		}
		row := h.row("hs-1/create/salesforce")
		if row.State != engine.OutboxDone || row.Result != h.sf.accounts[row.Key] {
			t.Errorf("hidden %v: the row is %+v", hidden, row)
		}
		if s := h.summary(); s.Accounts != 1 || s.Matched != 1 {
			t.Errorf("hidden %v: %d accounts, %d matched", hidden, s.Accounts, s.Matched)
		}
	}
}

// TestCreateThroughCrashes fails every transaction once, after its work and
// before its commit (I7).
func TestCreateThroughCrashes(t *testing.T) {
	t.Parallel()
	for failAt := 1; failAt < 40; failAt++ {
		h := creating(t)
		h.hs.put(connectors.Account, "7", nil, map[string]string{"name": "No Site Ltd", "target": "true"}) // no rule finds it
		broken := &brokenStore{Store: h.store, failAt: failAt}
		h.make(broken)
		_, startErr := h.engine.Start(t.Context())
		err := errors.Join(startErr, h.engine.Once(t.Context()))
		if broken.n < failAt {
			return // all of them have failed once
		}
		if !errors.Is(err, errDisk) {
			t.Fatalf("transaction %d: %v", failAt, err)
		}
		h.restart()
		h.clock.Advance(time.Hour)
		h.some(4)
		if n := len(h.createdIn(h.sf)); n != 1 {
			t.Errorf("transaction %d failed: %d were made", failAt, n)
		}
		if s := h.summary(); s.Accounts != 1 || s.Matched != 1 {
			t.Errorf("transaction %d failed: %d accounts, %d matched", failAt, s.Accounts, s.Matched)
		}
	}
	t.Error("the run did not end")
}

// TestCreateNotForATwin: a record that a rule finds wins, also one that comes
// after the create was asked for; and of twins in one CRM none is made.
func TestCreateNotForATwin(t *testing.T) {
	t.Parallel()
	h := creating(t)
	h.goLive = false
	h.restart()
	h.company(1, nil)
	h.company(2, nil)
	h.company(3, map[string]string{"domain": "solo2.example"})
	h.once()
	if row := h.row("hs-1/create/salesforce"); row.State != engine.OutboxPending {
		t.Fatalf("the create is not asked for: %+v", row)
	}
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Name": "Solo One", "Website": "https://solo1.example", "OwnerId": "005000000000001AAA"})
	if err := engine.Release(t.Context(), h.store, h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	h.some(3)
	if made := h.createdIn(h.sf); len(made) != 0 {
		t.Errorf("made %v", made)
	}
	if s := h.summary(); s.Matched != 1 {
		t.Errorf("%d matched", s.Matched)
	}
	if row := h.row("hs-1/create/salesforce"); row.State != engine.OutboxParked || !strings.Contains(row.Error, "has a record there") && !strings.Contains(row.Error, "not ask") {
		t.Errorf("the row is %+v", row)
	}
}

// TestCreateOnceOnly: what a person deletes is not made again.
func TestCreateOnceOnly(t *testing.T) {
	t.Parallel()
	h := creating(t)
	h.company(1, nil)
	h.some(2)
	h.sf.remove(h.sf.accounts["hs-1/create/salesforce"], "")
	h.some(2)
	h.company(1, map[string]string{"score": "60"})
	h.some(3)
	if n := len(h.createdIn(h.sf)); n != 1 {
		t.Errorf("%d were made", n)
	}
}

// TestCreateParked: what the CRM refuses is shown and made when it can be; a
// value that does not fit is left out and shown.
func TestCreateParked(t *testing.T) {
	t.Parallel()
	h := creating(t)
	h.company(1, map[string]string{"tier": "platinum"})
	h.sf.fail = func(w connectors.Write) *connectors.Result {
		if w.Op != connectors.CreateAccount {
			return nil
		}
		return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{System: connectors.Salesforce, Class: connectors.ParkRecord, Code: "REQUIRED_FIELD_MISSING", Message: "Required fields are missing: [Region__c]"}}
	}
	h.some(2)
	texts := strings.Join(h.problemTexts(), "\n")
	if !strings.Contains(texts, "salesforce/create/hs-1 : ") || !strings.Contains(texts, "Region__c") || !strings.Contains(texts, "tier: made without it") {
		t.Fatalf("the problems are\n%s", texts)
	}
	h.sf.fail = nil
	h.company(1, map[string]string{"score": "10"})
	h.some(3)
	made := h.createdIn(h.sf)
	if len(made) != 1 || made[0].Fields["Score__c"].String() != "10" {
		t.Errorf("made %v", made)
	}
	if texts := strings.Join(h.problemTexts(), "\n"); strings.Contains(texts, "Region__c") {
		t.Errorf("the refusal still stands:\n%s", texts)
	}
}

// TestCreateBothWays: neither CRM's new record is taken for one that the other
// lacks.
func TestCreateBothWays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mapping = strings.Replace(createMapping, "{salesforce: 'target'}", "{salesforce: true, hubspot: true}", 1)
	h.restart()
	h.hs.put(connectors.Account, "1", nil, map[string]string{"name": "Only HubSpot"})
	h.sf.put(connectors.Account, sfID(2), nil, map[string]string{"Name": "Only Salesforce", "Website": "https://www.only-sf.com/about"})
	h.sf.lose = true
	if err := h.engine.Once(t.Context()); err == nil {
		t.Error("an unknown outcome is told")
	}
	h.sf.lose = false
	h.clock.Advance(2 * time.Minute)
	h.some(5)
	if len(h.createdIn(h.sf)) != 1 || len(h.createdIn(h.hs)) != 1 {
		t.Fatalf("made %v and %v", h.createdIn(h.sf), h.createdIn(h.hs))
	}
	if got := h.createdIn(h.hs)[0].Fields["domain"].String(); got != "only-sf.com" {
		t.Errorf("the domain is %q", got)
	}
	if s := h.summary(); s.Accounts != 2 || s.Matched != 2 {
		t.Errorf("%d accounts, %d matched", s.Accounts, s.Matched)
	}
}
