package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func TestOneHandoffDoneRight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "40")
	h.pair(2, "85")
	s := h.once()
	if s.Handoffs != 1 || s.Accounts != 2 || s.Matched != 2 {
		t.Fatalf("summary %+v, want one handoff of two matched accounts", s)
	}
	for _, got := range []string{h.sf.field(sfID(2), "MQA__c"), h.hs.field("2", "mqa")} {
		if got != "true" {
			t.Errorf("mqa = %q, want true in both CRMs", got)
		}
	}
	for _, got := range []string{h.sf.field(sfID(2), "Status__c"), h.hs.field("2", "status")} {
		if got != "Ready for sales" {
			t.Errorf("status = %q, want Ready for sales in both CRMs", got)
		}
	}
	if n := h.sf.count(connectors.CreateTask); n != 1 {
		t.Errorf("%d tasks in salesforce, want 1", n)
	}
	if len(h.sf.alerts) != 1 || h.sf.alerts[0].UserID != "005000000000009AAA" {
		t.Errorf("alerts %+v, want one to the manager", h.sf.alerts)
	}
	task := h.sf.made["sf-"+sfID(2)+"/1/sdr/task"]
	if task.Activity == nil || task.Activity.Subject != "SDR outreach: Acme 2" || task.Activity.OwnerID != "005000000000001AAA" || !strings.Contains(task.Activity.Text, "Score rose to 85") {
		t.Errorf("task %+v", task.Activity)
	}
	frozen := openHandoffs(t, h)
	if len(frozen) != 1 || frozen[0].Summary != task.Activity.Text || frozen[0].Hash == "" {
		t.Errorf("frozen %+v, want the task's summary", frozen)
	}
}

func openHandoffs(t *testing.T, h *house) (rows []engine.HandoffRow) {
	t.Helper()
	err := h.store.View(t.Context(), func(tx engine.Tx) (err error) {
		rows, err = tx.Handoffs(time.Time{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestRest: with no outside change, later cycles write nothing (I5).
func TestRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n := range 7 {
		h.pair(n, []string{"10", "70", "99"}[n%3])
	}
	h.once()
	h.restart()
	for range 2 {
		if s := h.once(); s.Writes[connectors.Salesforce]+s.Writes[connectors.HubSpot] != 0 || s.Pending != 0 {
			t.Fatalf("wrote %v with nothing changed, pending %d", s.Writes, s.Pending)
		}
		h.clock.Advance(time.Hour)
	}
}

// TestScoreFallsAndRisesWhileOpen makes no second handoff (I2).
func TestScoreFallsAndRisesWhileOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "85")
	h.once()
	for _, score := range []string{"20", "95"} {
		h.clock.Advance(time.Hour)
		h.hs.put(connectors.Account, "1", nil, map[string]string{"score": score})
		h.once()
	}
	if n := h.sf.count(connectors.CreateTask); n != 1 {
		t.Errorf("%d tasks, want 1", n)
	}
}

func TestVisitsCountFromTheBaseline(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.hs.put(connectors.Contact, "71", []string{"1"}, map[string]string{"visits": "40", "firstname": "Dana", "email": "dana@x.example"})
	if s := h.once(); s.Handoffs != 0 {
		t.Fatal("the past of a contact was taken for visits of this week")
	}
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Contact, "71", nil, map[string]string{"visits": "43"})
	if s := h.once(); s.Handoffs != 1 {
		t.Fatalf("summary %+v, want a handoff for three visits", s)
	}
}

// TestDayOne: a new store shows its plan and writes nothing until it is
// released (I13).
func TestDayOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.goLive = false
	h.restart()
	h.pair(1, "85")
	s := h.once()
	if s.Live || s.Handoffs != 0 || len(h.sf.writes)+len(h.hs.writes) != 0 || len(s.Planned) != 1 || s.Planned[0].Owner != "Ann" {
		t.Fatalf("summary %+v, want a plan of one handoff and no write", s)
	}
	if err := engine.Release(t.Context(), h.store, h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if s = h.once(); s.Handoffs != 1 || h.sf.count(connectors.CreateTask) != 1 {
		t.Fatalf("summary after release %+v, want the planned handoff", s)
	}
}

func TestPauseStopsAllWrites(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.once()
	before := len(h.sf.writes) + len(h.hs.writes)
	if err := engine.Pause(t.Context(), h.store, h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "90"})
	if s := h.once(); s.Live || len(h.sf.writes)+len(h.hs.writes) != before {
		t.Fatalf("wrote while paused: %+v", s)
	}
	if err := engine.Resume(t.Context(), h.store); err != nil {
		t.Fatal(err)
	}
	if h.once(); h.sf.count(connectors.CreateTask) != 1 || h.sf.field(sfID(1), "Score__c") != "90" {
		t.Error("what was due was not done after the pause")
	}
}

