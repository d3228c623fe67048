package store

import (
	"strings"
	"testing"
	"time"

	"handoffd/internal/engine"
)

func TestSummaries(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		if err := tx.PutHandoff(engine.HandoffRow{ID: "a/1", Account: "a", Opened: noon}); err != nil {
			return err
		}
		for _, r := range []engine.SummaryRow{
			{Handoff: "a/1", Stage: "sdr", At: noon, Hash: "1", Text: "call Dana"},
			{Handoff: "a/1", Stage: "ae", At: noon.Add(time.Hour), Hash: "2", Text: "call Dana again"},
			{Handoff: "a/1", Stage: "sdr", At: noon.Add(2 * time.Hour), Hash: "3", Text: "a frozen page stays"},
			{Handoff: "b/1", Stage: "sdr", At: noon, Hash: "4", Text: "another's"},
		} {
			if err := tx.AddSummary(r); err != nil {
				return err
			}
		}
		naming, err := tx.AccountsNaming([]string{"dana again"})
		same(t, "accounts naming the person", naming, []string{"a"})
		return err
	})
	update(t, s, func(tx engine.Tx) error {
		n, err := tx.Redact("a", nil, []string{"Dana"}, "[erased]")
		same(t, "redacted", n, 2)
		return err
	})
	view(t, s, func(tx engine.Tx) error {
		rows, err := tx.Summaries("a/1")
		same(t, "summaries", rows, []engine.SummaryRow{
			{Handoff: "a/1", Stage: "sdr", At: noon, Hash: "1", Text: "call [erased]"},
			{Handoff: "a/1", Stage: "ae", At: noon.Add(time.Hour), Hash: "2", Text: "call [erased] again"},
		})
		return err
	})
}

// TestSummariesFromBefore: a store of an older version had the first page only,
// and may have had none.
func TestSummariesFromBefore(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	text, err := migrations.ReadFile("migrations/00087_summaries.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, insert, _ := strings.Cut(string(text), "INSERT INTO")
	update(t, s, func(tx engine.Tx) error {
		for _, h := range []engine.HandoffRow{
			{ID: "a/1", Account: "a", Stage: "ae", Opened: noon, Summary: "page", Hash: "1", Story: []byte(`{"stages":[{"stage":"sdr"},{"stage":"ae"}]}`)},
			{ID: "b/1", Account: "b", Stage: "ae", Opened: noon, Summary: "page", Hash: "2"}, {ID: "c/1", Account: "c", Stage: "sdr", Opened: noon},
		} {
			if err := tx.PutHandoff(h); err != nil {
				return err
			}
		}
		_, err := tx.(*Tx).exec("bringing up to date", "INSERT INTO"+insert)
		return err
	})
	view(t, s, func(tx engine.Tx) error {
		for handoff, want := range map[string][]engine.SummaryRow{
			"a/1": {{Handoff: "a/1", Stage: "sdr", At: noon, Hash: "1", Text: "page"}}, "b/1": {{Handoff: "b/1", Stage: "ae", At: noon, Hash: "2", Text: "page"}}, "c/1": nil,
		} {
			rows, err := tx.Summaries(handoff)
			if same(t, handoff, rows, want); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestWaits(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	update(t, s, func(tx engine.Tx) error {
		return tx.AddWaits([]engine.WaitRow{
			{At: at(0), Kind: "leave", Doc: []byte("0")}, {Account: "a", At: at(1), Kind: "limit", Doc: []byte("1")},
			{Account: "b", At: at(2), Kind: "limit", Doc: []byte("2")}, {Account: "a", At: at(3), Kind: "held", Doc: []byte("3")},
			{Account: "a", At: at(3), Kind: "limit", Doc: []byte("4")}, {Account: "b", At: at(4), Doc: []byte("5")},
		})
	})
	all := func(when time.Time) (docs string) {
		view(t, s, func(tx engine.Tx) error {
			rows, err := tx.WaitsAt(when)
			for _, r := range rows {
				docs += string(r.Doc)
			}
			return err
		})
		return docs
	}
	for h, want := range []string{"", "1", "12", "24", "4"} {
		same(t, "all that waited", all(at(h)), want)
	}
	one := func(account string, when time.Time, want string) {
		t.Helper()
		view(t, s, func(tx engine.Tx) error {
			r, err := tx.WaitAt(account, when)
			if got := r != nil; got != (want != "") {
				t.Errorf("%q at %s: found %v", account, when, got)
			}
			if r != nil {
				same(t, "what waited", string(r.Doc), want)
			}
			return err
		})
	}
	one("", at(9), "0")
	one("a", at(0), "")
	one("a", at(3).Add(-time.Microsecond), "1")
	one("a", at(3), "4")
	one("b", at(9), "5")
	if _, err := s.Prune(t.Context(), at(100), map[string]time.Duration{PruneDecisions: 99 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	one("a", at(2), "1")
	if _, err := s.Prune(t.Context(), at(100), map[string]time.Duration{PruneDecisions: time.Hour}); err != nil {
		t.Fatal(err)
	}
	one("a", at(2), "")
	one("a", at(9), "4") // the last of each account stays
	one("", at(9), "0")
}

// TestQuietAt: a notice waits from when it is written until it may be told.
func TestQuietAt(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	night, morning := noon.Add(10*time.Hour), noon.Add(19*time.Hour)
	update(t, s, func(tx engine.Tx) error {
		if _, err := tx.Enqueue([]engine.OutboxRow{
			{Key: "a/1/alert/manager", Account: "a", Kind: "alert", Created: night}, {Key: "a/1/sdr/task", Account: "a", Created: night},
			{Key: "b/1/alert/manager", Account: "b", Kind: "alert", Created: night},
		}); err != nil {
			return err
		}
		return tx.AddAlerts([]engine.AlertRow{{Key: "a/1/alert/manager", Channel: "email", At: morning}, {Key: "b/1/alert/manager", Channel: "email", At: morning}})
	})
	for when, want := range map[time.Time]int{night.Add(-1 * time.Second): 0, night: 1, morning.Add(-time.Second): 1, morning: 0} {
		view(t, s, func(tx engine.Tx) error {
			rows, err := tx.QuietAt("a", when)
			if len(rows) != want || want == 1 && (rows[0].Channel != "email" || !rows[0].At.Equal(morning)) {
				t.Errorf("at %s: %+v, want %d", when, rows, want)
			}
			return err
		})
	}
}
