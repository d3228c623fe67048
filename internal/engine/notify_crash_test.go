package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
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

func slackRows(keys ...string) (rows []engine.OutboxRow) {
	for _, key := range keys {
		rows = append(rows, engine.OutboxRow{Key: key, System: "slack", Kind: "alert", Payload: []byte(`{"key":"` + key + `","title":"` + key + `"}`)})
	}
	return rows
}

func (h *house) enqueue(rows []engine.OutboxRow) {
	h.t.Helper()
	if err := h.store.Update(h.t.Context(), func(tx engine.Tx) error { _, err := tx.Enqueue(rows); return err }); err != nil {
		h.t.Fatal(err)
	}
}

// rowStore counts the rows of the outbox that are written.
type rowStore struct {
	engine.Store
	rows int
}

type rowTx struct {
	engine.Tx
	store *rowStore
}

func (c *rowStore) Update(ctx context.Context, f func(engine.Tx) error) error {
	return c.Store.Update(ctx, func(tx engine.Tx) error { return f(rowTx{tx, c}) })
}

func (c rowTx) PutOutbox(rows []engine.OutboxRow) error {
	c.store.rows += len(rows)
	return c.Tx.PutOutbox(rows)
}

// TestAlertsAreEnteredTwice: once when one is under way, and once what it came
// to, however many there are.
func TestAlertsAreEnteredTwice(t *testing.T) {
	t.Parallel()
	h := withChannels(t, "alerts: {storm: off}\n")
	h.enqueue(slackRows("a", "b", "c", "d", "e", "f"))
	counting := &rowStore{Store: h.store}
	h.make(counting)
	if err := h.engine.DeliverChannel(t.Context(), workflows.BySlack); err != nil || len(h.slack.sent) != 6 || counting.rows != 12 {
		t.Errorf("%d alerts took %d rows, want two each; %v", len(h.slack.sent), counting.rows, err)
	}
}

// TestALedgerThatFailsOnce: where an alert could not be marked it is not sent,
// and what those before it came to is not forgotten.
func TestALedgerThatFailsOnce(t *testing.T) {
	t.Parallel()
	for failAt := 2; failAt <= 5; failAt++ { // the first takes the rows
		h := withChannels(t, "alerts: {storm: off}\n")
		h.enqueue(slackRows("a", "b", "c", "d"))
		h.make(&brokenStore{Store: h.store, failAt: failAt})
		if err := h.engine.DeliverChannel(t.Context(), workflows.BySlack); !errors.Is(err, errDisk) || len(h.slack.sent) != failAt-2 {
			t.Errorf("failed at %d: %d were sent, %v", failAt, len(h.slack.sent), err)
		}
		h.restart()
		h.once()
		if doubts := parkedReasons(t, h.house); len(h.slack.sent) != 4 || len(doubts) != 0 {
			t.Errorf("failed at %d: %d were sent, problems %v", failAt, len(h.slack.sent), doubts)
		}
	}
}

// TestKilledBetweenRefusedAlerts kills the daemon at each alert of a round, of
// which the second is refused and the third cannot be read: what the others
// came to is known, and the one under way alone is in doubt (I7).
func TestKilledBetweenRefusedAlerts(t *testing.T) {
	t.Parallel()
	for killAt := 1; killAt <= 5; killAt++ {
		h := withChannels(t, "alerts: {storm: off}\n")
		rows := slackRows("a", "b", "c", "d", "e", "f")
		rows[2].Payload = []byte(`{"key":`)
		h.enqueue(rows)
		var asked []string
		h.slack.answer = func(m engine.Message) *connectors.Result {
			if asked = append(asked, m.Key); len(asked) == killAt {
				panic("killed")
			}
			if m.Key == "b" {
				return &connectors.Result{Outcome: connectors.Failed, Err: &connectors.Error{Class: connectors.ParkRecord, Message: "too long"}}
			}
			return nil
		}
		func() {
			defer func() { _ = recover() }()
			_ = h.engine.DeliverChannel(t.Context(), workflows.BySlack)
		}()
		left := fmt.Sprint(parkedReasons(t, h.house))
		if strings.Contains(left, "too long") != (killAt > 2) || strings.Contains(left, "decoding alert c") != (killAt > 2) {
			t.Errorf("killed at %d: left behind are the problems %s", killAt, left)
		}
		h.restart()
		h.once()
		if want := []string{"a", "b", "d", "e", "f"}; !slices.Equal(asked, want) {
			t.Errorf("killed at %d: asked to send %v, want each once, %v", killAt, asked, want)
		}
		refused := 1
		if killAt == 2 { // the refused one itself
			refused = 0
		}
		after := fmt.Sprint(parkedReasons(t, h.house))
		if strings.Count(after, "may or may not") != 1 || strings.Count(after, "too long") != refused || strings.Count(after, "decoding") != 1 {
			t.Errorf("killed at %d: problems %s", killAt, after)
		}
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
