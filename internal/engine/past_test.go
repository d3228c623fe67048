package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// then is what an explanation of a time has to say.
type then struct {
	at    time.Time
	State string
	// Waits and Next are what it said at that very time.
	Waits, Next []string
}

// keptHouse plays a life with all that can keep an account.
type keptHouse struct {
	*house
	said []then
}

// say explains the account as of now, and remembers it. wait and next are parts
// of what is said.
func (h *keptHouse) say(state, wait, next string) {
	h.t.Helper()
	x := h.explain(time.Time{})
	s := then{at: h.clock.Now(), State: x.State, Waits: x.Waits, Next: ahead(x)}
	part := func(list []string, want string) bool {
		return want == "" && len(list) == 0 || want != "" && slices.ContainsFunc(list, func(text string) bool { return strings.Contains(text, want) })
	}
	if s.State != state || !part(s.Waits, wait) || next != "" && !part(s.Next, next) {
		h.t.Errorf("at %s: state %s, waits %q, next %q; want %s, %q, %q", s.at.Format(time.DateTime), s.State, s.Waits, s.Next, state, wait, next)
	}
	h.said = append(h.said, s)
}

// ahead lists what comes next, without what follows from values alone.
func ahead(x *engine.Explained) (out []string) {
	for _, a := range x.Ahead {
		if a.At.After(x.At) && !strings.Contains(a.What, "time alone") {
			out = append(out, a.At.UTC().Format(time.DateTime)+" "+a.What)
		}
	}
	return out
}

func (h *keptHouse) scores(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		h.hs.put(connectors.Account, pairs[i], nil, map[string]string{"score": pairs[i+1]})
	}
	h.step(time.Minute)
}

func livePast(t *testing.T) *keptHouse {
	t.Helper()
	h := &keptHouse{house: newHouse(t)}
	h.goLive = false
	h.mapping = strings.Replace(mappingText, "signals:", `  return_reason: {type: text, hubspot: return_reason, salesforce: Return_Reason__c, sync: newest, empty: clear}
  not_before: {type: date, hubspot: not_before, salesforce: Not_Before__c, sync: newest, empty: clear}
signals:`, 1)
	h.policy = strings.Replace(policyText, "limits: {", "hold: {above: 1}\nalerts: {manager: [crm], quiet_hours: \"20:00-07:00\"}\nlimits: {per_week: 2, ", 1)
	h.restart()
	h.clock.Advance(time.Hour)
	for n := 1; n <= 4; n++ {
		h.pair(n, "20")
	}
	return h
}

// TestExplainThePast: what kept an account at some time is told alike at that
// time and afterwards: while handoffd read for the first time, only planned, held,
// queued, kept quiet, and while sales wanted no new handoff.
func TestExplainThePast(t *testing.T) {
	t.Parallel()
	h := livePast(t)
	reading := h.clock.Now().Add(-30 * time.Minute)
	h.once()
	h.clock.Advance(time.Hour)
	h.say("nurture", "", "")
	h.scores("1", "80")
	h.clock.Advance(time.Hour)
	h.say("ready", "a new store only plans", "to be handed off by sla.hand_off")
	h.scores("1", "20")
	h.say("nurture", "", "")
	release(t, h.house)
	h.step(time.Minute)
	h.scores("1", "99", "2", "85", "3", "95", "4", "90")
	h.clock.Advance(time.Minute)
	h.say("ready", "waits: held: ", "to be handed off by sla.hand_off")
	h.scores("1", "80")
	release(t, h.house)
	h.step(time.Minute)
	h.say("ready", "per_week limit 2 reached (2 of 2), position 2 of 2 by score = 80", "2026-11-09 00:00:00 its turn may come: ")
	h.scores("2", "30")
	h.say("ready", "position 1 of 1 by score = 80", "its turn may come")
	h.scores("2", "85")
	h.say("ready", "position 2 of 2", "its turn may come")
	h.scores("1", "87")
	h.say("ready", "position 1 of 2 by score = 87", "its turn may come")
	h.scores("2", "15")
	h.clock.Set(time.Date(2026, 11, 9, 0, 0, 30, 0, time.UTC))
	h.step(time.Minute)
	h.clock.Advance(time.Hour)
	h.say("handed_off", "", "2026-11-09 07:00:00 quiet hours are over: the notice manager is told on salesforce")
	h.clock.Advance(8 * time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"return_reason": "no budget", "not_before": "2026-12-01"})
	h.step(time.Minute)
	h.say("returned", "no new intent handoff before 2026-12-01", "accepted: returned -> declined")
	h.step(25 * time.Hour)
	h.scores("1", "20")
	h.clock.Advance(time.Hour)
	h.say("declined", "no new intent handoff before 2026-12-01", "fell silent: declined -> hibernation")
	h.scores("1", "88")
	h.clock.Advance(time.Hour)
	h.say("declined", "no new intent handoff before 2026-12-01", "2026-12-01 00:00:00 criteria met: declined -> ready")
	h.clock.Set(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	h.step(time.Minute)
	h.clock.Advance(time.Hour)
	h.say("handed_off", "", "")

	h.check()
	if x := h.explain(reading); x.Outcome != "not_decided" || len(x.Waits) != 1 || !strings.Contains(x.Waits[0], "read and compared for the first time") {
		t.Errorf("during the first load: %+v", x)
	}
}

