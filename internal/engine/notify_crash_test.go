package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// TestAlertsThroughACrash breaks the store at every place of the delivery,
// and starts again: each notice is told once; where receivers know a repeated
// one, it may come twice under the same key; elsewhere at most the one that was
// under way is in doubt, and is parked for a person.
func TestAlertsThroughACrash(t *testing.T) {
	t.Parallel()
	crashes := 0
	for failAt := 1; failAt < 40; failAt++ {
		h := withChannels(t, "alerts: {manager: [email, slack], storm: 2 per hour}\n")
		for n := range 4 {
			h.pair(n, "85")
		}
		broken := &brokenStore{Store: h.store, failAt: failAt}
		h.make(broken)
		if _, err := h.engine.Start(t.Context()); err == nil {
			err = h.engine.Once(t.Context())
			if errors.Is(err, errDisk) {
				crashes++
			}
		}
		h.restart()
		for range 3 {
			h.clock.Advance(time.Hour)
			h.once()
		}
		if n := len(h.slack.sent); n != 3 {
			t.Errorf("fail at %d: %d posts, want two and a digest", failAt, n)
		}
		keys := map[string]int{}
		for _, m := range h.email.sent {
			keys[m.Key]++
		}
		if len(keys) != 3 || len(h.email.sent) > 4 {
			t.Errorf("fail at %d: mails %v, want three, one of them perhaps repeated", failAt, keys)
		}
		doubt := 0
		for _, p := range parkedReasons(t, h.house) {
			if strings.Contains(p, "may or may not have been sent") {
				doubt++
			}
		}
		if doubt > 1 {
			t.Errorf("fail at %d: %d alerts are in doubt, want at most one", failAt, doubt)
		}
	}
	if crashes < 10 {
		t.Errorf("only %d crashes were played", crashes)
	}
}

// TestUnknownOutcomes: where receivers know a repeated message it is sent
// again, but not for ever; in Slack it is parked.
func TestUnknownOutcomes(t *testing.T) {
	t.Parallel()
	h := withChannels(t, "alerts: {manager: [email, slack]}\n")
	lost := func(engine.Message) *connectors.Result {
		return &connectors.Result{Outcome: connectors.Unsure, Err: &connectors.Error{Class: connectors.UnknownOutcome, Message: "no answer"}}
	}
	tries := 0
	h.email.answer = func(m engine.Message) *connectors.Result { tries++; return lost(m) }
	h.slack.answer = lost
	h.pair(1, "85")
	for range 60 {
		_ = h.engine.Once(t.Context()) // that the outcome is unknown is an error
		h.clock.Advance(10 * time.Minute)
	}
	reasons := fmt.Sprint(parkedReasons(t, h.house))
	if tries != 10 || strings.Count(reasons, "may or may not have been sent") != 2 {
		t.Errorf("%d tries, problems %s", tries, reasons)
	}
}
