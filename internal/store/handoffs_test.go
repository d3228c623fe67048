package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func TestHandoffs(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	full := engine.HandoffRow{
		ID: "a/1", Account: "a", Rule: "intent", Type: "intent", Stage: "sdr", Policy: "abc", Opened: noon, Outcome: "",
		System: connectors.Salesforce, OwnerID: "005", Owner: "Ann", Due: noon.Add(72 * time.Hour),
		Reasons: []string{"score 82", "3 visits"}, Summary: "Acme\n…", Hash: "ff",
		HandoffTimes: engine.HandoffTimes{Segment: "enterprise", SignalAt: noon.Add(-50 * time.Hour), MetAt: noon.Add(-49 * time.Hour), Queued: 40 * time.Hour},
	}
	bare := engine.HandoffRow{ID: "b/1", Account: "b", Opened: noon.Add(-time.Hour)}
	put := func(h engine.HandoffRow) {
		t.Helper()
		update(t, s, func(tx engine.Tx) error { return tx.PutHandoff(h) })
	}
	open := func(account string) (h *engine.HandoffRow) {
		view(t, s, func(tx engine.Tx) (err error) {
			h, err = tx.OpenHandoff(account)
			return err
		})
		return h
	}
	put(full)
	put(bare)
	same(t, "open", open("a"), &full)
	same(t, "open and bare", open("b"), &bare)
	same(t, "none", open("c"), (*engine.HandoffRow)(nil))

	full.Stage, full.Owner = "ae", "Bob"
	put(full)
	same(t, "replaced", open("a"), &full)
	full.Closed, full.Outcome = noon.Add(time.Hour), "won"
	put(full)
	same(t, "closed", open("a"), (*engine.HandoffRow)(nil))

	next := engine.HandoffRow{ID: "a/2", Account: "a", Opened: noon.Add(2 * time.Hour)}
	put(next)
	same(t, "the next one", open("a"), &next)
	story := func(account string) {
		t.Helper()
		update(t, s, func(tx engine.Tx) error { return tx.PutStory(account, []byte(`{"rule":"intent"}`)) })
	}
	next.Story = []byte(`{"rule":"intent"}`)
	story("a") // of the one that is open
	story("c") // has none
	same(t, "the next one with its story", open("a"), &next)
	view(t, s, func(tx engine.Tx) error {
		all, err := tx.Handoffs(time.Time{})
		same(t, "all", all, []engine.HandoffRow{bare, full, next})
		since, sinceErr := tx.Handoffs(noon)
		same(t, "since noon", since, []engine.HandoffRow{full, next})
		return errors.Join(err, sinceErr)
	})
}

// I2: an account has at most one open handoff.
func TestSecondOpenHandoff(t *testing.T) {
	t.Parallel()
	open := engine.HandoffRow{ID: "a/1", Account: "a", Opened: noon}
	second := engine.HandoffRow{ID: "a/2", Account: "a", Opened: noon}
	closed := open
	closed.Closed = noon

	t.Run("refused, and the transaction goes on", func(t *testing.T) {
		t.Parallel()
		s := openTest(t)
		update(t, s, func(tx engine.Tx) error {
			if err := tx.PutHandoff(open); err != nil {
				return err
			}
			if err := tx.PutHandoff(second); !errors.Is(err, ErrSecondHandoff) {
				t.Errorf("got %v, want %v", err, ErrSecondHandoff)
			}
			return tx.PutSetting("a", "1")
		})
		wantSetting(t, s, "a", "1")
		view(t, s, func(tx engine.Tx) error {
			got, err := tx.OpenHandoff("a")
			same(t, "open", got, &open)
			return err
		})
	})
	t.Run("refused by the table itself", func(t *testing.T) {
		t.Parallel()
		s := openTest(t)
		err := s.Update(t.Context(), func(tx engine.Tx) error {
			const insert = `INSERT INTO handoffs (` + handoffColumns + `) VALUES ($1, 'a', '', '', '', '', 0, NULL, '', '', '', '', NULL, '[]', '', '', '', NULL, NULL, NULL, NULL)`
			for i := range 2 {
				if _, err := tx.(*Tx).exec("writing", insert, fmt.Sprint(i)); err != nil {
					return fmt.Errorf("%d: %w", i, err)
				}
			}
			return nil
		})
		if err == nil || err.Error()[:2] != "1:" {
			t.Errorf("got %v, want the second to be refused", err)
		}
	})
	t.Run("taken beside a closed one", func(t *testing.T) {
		t.Parallel()
		s := openTest(t)
		update(t, s, func(tx engine.Tx) error { return errors.Join(tx.PutHandoff(closed), tx.PutHandoff(second)) })
	})
	t.Run("reopening beside an open one", func(t *testing.T) {
		t.Parallel()
		s := openTest(t)
		update(t, s, func(tx engine.Tx) error {
			if err := errors.Join(tx.PutHandoff(closed), tx.PutHandoff(second)); err != nil {
				return err
			}
			if err := tx.PutHandoff(open); !errors.Is(err, ErrSecondHandoff) {
				t.Errorf("got %v, want %v", err, ErrSecondHandoff)
			}
			return nil
		})
	})
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	at := func(account string, hours int, reason string) engine.DecisionRow {
		return engine.DecisionRow{Account: account, At: noon.Add(time.Duration(hours) * time.Hour), Policy: "p", Outcome: "no", Reason: reason, Trace: []byte("[" + reason + "]")}
	}
	one, two, three, four := at("a", 1, "one"), at("a", 2, "two"), at("a", 2, "three"), at("a", 4, "four")
	update(t, s, func(tx engine.Tx) error {
		return tx.AddDecisions([]engine.DecisionRow{one, two, at("b", 3, "other"), three, four})
	})
	tests := []struct {
		name  string
		at    time.Time
		limit int
		want  []engine.DecisionRow
	}{
		{"all", time.Time{}, 10, []engine.DecisionRow{four, three, two, one}},
		{"the last", time.Time{}, 1, []engine.DecisionRow{four}},
		{"at a time", noon.Add(2 * time.Hour), 10, []engine.DecisionRow{three, two, one}},
		{"just before it", noon.Add(2*time.Hour - time.Microsecond), 10, []engine.DecisionRow{one}},
		{"before all", noon, 10, nil},
		{"none", time.Time{}, 0, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			view(t, s, func(tx engine.Tx) error {
				got, err := tx.Decisions("a", tt.at, tt.limit)
				same(t, "decisions", got, tt.want)
				return err
			})
		})
	}
}
