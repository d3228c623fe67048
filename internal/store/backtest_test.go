package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"handoffd/internal/engine"
)

func exerciseBacktest(tx engine.Tx) error {
	_, first := tx.FirstDecision()
	return errors.Join(tx.Logs([]string{"a"}, noon, noon, func(string, []byte) error { return nil }), first)
}

// TestLogs: of each account what was decided in the period, and before it the
// last decision and the last transition.
func TestLogs(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	view(t, s, func(tx engine.Tx) error {
		at, err := tx.FirstDecision()
		same(t, "of an empty log", at.IsZero(), true)
		return err
	})
	var rows []engine.DecisionRow
	add := func(account string, n int, outcome string) {
		rows = append(rows, engine.DecisionRow{Account: account, At: day(n), Outcome: outcome, Trace: fmt.Appendf(nil, "%s%d %s", account, n, outcome)})
	}
	add("b", -1, "hand_off")
	add("a", 0, "moved")
	add("a", 1, "hand_off")
	add("a", 2, "moved")
	add("a", 3, "moved")
	add("a", 4, "in_hand")
	add("a", 5, "waiting")
	add("a", 7, "moved")
	add("a", 8, "waiting")
	add("a", 10, "waiting")
	add("c", 9, "waiting")
	add("d", 1, "moved")
	update(t, s, func(tx engine.Tx) error { return tx.AddDecisions(rows) })
	for _, c := range []struct {
		from, to int
		accounts []string
		want     []string
	}{
		{5, 8, []string{"a"}, []string{"a3 moved", "a5 waiting", "a7 moved", "a8 waiting"}},
		{6, 9, []string{"a", "b", "c", "d", "e"}, []string{"a3 moved", "a5 waiting", "a7 moved", "a8 waiting", "b-1 hand_off", "c9 waiting", "d1 moved"}},
		{-5, 1, []string{"a"}, []string{"a0 moved", "a1 hand_off"}},
		{-5, -4, []string{"a"}, nil},
	} {
		var got []string
		view(t, s, func(tx engine.Tx) error {
			return tx.Logs(c.accounts, day(c.from), day(c.to), func(account string, trace []byte) error {
				if account != string(trace[:1]) {
					t.Errorf("%s is said to be of %s", trace, account)
				}
				got = append(got, string(trace))
				return nil
			})
		})
		same(t, fmt.Sprint(c.from, " to ", c.to), slices.Clone(got), c.want)
	}
	view(t, s, func(tx engine.Tx) error {
		at, err := tx.FirstDecision()
		same(t, "the first", at.Equal(day(-1)), true)
		return err
	})
	stop := errors.New("stop")
	err := s.View(t.Context(), func(tx engine.Tx) error {
		return tx.Logs([]string{"a"}, day(0), day(9), func(string, []byte) error { return stop })
	})
	if !errors.Is(err, stop) {
		t.Errorf("an error of the caller: %v", err)
	}
}