func TestUnsignedPolicyOnlyPlans(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.policy = strings.Replace(policyText, "signed_off", "# signed_off", 1)
	h.restart()
	h.pair(1, "85")
	if s := h.once(); s.Live || len(h.sf.writes) != 0 || !strings.Contains(s.Reason, "not signed") {
		t.Fatalf("summary %+v, want plan-only", s)
	}
}

func TestAnotherOrgIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.once()
	h.hs.org = "another"
	_ = h.store.Close()
	var foreign *engine.ForeignOrgError
	if err := h.reopen(); !errors.As(err, &foreign) || foreign.System != connectors.HubSpot {
		t.Fatalf("error %v, want HubSpot's portal refused", err)
	}
}

// TestLostAnswers: the CRM did it, but the answer was lost. What is there is
// found by reading and not made again (I2).
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "85")
	h.sf.lose = true
	if err := h.engine.Once(t.Context()); connectors.ClassOf(err) != connectors.UnknownOutcome {
		t.Errorf("error %v, want it said that the outcome is unknown", err)
	}
	h.sf.lose = false
	h.restart()
	for range 40 {
		h.clock.Advance(time.Minute)
		h.once()
	}
	if s := h.summary(); h.sf.count(connectors.CreateTask) != 1 || s.Pending != 0 {
		t.Errorf("%d tasks, %d pending, want 1 and 0", h.sf.count(connectors.CreateTask), s.Pending)
	}
}

// TestLostRequests: the request never arrived. It is sent again, but only
// when the CRM can no longer be working on it.
func TestLostRequests(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "85")
	unsure := connectors.Result{Outcome: connectors.Unsure, Err: &connectors.Error{System: connectors.Salesforce, Class: connectors.UnknownOutcome}}
	h.sf.fail = func(connectors.Write) *connectors.Result { return &unsure }
	_ = h.engine.Once(t.Context())
	h.sf.fail = nil
	start := h.clock.Now()
	var made time.Duration
	for range 60 {
		h.clock.Advance(time.Minute)
		h.once()
		if h.sf.count(connectors.CreateTask) == 1 && made == 0 {
			made = h.clock.Now().Sub(start)
		}
	}
	if made < 10*time.Minute || made > 20*time.Minute {
		t.Errorf("made again after %v, want once the vendor's longest request time is over", made)
	}
}

func TestRefusedFieldIsParkedAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "85")
	h.pair(2, "90")
	h.sf.fail = func(w connectors.Write) *connectors.Result {
		if w.Op == connectors.Update && w.Ref.ID == sfID(1) {
			return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{System: connectors.Salesforce, Class: connectors.ParkRecord, Record: w.Ref.ID, Code: "FIELD_CUSTOM_VALIDATION_EXCEPTION", Message: "no"}}
		}
		return nil
	}
	s := h.once()
	if s.Handoffs != 2 || h.sf.count(connectors.CreateTask) != 2 || h.sf.field(sfID(2), "MQA__c") != "true" {
		t.Errorf("summary %+v: the innocent were not delivered", s)
	}
	if s.Parked != 4 {
		t.Errorf("parked %d, want the four fields of the refused record", s.Parked)
	}
}

func TestBadValueIsParkedAndHealed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "a lot")
	if s := h.once(); s.Parked != 1 || s.Waiting != 1 {
		t.Fatalf("summary %+v, want one parked value and a waiting account", s)
	}
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "80"})
	if s := h.once(); s.Parked != 0 || s.Handoffs != 1 {
		t.Fatalf("summary %+v, want the problem settled and a handoff", s)
	}
}

func TestAmbiguousMatchIsLeftToAPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.hs.put(connectors.Account, "99", nil, map[string]string{"name": "Twin", "domain": "acme1.example", "target": "true", "score": "10"})
	if s := h.once(); s.Matched != 0 || s.Cases != 1 || s.Parked != 0 || s.Accounts != 3 {
		t.Fatalf("summary %+v, want no link and one case", s)
	}
}