// check explains every time again that something was said of, now.
func (h *keptHouse) check() {
	h.t.Helper()
	h.restart()
	for _, want := range h.said {
		x := h.explain(want.at)
		got := then{at: want.at, State: x.State, Waits: x.Waits, Next: ahead(x)}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(then{})); diff != "" {
			h.t.Errorf("at %s, -then +now:\n%s", want.at.Format(time.DateTime), diff)
		}
	}
}

// TestAskedToWaitInTheQueue: sales may ask for no new handoff also while the
// account waits for its turn.
func TestAskedToWaitInTheQueue(t *testing.T) {
	t.Parallel()
	h := livePast(t)
	h.goLive = true
	h.restart()
	h.once()
	h.scores("1", "80", "2", "90")
	h.say("ready", "waits: held: ", "")
	h.hs.put(connectors.Account, "1", nil, map[string]string{"not_before": "2026-11-20"})
	h.step(time.Minute)
	release(t, h.house)
	h.say("nurture", "no new intent handoff before 2026-11-20", "2026-11-20 00:00:00 criteria met: nurture -> ready")
	h.clock.Set(time.Date(2026, 11, 19, 23, 0, 0, 0, time.UTC))
	if h.step(time.Minute); h.state() != workflows.Nurture {
		t.Errorf("state %s before the day", h.state())
	}
	h.clock.Set(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC))
	if h.step(0); h.state() != workflows.HandedOff {
		t.Errorf("state %s on the day", h.state())
	}
	h.check()
}

// TestSummariesOfBothStages: what the SDR and what the AE got is frozen each,
// with its hash, and stands in show and explain.
func TestSummariesOfBothStages(t *testing.T) {
	t.Parallel()
	h := lifeHouse(t, "")
	sdr := h.clock.Now().Add(time.Minute)
	h.step(time.Hour)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"engagement": "Responsive"})
	h.step(time.Hour)
	var tasks []string
	for _, w := range h.sf.writes {
		if w.Op == connectors.CreateTask {
			tasks = append(tasks, w.Activity.Text)
		}
	}
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "11"})
	h.step(time.Hour)
	x := h.explain(time.Time{})
	shown, _, err := engine.Show(t.Context(), h.store, h.engineMapping(), sfID(1))
	if err != nil || len(tasks) != 2 || len(x.Handoff.Summaries) != 2 {
		t.Fatalf("%d tasks, summaries %+v, %v", len(tasks), x.Handoff.Summaries, err)
	}
	if diff := cmp.Diff(x.Handoff.Summaries, shown.Handoff.Summaries); diff != "" {
		t.Errorf("show and explain differ: %s", diff)
	}
	for i, stage := range []string{"sdr", "ae"} {
		s := x.Handoff.Summaries[i]
		if s.Stage != stage || s.Text != tasks[i] || s.Hash != workflows.Hash(tasks[i]) || !s.Intact {
			t.Errorf("stage %s: %+v, and the task says %q", stage, s, tasks[i])
		}
	}
	if got := h.explain(sdr).Handoff.Summaries; len(got) != 1 || got[0].Stage != "sdr" {
		t.Errorf("before the AE had it: %+v", got)
	}
}
