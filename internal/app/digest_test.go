package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/internal/store"
	"handoffd/workflows"
)

// TestDigest: the digests lead with what was handed off, worked and converted,
// and the monthly one is the report of the last whole month.
func TestDigest(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, problems := Parse("config.example.yaml", src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC)
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "h.db"), store.Options{Clock: clock.NewFake(now)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	err = s.Update(t.Context(), func(tx engine.Tx) error {
		return tx.PutHandoff(engine.HandoffRow{
			ID: "a/1", Account: "a", Rule: "intent", Policy: "0123456789", Opened: now.AddDate(0, 0, -3), System: connectors.HubSpot,
			Story: []byte(`{"rule":"intent","type":"intent","handed":"2026-11-28T13:00:00Z","version":3,"first_touch":"2026-11-29T13:00:00Z","stages":[{"stage":"sdr","at":"2026-11-28T13:00:00Z"}]}`),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{Config: c, Store: s, env: Environment{Clock: clock.NewFake(now), Logger: slog.New(slog.DiscardHandler)}}
	for _, want := range []struct {
		period workflows.Period
		title  string
		lead   string
	}{
		{workflows.Period{Name: workflows.Weekly, From: now.AddDate(0, 0, -7), To: now}, "handoffd: weekly digest, 2026-11-24 to 2026-12-01", "Handed off 1, worked 1, converted 0\n"},
		{workflows.Period{Name: workflows.Weekly, From: now.AddDate(0, 0, -14), To: now.AddDate(0, 0, -7)}, "handoffd: weekly digest, 2026-11-17 to 2026-11-24", "Handed off 0, worked 0, converted 0\n"},
		{workflows.Period{Name: workflows.Monthly, From: now.AddDate(0, -1, 0), To: now}, "handoffd: November 2026, 2026-11-01 to 2026-11-30", "Handed off 1, worked 1, converted 0\n"},
	} {
		got, err := d.reporter()(t.Context(), want.period)
		if err != nil {
			t.Fatal(err)
		}
		if got.Title != want.title || !strings.HasPrefix(got.Text, want.lead) || !strings.Contains(got.HTML, strings.TrimSpace(want.lead)) {
			t.Errorf("got %q:\n%s\nwant %q leading with %q", got.Title, got.Text, want.title, want.lead)
		}
	}
}
