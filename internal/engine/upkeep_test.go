package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

const day = 24 * time.Hour

// demoHouse is a house with a rule for demo requests of the last day.
func demoHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.mapping = strings.Replace(mappingText, "signals:\n", "signals:\n  demo: {hubspot: contact.demo_at, kind: event}\n  meetings: {salesforce: task.CompletedDateTime, kind: event}\n", 1)
	h.policy = strings.Replace(policyText, "handoffs:\n", "handoffs:\n  demo_request: {to: sdr, when: 'count(demo, \"1d\") >= 1'}\n  met: {to: sdr, when: 'count(meetings, \"7d\") >= 2'}\n", 1)
	h.sf.objects = []connectors.Object{connectors.Task}
	h.restart()
	return h
}

func (h *house) asks(id string, at time.Time) {
	h.hs.put(connectors.Contact, id, []string{"1"}, map[string]string{"demo_at": at.UTC().Format(time.RFC3339), "firstname": "Dana", "lastname": "Fox-Lee", "email": "dana@x.example"})
}

// TestOutageLosesNoDemoRequest: what happened while a CRM could not be read is
// judged when it can, however long ago it is; and only then.
func TestOutageLosesNoDemoRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		outage time.Duration // of HubSpot
		asked  time.Duration // after its beginning
		want   int
	}{
		"in time":                           {0, 0, 1},
		"after three days without hubspot":  {3 * day, time.Hour, 1},
		"a past that somebody brings along": {time.Hour, -10 * day, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := demoHouse(t)
			h.pair(1, "10")
			h.once()
			began := h.clock.Now()
			h.hs.pageErr = &connectors.Error{System: connectors.HubSpot, Class: connectors.Retry, Message: "down"}
			h.clock.Advance(c.outage)
			h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Name": "Acme Inc"}) // decided meanwhile
			_ = h.engine.Once(t.Context())                                                    // fails, as it should
			h.hs.pageErr = nil
			h.asks("71", began.Add(c.asked))
			if s := h.once(); s.Handoffs != c.want {
				t.Fatalf("%d handoffs, want %d", s.Handoffs, c.want)
			}
			h.clock.Advance(20 * day)
			h.hs.put(connectors.Contact, "71", nil, map[string]string{"visits": "1"})
			if s := h.once(); s.Handoffs != c.want {
				t.Errorf("%d handoffs after the window, want %d", s.Handoffs, c.want)
			}
		})
	}
}

// TestReachWaitsForRelease: a demo request that was judged after an outage is
// still one when the account's turn comes.
func TestReachWaitsForRelease(t *testing.T) {
	t.Parallel()
	h := demoHouse(t)
	h.goLive = false
	h.restart()
	h.pair(1, "10")
	h.once()
	h.clock.Advance(3 * day)
	h.asks("71", h.clock.Now().Add(-2*day))
	if s := h.once(); len(s.Planned) != 1 {
		t.Fatalf("planned %+v, want the demo request", s.Planned)
	}
	if err := engine.Release(t.Context(), h.store, h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if s := h.once(); s.Handoffs != 1 {
		t.Errorf("%d handoffs, want 1", s.Handoffs)
	}
}

// TestOwnTasksAreNoBehaviour: what handoffd made comes back without effect (I5).
func TestOwnTasksAreNoBehaviour(t *testing.T) {
	t.Parallel()
	h := demoHouse(t)
	h.pair(1, "85")
	h.once()
	for _, w := range h.sf.made {
		h.sf.put(connectors.Task, w.Ref.ID, []string{sfID(1)}, map[string]string{"CompletedDateTime": h.clock.Now().Format(time.RFC3339)})
	}
	h.sf.put(connectors.Task, "00T000000000099AAA", []string{sfID(1)}, map[string]string{"CompletedDateTime": h.clock.Now().Format(time.RFC3339)})
	h.once()
	home := connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: sfID(1)}
	look(t, h, func(tx engine.Tx) error {
		points, err := tx.Points([]connectors.Ref{home}, time.Time{})
		if n := len(points[home]); n != 1 {
			t.Errorf("%d points %v, want the one of a person's task", n, points)
		}
		return err
	})
}

