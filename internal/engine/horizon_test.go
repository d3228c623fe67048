package engine_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"handoffd/connectors"
)

// errAway is what a CRM says that cannot be read.
var errAway = &connectors.Error{Class: connectors.Retry, Status: 503, Message: "out of order"}

// lane lets the daemon's lanes run for a while: each CRM is read by itself, in
// the middle between two reads of the other one.
func (h *house) lane(t interface{ Fatalf(string, ...any) }, d time.Duration) {
	ctx := h.t.Context()
	for end := h.clock.Now().Add(d); h.clock.Now().Before(end); {
		for _, system := range connectors.Systems() {
			h.clock.Advance(pollEvery / 2)
			h.do(h.engine.RefreshUsers(ctx, system))
			err := h.engine.Poll(ctx, system)
			if err != nil && !errors.Is(err, errAway) {
				t.Fatalf("polling %s: %v", system, err)
			}
			h.do(h.engine.Sweep(ctx))
			for _, to := range connectors.Systems() {
				h.do(h.engine.Deliver(ctx, to))
			}
		}
	}
}

// pollEvery is how often the lanes of these tests read each CRM.
const pollEvery = 4 * time.Minute

// TestLawOneCRMAway: one CRM cannot be read for hours, while people change a
// field in both. Once it can be read again, the two hold what somebody would
// say who has seen it all, whatever the policy; before that nothing of what
// people wrote is set aside, since none of it is weighed against an old value.
func TestLawOneCRMAway(t *testing.T) {
	t.Parallel()
	all := &houses{t: t, bothRead: pollEvery + time.Minute}
	rapid.Check(t, func(rt *rapid.T) {
		rest := rapid.SampledFrom(fieldPolicies()).Draw(rt, "policy")
		if tied(rest) {
			rest = "sync: newest"
		}
		h, n := all.of(rest)
		h.twin(n, "base", "base")
		h.lane(rt, 3*pollEvery)
		away := h.crm(rapid.SampledFrom(connectors.Systems()).Draw(rt, "away"))
		away.readErr = errAway
		defer func() { away.readErr = nil }()
		last := map[connectors.System]edit{connectors.Salesforce: {value: "base"}, connectors.HubSpot: {value: "base"}}
		empties := rapid.SampledFrom(connectors.Systems()).Draw(rt, "empties")
		for i := range rapid.IntRange(1, 4).Draw(rt, "changes") {
			h.lane(rt, time.Duration(rapid.IntRange(1, 6).Draw(rt, "polls"))*pollEvery)
			system := rapid.SampledFrom(connectors.Systems()).Draw(rt, "by")
			value := drawn(rt, i, system == empties)
			h.plan(system, n, value)
			last[system] = last[system].then(value, h.clock.Now())
			if got := h.plans(n); got[0] != last[connectors.Salesforce].value || got[1] != last[connectors.HubSpot].value {
				rt.Fatalf("%s: %q while %s is away, want what people wrote", rest, got, away.system)
			}
		}
		h.lane(rt, 3*pollEvery)
		s, hs := last[connectors.Salesforce], last[connectors.HubSpot]
		if got := h.plans(n); got != [2]string{s.value, hs.value} {
			rt.Fatalf("%s: %q while %s is away, want %q and %q left alone", rest, got, away.system, s.value, hs.value)
		}
		away.readErr = nil
		h.lane(rt, 4*pollEvery)
		want := oracle(rest, "base", s.value, hs.value, hs.at.After(s.at))
		if got := h.plans(n); got != want {
			rt.Fatalf("%s, %s was away: %q from salesforce and %q from hubspot gave %q, want %q", rest, away.system, s.value, hs.value, got, want)
		}
		before := h.writes()
		h.lane(rt, 2*pollEvery)
		if n := h.writes() - before; n > 0 {
			rt.Fatalf("%s: %d writes at rest", rest, n)
		}
	})
}

