package engine_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// lifeHouse has one account that sales has just been given.
func lifeHouse(t *testing.T, extra string) *house {
	t.Helper()
	h := newHouse(t)
	h.sf.objects = []connectors.Object{connectors.Task, connectors.Meeting, connectors.Opportunity}
	h.hs.objects = []connectors.Object{connectors.Task, connectors.Meeting, connectors.Call, connectors.Email, connectors.Opportunity}
	h.mapping = strings.Replace(mappingText, "signals:", `  engagement: {type: enum, hubspot: engagement, salesforce: Engagement__c, sync: newest, values: {responsive: Responsive, unresponsive: Unresponsive, converted: Converted}}
  return_reason: {type: text, hubspot: return_reason, salesforce: Return_Reason__c, sync: newest}
  sales_touches: {type: number, hubspot: sales_touches, salesforce: Sales_Touches__c, from: handoffd}
signals:`, 1)
	h.policy = strings.Replace(policyText, "limits:", "routing: {ae: {fallback: boss@acme.example}}\nlifecycle: {status: {engaged: Engaged}}\nlimits:", 1) + extra
	h.restart()
	h.pair(1, "20")
	h.pair(1, "85")
	h.once()
	if h.state() != workflows.HandedOff {
		t.Fatalf("state %s, want handed_off", h.state())
	}
	return h
}

// step lets time go by and does what is due.
func (h *house) step(d time.Duration) {
	h.t.Helper()
	h.clock.Advance(d)
	h.once()
	h.once() // what a person is shown is read back
}

func (h *house) life() (life workflows.Life) {
	h.t.Helper()
	err := h.store.View(h.t.Context(), func(tx engine.Tx) error {
		rows, err := tx.FindAccounts(sfID(1))
		if err != nil {
			return err
		}
		return json.Unmarshal(rows[0].Life, &life)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return life
}

func (h *house) state() workflows.State { return h.life().State }

// want compares state, status texts and the number of tasks.
func (h *house) want(state workflows.State, status string, tasks int) {
	h.t.Helper()
	if got := h.state(); got != state {
		h.t.Errorf("state %s, want %s", got, state)
	}
	for _, got := range []string{h.sf.field(sfID(1), "Status__c"), h.hs.field("1", "status")} {
		if got != status {
			h.t.Errorf("status %q, want %q in both CRMs", got, status)
		}
	}
	if got := h.sf.count(connectors.CreateTask); got != tasks {
		h.t.Errorf("%d tasks, want %d", got, tasks)
	}
}

func TestWorkedByTheSDR(t *testing.T) {
	t.Parallel()
	h := lifeHouse(t, "")
	account := []string{sfID(1)}
	h.clock.Advance(time.Hour)
	h.sf.put(connectors.Task, "00T1", account, map[string]string{"Subject": "Call", "Status": "Completed", "IsClosed": "true", "TaskSubtype": "Call", "OwnerId": "005000000000001AAA"})
	h.step(time.Minute)
	h.want(workflows.Working, "Sales working", 1)
	if got := h.hs.field("1", "sales_touches"); got != "1" {
		t.Errorf("sales_touches %q, want 1: marketing sees in HubSpot what sales did in Salesforce", got)
	}
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Email, "e1", []string{"1"}, map[string]string{"hs_email_direction": "INCOMING_EMAIL", "hs_timestamp": h.clock.Now().Format(time.RFC3339)})
	h.step(time.Minute)
	h.want(workflows.Engaged, "Engaged", 2)
	if h.life().Open.Now().Stage != workflows.AE || !slices.Contains(keys(h.sf), "sf-"+sfID(1)+"/1/ae/task") {
		t.Errorf("life %+v, want the AE stage with its one task", h.life().Open)
	}
	h.clock.Advance(time.Hour)
	h.sf.put(connectors.Opportunity, "006", account, map[string]string{"Name": "Acme", "StageName": "Discovery", "IsClosed": "false"})
	h.step(time.Minute)
	h.want(workflows.Opportunity, "Opportunity", 2)
	h.clock.Advance(time.Hour)
	h.sf.put(connectors.Opportunity, "006", account, map[string]string{"StageName": "Closed Won", "IsClosed": "true", "IsWon": "true"})
	h.step(time.Minute)
	h.want(workflows.Won, "Won", 2)
	rows := openHandoffs(t, h)
	if len(rows) != 1 || rows[0].Outcome != "won" || rows[0].Closed.IsZero() {
		t.Fatalf("handoffs %+v", rows)
	}
	if e, err := rows[0].Episode(); err != nil || e.Won.IsZero() || e.FirstTouch.IsZero() {
		t.Errorf("story %+v, %v", e, err)
	}
}

func keys(c *crm) (out []string) {
	for k := range c.made {
		out = append(out, k)
	}
	return out
}

// TestReturned: sales gives the account back, marketing accepts, and the next
// rise is a new handoff with the inputs emptied.
func TestReturned(t *testing.T) {
	t.Parallel()
	h := lifeHouse(t, "")
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"return_reason": "no budget"})
	h.step(time.Minute)
	h.want(workflows.Returned, "SDR declined", 1)
	if h.sf.field(sfID(1), "MQA__c") != "false" {
		t.Error("MQA did not go back to no")
	}
	h.step(25 * time.Hour)
	h.want(workflows.Declined, "Declined by sales, nurture mode", 1)
	if rows := openHandoffs(t, h); rows[0].Outcome != "returned: no budget" {
		t.Errorf("outcome %q", rows[0].Outcome)
	}
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "20"})
	h.step(time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "90"})
	h.step(time.Hour)
	h.want(workflows.HandedOff, "Ready for sales", 2)
	if got := h.hs.field("1", "return_reason"); got != "" && got != "<nil>" && got != "null" {
		t.Errorf("return_reason %q, want it emptied", got)
	}
	if h.life().Episode != 2 {
		t.Errorf("life %+v", h.life())
	}
	h.step(time.Hour)
	h.want(workflows.HandedOff, "Ready for sales", 2)
}