func look(t *testing.T, h *house, f func(engine.Tx) error) {
	t.Helper()
	if err := h.store.View(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func cursorsOf(t *testing.T, h *house) map[connectors.Object]engine.CursorRow {
	t.Helper()
	var out map[connectors.Object]engine.CursorRow
	look(t, h, func(tx engine.Tx) (err error) {
		out, err = tx.Cursors(connectors.HubSpot)
		return err
	})
	return out
}

// TestNewFieldIsFilled: a field that the mapping gains is read for every
// account, and the cursors of what was read before stay where they are.
func TestNewFieldIsFilled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n := range 5 {
		h.pair(n, "10")
		h.hs.put(connectors.Account, string(rune('0'+n)), nil, map[string]string{"industry": "Steel"})
	}
	h.once()
	before := cursorsOf(t, h)
	h.mapping = strings.Replace(mappingText, "account:\n", "account:\n  industry: {type: text, hubspot: industry}\n", 1)
	h.restart()
	s := h.once()
	if s.Read[connectors.HubSpot] != 10 { // the log of the bench: two entries each
		t.Errorf("read %v, want all accounts of hubspot once more", s.Read)
	}
	if diff := cmp.Diff(before, cursorsOf(t, h), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Through" || p.Last().String() == ".Changed" }, cmp.Ignore())); diff != "" {
		t.Errorf("cursors moved: -before +after:\n%s", diff)
	}
	m := h.engineMapping()
	look(t, h, func(tx engine.Tx) error {
		rows, err := tx.AccountsAfter("", 10)
		for _, row := range rows {
			a, err := m.Decode(row.ID, row.Doc)
			if err != nil {
				return err
			}
			if got := m.Text(a, "industry"); got != "Steel" {
				t.Errorf("industry of %s = %q", row.ID, got)
			}
		}
		return err
	})
	h.mapping = mappingText // the field is taken out again
	h.restart()
	if s := h.once(); s.Read[connectors.HubSpot] != 0 || len(h.hs.writes) != 0 {
		t.Errorf("read %v, wrote %v for a field that is gone", s.Read, h.hs.writes)
	}
}

// TestProblemIsTriedAgain when the mapping changes so that the value fits.
func TestProblemIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*house){
		"the record":  func(h *house) { h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "90"}) },
		"the mapping": func(h *house) { h.mapping = strings.Replace(mappingText, "range: [0, 100]", "range: [0, 200]", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.pair(1, "140")
			if s := h.once(); s.Parked != 1 || s.Handoffs != 0 {
				t.Fatalf("summary %+v, want the value parked", s)
			}
			change(h)
			h.restart()
			if s := h.once(); s.Parked != 0 || s.Handoffs != 1 {
				t.Errorf("parked %d, handoffs %d, want it settled", s.Parked, s.Handoffs)
			}
		})
	}
}

// TestSchemaChange has what did not fit read once more.
func TestSchemaChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "140")
	h.once()
	read := h.once().Read[connectors.HubSpot]
	h.clock.Advance(day)
	if n := h.once().Read[connectors.HubSpot]; n != read {
		t.Fatalf("read %d with nothing changed, want %d", n, read)
	}
	h.clock.Advance(day)
	h.hs.schema.Fields = map[string]connectors.Field{"new": {Name: "new"}}
	if n := h.once().Read[connectors.HubSpot]; n != read+1 {
		t.Errorf("read %d after the schema changed, want %d", n, read+1)
	}
}

// TestRefusedTaskIsTriedAgain when the account's record changes, and daily.
func TestRefusedTaskIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*house){
		"the record changes": func(h *house) { h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Name": "Acme Inc"}) },
		"a day later":        func(h *house) { h.clock.Advance(day) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.pair(1, "85")
			h.sf.fail = func(w connectors.Write) *connectors.Result {
				if w.Op != connectors.CreateTask {
					return nil
				}
				return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{System: connectors.Salesforce, Class: connectors.ParkRecord, Message: "validation"}}
			}
			h.once()
			if s := h.once(); s.Parked == 0 {
				t.Fatalf("summary %+v, want the task parked", s)
			}
			h.sf.fail = nil
			if h.once(); h.sf.count(connectors.CreateTask) != 0 {
				t.Fatal("tried again though nothing has changed")
			}
			change(h)
			if s := h.once(); h.sf.count(connectors.CreateTask) != 1 || s.Parked != 0 {
				t.Errorf("%d tasks, %d parked, want the task made and nothing parked", h.sf.count(connectors.CreateTask), s.Parked)
			}
		})
	}
}