func TestNobodyToGiveItTo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "85")
	h.sf.users[0].Active = false
	s := h.once()
	if s.Handoffs != 0 || s.Queued != 1 || s.Parked != 1 {
		t.Fatalf("summary %+v, want the account to wait with a reason", s)
	}
	h.sf.users[0].Active = true
	h.clock.Advance(time.Hour)
	if s := h.once(); s.Handoffs != 1 || s.Parked != 0 {
		t.Fatalf("summary %+v, want the handoff once somebody is there", s)
	}
}

// TestCrashAnywhere fails each transaction in turn, as a full disk would, and
// starts again: nothing is lost and nothing is doubled (I1, I2, I7).
func TestCrashAnywhere(t *testing.T) {
	t.Parallel()
	for failAt := 1; ; failAt++ {
		h := newHouse(t)
		h.pair(1, "85")
		h.pair(2, "10")
		h.pair(3, "99")
		broken := &brokenStore{Store: h.store, failAt: failAt}
		h.make(broken)
		err := h.engine.Once(t.Context())
		if broken.n < failAt {
			if failAt < 8 {
				t.Errorf("only %d transactions", failAt)
			}
			return // every one has failed once
		}
		if !errors.Is(err, errDisk) {
			t.Fatalf("transaction %d: error %v, want the disk's", failAt, err)
		}
		h.restart()
		for range 20 { // what was being sent is resolved by and by
			h.once()
			h.clock.Advance(time.Minute)
		}
		if s := h.summary(); s.Accounts != 3 || s.Pending != 0 || h.sf.count(connectors.CreateTask) != 2 || h.sf.field(sfID(1), "Status__c") != "Ready for sales" {
			t.Errorf("transaction %d: %+v, %d tasks", failAt, s, h.sf.count(connectors.CreateTask))
		}
		_ = h.store.Close()
	}
}

// TestCursorNoLongerGood: the object is loaded again, and nothing is doubled.
func TestCursorNoLongerGood(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "85")
	h.once()
	h.hs.pageErr = &connectors.Error{System: connectors.HubSpot, Class: connectors.Restart, Message: "the cursor is too old"}
	if err := h.engine.Once(t.Context()); connectors.ClassOf(err) != connectors.Restart {
		t.Fatalf("error %v, want the reason", err)
	}
	h.hs.pageErr = nil
	h.restart()
	s := h.once()
	if s.Read[connectors.HubSpot] == 0 || s.Writes[connectors.HubSpot] != 0 || h.sf.count(connectors.CreateTask) != 1 {
		t.Errorf("summary %+v, want everything read again and nothing written", s)
	}
}

// TestMergedCompanyIsMatchedLater: old ids of a merge go along when the two
// sides are joined.
func TestMergedCompanyIsMatchedLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"name": "Acme", "domain": "old.example", "target": "true", "score": "10"})
	h.once()
	h.clock.Advance(time.Hour)
	h.hs.merged("500", "1", map[string]string{"domain": "acme1.example"})
	h.once()
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Name": "Acme", "Website": "acme1.example", "OwnerId": "005000000000001AAA"})
	h.clock.Advance(time.Hour)
	s := h.once()
	if s.Accounts != 1 || s.Matched != 1 {
		t.Fatalf("summary %+v, want one account in both CRMs", s)
	}
	h.hs.put(connectors.Account, "500", nil, map[string]string{"score": "90"})
	h.clock.Advance(time.Hour)
	if s := h.once(); s.Handoffs != 1 || s.Accounts != 1 {
		t.Fatalf("summary %+v, want the merged record to go on as the same account", s)
	}
}

// TestStopFinishesWhatIsUnderWay: a request under way is not cut off, and what
// was not begun stays to be done, alerts included.
func TestStopFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "85")
	ctx, stop := context.WithCancel(t.Context())
	h.sf.fail = func(connectors.Write) *connectors.Result {
		stop() // told to stop in the middle of the first batch
		return nil
	}
	_ = h.engine.Once(ctx)
	h.sf.fail = nil
	if h.sf.count(connectors.CreateTask) != 1 || len(h.sf.alerts) != 0 {
		t.Fatalf("%d tasks, %d alerts, want the batch finished and nothing begun", h.sf.count(connectors.CreateTask), len(h.sf.alerts))
	}
	h.restart()
	if s := h.once(); s.Pending != 0 || s.Alerts != 1 || h.sf.count(connectors.CreateTask) != 1 || len(h.hs.made) != 1 {
		t.Errorf("summary %+v, want the rest done at the next start", s)
	}
}