// TestOwnFieldsGoOn: while one CRM cannot be read, accounts are decided by the
// other, handed off, and handoffd's own fields are written in both.
func TestOwnFieldsGoOn(t *testing.T) {
	t.Parallel()
	h := syncHouse(t, "sync: newest")
	h.twin(1, "base", "base")
	h.lane(t, 2*pollEvery)
	h.sf.readErr = errAway
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "90", "plan": "mine"})
	h.lane(t, 2*pollEvery)
	if s := h.summary(); s.Handoffs != 1 || h.hs.field("1", "mqa") != "true" || h.sf.field(sfID(1), "MQA__c") != "true" {
		t.Errorf("summary %+v, want it handed off", s)
	}
	if got := h.plans(1); got != [2]string{"base", "mine"} {
		t.Errorf("%q, want the change not to be carried over what nobody has read", got)
	}
	h.sf.readErr = nil
	h.lane(t, 3*pollEvery)
	if got := h.plans(1); got != [2]string{"mine", "mine"} {
		t.Errorf("%q, want the change carried", got)
	}
}

// TestNoPutBackOfAnOldValue: the master changed and cannot be read, and a
// person sets the other CRM to the same value. Nothing is put back, and
// nothing is called a conflict.
func TestNoPutBackOfAnOldValue(t *testing.T) {
	t.Parallel()
	h := syncHouse(t, "from: hubspot")
	h.twin(1, "base", "base")
	h.lane(t, 2*pollEvery)
	h.hs.readErr = errAway
	h.plan(connectors.HubSpot, 1, "new")
	h.plan(connectors.Salesforce, 1, "new")
	h.lane(t, 3*pollEvery)
	h.hs.readErr = nil
	before := h.writes()
	h.lane(t, 3*pollEvery)
	if got, rows := h.plans(1), h.conflicts(); got != [2]string{"new", "new"} || len(rows) != 0 || h.writes() != before {
		t.Errorf("%q, conflicts %+v, %d writes, want nothing to be done", got, rows, h.writes()-before)
	}
}

// TestFasterThanTheWrite: what a write finds changed is weighed when the record
// has been read, which tells when it was changed: the later change counts, and
// not the side that a tie would favour.
func TestFasterThanTheWrite(t *testing.T) {
	t.Parallel()
	h := syncHouse(t, "sync: newest")
	h.twin(1, "base", "base")
	h.lane(t, 3*pollEvery)
	h.plan(connectors.Salesforce, 1, "earlier")
	h.hs.fail = func(connectors.Write) *connectors.Result {
		h.hs.fail = nil
		h.plan(connectors.HubSpot, 1, "later")
		return nil
	}
	ctx := t.Context()
	h.do(h.engine.Poll(ctx, connectors.Salesforce))
	h.do(h.engine.Poll(ctx, connectors.HubSpot))
	for range 2 { // the second time before anything is read
		h.do(h.engine.Sweep(ctx))
		h.do(h.engine.Deliver(ctx, connectors.HubSpot))
	}
	if got := h.plans(1); got != [2]string{"earlier", "later"} {
		t.Errorf("%q, want it not to be guessed which came first", got)
	}
	h.lane(t, 4*pollEvery)
	if got := h.plans(1); got != [2]string{"later", "later"} {
		t.Errorf("%q, want the later change on both sides", got)
	}
}

// TestClockJumps: whatever the daemon's clock says, ahead, behind or set back,
// a change is carried and one of a CRM that is away is not set aside.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	for _, rest := range []string{"from: hubspot", "sync: newest"} {
		for _, skews := range [][2]time.Duration{{0, -3 * time.Hour}, {0, 3 * time.Hour}, {time.Hour, time.Hour}} {
			h := syncHouse(t, rest)
			h.skew = skews[0]
			h.twin(1, "base", "base")
			h.lane(t, 3*pollEvery)
			h.skew = skews[1]
			h.lane(t, pollEvery)
			h.plan(connectors.HubSpot, 1, "new")
			h.lane(t, 3*pollEvery)
			if got := h.plans(1); got != [2]string{"new", "new"} {
				t.Errorf("%s, clock %v: %q, want the change carried", rest, skews, got)
			}
			h.hs.readErr = errAway
			h.plan(connectors.HubSpot, 1, "newest")
			h.plan(connectors.Salesforce, 1, "older")
			h.lane(t, 2*pollEvery)
			if got := h.plans(1); got != [2]string{"older", "newest"} {
				t.Errorf("%s, clock %v: %q while hubspot is away, want nothing set aside", rest, skews, got)
			}
			_ = h.store.Close()
		}
	}
}