// TestMovedByHand: a person's status is followed in both CRMs, and not fought.
func TestMovedByHand(t *testing.T) {
	t.Parallel()
	h := lifeHouse(t, "")
	h.step(time.Minute)
	h.clock.Advance(time.Hour)
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Status__c": "Sales working"})
	h.step(time.Minute)
	h.want(workflows.Working, "Sales working", 1)
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"status": "Marketing nurture"})
	h.step(time.Minute)
	h.want(workflows.Nurture, "Marketing nurture", 1)
	if rows := openHandoffs(t, h); rows[0].Closed.IsZero() {
		t.Error("the handoff is still open")
	}
	before := len(h.sf.writes) + len(h.hs.writes)
	for range 3 {
		h.step(time.Hour)
	}
	if after := len(h.sf.writes) + len(h.hs.writes); after != before {
		t.Errorf("%d writes at rest", after-before)
	}
}

// TestSilence: nobody touches the account, and everybody is told once.
func TestSilence(t *testing.T) {
	t.Parallel()
	h := lifeHouse(t, "")
	for range 4 * 39 {
		h.step(6 * time.Hour)
	}
	h.want(workflows.Declined, "Declined by sales, nurture mode", 1)
	var titles []string
	for _, a := range h.sf.alerts {
		title, _, _ := strings.Cut(a.Title, ":")
		titles = append(titles, title)
	}
	t.Log(titles)
	slices.Sort(titles)
	if len(slices.Compact(slices.Clone(titles))) < 4 {
		t.Errorf("alerts %v", titles)
	}
	rows := openHandoffs(t, h)
	if rows[0].Outcome != "returned: unresponsive" {
		t.Errorf("outcome %q", rows[0].Outcome)
	}
}