// TestLimitTakesTheBestFirst: with room for one a month the best goes, the
// other waits and is first next month; nothing is lost.
func TestLimitTakesTheBestFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.policy = strings.Replace(policyText, "limits: {order: score}", "limits: {order: score, per_month: 1}", 1)
	h.restart()
	h.pair(1, "75")
	h.pair(2, "99")
	if s := h.once(); s.Handoffs != 1 || s.Queued != 1 || h.sf.field(sfID(2), "MQA__c") != "true" || h.sf.field(sfID(1), "MQA__c") == "true" {
		t.Fatalf("summary %+v, want the best handed off and the other in the queue, unseen by sales", s)
	}
	h.clock.Advance(24 * time.Hour)
	h.pair(3, "80")
	if s := h.once(); s.Handoffs != 1 || s.Queued != 2 {
		t.Fatalf("summary %+v, want both to wait", s)
	}
	h.clock.Set(time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	if s := h.once(); s.Handoffs != 2 || h.sf.field(sfID(3), "MQA__c") != "true" {
		t.Fatalf("summary %+v, want the best of the queue in the new month", s)
	}
}

// TestKilledBetweenAlerts: a crash leaves at most the one alert in doubt that
// was under way, and says so; the others are sent at the next start.
func TestKilledBetweenAlerts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n := range 5 {
		h.pair(n, "85")
	}
	h.sf.alert = func(n int) {
		if n == 2 {
			panic("killed")
		}
	}
	func() {
		defer func() { _ = recover() }()
		_ = h.engine.Once(t.Context())
	}()
	h.sf.alert = nil
	h.restart()
	s := h.once()
	if len(h.sf.alerts) != 4 || s.Parked != 1 || s.Pending != 0 {
		t.Errorf("%d alerts, summary %+v, want four sent, one in doubt and shown", len(h.sf.alerts), s)
	}
}

// TestOldUpdateNeverComesAfterANewOne: an update that waits to be tried again
// gives way to a later one of the same record.
func TestOldUpdateNeverComesAfterANewOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.once()
	var seen []string
	score := func(value string, refused bool) {
		h.clock.Advance(time.Second)
		h.sf.fail = func(w connectors.Write) *connectors.Result {
			if v, ok := w.Fields["Score__c"]; ok {
				seen = append(seen, v.String())
			}
			if !refused {
				return nil
			}
			return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{System: connectors.Salesforce, Class: connectors.Retry, Code: "UNABLE_TO_LOCK_ROW"}}
		}
		h.hs.put(connectors.Account, "1", nil, map[string]string{"score": value})
		_ = h.engine.Once(t.Context())
	}
	score("11", true)
	score("22", false)
	for range 10 {
		h.clock.Advance(time.Hour)
		h.once()
	}
	if want := []string{"11", "22"}; !slices.Equal(seen, want) || h.sf.field(sfID(1), "Score__c") != "22" {
		t.Errorf("sent %v, want %v", seen, want)
	}
}

// TestOneCRMIsAway: the other is read meanwhile; the one that was away is read
// when it is back.
func TestOneCRMIsAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "85")
	h.hs.away = &connectors.Error{System: connectors.HubSpot, Class: connectors.Retry, Message: "the connection was refused"}
	_ = h.store.Close()
	if err := h.reopen(); connectors.ClassOf(err) != connectors.Retry {
		t.Fatalf("start: %v, want it said that HubSpot is away", err)
	}
	if err := h.engine.Once(t.Context()); connectors.ClassOf(err) != connectors.Retry {
		t.Fatalf("once: %v", err)
	}
	if s := h.summary(); s.Read[connectors.Salesforce] != 1 || s.Read[connectors.HubSpot] != 0 || s.Handoffs != 0 {
		t.Fatalf("summary %+v, want Salesforce read and nothing decided", s)
	}
	h.hs.away = nil
	h.clock.Advance(time.Minute)
	if s := h.once(); s.Handoffs != 1 {
		t.Fatalf("summary %+v, want the handoff once both are there", s)
	}
}