// TestDrift: the weekly comparison takes up what was missed, and counts it.
func TestDrift(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n := range 4 {
		h.pair(n, "10")
	}
	h.once()
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Account, "9", nil, map[string]string{"name": "Missed", "domain": "missed.example"})
	h.hs.mu.Lock() // the change is lost on the way
	last := len(h.hs.log) - 1
	lost := h.hs.log[last]
	h.hs.mu.Unlock()
	h.hs.blank("9", -1)
	h.hs.blank("0", -1) // and one record vanishes
	h.once()
	h.hs.mu.Lock()
	h.hs.log[last] = lost
	h.hs.mu.Unlock()
	for range 8 {
		h.clock.Advance(day)
		h.once()
	}
	got := h.summary().Drift[connectors.HubSpot]
	if got.Missed != 1 || got.Gone != 1 || got.At.IsZero() {
		t.Errorf("drift %+v, want one missed and one gone", got)
	}
	if s := h.summary(); s.Accounts != 5 {
		t.Errorf("%d accounts, want the missed one taken up", s.Accounts)
	}
}

// TestGoneIsWhatShouldBeThere: of the records that a comparison does not come
// across only those count that were to be found.
func TestGoneIsWhatShouldBeThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n := range 6 {
		h.pair(n, "10")
	}
	h.once()
	h.clock.Advance(time.Hour)
	h.hs.remove("1", "")
	h.hs.mark("2", true)
	h.hs.merged("50", "3", nil)
	h.hs.put(connectors.Account, "4", nil, map[string]string{"score": "11"})
	h.hs.mu.Lock()
	h.hs.log[len(h.hs.log)-1].Modified = h.clock.Now().Add(30 * day) // after the comparison has begun
	h.hs.mu.Unlock()
	h.once()
	for n := range 5 {
		h.hs.blank(fmt.Sprint(n), -1)
	}
	for range 8 {
		h.clock.Advance(day)
		h.once()
	}
	if got := h.summary().Drift[connectors.HubSpot]; got.Gone != 1 || got.At.IsZero() {
		t.Errorf("drift %+v, want one gone: not what was deleted, left out, merged, or changed meanwhile", got)
	}
}

// TestWhereChanges: accounts that a new where clause leaves out are out of
// scope, though the CRM does not show them any more.
func TestWhereChanges(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.pair(2, "10")
	h.once()
	h.sf.blank(sfID(1), -1)
	h.clock.Advance(time.Hour)
	h.mapping = "where: {salesforce: \"Type != 'Partner'\"}\n" + mappingText
	h.restart()
	if s := h.once(); s.Decisions["out_of_scope"] != 1 {
		t.Errorf("decisions %v, want one out of scope", s.Decisions)
	}
}

// TestUpkeepPrunes: old points go, also without anybody asking.
func TestUpkeepPrunes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.once()
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "20"})
	h.once()
	h.hs.blank("1", 1)
	h.clock.Advance(500 * day)
	h.once()
	home := connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: "1"}
	look(t, h, func(tx engine.Tx) error {
		points, err := tx.Points([]connectors.Ref{home}, time.Time{})
		if len(points[home]) != 1 || points[home][0].Value != 20 {
			t.Errorf("points %v, want the newest alone", points)
		}
		return err
	})
}

// TestAClockAheadPrunesNothing: what the CRMs' clocks call recent is not old
// because ours has jumped.
func TestAClockAheadPrunesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.once()
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "20"})
	h.once()
	h.hs.blank("1", 1)
	h.clock.Advance(day)
	h.skew = 500 * day
	h.once()
	home := connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: "1"}
	look(t, h, func(tx engine.Tx) error {
		points, err := tx.Points([]connectors.Ref{home}, time.Time{})
		if len(points[home]) != 2 {
			t.Errorf("points %v, want both kept", points)
		}
		return err
	})
}

// engineMapping compiles the house's mapping.
func (h *house) engineMapping() *mapping.Mapping {
	h.t.Helper()
	return compileMapping(h.t, h.mapping)
}
